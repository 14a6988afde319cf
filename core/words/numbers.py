"""Numbers as people read them: shares in percent, rates, shifts, sizes, so many of something."""

from __future__ import annotations

import math
import re

MOST_PLACES = 12
"""Digits after the point that a rounded percentage may have."""


def percent(share: float) -> str:
    """A share as a figure in a table, beside a bar or in a label; the sculptor has the same rule.

    >>> percent(0.2413), percent(0.08), percent(0.0105), percent(0.006), percent(0.00012), percent(0.0)
    ('24.1 %', '8.0 %', '1.05 %', '0.60 %', '0.012 %', '0 %')
    """
    value = share * 100
    if value < 1e-7:  # rounding, not a share
        return "0 %"
    if value >= 9.995:
        return f"{value:.1f} %"
    if value >= 0.995:
        return f"{re.sub(r'0$', '', f'{value:.2f}')} %"
    return f"{value:.2f} %" if value >= 0.0995 else f"{float(f'{value:.2g}'):.10f}".rstrip("0") + " %"


def rounded_percent(share: float, digits: int = 3, *, away_from: float | None = None) -> str:
    """A share in a sentence: so many digits at most, of what is left beyond 99 %; 99.9996 % is not 100 %.

    It is rounded to the nearest, or `away_from` another share, so that a limit is not told beyond what works.

    >>> rounded_percent(0.125), rounded_percent(0.834, 2), rounded_percent(0.05), rounded_percent(0.9996, 2)
    ('12.5 %', '83 %', '5 %', '99.96 %')
    >>> rounded_percent(0.00123456, away_from=0.5), rounded_percent(0.00123456, away_from=0), rounded_percent(1.0)
    ('0.123 %', '0.124 %', '100 %')
    """
    value = share * 100
    if value <= 0 or value >= 100:
        return f"{min(max(value, 0), 100):.0f} %"
    small = min(value, 100 - value) if value > 99 else value
    places = min(max(0, digits - 1 - math.floor(math.log10(small))), MOST_PLACES)
    if away_from is not None:
        steps = round(value * 10.0**places, 6)
        value = (math.floor(steps) if away_from > share else math.ceil(steps)) / 10.0**places
    text = f"{value:.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def exact_percent(share: float) -> str:
    """A share with all the digits that a person typed.

    >>> exact_percent(0.05), exact_percent(0.000001)
    ('5 %', '0.0001 %')
    """
    text = f"{float(f'{100 * share:.9g}'):.12f}".rstrip("0").rstrip(".")
    return f"{text} %"


def shift_text(tv: float) -> str:
    """A shift as text: one digit after the point, as everywhere a shift is shown."""
    return f"{100 * tv:.1f} %"


def one_in(rate: float) -> str:
    """A rate as "1 in 200"; "never" for 0, a percentage from 1 in 2 on."""
    if rate <= 0:
        return "never"
    return percent(rate) if rate > 0.5 else f"1 in {_tidy(1 / rate)}"


def _tidy(times: float) -> str:
    if times < 10:
        return f"{times:.1f}".removesuffix(".0")
    return f"{round(times):,}"


def about_rows(number: float) -> str:
    """A number of rows that is worked out, not counted: three digits of it.

    >>> about_rows(16_034.2), about_rows(61.7)
    ('16,000', '62')
    """
    return f"{float(f'{number:.3g}'):,.0f}"


def bytes_text(size: int) -> str:
    """Bytes for people.

    >>> bytes_text(1_156_442)
    '1.2 MB'
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def counted(number: int, word: str) -> str:
    """So many of something.

    >>> counted(1, "row"), counted(2_000, "row"), counted(2, "level mix")
    ('1 row', '2,000 rows', '2 level mixes')
    """
    plural = f"{word}es" if word.endswith("x") else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"
