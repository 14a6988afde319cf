"""The question what is meant where two edits of a design contradict each other."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.words.plain import listed
from trimtab.ui.parts.parts import code_marks, html, plain
from trimtab.ui.session import asides

LONGEST = 300
"""Characters of a control that are shown."""


def aside_question() -> None:
    """Shows an edit that was put aside beside what stands in its place, to choose from; nothing if there is none."""
    found = asides.asked()
    if found is None:
        return
    entry = found.entry
    what = listed([one.what for one in found.clashes]) if found.clashes else ""
    why = f"{what} was changed in another way at the same time." if what else found.reason
    with st.container(key="tt_aside", border=True):
        html(h.p(".tt-about", role="alert")[h.b[f"“{entry.label}” was not made: "], code_marks(why)])
        if found.clashes:
            rows = [
                h.tr[h.th(scope="row")[code_marks(one.what)], h.td[_said(one.mine)], h.td[_said(one.theirs)]]
                for one in found.clashes
            ]
            heads = [h.th(scope="col")[text] for text in ("", "This edit", "As it is now")]
            html(h.table(".tt-table")[h.thead[h.tr[heads]], h.tbody[rows]])
        with st.container(horizontal=True):
            possible = not found.reason
            take = f"Make it: {plain(entry.label)}"
            st.button(take, key="tt_aside_take", on_click=asides.settle, args=(entry, "mine"), disabled=not possible)
            st.button("Keep it as it is now", key="tt_aside_leave", on_click=asides.settle, args=(entry, "theirs"))


def _said(text: str | None) -> h.Node:
    if text is None:
        return h.i["taken away"]
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
