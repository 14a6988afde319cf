"""Ways out of a conflict: what a control is called, how it gives way, and the number that would work instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.projection.conflict import Conflict
from trimtab.core.study.study import Study
from trimtab.ui.parts.control_rows import words
from trimtab.ui.parts.parts import short
from trimtab.ui.sculptor.shaping import with_role

Change = Callable[[Study], Design]

MOST_WAYS = 4
"""Buttons beside a conflict."""

_NAMES = {
    "level": "levels of {words}",
    "label": "label {words}",
    "missing": "missing share of {name}",
    "rule": "rule {rule}",
    "sweep": "sweep of {name}",
    "floor": "floor of {name}",
    "rows": "the number of rows",
}
_GIVING_WAY = {
    "keep": "Let {short} follow",
    "target": "Let {short} follow",
    "hold": "Let {short} follow",
    "derive": "Remove {short}",
    "missing": "Let gaps of {short} be",
    "pair": "Let {short} be",
    "level": "Remove the levels {short}",
    "label": "Remove the label {short}",
    "rule": "Remove the rule",
    "sweep": "Remove the sweep of {short}",
    "floor": "Remove the floor of {short}",
}


@dataclass(frozen=True)
class WayOut:
    """A way out of a conflict: the title of its button, which also names the step, and the edit."""

    title: str
    change: Change


def control_text(control: ControlName) -> str:
    """A control that a message names, as people call it.

    >>> control_text(ControlName("level", "how_hard")), control_text(ControlName("pair", "carrier × late"))
    ('levels of how hard', 'pair carrier × late')
    """
    kind, name = control.kind, control.of
    return _NAMES.get(kind, "{kind} {name}").format(kind=kind, name=name, words=words(name), rule=short(name, 60))


def ways_out(conflicts: Sequence[Conflict], *, free: bool = True) -> list[WayOut]:
    """The ways out that are no rate of an event: first numbers that would work, then controls that could go; `free`: a
    factor can be left to follow the others."""
    numbers = [way for conflict in conflicts if (way := _number(conflict))]
    controls = dict.fromkeys(control for one in conflicts for control in (one.control, *one.controls))
    controls = {one: None for one in controls if free or one.kind not in ("keep", "target", "hold")}
    return [*numbers, *(way for control in controls if (way := giving_way(control)))][:MOST_WAYS]


def _number(conflict: Conflict) -> WayOut | None:
    """Another number for a control that would work, where the conflict knows it."""
    kind, name = conflict.control.kind, conflict.control.of
    nearest = conflict.nearest
    if nearest is None:
        return None
    whole = math.ceil(nearest)
    if kind == "rows":
        return WayOut(f"Use {whole:,} rows", lambda study: study.design.changed(rows=whole))
    if kind == "sweep" and whole > 0:
        return WayOut(
            f"Use {whole:,} groups", lambda study: study.design.with_sweep(_sweep(study.design, name), groups=whole)
        )
    if kind == "pair" and conflict.controls == (conflict.control,):
        return WayOut(f"Use {nearest:g}", lambda study: _with_correlation(study.design, name, nearest))
    return None


def giving_way(control: ControlName) -> WayOut | None:
    """The control taken away, or the factor free again; None for an event, whose rate gives way, and for the rows.

    >>> giving_way(ControlName("keep", "origin")).title, giving_way(ControlName("rule", "arr_delay > 0")).title
    ('Let origin follow', 'Remove the rule')
    """
    kind, name = control.kind, control.of
    if kind not in _GIVING_WAY:
        return None
    called = words(name) if kind in ("level", "label") else name
    return WayOut(_GIVING_WAY[kind].format(short=short(called)), lambda study: without_control(study, control))


def without_control(study: Study, control: ControlName) -> Design:
    """The design without a control; the first one of this name."""
    kind, name = control.kind, control.of
    design = study.design
    changes: dict[str, Callable[[], Design]] = {
        "missing": lambda: design.with_factor(name, missing=None),
        "derive": lambda: design.without_factor(name),
        "pair": lambda: design.without_pair(name),
        "level": lambda: design.without_level(name),
        "label": lambda: design.without_label(name),
        "rule": lambda: design.without_rule(design.rules.index(name)),
        "sweep": lambda: design.without_sweep(_sweep(design, name)),
        "floor": lambda: design.without_floor([floor.name for floor in design.floors].index(name)),
    }
    return changes.get(kind, lambda: with_role(study, None, name, "follow"))()


def _sweep(design: Design, factor: str) -> int:
    return [sweep.factor for sweep in design.sweeps].index(factor)


def _with_correlation(design: Design, name: str, correlation: float) -> Design:
    (pair,) = (pair for pair in design.pairs if pair.name == name)
    return design.with_pair(factors=pair.factors, rank_correlation=correlation)
