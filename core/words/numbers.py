"""Numbers as people read them."""

from __future__ import annotations

import math

DIGITS = 3


def percent(share: float, *, towards: float | None = None) -> str:
    """A share in percent with three digits that say something, rounded away from `towards` if that is given.

    >>> percent(0.05), percent(1 / 3), percent(0.00123456, towards=0.5), percent(0.00123456, towards=0), percent(1.0)
    ('5 %', '33.3 %', '0.123 %', '0.124 %', '100 %')
    """
    value = share * 100
    if value <= 0 or value >= 100:
        return f"{min(max(value, 0), 100):.0f} %"
    # Beyond 99 % what is left counts: 99.9996 % is not 100 %.
    places = DIGITS - 1 - math.floor(math.log10(min(value, 100 - value)))
    places = min(places, 12) if value < 99 else min(places - 2, 12)
    unit = 10.0**-places
    steps = round(value / unit, 6)
    steps = round(steps) if towards is None else math.floor(steps) if towards > share else math.ceil(steps)
    return f"{steps * unit:.{max(places, 0)}f}".rstrip("0").rstrip(".") + " %"
