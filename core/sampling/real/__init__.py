"""Whole real rows: which are taken, and where they stand."""
