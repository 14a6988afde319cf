"""A design with its source opened, and what was computed from them so far."""
