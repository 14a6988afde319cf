"""Whole numbers as people type them: "100,000", "100 000", "10k", "1.5M"."""

from __future__ import annotations

import re
from decimal import Decimal

from trimtab.core.errors import InputError

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([km]?)", re.IGNORECASE)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


def whole_number(text: str, *, owner: str) -> int:
    """The number a text means. Raises InputError, which begins with `owner`, for anything but a whole number ≥ 0.

    >>> whole_number("1.5M", owner="rows")
    1500000
    """
    plain = re.sub(r"[\s,_' ]", "", text)
    match = _NUMBER.fullmatch(plain)
    value = Decimal(match[1]) * _TIMES[match[2].lower()] if match else None
    if value is None or value != int(value):
        raise InputError(f"{owner}: must be a whole number such as 100,000 or 10k, got `{text.strip()[:40]}`.")
    return int(value)
