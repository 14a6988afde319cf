"""A design for those who decide: sentences, differences between two designs, comments and verdicts."""
