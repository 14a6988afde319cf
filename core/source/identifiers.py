"""Which columns only tell rows apart: they differ in every row, and are numbered, random keys, or named so."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.source.columns import Column, as_numbers

FEWEST_ROWS = 50
"""In fewer rows any column may differ everywhere."""

TEXT_SHARE = 0.95
"""A text of which so many rows have one of their own is a name or a note, whatever it looks like: no level repeats."""

RUN = 2.0
"""A run of whole numbers has its next one within this distance, on average."""

KEY_DIGITS = 7
"""Whole numbers that all have the same number of digits, at least so many, are keys and not measures."""

QUANTILES = 32

NAMED_SO = re.compile(
    r"(?i:row|row_?(id|names?|numbers?|no|nr)|index|key|uuid|guid|(.*_)?id(_?(no|nr|num|number|code))?)|.*[a-z]I[Dd]"
)
OWNERS = (
    "account|case|client|contract|customer|device|driver|employee|household|invoice|loan|machine|member|order|owner|patient|"
    "person|player|policy|sensor|session|student|subject|user|vehicle|visitor"
)
OWNER_NAMED = re.compile(rf"(?i:(.*_)?({OWNERS})(_?(no|nr|num|number|key|code))?)")
DATED = r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ].*)?$"
NUMBERED = r"^(?P<head>\D*?)(?P<number>\d{1,15})$"


def is_identifier(column: Column) -> bool:
    """Whether a column only tells rows apart.

    A number must differ in every row and be a run (1, 2, 3 …), a key of digits, or be named so (`id`, `row_number`): a
    measure that happens to differ everywhere, such as an income, is none. A text is one if nearly all rows have their
    own.
    """
    filled = int(column.counts[:-1].sum())
    if column.kind not in ("categorical", "count") or filled <= FEWEST_ROWS:
        return False
    if column.kind == "categorical":
        return column.distinct >= TEXT_SHARE * filled
    if column.distinct < filled:
        return False
    return bool(re.fullmatch(NAMED_SO, column.name)) or _run(column.numbers) or _key(column.numbers)


def called_owner(column: Column) -> bool:
    """Whether a column of texts or whole numbers is called as owners or identifiers are: customer, user_id."""
    named = NAMED_SO.fullmatch(column.name) or OWNER_NAMED.fullmatch(column.name)
    return column.kind in ("categorical", "count") and bool(named)


def holds_dates(column: Column) -> bool:
    """Whether the texts of a column are dates, which a file may hold as texts."""
    if column.kind != "categorical" or not column.distinct or not pa.types.is_string(column.values.type):
        return False
    return bool(pc.all(pc.match_substring_regex(column.values, DATED)).as_py())


def owner_among(columns: Sequence[Column]) -> Column | None:
    """Which of some columns that tell rows apart together names those to whom several rows belong: the one that is
    called so, or the text with more values than all other texts. Numbers and dates that are called nothing else, such
    as a year, tell the rows of one owner apart, however many they are. None if it can't be told."""
    texts = [column for column in columns if column.kind == "categorical" and not holds_dates(column)]
    able = [column for column in columns if called_owner(column)] or texts
    sizes = sorted(column.distinct for column in able)
    if not able or sizes[-2:].count(sizes[-1]) > 1:
        return None
    return max(able, key=lambda column: column.distinct)


def collisions(column: Column) -> float:
    """How many pairs of rows would share a value of a column that differs in every row, had its values been drawn
    smoothly: Σ over QUANTILES bins of c (c - 1) / 2 ÷ (width ÷ unit). 0 where that can't be told, as of most texts."""
    numbers = column.numbers if len(column.numbers) else numbered(column.values)
    if len(numbers) <= FEWEST_ROWS:
        return 0.0
    numbers = np.sort(numbers)
    steps = np.diff(numbers)
    unit = float(steps.min())
    if unit <= 0 or not np.allclose(steps / unit, np.round(steps / unit), rtol=0, atol=1e-3):
        return 0.0
    ends = np.linspace(0, len(numbers) - 1, min(QUANTILES, len(numbers) // 2) + 1).astype(np.int64)
    c, width = np.diff(ends), np.diff(numbers[ends])
    return float((c * (c - 1) / 2 / np.maximum(width / unit, 1.0)).sum())


def numbered(values: pa.Array) -> np.ndarray:
    """The numbers of texts that are one word and a number, such as T001, all with the same word; else empty."""
    if not len(values):
        return np.empty(0)
    parts = pc.extract_regex(values.cast(pa.string()), NUMBERED)
    if parts.null_count or len(pc.struct_field(parts, "head").unique()) > 1:
        return np.empty(0)
    return as_numbers(pc.struct_field(parts, "number").cast(pa.int64()))


def _run(numbers: np.ndarray) -> bool:
    return bool(numbers[-1] - numbers[0] < RUN * len(numbers))


def _key(numbers: np.ndarray) -> bool:
    """Whether all have as many digits, many enough, and are no dates such as 20230309."""
    low, high = float(numbers[0]), float(numbers[-1])
    if low < 10 ** (KEY_DIGITS - 1) or len(str(int(low))) != len(str(int(high))):
        return False
    month, day = numbers // 100 % 100, numbers % 100
    return not (high < 10**8 and bool(((month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)).all()))
