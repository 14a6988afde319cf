"""What a revision of the document comes to: its projection, or why there is none, and what each control costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import ConflictError, InputError, TrimtabError
from trimtab.core.projection.projection import ControlCost, Projection, control_costs, project
from trimtab.ui.session.document import current

Outcome = Projection | TrimtabError
"""What a revision comes to: its projection, or why there is none (ConflictsError, InputError)."""

_OUTCOMES = "trimtab_outcomes"


@dataclass
class _Outcomes:
    """What was computed for a design in this session; the first of each pair is the revision it is of."""

    design_id: str
    outcome: tuple[int, Outcome] | None = None
    feasible: Projection | None = None
    costs: tuple[int, dict[ControlName, float]] | None = None


def _outcomes(design_id: str) -> _Outcomes:
    found = cast(_Outcomes | None, st.session_state.get(_OUTCOMES))
    if found is None or found.design_id != design_id:
        found = st.session_state[_OUTCOMES] = _Outcomes(design_id)
    return found


def projection() -> Outcome:
    """The projection of the current revision, or the error that says why there is none; computed once."""
    now = current()
    known = _outcomes(now.design_id)
    if known.outcome is None or known.outcome[0] != now.revision:
        outcome: Outcome
        try:
            outcome = project(now.study)
        except (ConflictError, InputError) as error:
            outcome = error
        known.outcome = (now.revision, outcome)
    return known.outcome[1]


def feasible() -> Projection | None:
    """The projection of this revision, or in a conflict the last one there was: pictures keep their place meanwhile."""
    outcome = projection()
    known = _outcomes(current().design_id)
    if isinstance(outcome, Projection):
        known.feasible = outcome
    return known.feasible


def costs() -> dict[ControlName, float]:
    """Bits that each control costs, by its name; empty while there is a conflict."""
    now = current()
    known = _outcomes(now.design_id)
    if known.costs is None or known.costs[0] != now.revision:
        found: tuple[ControlCost, ...] = ()
        if isinstance(projection(), Projection):
            found = control_costs(now.study)
        known.costs = (now.revision, {one.name: one.cost_bits for one in found})
    return known.costs[1]
