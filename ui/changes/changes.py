"""What changes: every factor before and after, asked for or carried along; and controls in conflict."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.design.patching import with_part
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL, Shift, present
from trimtab.core.projection.ways_out import WayOut, ways_out, working
from trimtab.core.shown.causes import control_text
from trimtab.core.shown.sparks import spark_svg
from trimtab.core.study.study import whole_size
from trimtab.core.words.numbers import percent, shift_text
from trimtab.core.words.plain import words
from trimtab.ui.parts.parts import code_marks, conflict_box, html, notice, plain, short
from trimtab.ui.parts.rates import rate_of
from trimtab.ui.session import document as doc
from trimtab.ui.session import outcome as outcomes

SPARK = (150, 34)
PLACE = "changes"
MOST_WAYS = 5
"""Buttons beside a conflict."""
TOLD = ("level", "pair", "floor", "sweep", "missing", "rows")
"""Kinds of controls whose conflicts are told in the engine's words: they name the bin, the rows or the groups."""


def what_changes(shifts: Sequence[Shift], *, stale: bool = False) -> None:
    """A small picture for each factor, the largest shift first; `stale`: they are of the state before a conflict."""
    found = doc.document()
    together = "source and rows together" if found and found.design.mode == "supplement" else ""
    said = ", ".join(filter(None, (together, "as it was before the conflict" if stale else "")))
    legend = h.p(".tt-legend")[h.span(".asked")["asked for"], h.span(".carried")["carried along"]]
    cells = [_cell(shift) for shift in sorted(shifts, key=lambda shift: -round(shift.tv, 6))]
    html(
        h.div(".tt-changes")[
            h.h2(".tt-section")["What changes", said and [" ", h.span(".tt-quiet")[said]]],
            legend,
        ],
        h.div(class_=["tt-grid", stale and "stale"], data_testid="what-changes")[cells],
    )


def _cell(shift: Shift) -> h.Element:
    word = "asked for" if shift.asked else "carried along"
    tone = "asked" if shift.asked else "carried" if shift.tv >= STILL else "still"
    before, after = present(shift.before), present(shift.after)
    size = max(len(before), 1)
    label = f"{shift.factor}: shift {shift_text(shift.tv)}, {word}"
    line = after if after and (shift.asked or shift.tv >= STILL) else None
    picture = spark_svg(before or [0.0] * size, line, shift.asked, *SPARK, label)
    missing = None
    if abs(shift.after[-1] - shift.before[-1]) >= STILL:
        missing = h.small[f"missing {percent(shift.before[-1])} → {percent(shift.after[-1])}"]
    return h.div(".tt-cell", title=f"{shift.factor}: {word}")[
        h.p[h.b[shift.factor], h.span(class_=tone)[shift_text(shift.tv)]], picture, missing
    ]


def conflicts(outcome: outcomes.Outcome, *, buttons: bool = True) -> None:
    """Why the design can't be met, with what would work, and unless the page is only read `buttons` to take it; nothing
    if it can."""
    if isinstance(outcome, Projection):
        return
    if not isinstance(outcome, ConflictsError):
        notice(str(outcome))
        return
    with st.container(key="tt_conflict", horizontal=True, vertical_alignment="center"):
        html(_conflict_text(outcome.conflicts))
        if buttons:
            with st.container(key="tt_ways_out", horizontal=True, width="content"):
                _buttons(outcome.conflicts)
    message = doc.refusal(PLACE)
    if message:
        notice(message)


def _buttons(conflicts: Sequence[Conflict]) -> None:
    found = doc.document()
    for place, way in enumerate(ways_out(found.study, conflicts)[:MOST_WAYS] if found else ()):
        st.button(plain(short(way.title, 60)), key=f"tt_way_out_{place}", on_click=_take, args=(way, conflicts))


def _conflict_text(found: Sequence[Conflict]) -> h.Element:
    sets = dict.fromkeys(one.controls for one in found)
    return conflict_box(*(_set_text([one for one in found if one.controls == controls]) for controls in sets))


def _set_text(found: Sequence[Conflict]) -> h.Node:
    """One conflict in a sentence or two, and what would work."""
    limits = [limit for limit in map(_limit, found) if limit]
    told = [one.message for one in found if one.control.kind in TOLD or _is_forbidden(one)]
    if not told and not limits:  # a keep or a target that leaves no room asks for no other number, unless it is alone
        told = [one.message for one in found if one.nearest is not None or len(one.controls) == 1][:1]
    if told:
        first, *others = map(code_marks, dict.fromkeys(told))
        return [first, [[" ", other] for other in others], limits]
    bold = [h.b[_control(name)] for name in found[0].controls]
    if len(bold) == 1:
        return [bold[0], " can’t be met: the real data have too few rows to make it from.", limits]
    *all_but_last, last = bold
    remedy = limits or " Ask for less of one of them, or take the last step back."
    listed = [[", " if place else "", name] for place, name in enumerate(all_but_last)]
    return [listed, " and ", last, " pull against each other.", remedy]


def _is_forbidden(found: Conflict) -> bool:
    """Whether a relation forbids what a control asks for, so that no number of it would work."""
    return found.nearest is None and any(name.kind == "relation" for name in found.controls)


def _limit(found: Conflict) -> list[h.Node]:
    """The nearest that works of an event, a rule or a hold; empty if nothing is to be said."""
    kind, name = found.control.kind, found.control.of
    if found.nearest is None:
        return []
    share = h.b[percent(_worth(found.nearest))]
    if kind == "rule":
        return [" At most ", share, " of the rows can meet the rule."]
    if kind == "hold":
        return [" At most ", share, f" of the rows can have a held value of {name}."]
    if kind != "event":
        return []
    word = "most" if found.nearest < _asked_rate(name) else "least"
    return [f" The {word} that works for {words(name)} is ", share, "."]


def _worth(share: float) -> float:
    """A share, or 0 if it is not even half of one row of the design."""
    found = doc.document()
    return 0.0 if found is None or share * whole_size(found.study, found.study.size) < 0.5 else share


def _control(control: ControlName) -> str:
    if control.kind == "event":
        return f"{words(control.of)} {percent(_asked_rate(control.of))}"
    return f"rule {short(control.of, 60)}" if control.kind == "rule" else control_text(control)


def _asked_rate(name: str) -> float:
    found = doc.document()
    event = found.design.events.get(name) if found else None
    return rate_of(event, whole_size(found.study, found.study.size)) if found and event else 0.0


def _take(way: WayOut, conflicts: Sequence[Conflict]) -> None:
    found = doc.document()
    if found is None:
        return

    def change(design: Design) -> Design:
        return with_part(design, working(found.study, way, conflicts).patch)

    doc.edit(way.title[0].lower() + way.title[1:], change, place=PLACE)
