"""Fitting shares to constraints, whole rows, and what to say when that cannot be done."""
