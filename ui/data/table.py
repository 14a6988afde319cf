"""All columns as a table: searched, sorted, and many of them switched at once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from trimtab.core.changes.factors import ManyRole, with_roles
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.source.profile import FactorProfile
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted
from trimtab.ui.data.columns import advice
from trimtab.ui.parts.parts import quiet
from trimtab.ui.session import document as doc

PLACE = "data"
ROLES: dict[ManyRole, tuple[str, str]] = {
    "follow": ("Use", "each is a factor that moves with the others"),
    "carry": ("Carry", "no factors: whole real rows bring their own values, made ones have none"),
    "drop": ("Drop", "left out of the rows"),
}
"""Roles that many columns can take at once, in the words of the page."""
FEW, HEIGHT = 14, 520
"""Of more rows than FEW the table scrolls, HEIGHT px high."""
_SEARCH, _KINDS, _ADVISED = "tt_columns_search", "tt_columns_kinds", "tt_columns_advised"


def columns_table(study: Study, factors: Sequence[FactorProfile]) -> None:
    """The table with its search, and the buttons that switch what is selected, or all that the search has left."""
    told = {one.name: advice(study, one, used=study.role(one.name) not in LEFT_OUT) for one in factors}
    shown = _found(factors, told)
    if not shown:
        quiet("No column is like that.")
        return
    names = [one.name for one in shown]
    rows = {
        "column": names,
        "kind": [one.kind for one in shown],
        "role": [study.role(one.name) for one in shown],
        "missing": [100 * one.missing_share for one in shown],
        "values": [one.distinct for one in shown],
        "advice": [told[one.name] for one in shown],
    }
    # A selection is of places in the table: of another one it would mean other columns.
    key = f"tt_columns_table {hash(tuple(names))}"
    event = st.dataframe(
        rows,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height="content" if len(shown) <= FEW else HEIGHT,
        column_config={
            "missing": st.column_config.NumberColumn("missing", format="%.3g %%"),
            "values": st.column_config.NumberColumn("values", format="localized"),
        },
    )
    selected = [names[place] for place in event.selection.rows if place < len(names)]
    _switches(selected, names, narrowed=len(shown) < len(factors))


def _found(factors: Sequence[FactorProfile], told: dict[str, str]) -> list[FactorProfile]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="tt_columns_bar"):
        text = st.text_input("Search columns", key=_SEARCH, placeholder="part of a name", width=240)
        kinds = st.pills("Kind", sorted({one.kind for one in factors}), selection_mode="multi", key=_KINDS)
        advised = st.toggle("only with advice", key=_ADVISED, disabled=not any(told.values()))
    part = (text or "").strip().lower()
    return [
        one
        for one in factors
        if part in one.name.lower() and (not kinds or one.kind in kinds) and (told[one.name] or not advised)
    ]


def _switches(selected: Sequence[str], shown: Sequence[str], *, narrowed: bool) -> None:
    """What is selected is switched; where nothing is, what a search has left."""
    names = list(selected or (shown if narrowed else ()))
    what = f"{len(selected)} selected" if selected else f"all {len(shown)} shown"
    with st.container(horizontal=True, vertical_alignment="center", key="tt_columns_switch"):
        for role, (verb, about) in ROLES.items():
            label = f"{verb} {what}" if names else verb
            st.button(
                label, key=f"tt_columns_{role}", disabled=not names, help=about, on_click=_set, args=(names, role)
            )
        if not names:
            quiet("Select rows, or search, to switch many columns at once.")


def _set(names: Sequence[str], role: ManyRole) -> None:
    found = doc.document()
    if found is not None:
        what = names[0] if len(names) == 1 else counted(len(names), "column")
        doc.edit(f"{role} {what}", lambda _: with_roles(found.study, names, role), place=PLACE)
