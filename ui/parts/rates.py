"""How often an event is to be true, as it is shown: steps of a slider, what was set, intervals of what is real."""

from __future__ import annotations

from trimtab.core.design.controls.event import Event
from trimtab.core.words.numbers import exact_percent, percent

RAREST, MOST = 1e-6, 0.5
_MANTISSAS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)


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


def interval_text(low: float, high: float) -> str:
    """An interval of a rate: "0.48–0.52 %"; far below one percent in "1 in" words."""
    if high < 1e-5:
        return f"1 in {1 / high:,.0f} to {'∞' if low <= 0 else f'{1 / low:,.0f}'}"
    first, last = percent(low).removesuffix(" %"), percent(high)
    return f"{first}–{last}"
