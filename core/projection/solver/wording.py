"""Clashes between controls in the words of the design: controls by names, bins by labels, shares in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trimtab.core.design.controls.kind import KINDS, ControlName
from trimtab.core.words import plain
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import capital


def listed(controls: Sequence[ControlName]) -> str:
    """Controls in a sentence.

    >>> listed([ControlName("keep", "visib"), ControlName("event", "fog"), ControlName("missing", "pressure")])
    'keep `visib`, event `fog` and the missing share of `pressure`'
    """
    return plain.listed([name.called for name in controls], most=len(controls))


@dataclass(frozen=True)
class Way:
    """How one control could give way: the share it asks for and the nearest that works, of a bin if it has a `label`.

    `certain`: with all others as they are nothing beyond `nearest` works; else several bins must move together.
    """

    control: ControlName
    asked: float
    nearest: float
    label: str | None = None
    certain: bool = True


def asked_and_nearest(way: Way, rest: Sequence[ControlName]) -> str:
    """Why one control can't be met beside the `rest`, and what can.

    >>> asked_and_nearest(Way(ControlName("event", "fog"), 0.05, 0.0064321), [ControlName("keep", "visib")])
    'Event `fog` asks for 5 %, but keep `visib` leaves no room: the most that works is 0.643 %.'
    >>> asked_and_nearest(Way(ControlName("keep", "visib"), 0.1, 0.3, "0–0.5"), [ControlName("event", "fog")])
    'Keep `visib` asks for 10 % at `0–0.5`, but event `fog` leaves no room: the least that works is 30 %.'
    """
    why = f"{listed(rest)} {'leaves' if len(rest) == 1 else 'leave'} no room"
    return f"{_asks(way)}, but {why}: {_nearest(way)}."


def cant_be_met(way: Way, rows: int, called: str = "real rows") -> str:
    """Why one control can't be met on its own, on so many rows, and what these are `called`.

    >>> cant_be_met(Way(ControlName("event", "any"), 0.05, 1.0), 26217)
    'Event `any` asks for 5 %, but it is true in 26,217 of the 26,217 real rows: 100 % is all that works.'
    """
    alone = KINDS[way.control.kind].alone(way.nearest, rows, called)
    if alone is not None:
        return f"{_asks(way)}, but {alone}: {rounded_percent(way.nearest)} is all that works."
    return f"{_asks(way)}, but the {rows:,} {called} leave no room: {_nearest(way)}."


def not_together(controls: Sequence[ControlName]) -> str:
    """That some controls are in conflict, and no more.

    >>> not_together([ControlName("event", "fog"), ControlName("keep", "visib")])
    "Event `fog` and keep `visib` can't be met together."
    """
    return f"{capital(listed(controls))} can't be met together."


def whole_rows_clash(control: ControlName, asked: int, nearest: int, rows: int, rest: Sequence[ControlName]) -> str:
    """Why an event can't be true in its whole number of rows.

    >>> whole_rows_clash(ControlName("event", "fog"), 3333, 3334, 10000, [ControlName("event", "clear")])
    'Event `fog` comes to 3,333 of 10,000 rows, but event `clear` leaves no room: 3,334 would work, or more rows.'
    """
    why = f"{listed(rest)} {'leaves' if len(rest) == 1 else 'leave'}" if rest else "all other controls leave"
    return (
        f"{capital(control.called)} comes to {asked:,} of {rows:,} rows, but {why} no room: {nearest:,} would work, "
        "or more rows."
    )


def _asks(way: Way) -> str:
    where = "" if way.label is None else f" at `{way.label}`"
    return f"{capital(way.control.called)} {KINDS[way.control.kind].asks(f'{rounded_percent(way.asked)}{where}')}"


def _nearest(way: Way) -> str:
    limit = rounded_percent(way.nearest, away_from=way.asked)
    return KINDS[way.control.kind].limit(limit, most=way.nearest < way.asked, certain=way.certain)
