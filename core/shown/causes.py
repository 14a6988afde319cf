"""Why a factor moved, in words: a line for each control that moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import htpy as h

from trimtab.core.changes.freezing import Frozen, frozen
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError
from trimtab.core.projection.causes import Cause, Why, why
from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.shifts import STILL
from trimtab.core.shown.results import markup
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import shift_text
from trimtab.core.words.plain import listed, words

NAMES: Mapping[str, str] = {
    "event": "event {words}",
    "level": "levels of {words}",
    "label": "label {words}",
    "missing": "missing share of {name}",
    "sweep": "sweep of {name}",
    "floor": "floor of {name}",
    "rows": "the number of rows",
}
"""Kinds of controls that people don't call by the word of the kind and the name."""
MOST_TOLD = 6
NOTICED = 0.01
"""What moves a smaller part of a shift is not told."""


@dataclass(frozen=True, eq=False)
class Explained:
    """Why a factor moved, and what it costs to freeze it; `refusal` says why it can't be."""

    study: Study
    why: Why
    frozen: Frozen | None
    refusal: str = ""

    @property
    def cost(self) -> str:
        """What it costs to freeze the factor, or why it can't be; nothing to say of one that a control sets."""
        return f"To freeze it: {self.frozen.text}" if self.frozen else self.refusal

    def as_json(self) -> dict[str, Any]:
        """In plain Python types."""
        return {**self.why.as_json(), "freeze": self.frozen.as_json() if self.frozen else None}

    def _repr_html_(self) -> str:
        return markup(why_shown(self.study, self))


def explained(study: Study, factor: str, projection: Projection | None = None) -> Explained:
    """Why a factor moved, and what it costs to freeze it if nobody set it. Raises InputError for a factor that no row
    has, ConflictsError if the design can't be met."""
    projection = projection or project(study)
    found = why(study, factor, projection)
    if found.shift.asked:
        return Explained(study, found, None)
    try:
        return Explained(study, found, frozen(study, projection, factor))
    except InputError as error:
        return Explained(study, found, None, str(error))


@dataclass(frozen=True)
class Line:
    """A control, how far it moves the factor (total variation, below 0: back), and by which way."""

    control: str
    part: float
    how: str


def control_text(control: ControlName) -> str:
    """A control as people call it.

    >>> control_text(ControlName("level", "how_hard")), control_text(ControlName("pair", "carrier × late"))
    ('levels of how hard', 'pair carrier × late')
    """
    name = control.of
    return NAMES.get(control.kind, "{kind} {name}").format(kind=control.kind, name=name, words=words(name))


def lines_of(study: Study, found: Why) -> tuple[tuple[Line, ...], str]:
    """A line for every control that moves a factor noticeably, and a sentence on what is left."""
    noticed = max(STILL, NOTICED * found.shift.tv)
    told = [one for one in found.causes if abs(one.part) >= noticed][:MOST_TOLD]
    lines = tuple(Line(control_text(one.control), one.part, _how(one, found.shift.factor)) for one in told)
    rest, said = found.shift.tv - sum(one.part for one in told), ""
    if abs(rest) >= noticed:
        said = f"{shift_text(abs(rest))} {'more' if rest > 0 else 'less'} by what all of them do together."
    return lines, " ".join(filter(None, (said, _computed(study, found.shift.factor))))


def _computed(study: Study, factor: str) -> str:
    named = study.definitions.get(factor)
    return f"{factor} is computed from {listed(list(named.scalar.columns))}." if named and named.scalar.columns else ""


def _how(cause: Cause, factor: str) -> str:
    if cause.part < 0:
        return "holds it back"
    if cause.direct:
        return f"speaks of {factor} itself"
    near = f"goes with {listed(cause.beside)}" if cause.beside else ""
    way = f"by way of {listed([one.factor for one in cause.through])}" if cause.through else ""
    return ", also ".join(filter(None, (near, way))) or "by many small ways"


def why_shown(study: Study, found: Explained) -> h.Element:
    """Why a factor moved, for a notebook."""
    lines, rest = lines_of(study, found.why)
    rows = [h.tr[h.th(scope="row")[one.control], h.td[shift_text(one.part)], h.td[one.how]] for one in lines]
    heads = h.tr[[h.th(scope="col")[text] for text in ("control", "moves it by", "how")]]
    shift = found.why.shift
    return h.div[
        h.p[h.b[shift.factor], f" moves by {shift_text(shift.tv)}."],
        h.table[h.thead[heads], h.tbody[rows]],
        [h.p[said] for said in (rest, found.cost) if said],
    ]
