"""Rows of any data set as codes on the levels of a design, and how many rows have each code."""
