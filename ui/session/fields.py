"""Fields that show what the design says: what they are given, and whether what comes back from the browser was typed.

The browser sends with every message what all fields hold. What it has not heard of yet, such as a value that undo gave
back, it sends as it was before; taken for an edit, that would bring back what was undone. So a hidden field holds the
number of the last run that the browser has drawn to its end (a logical clock). A message with an older number than
that of the run that gave a field its value knows nothing of that value: what it holds of before is an echo. Whatever
else it holds was typed, and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import streamlit as st

from trimtab.ui.session.document import refusal

T = TypeVar("T")
_CLOCK = "tt_clock"
CLOCK_FIELD = "tt_seen_"
"""Begins the key of the hidden fields; the styles hide them."""


@dataclass
class _Given:
    """What a field was given last, in which run, and what else the browser may hold until it has drawn that run."""

    value: object
    run: int
    before: list[object] = field(default_factory=list)


@dataclass
class _Clock:
    run: int = 1
    places: set[str] = field(default_factory=set)
    given: dict[str, _Given] = field(default_factory=dict)


def _clock() -> _Clock:
    return cast(_Clock, st.session_state.setdefault(_CLOCK, _Clock()))


def _seen(clock: _Clock) -> int:
    """The last run that the browser had drawn when it sent what is being answered."""
    return max((int(st.session_state.get(CLOCK_FIELD + place) or 0) for place in clock.places), default=0)


def run_ends(place: str) -> None:
    """Draw the hidden field. Called where all fields of a page, or of a fragment with fields, have been drawn."""
    clock = _clock()
    clock.places.add(place)
    key = CLOCK_FIELD + place
    st.session_state[key] = str(clock.run)
    st.text_input("Last run that was drawn", key=key, label_visibility="collapsed")
    clock.run += 1


def show(key: str, value: object) -> None:
    """Give a field a value before it is drawn, unless the browser is known to have it: a value that is given again is
    put over what was typed."""
    clock = _clock()
    known = clock.given.get(key)
    newest = known is None or _seen(clock) >= known.run
    if key not in st.session_state or not newest or st.session_state[key] != value:
        give(key, value)


def give(key: str, value: object) -> None:
    """Give a field a value before it is drawn, also if it has it: for those that are made anew, such as tabs whose
    titles change."""
    clock = _clock()
    known = clock.given.get(key)
    before = [st.session_state[key]] if key in st.session_state else []
    if known is not None and _seen(clock) < known.run:
        before = [*known.before, known.value, *before]
    clock.given[key] = _Given(value, clock.run, before)
    st.session_state[key] = value


def choices(key: str, options: Iterable[T]) -> list[T]:
    """The options of a field that was just shown, and what the browser may still hold of before: what it sends that is
    no option Streamlit takes for the first one, as if a person had chosen that."""
    clock, found = _clock(), list(options)
    known = clock.given.get(key)
    if known is not None and _seen(clock) < known.run:
        for value in (known.value, *known.before):
            several = cast("list[T]", value if isinstance(value, list) else [value])
            found += [one for one in several if one not in found]
    return found


def own(key: str, value: object, *, place: str = "") -> None:
    """Give a field the document's value before it is drawn; what was typed stays while it is refused at `place`."""
    if refusal(place) is None or key not in st.session_state:
        show(key, value)


def heard(key: str, on_change: Callable[..., None], *args: Any) -> None:
    """The callback of every field that is given values: calls `on_change(*args)` if it was a person who changed it."""
    clock = _clock()
    known, value = clock.given.get(key), st.session_state[key]
    if known is not None and _seen(clock) < known.run:
        if value in known.before and value != known.value:
            return
        known.before.append(known.value)
    if known is not None:
        known.value = value
    on_change(*args)
