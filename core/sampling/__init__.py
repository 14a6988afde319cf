"""Rows: random streams, exact quotas, blocks, threads."""
