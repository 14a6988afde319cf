"""Cold start: a table made from what a design declares, when there is no source."""
