"""A change of the design that is shown before it is taken: what differs, control by control, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from trimtab.core.design.design import Design
from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection, project
from trimtab.core.review.difference import ControlChange, control_changes
from trimtab.core.study.study import Study, open_study
from trimtab.core.words.numbers import percent
from trimtab.ui.parts.parts import html, notice
from trimtab.ui.shell import session

SHOWN = 20
"""Controls of a change that are shown one by one."""
SIGNS = {"added": "+", "removed": "−", "changed": "~"}


@dataclass(frozen=True, eq=False)
class Proposal:
    """A design that is proposed, what changes in it, and what it comes to: its projection, or why there is none."""

    study: Study
    changes: tuple[ControlChange, ...]
    outcome: Projection | TrimtabError


def proposal(study: Study, design: Design) -> Proposal:
    """What a design is to the one that is open. Raises InputError if it does not fit the source."""
    after = open_study(design, study.source, previous=study)
    outcome: Projection | TrimtabError
    try:
        outcome = project(after)
    except TrimtabError as error:
        outcome = error
    return Proposal(after, tuple(control_changes(study, after)), outcome)


def show_changes(changes: Sequence[ControlChange], title: str) -> None:
    """The controls that differ."""
    left = len(changes) - SHOWN
    more = h.li[h.span[f"and {left:,} more"]] if left > 0 else None
    lines = [_line(change) for change in changes[:SHOWN]]
    html(h.div(".tc-plan", data_testid="plan")[h.p[h.b[title]], h.ul[lines, more]])


def _line(change: ControlChange) -> h.Element:
    before = h.code[h.s[change.before]] if change.before else None
    return h.li(class_=change.change)[h.i[SIGNS[change.change]], h.b[change.name], before, h.code[change.after]]


def show_consequence(after: Proposal) -> None:
    """What the change costs, or why the design could not be met then."""
    outcome, before = after.outcome, session.projection()
    if not isinstance(outcome, Projection):
        notice(f"Then the design can't be met.\n{outcome}")
        return
    cost, size = f"{outcome.cost_bits:.2f} bits", percent(outcome.effective_share)
    if isinstance(before, Projection):
        cost, size = f"{before.cost_bits:.2f} → {cost}", f"{percent(before.effective_share)} → {size}"
    constructed = f" · {percent(outcome.ungrounded)} ungrounded" if outcome.ungrounded else ""
    html(h.p(".tc-consequence")[f"cost {cost} · effective size {size}{constructed}"])
