"""What changes: every factor before and after, asked for or carried along; and controls that pull against each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from core.design.design import Design
from core.errors import TrimtabError
from core.projection.feasibility import Conflict, ConflictsError
from core.projection.projection import Projection, Shift
from ui import document as doc
from ui.parts import html, notice, percent, plain, section, shift_text
from ui.shaping import present
from ui.sparks import spark_svg

SPARK = (150, 34)
STILL = 0.0005
"""A shift below this is shown as none."""
PLACE = "changes"


def what_changes(shifts: Sequence[Shift]) -> None:
    """A small picture for each factor, the largest shift first."""
    with st.container(horizontal=True, vertical_alignment="center"):
        section("What changes")
        st.html(
            '<div class="tt-legend"><span class="asked">asked for</span>'
            '<span class="carried">carried along</span></div>',
            width="content",
        )
    cells = "".join(_cell(shift) for shift in sorted(shifts, key=lambda one: -one.tv))
    html(f'<div class="tt-grid" data-testid="what-changes">{cells}</div>')


def _cell(shift: Shift) -> str:
    word = "asked for" if shift.asked else "carried along"
    tone = "asked" if shift.asked else "carried" if shift.tv >= STILL else "still"
    name = escape(shift.factor, quote=True)
    before, after = present(shift.before), present(shift.after)
    size = max(len(before), 1)
    label = f"{shift.factor}: shift {shift_text(shift.tv)}, {word}"
    picture = spark_svg(before or [0.0] * size, after or None, shift.asked, *SPARK, label)
    missing = ""
    if abs(shift.after[-1] - shift.before[-1]) >= STILL:
        missing = f"<small>missing {percent(shift.before[-1])} → {percent(shift.after[-1])}</small>"
    return (
        f'<div class="tt-cell" title="{name}: {word}"><p><b>{name}</b><span class="{tone}">{shift_text(shift.tv)}</span></p>'
        f"{picture}{missing}</div>"
    )


def conflicts(outcome: doc.Outcome) -> None:
    """Why the design can't be met, with what would work; nothing if it can."""
    if isinstance(outcome, Projection):
        return
    if not isinstance(outcome, ConflictsError):
        notice(str(outcome))
        return
    with st.container(key="tt_conflict", horizontal=True, vertical_alignment="center"):
        st.html(_conflict_text(outcome.conflicts), width="stretch")
        for i, conflict in enumerate(outcome.conflicts):
            _way_out(conflict, i)
    message = doc.refusal(PLACE)
    if message:
        notice(message)


def _conflict_text(found: Sequence[Conflict]) -> str:
    names = sorted({name for conflict in found for name in conflict.controls})
    bold = [f"<b>{escape(_control(name))}</b>" for name in names]
    if len(bold) == 1:
        start = f"{bold[0]} can’t be met: the real data have too few rows that could make it."
    else:
        start = f"{', '.join(bold[:-1])} and {bold[-1]} pull against each other."
    limits = "".join(f" {_limit(conflict)}" for conflict in found if conflict.nearest is not None)
    return f'<div class="tt-conflict" role="alert"><i>⚠</i><p>{start}{limits}</p></div>'


def _limit(conflict: Conflict) -> str:
    assert conflict.nearest is not None
    kind, name = conflict.control.split(" ", 1)
    if kind != "event":
        return ""
    word = "most" if conflict.nearest < _asked_rate(name) else "least"
    return f"The {word} that works for {escape(_words(name))} is <b>{percent(conflict.nearest)}</b>."


def _control(name: str) -> str:
    kind, rest = name.split(" ", 1)
    return f"{_words(rest)} {percent(_asked_rate(rest))}" if kind == "event" else f"{kind} {rest}"


def _words(event: str) -> str:
    return event.replace("_", " ")


def _asked_rate(name: str) -> float:
    found = doc.document()
    event = found.design.events.get(name) if found else None
    if found is None or event is None:
        return 0.0
    return event.rate if event.rate is not None else (event.rows or 0) / found.design.rows


def _way_out(conflict: Conflict, place: int) -> None:
    """A button that makes one control give way."""
    kind, name = conflict.control.split(" ", 1)
    if kind == "event" and conflict.nearest is not None:
        rate = nearest_rate(conflict.nearest, _asked_rate(name))
        several = f" for {plain(_words(name))}" if place else ""
        st.button(
            f"Use {percent(rate)}{several}", key=f"tt_way_out_{place}", on_click=_use_rate, args=(name, rate), width="content"
        )
    elif kind in ("keep", "hold", "missing"):
        st.button(f"Let {plain(name)} follow", key=f"tt_way_out_{place}", on_click=_let_follow, args=(name,))


def nearest_rate(limit: float, asked: float) -> float:
    """A rate just inside what works, in three digits: below the most, above the least.

    >>> nearest_rate(0.0064321, 0.01), nearest_rate(0.0064321, 0.001), nearest_rate(0.0, 0.2)
    (0.00643, 0.00644, 0.0)
    """
    if limit <= 0 or limit >= 1:
        return min(max(limit, 0.0), 1.0)
    unit = 10.0 ** (math.floor(math.log10(limit)) - 2)
    steps = math.floor(limit / unit * (1 - 1e-6)) if limit < asked else math.ceil(limit / unit * (1 + 1e-6))
    return float(f"{min(1.0, steps * unit):.3g}")


def _use_rate(name: str, rate: float) -> None:
    doc.edit(f"rate of {_words(name)}", lambda design: with_rate(design, name, rate), place=PLACE)


def with_rate(design: Design, name: str, rate: float) -> Design:
    """The design with another rate of an event."""
    return design.with_event(name, rate=float(rate))


def _let_follow(name: str) -> None:
    from ui.shaping import with_role

    found = doc.document()
    if found:
        outcome: doc.Outcome = TrimtabError()
        doc.edit(f"let {name} follow", lambda _: with_role(found.study, outcome, name, "follow"), place=PLACE)
