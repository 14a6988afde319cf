"""What changes: every factor before and after, asked for or carried along; and controls in conflict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from core.errors import ConflictError
from core.projection.feasibility import Conflict, ConflictsError
from core.projection.projection import Projection, Shift, project
from core.study import Study, open_study
from ui import document as doc
from ui.parts import html, notice, percent, plain, shift_text
from ui.shaping import STILL, present, with_role
from ui.sparks import spark_svg

SPARK = (150, 34)
PLACE = "changes"


def what_changes(shifts: Sequence[Shift], *, stale: bool = False) -> None:
    """A small picture for each factor, the largest shift first; `stale`: they are of the state before a conflict."""
    state = ' <span class="tt-quiet">as it was before the conflict</span>' if stale else ""
    cells = "".join(_cell(shift) for shift in sorted(shifts, key=lambda one: -round(one.tv, 6)))
    html(
        f'<div class="tt-changes"><h2 class="tt-section">What changes{state}</h2><p class="tt-legend">'
        '<span class="asked">asked for</span><span class="carried">carried along</span></p></div>'
        f'<div class="tt-grid {"stale" if stale else ""}" data-testid="what-changes">{cells}</div>'
    )


def _cell(shift: Shift) -> str:
    word = "asked for" if shift.asked else "carried along"
    tone = "asked" if shift.asked else "carried" if shift.tv >= STILL else "still"
    name = escape(shift.factor, quote=True)
    before, after = present(shift.before), present(shift.after)
    size = max(len(before), 1)
    label = f"{shift.factor}: shift {shift_text(shift.tv)}, {word}"
    line = after if after and (shift.asked or shift.tv >= STILL) else None
    picture = spark_svg(before or [0.0] * size, line, shift.asked, *SPARK, label)
    missing = ""
    if abs(shift.after[-1] - shift.before[-1]) >= STILL:
        missing = f"<small>missing {percent(shift.before[-1])} → {percent(shift.after[-1])}</small>"
    return (
        f'<div class="tt-cell" title="{name}: {word}"><p><b>{name}</b>'
        f'<span class="{tone}">{shift_text(shift.tv)}</span></p>{picture}{missing}</div>'
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
    sets = dict.fromkeys(conflict.controls for conflict in found)
    lines = "".join(f"<p>{_set_text(one, found)}</p>" for one in sets)
    return f'<div class="tt-conflict" role="alert"><i>⚠</i><div>{lines}</div></div>'


def _set_text(controls: tuple[str, ...], found: Sequence[Conflict]) -> str:
    """One conflict in a sentence, and what would work."""
    bold = [f"<b>{escape(_control(name))}</b>" for name in controls]
    if len(bold) == 1:
        start = f"{bold[0]} can’t be met: the real data have too few rows to make it from."
    else:
        start = f"{', '.join(bold[:-1])} and {bold[-1]} pull against each other."
    limits = "".join(_limit(conflict) for conflict in found if conflict.controls == controls)
    return start + (limits or " Ask for less of one of them, or take the last step back.")


def _limit(conflict: Conflict) -> str:
    kind, name = conflict.control.split(" ", 1)
    if kind != "event" or conflict.nearest is None:
        return ""
    word = "most" if conflict.nearest < _asked_rate(name) else "least"
    return f" The {word} that works for {escape(_words(name))} is <b>{percent(_worth(conflict.nearest))}</b>."


def _worth(share: float) -> float:
    """A share, or 0 if it is not even half of one row of the design."""
    found = doc.document()
    return 0.0 if found is None or share * found.design.rows < 0.5 else share


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
        rate = nearest_rate(_worth(conflict.nearest), _asked_rate(name))
        several = f" for {plain(_words(name))}" if place else ""
        st.button(
            f"Use {percent(rate)}{several}",
            key=f"tt_way_out_{place}",
            on_click=_use_rate,
            args=(name, (rate, conflict.nearest)),
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


def _use_rate(name: str, rates: tuple[float, ...]) -> None:
    """Take the first rate that works: a round one, else, where only one value does, just that."""
    found = doc.document()
    if found is None:
        return
    works = next((rate for rate in rates if _is_met(found.study, name, rate)), rates[-1])
    doc.edit(f"rate of {_words(name)}", lambda design: design.with_event(name, rate=works), place=PLACE)


def _is_met(study: Study, name: str, rate: float) -> bool:
    try:
        project(open_study(study.design.with_event(name, rate=rate), study.source, previous=study))
    except ConflictError:
        return False
    return True


def _let_follow(name: str) -> None:
    found = doc.document()
    if found:
        doc.edit(f"let {name} follow", lambda _: with_role(found.study, None, name, "follow"), place=PLACE)
