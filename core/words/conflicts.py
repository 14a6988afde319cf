"""Conflicts in the words of the design: controls by their names, bins by their labels, shares in percent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = 3


def listed(controls: Sequence[str]) -> str:
    """Controls in a sentence.

    >>> listed(["keep visib", "event fog", "missing pressure"])
    'keep `visib`, event `fog` and the missing share of `pressure`'
    """
    named = [_words(name) for name in controls]
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + f" and {named[-1]}"


@dataclass(frozen=True)
class Way:
    """How one control could give way: the share it asks for and the nearest that works, of a bin if it has a `label`.

    `certain`: with all others as they are nothing beyond `nearest` works; else several bins must move together.
    """

    control: str
    asked: float
    nearest: float
    label: str | None = None
    certain: bool = True


def asked_and_nearest(way: Way, rest: Sequence[str]) -> str:
    """Why one control can't be met beside the `rest`, and what can.

    >>> asked_and_nearest(Way("event fog", 0.05, 0.0064321), ["keep visib"])
    'Event `fog` asks for 5 %, but keep `visib` leaves no room: the most that works is 0.643 %.'
    >>> asked_and_nearest(Way("keep visib", 0.1, 0.3, "0–0.5"), ["event fog"])
    'Keep `visib` asks for 10 % at `0–0.5`, but event `fog` leaves no room: the least that works is 30 %.'
    """
    why = f"{listed(rest)} {'leaves' if len(rest) == 1 else 'leave'} no room"
    return f"{_asks(way)}, but {why}: {_nearest(way)}."


def cant_be_met(way: Way, rows: int) -> str:
    """Why one control can't be met on its own, on `rows` real rows.

    >>> cant_be_met(Way("event any", 0.05, 1.0), 26217)
    'Event `any` asks for 5 %, but it is true in 26,217 of the 26,217 real rows: 100 % is all that works.'
    """
    if way.control.startswith("event ") and way.nearest in (0.0, 1.0):
        real = f"{0 if way.nearest == 0 else rows:,} of the {rows:,} real rows"
        if way.nearest == 0.0:
            real += ", and no values of different rows put together make it true"
        return f"{_asks(way)}, but it is true in {real}: {percent(way.nearest)} is all that works."
    return f"{_asks(way)}, but the {rows:,} real rows leave no room: {_nearest(way)}."


def not_together(controls: Sequence[str]) -> str:
    """That some controls are in conflict, and no more.

    >>> not_together(["event fog", "keep visib"])
    "Event `fog` and keep `visib` can't be met together."
    """
    return f"{_capital(listed(controls))} can't be met together."


def whole_rows_clash(control: str, asked: int, nearest: int, rows: int, rest: Sequence[str]) -> str:
    """Why an event can't be true in its whole number of rows.

    >>> whole_rows_clash("event fog", 3333, 3334, 10000, ["event clear"])
    'Event `fog` comes to 3,333 of 10,000 rows, but event `clear` leaves no room: 3,334 would work, or more rows.'
    """
    why = f"{listed(rest)} {'leaves' if len(rest) == 1 else 'leave'}" if rest else "all other controls leave"
    return (
        f"{_capital(_words(control))} comes to {asked:,} of {rows:,} rows, but {why} no room: {nearest:,} would work, "
        "or more rows."
    )


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


def _words(control: str) -> str:
    kind, name = control.split(" ", 1)
    if kind == "rows":
        return "the number of rows"
    return f"the missing share of `{name}`" if kind == "missing" else f"{kind} `{name}`"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _asks(way: Way) -> str:
    where = "" if way.label is None else f" at `{way.label}`"
    if way.control.startswith("rule "):
        return f"{_capital(_words(way.control))} is to be true in every row"
    return f"{_capital(_words(way.control))} asks for {percent(way.asked)}{where}"


def _nearest(way: Way) -> str:
    limit = percent(way.nearest, towards=way.asked)
    if way.control.startswith("hold "):
        return f"at most {limit} of the rows can have a held value"
    if not way.certain:
        return f"with other bins moved too, {limit} would work there"
    return f"the {'most' if way.nearest < way.asked else 'least'} that works is {limit}"
