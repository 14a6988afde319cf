"""Rows on their way and rows that are there."""
