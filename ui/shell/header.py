"""The bar on top of every page: the data, the design, what it costs, undo and redo, Generate."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import Projection
from trimtab.core.words.numbers import about_rows, counted, percent
from trimtab.ui.parts.parts import chip, chips, html, notice, plain, short
from trimtab.ui.session import document as doc
from trimtab.ui.session import outcome as outcomes
from trimtab.ui.session.reviewing import approved_text
from trimtab.ui.shell.aside import aside_question
from trimtab.ui.shell.designs import MENU, design_menu, switch
from trimtab.ui.shell.pages import page_file
from trimtab.ui.shell.steps import steps
from trimtab.ui.signin.person import may_edit

ALL = 0.9995
"""An effective share from which every real row counts the same."""
FEW_SHARE, FEW_ROWS = 0.05, 200
"""Below either one the rows lean on few real ones, and repeat what these few are like."""


def header(page: str) -> None:
    """The bar on top of a page: data, design, saved, rows, cost, effective size, undo, redo, Generate.

    `page` is the page's url_path. On a page with a fragment call it inside the fragment, so that it follows each edit.
    """
    switch(page)
    found = doc.document()
    if found is None:
        return
    with st.container(key="tt_header", horizontal=True, vertical_alignment="center", gap="small"):
        html(chips([_data(found)]), width="content")
        _design_menu(found)
        html(chips([_saved(found)]), width="content")
        st.space("stretch")
        html(chips(_figures(found)), width="content")
        editor = may_edit()
        if editor:
            steps(key="tt_steps")
        if page != "generate" and editor:
            possible = isinstance(outcomes.projection(), Projection)
            why = None if possible else "A design that can't be met has no rows"
            if st.button("Generate", type="primary", key="tt_generate", disabled=not possible, help=why):
                st.switch_page(page_file("generate"), query_params={doc.PARAMETER: found.design_id})
    for place in ("save", ""):
        message = doc.refusal(place)
        if message:
            notice(message)
    if told := doc.news():
        st.toast(f"Changed elsewhere: {plain(told)}")
    if editor:
        aside_question()


def _data(found: doc.Document) -> h.Element:
    if found.study.declared:
        number = len(found.study.columns)
        factors = counted(number, "declared factor")
        about = "Every factor is declared by hand, so all rows are ungrounded."
        return h.span(".tt-chip", title=about)[h.b["No real data"], " ", factors]
    source = found.study.source
    about = f"{source.rows:,} rows · {len(source.columns)} factors"
    return h.span(".tt-chip", title=source.name)[h.b[short(source.name, 32)], " ", about]


def _saved(found: doc.Document) -> h.Element:
    approval = approved_text(found) if found.saved else ""
    if approval:
        return chip("approved", mark="✓", tone="good", title=f"{approval}. Every change is saved at once.")
    if found.saved:
        return chip("saved", mark="●", tone="good", title="Every change is saved at once.")
    return chip("not saved", tone="warn", title=doc.refusal("save") or "")


def _figures(found: doc.Document) -> list[h.Element]:
    outcome = outcomes.projection()
    rows = _rows(found, outcome if isinstance(outcome, Projection) else None)
    if isinstance(outcome, Projection):
        return [rows, _leans(found, outcome)]
    word = "conflict" if isinstance(outcome, ConflictsError) else "not possible"
    return [rows, chip(word, tone="warn", title=str(outcome))]


def _leans(found: doc.Document, outcome: Projection) -> h.Element:
    """How many of the real rows the design leans on, with the measures behind it; a warning where they are few."""
    cost = f"{outcome.cost_bits:.2f} bits (KL divergence)"
    if found.study.declared:
        return chip("moved", f"{outcome.cost_bits:.2f} bits", title=f"How far it is from what is declared: {cost}")
    real = found.study.grounding.rows
    about = (
        f"Effective size {percent(outcome.effective_share)}: what the {real:,} real rows are worth, weighted for the "
        f"design. It is {cost} from the real data."
    )
    if outcome.effective_share > ALL:
        return chip("leans on", f"all {real:,} rows", title=about)
    worth = outcome.effective_share * real
    few = outcome.effective_share < FEW_SHARE or worth < FEW_ROWS
    said = f"{about_rows(worth)} of {real:,} rows"
    return chip("leans on", said, tone="warn" if few else "", title=about)


def _rows(found: doc.Document, outcome: Projection | None) -> h.Element:
    if found.design.takes_real_rows:
        real = f" · {percent(1 - outcome.made / outcome.rows)} real" if outcome else ""
        return chip("rows", f"{found.study.size:,}{real}", title="Rows, and how many of them are whole real ones")
    if found.design.mode == "standalone":
        return chip("rows", f"{found.study.size:,}", title="Rows to generate")
    together = f"{found.study.source.rows + found.study.size:,}"
    about = f"Rows to generate; they and the source, {together} rows together, meet the design"
    return chip("supplement", f"{found.study.size:,} rows", title=about)


def _design_menu(found: doc.Document) -> None:
    menu = st.popover(f"**{plain(short(found.design.name, 32))}**{_version(found)}", key=MENU, on_change="rerun")
    if menu.open:  # what is not seen is not sent: each edit repaints the bar
        with menu, st.container(width=430):
            design_menu(found)


def _version(found: doc.Document) -> str:
    """The version the design is, or the one it was and how many steps were made since: " v1 + 3 changes"."""
    saved = doc.workspace().versions(found.design_id)
    if not saved or doc.workspace().version_of(found.design_id, found.design):
        return f" v{saved[0].number}" if saved else ""
    since = sum(step.time > saved[0].saved for step in doc.history().done)
    return f" v{saved[0].number} + {counted(max(1, since), 'change')}"
