"""What would close gaps, as a change of the design: shown first, control by control, and taken with one click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from trimtab.core.coverage.gaps.applying import Wish, cover_patterns
from trimtab.core.errors import TrimtabError
from trimtab.core.people.people import WHY
from trimtab.ui.changes.proposals import Proposal, proposal, show_changes, show_consequence
from trimtab.ui.parts.parts import notice, short
from trimtab.ui.shell import session

PLACE = "coverage gaps"
PLAN = "tt_cover_plan"


def plan(wishes: Sequence[Wish]) -> None:
    """Propose to cover these patterns; `planned` shows it."""
    st.session_state[PLAN] = list(wishes)


def planned(found: session.Document) -> None:
    """The change that is proposed, if one is, with *Take it* and *Cancel*."""
    wishes: list[Wish] | None = st.session_state.get(PLAN)
    message = session.refusal(PLACE)
    if message:
        notice(message)
    if not wishes:
        return
    key = (found.design.content, tuple((tuple(one.levels.items()), one.rows) for one in wishes))

    def propose() -> Proposal:
        return proposal(found.study, cover_patterns(found.study, wishes))

    with st.container(border=True, key="tt_cover_plan_box"):
        try:
            with st.spinner("Working it out…"):
                after = found.study.memo.of("coverage proposal", key, propose)
        except TrimtabError as error:
            notice(str(error))
            st.button("Close", key="tt_cover_cancel", on_click=_forget)
            return
        what = "this combination" if len(wishes) == 1 else f"these {len(wishes):,} combinations"
        told = f"To cover {what} the design changes:" if after.changes else f"The design covers {what} already."
        show_changes(after.changes, told)
        show_consequence(after)
        _buttons(wishes, after)


def _buttons(wishes: Sequence[Wish], after: Proposal) -> None:
    with st.container(horizontal=True, key="tt_cover_plan_buttons"):
        # A design that can't be met may be taken too: its page offers the ways out.
        editor = session.may_edit()
        st.button(
            "Take it into the design",
            key="tt_cover_take",
            type="primary",
            disabled=not after.changes or not editor,
            help=None if editor else WHY,
            on_click=_take,
            args=(list(wishes),),
        )
        st.button("Cancel", key="tt_cover_cancel", on_click=_forget)


def _take(wishes: list[Wish]) -> None:
    found = session.document()
    if found is None:
        return
    first = " · ".join(f"{factor} {level}" for factor, level in wishes[0].levels.items())
    one_line = " ".join(first.split())
    label = f"cover {short(one_line, 24)}" if len(wishes) == 1 else f"cover {len(wishes)} combinations"
    if session.edit(label, lambda _: cover_patterns(found.study, wishes), place=PLACE):
        _forget()


def _forget() -> None:
    st.session_state.pop(PLAN, None)
    if session.refusal(PLACE):
        session.settle()
