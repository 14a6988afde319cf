"""What would close gaps, as a change of the design: shown first, control by control, and taken with one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from core.coverage.applying import Wish, cover_patterns
from core.coverage.difference import ControlChange, control_changes
from core.design.design import Design
from core.errors import TrimtabError
from core.projection.projection import Projection, project
from core.study import Study, open_study
from ui import session
from ui.parts import html, notice, percent, short

PLACE = "coverage gaps"
PLAN = "tt_cover_plan"
SHOWN = 20
"""Controls of a plan that are shown one by one."""
SIGNS = {"added": "+", "removed": "−", "changed": "~"}


@dataclass(frozen=True)
class Picked:
    """A gap to close: its levels, and the rows the design should give of it."""

    levels: Mapping[str, str]
    rows: int


@dataclass(frozen=True, eq=False)
class Proposal:
    """A design that closes gaps, what changes in it, and what it comes to: its projection, or why there is none."""

    study: Study
    changes: tuple[ControlChange, ...]
    outcome: Projection | TrimtabError


def plan(picked: Sequence[Picked]) -> None:
    """Propose to close these gaps; `planned` shows it."""
    st.session_state[PLAN] = list(picked)


def propose(study: Study, picked: Sequence[Picked]) -> Proposal:
    """The change that closes gaps. Raises InputError for one that can't be closed."""
    design = covered_design(study, picked)
    after = open_study(design, study.source, previous=study)
    outcome: Projection | TrimtabError
    try:
        outcome = project(after)
    except TrimtabError as error:
        outcome = error
    return Proposal(after, tuple(control_changes(study, after)), outcome)


def covered_design(study: Study, picked: Sequence[Picked]) -> Design:
    """The design with what closes the gaps. Raises InputError."""
    return cover_patterns(study, [Wish(one.levels, one.rows) for one in picked])


def planned(found: session.Document) -> None:
    """The change that is proposed, if one is, with *Take it* and *Cancel*."""
    picked: list[Picked] | None = st.session_state.get(PLAN)
    message = session.refusal(PLACE)
    if message:
        notice(message)
    if not picked:
        return
    key = (found.design.fingerprint(), tuple((tuple(one.levels.items()), one.rows) for one in picked))
    with st.container(border=True, key="tt_cover_plan_box"):
        try:
            with st.spinner("Working it out…"):
                proposal = found.study.memo.of("coverage proposal", key, lambda: propose(found.study, picked))
        except TrimtabError as error:
            notice(str(error))
            st.button("Close", key="tt_cover_cancel", on_click=_forget)
            return
        html(_diff(picked, proposal))
        _consequence(proposal)
        _buttons(picked, proposal)


def _diff(picked: Sequence[Picked], proposal: Proposal) -> str:
    rows = "".join(
        f'<li class="{one.change}"><i>{SIGNS[one.change]}</i><b>{escape(one.name)}</b>'
        f"{_was(one)}<code>{escape(one.after or '')}</code></li>"
        for one in proposal.changes[:SHOWN]
    )
    left = len(proposal.changes) - SHOWN
    more = f"<li><span>and {left:,} more</span></li>" if left > 0 else ""
    gaps = "this gap" if len(picked) == 1 else f"these {len(picked):,} gaps"
    what = f"To cover {gaps} the design changes:" if proposal.changes else f"The design covers {gaps} already."
    return f'<div class="tc-plan" data-testid="plan"><p><b>{what}</b></p><ul>{rows}{more}</ul></div>'


def _was(one: ControlChange) -> str:
    return f"<code><s>{escape(one.before)}</s></code>" if one.before else ""


def _consequence(proposal: Proposal) -> None:
    outcome, before = proposal.outcome, session.projection()
    if not isinstance(outcome, Projection):
        notice(f"Then the design can't be met.\n{outcome}")
        return
    cost, size = f"{outcome.cost_bits:.2f} bits", percent(outcome.effective_share)
    if isinstance(before, Projection):
        cost, size = f"{before.cost_bits:.2f} → {cost}", f"{percent(before.effective_share)} → {size}"
    constructed = f" · {percent(outcome.ungrounded)} ungrounded" if outcome.ungrounded else ""
    html(f'<p class="tc-consequence">cost {cost} · effective size {size}{constructed}</p>')


def _buttons(picked: Sequence[Picked], proposal: Proposal) -> None:
    with st.container(horizontal=True, key="tt_cover_plan_buttons"):
        # A design that can't be met may be taken too: its page offers the ways out.
        st.button(
            "Take it into the design",
            key="tt_cover_take",
            type="primary",
            disabled=not proposal.changes,
            on_click=_take,
            args=(list(picked),),
        )
        st.button("Cancel", key="tt_cover_cancel", on_click=_forget)


def _take(picked: list[Picked]) -> None:
    found = session.document()
    if found is None:
        return
    first = " · ".join(f"{factor} {level}" for factor, level in picked[0].levels.items())
    label = f"cover {short(plain_text(first), 24)}" if len(picked) == 1 else f"cover {len(picked)} gaps"
    if session.edit(label, lambda _: covered_design(found.study, picked), place=PLACE):
        _forget()


def plain_text(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _forget() -> None:
    st.session_state.pop(PLAN, None)
    if session.refusal(PLACE):
        session.settle()
