"""Words that stand where a value is missing."""

from __future__ import annotations

MISSING = (
    *("", "na", "n/a", "nan", "null", "none", "nat", "<na>", "#n/a", "n.a.", "\\n"),
    *("-", "--", "–", ".", "..", "?"),
)
"""Cells that count as missing in a column whose other cells are numbers, dates or true/false. Those that do so in some
column do so in the columns of text of the same file, too; else they are text there."""
