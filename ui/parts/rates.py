"""How often an event is to be true, as people set it: steps of a slider, and what they type."""

from __future__ import annotations

import math
import re
from typing import Any

from trimtab.core.design.controls.event import Event
from trimtab.core.errors import InputError
from trimtab.core.words.numbers import exact_percent, percent
from trimtab.ui.parts.numbers import whole_number

RAREST, MOST = 1e-6, 0.5
_MANTISSAS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
_ONE_IN = re.compile(r"1\s*(?:in|of|/|:)\s*(.+)", re.IGNORECASE)


def steps(*more: float) -> list[float]:
    """Rates from 1 in 1,000,000 to 1 in 2 in even steps of the logarithm, and the rates that are in use."""
    even = {float(f"{m * 10**e:.3g}") for e in range(-6, 0) for m in _MANTISSAS}
    return sorted({rate for rate in even if RAREST <= rate <= MOST} | set(more))


def rate_of(event: Event, rows: int) -> float:
    """The share of `rows` that an event asks for."""
    return event.rate if event.rate is not None else (event.rows or 0) / rows


def size_text(event: Event) -> str:
    """What an event asks for, as it was set: "5 %" or "1,000 rows"."""
    if event.rows is not None:
        return f"{event.rows:,} rows"
    return exact_percent(event.rate or 0.0)


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


def interval_text(low: float, high: float) -> str:
    """An interval of a rate: "0.48–0.52 %"; far below one percent in "1 in" words."""
    if high < 1e-5:
        return f"1 in {1 / high:,.0f} to {'∞' if low <= 0 else f'{1 / low:,.0f}'}"
    first, last = percent(low).removesuffix(" %"), percent(high)
    return f"{first}–{last}"
