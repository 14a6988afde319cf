"""Gaps: combinations with too few rows, what closes them, and which of them a design leaves room for."""
