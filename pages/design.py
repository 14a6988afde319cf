"""Design: the sculptor, what is said of each factor, the controls beside them, and what changes because of it."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.changes.factors import sculpted
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.projection.projection import Projection
from trimtab.core.words.numbers import percent
from trimtab.ui.changes.changes import conflicts, what_changes
from trimtab.ui.changes.rows import columns_delivered, rows_before_and_after
from trimtab.ui.controls.tabs import tabs
from trimtab.ui.data.declared import declared_tools
from trimtab.ui.factor.computed import computed_panel, is_computed
from trimtab.ui.factor.derived import add_derived
from trimtab.ui.factor.panel import factor_panel, role_control
from trimtab.ui.parts.parts import html
from trimtab.ui.sculptor.factors.factor_list import factor_list
from trimtab.ui.sculptor.kept import kept, shelf
from trimtab.ui.sculptor.ops import Asking, Gesture, Locking, Operation, Over, SculptorInbox
from trimtab.ui.sculptor.sculptor import sculptor
from trimtab.ui.sculptor.shaping import entries, factors_of, sculptor_data
from trimtab.ui.sculptor.versions import draft, version_list
from trimtab.ui.shell import session

FACTOR = "tt_factor"
ADDRESSED = "factor"
"""Where the address names the factor that is shown, so that it survives F5 and a link shows it."""
INBOX = "tt_inbox"
TAB = "tt_tab"


@st.fragment
def workbench() -> None:
    """The whole page: one fragment, so that an edit repaints it without running the rest of the app."""
    found = session.require_document()
    outcome = session.projection()
    name = chosen_factor(found)
    session.header("design")
    left, middle, right = st.columns([1, 4.05, 0.98], gap="medium")
    with left:
        listed = entries(found.study, session.feasible())
        factor_list(listed, selected=name, key="tt_factors", on_select=choose, height=520)
        add_derived(choose)
        if found.study.declared:
            declared_tools(found.study, name, choose)
    with middle:
        with st.container(horizontal=True, vertical_alignment="center", key="tt_factor_head"):
            heading(found, name)
            if not is_computed(found.study, name):
                role_control(found.study, name)
        aside = kept(found.design_id, name)
        data = sculptor_data(found.study, outcome, name, revision=found.revision, acks=inbox().acks, aside=aside)
        data["versions"], data["draft"] = version_list(found), draft(found, name)
        sculptor(data, key="tt_sculptor", on_ops=receive)
        conflicts(outcome)
    with right:
        if is_computed(found.study, name):
            computed_panel(found.study, name, show_tab)
        else:
            factor_panel(found.study, name)
    below(found, outcome)
    rows_before_and_after(found)
    columns_delivered(found)
    session.run_ends("design")


def below(found: session.Document, outcome: session.Outcome) -> None:
    """The controls beside the factors, a tab for each kind, and what changes beside them."""
    left, right = st.container(key="tt_below").columns([1.12, 1], gap="large")
    with left:
        controls(found)
    with right:
        shown = session.feasible()
        if shown is not None:
            what_changes(shown.shifts, stale=not isinstance(outcome, Projection))


def controls(found: session.Document) -> None:
    """The tabs. Only the chosen one is drawn: what is not seen is not sent, since each edit repaints the page."""
    kinds = tabs()
    counts = {part: len(getattr(found.design, part)) for part in kinds}
    titles = {part: f"{tab.title} · {counts[part]}" if counts[part] else tab.title for part, tab in kinds.items()}
    chosen = st.session_state.setdefault(TAB, "events")
    session.give("tt_tabs", titles[chosen])  # a title changes with its count, the chosen kind does not
    shown = st.tabs(list(titles.values()), key="tt_tabs", on_change=session.heard, args=("tt_tabs", choose_tab))
    for part, place in zip(titles, shown, strict=True):
        if part == chosen:
            with place:
                kinds[part].draw(found)


def choose_tab() -> None:
    """Show another kind of control."""
    title = str(st.session_state["tt_tabs"]).split(" · ")[0]
    st.session_state[TAB] = next(part for part, tab in tabs().items() if tab.title == title)
    session.settle()


def show_tab(kind: str) -> None:
    """Show the controls of a kind."""
    st.session_state[TAB] = kind


def heading(found: session.Document, name: str) -> None:
    """The name of the factor, and what it is."""
    column, asked = found.study.known(name), found.design.factor(name)
    parts = [asked.unit or "", column.kind]
    if column.counts[-1]:
        parts.append(f"{percent(column.missing_share)} missing")
    about = " · ".join(part for part in parts if part)
    html(h.div(".tt-factor")[h.h1(title=name)[name], h.span[about]])


def chosen_factor(found: session.Document) -> str:
    """The factor that is shown: the one chosen, here or in the address, else the first that is asked for, else the
    first that rows have."""
    chosen = st.session_state.get(FACTOR, st.query_params.get(ADDRESSED))
    if chosen not in factors_of(found.study):
        targets = [name for name, factor in found.design.factors.items() if factor.role == "target"]
        chosen = next(iter((*targets, *found.study.shown, *found.study.columns)))
    st.session_state[FACTOR] = chosen  # it stays the chosen one when its role changes
    if st.query_params.get(ADDRESSED) != chosen:
        st.query_params[ADDRESSED] = chosen
    return str(chosen)


def entered() -> None:
    """What was left out on another page, such as an identifier, is not what one came to see."""
    found, chosen = session.require_document(), st.session_state.get(FACTOR)
    if found.design.factor(chosen or "").role in LEFT_OUT:
        del st.session_state[FACTOR]
        st.query_params.pop(ADDRESSED, None)


def choose(name: str) -> None:
    """Show another factor."""
    st.session_state[FACTOR] = name
    session.settle()


def inbox() -> SculptorInbox:
    """The sculptor's operations of this session."""
    found: SculptorInbox = st.session_state.setdefault(INBOX, SculptorInbox())
    return found


def receive(message: object) -> None:
    """Take what a hand did to the bars."""
    inbox().receive(message, apply)


def apply(operation: Gesture) -> None:
    """One gesture: the factor becomes a target of these shares; or what the session keeps of it is another."""
    found = session.document()  # as the hand saw it
    if found is None:
        return
    aside = kept(found.design_id, operation.factor)
    match operation:
        case Locking(labels=labels):
            aside.locks = labels
        case Asking(low=low, high=high):
            aside.between = (low, high) if low and high else None
        case Over(number=number):
            shelf(found.design_id).over = number
        case Operation(label=label, factor=name, weights=weights, locks=locks):
            session.edit(label, lambda _: sculpted(found.study, name, weights, locks), place="factor")


session.refresh()
entered()
workbench()
