"""What changes: every factor before and after, asked for or carried along; and controls in conflict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from core.design.design import Design
from core.errors import ConflictError
from core.projection.feasibility import Conflict, ConflictsError
from core.projection.projection import Projection, Shift, project
from core.study import Study, open_study
from ui import document as doc
from ui.control_rows import words
from ui.parts import code_marks, html, notice, percent, plain, shift_text, short
from ui.rates import rate_of
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
        _ways_out(outcome.conflicts)
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
    """The nearest that works, as markup: of an event its rate, of another control what the engine says of it."""
    kind, name = conflict.control.split(" ", 1)
    if conflict.nearest is None or kind == "keep":  # a keep asks for no number that could be another one
        return ""
    if kind != "event":
        return f" <span>{code_marks(conflict.message)}</span>"
    word = "most" if conflict.nearest < _asked_rate(name) else "least"
    return f" The {word} that works for {escape(words(name))} is <b>{percent(_worth(conflict.nearest))}</b>."


def _worth(share: float) -> float:
    """A share, or 0 if it is not even half of one row of the design."""
    found = doc.document()
    return 0.0 if found is None or share * found.design.rows < 0.5 else share


def _control(control: str) -> str:
    """A control as people call it: "fog and wind 5 %", "levels of difficulty", "rule arr_delay > dep_delay - 90"."""
    kind, name = control.split(" ", 1)
    if kind == "event":
        return f"{words(name)} {percent(_asked_rate(name))}"
    texts = {
        "level": f"levels of {words(name)}",
        "label": f"label {words(name)}",
        "missing": f"missing share of {name}",
        "pair": f"pair {name}",
        "rule": f"rule {short(name, 60)}",
        "sweep": f"sweep of {name}",
        "floor": f"floor of {name}",
    }
    return texts.get(kind, control)


def _asked_rate(name: str) -> float:
    found = doc.document()
    event = found.design.events.get(name) if found else None
    return rate_of(event, found.design.rows) if found and event else 0.0


def _ways_out(found: Sequence[Conflict]) -> None:
    """A button for each control that could give way."""
    once: dict[str, Conflict] = {}
    for conflict in found:
        once.setdefault(conflict.control, conflict)
    for place, conflict in enumerate(once.values()):
        _way_out(conflict, place)


def _way_out(conflict: Conflict, place: int) -> None:
    kind, name = conflict.control.split(" ", 1)
    key = f"tt_way_out_{place}"
    if kind == "event":
        if conflict.nearest is not None:
            rate = nearest_rate(_worth(conflict.nearest), _asked_rate(name))
            several = f" for {plain(words(name))}" if place else ""
            args = (name, (rate, conflict.nearest))
            st.button(f"Use {percent(rate)}{several}", key=key, on_click=_use_rate, args=args)
    else:
        st.button(plain(way_out(conflict.control)), key=key, on_click=_give_way, args=(conflict.control,))


def way_out(control: str) -> str:
    """What a control does when it gives way; for a button and for undo.

    >>> way_out("keep origin"), way_out("rule arr_delay > 0"), way_out("pair carrier × late")
    ('Let origin follow', 'Remove the rule', 'Let carrier × late be')
    """
    kind, name = control.split(" ", 1)
    name = short(words(name) if kind in ("level", "label") else name)
    texts = {
        "missing": f"Let gaps of {name} be",
        "pair": f"Let {name} be",
        "level": f"Remove the levels {name}",
        "label": f"Remove the label {name}",
        "rule": "Remove the rule",
        "sweep": f"Remove the sweep of {name}",
        "floor": f"Remove the floor of {name}",
    }
    return texts.get(kind, f"Let {name} follow")


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
    doc.edit(f"rate of {words(name)}", lambda design: design.with_event(name, rate=works), place=PLACE)


def _is_met(study: Study, name: str, rate: float) -> bool:
    try:
        project(open_study(study.design.with_event(name, rate=rate), study.source, previous=study))
    except ConflictError:
        return False
    return True


def _give_way(control: str) -> None:
    found = doc.document()
    if found:
        label = way_out(control)
        doc.edit(label[0].lower() + label[1:], lambda _: without_control(found.study, control), place=PLACE)


def without_control(study: Study, control: str) -> Design:
    """The design without a control that a message names, such as `rule x > 1`; the first one of this name."""
    kind, name = control.split(" ", 1)
    design = study.design
    if kind == "missing":
        return design.with_factor(name, missing=None)
    if kind == "derive":
        return design.without_factor(name)
    if kind == "pair":
        return design.without_pair(name)
    if kind == "level":
        return design.without_level(name)
    if kind == "label":
        return design.without_label(name)
    if kind == "rule":
        return design.without_rule(design.rules.index(name))
    if kind == "sweep":
        return design.without_sweep([sweep.factor for sweep in design.sweeps].index(name))
    if kind == "floor":
        return design.without_floor([floor.name for floor in design.floors].index(name))
    return with_role(study, None, name, "follow")
