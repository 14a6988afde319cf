"""How long tests wait for what surely comes: an upper limit for the slowest machine, never a measure of speed."""

PATIENCE = 240.0
"""Seconds."""
