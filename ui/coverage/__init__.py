"""Data sets side by side: factors, pairs, combinations, gaps, console."""
