"""Workbooks: a table in a sheet, and what a sheet holds that is no value."""
