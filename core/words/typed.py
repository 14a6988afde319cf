"""What people type: numbers such as "1,5" or "12,500.5", whole ones such as "10k" or "1.5M", and sizes such as "5 %" or
"1 in 200"."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from trimtab.core.errors import InputError

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([km]?)", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_ONE_IN = re.compile(r"1\s*(?:in|of|/|:)\s*(.+)", re.IGNORECASE)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


def real_number(text: str) -> float | None:
    """The finite number that a text means, with a decimal point or comma; None if it is none.

    Commas are between thousands where they can be, as the app writes them itself: 1,000 is a thousand everywhere.

    >>> real_number("1,5"), real_number("-12,500.5"), real_number("1,000"), real_number("0,125"), real_number("1,2,3")
    (1.5, -12500.5, 1000.0, 0.125, None)
    """
    plain = re.sub(r"\s", "", text)
    plain = plain.replace(",", "" if _THOUSANDS.fullmatch(plain) else ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


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


def read_size(text: str, *, owner: str) -> dict[str, Any]:
    """What a person typed, as fields of an event: "5 %", "5", "1 in 200", "1,000 rows".

    Raises InputError, which begins with `owner`.

    >>> read_size("1 in 200", owner="x"), read_size("1,000 rows", owner="x"), read_size("0,5 %", owner="x")
    ({'rate': 0.005}, {'rows': 1000}, {'rate': 0.005})
    """
    typed = text.strip()
    lowered = typed.lower()
    if lowered.endswith(("rows", "row")):
        return {"rows": whole_number(lowered.removesuffix("s").removesuffix("row"), owner=owner)}
    match = _ONE_IN.fullmatch(typed)
    if match:
        times = whole_number(match[1], owner=owner)
        if times < 1:
            raise InputError(f"{owner}: must be 1 in at least 1, got `{typed}`.")
        return {"rate": 1 / times}
    try:
        share = float(lowered.replace("%", "").replace(",", ".").strip()) / 100
    except ValueError as error:
        raise InputError(f"{owner}: must be like 5 %, 1 in 200 or 1,000 rows, got `{typed[:40]}`.") from error
    if not (math.isfinite(share) and 0 <= share <= 1):
        raise InputError(f"{owner}: must be from 0 % to 100 %, got `{typed[:40]}`.")
    return {"rate": float(f"{share:.12g}")}
