"""Rows that are set before all others are drawn, for sweeps and floors."""
