"""Shares, shifts and sizes as figures: in tables, beside bars and in labels, with the same digits everywhere."""

from __future__ import annotations

import re


def percent(share: float) -> str:
    """A share as text: "24.1 %", "8.0 %", "1.05 %", "0.60 %", "0.012 %"; the same rule as in the sculptor."""
    value = share * 100
    if value < 1e-7:  # rounding, not a share
        return "0 %"
    if value >= 9.995:
        return f"{value:.1f} %"
    if value >= 0.995:
        return f"{re.sub(r'0$', '', f'{value:.2f}')} %"
    return f"{value:.2f} %" if value >= 0.0995 else f"{float(f'{value:.2g}'):.10f}".rstrip("0") + " %"


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


def bytes_text(size: int) -> str:
    """Bytes for people.

    >>> bytes_text(1_156_442)
    '1.2 MB'
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
