"""The order of a factor's levels, set by hand: axes, bins and pictures follow it."""

from __future__ import annotations

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.study.study import Study
from trimtab.ui.factor.parameter_fields import PLACE, key_of
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

MOST = 40
"""Of more levels than these nobody writes an order down."""


def can_be_ordered(study: Study, name: str) -> bool:
    """Whether a factor has levels, and few enough."""
    axis = study.axes[name]
    return not axis.numeric and not axis.rest and 2 <= axis.size <= MOST and name in study.columns


def order_fields(study: Study, name: str) -> None:
    """The levels as a text, one a line, that can be put in order."""
    key = key_of("tt_order", name)
    ordered = study.axes[name].ordered
    fields.own(key, _text(study, name), place=PLACE)
    with st.expander("Levels: in order" if ordered else "Levels: by frequency", key="tt_order"):
        st.text_area(
            "One a line, from the lowest to the highest",
            key=key,
            on_change=fields.heard,
            args=(key, _set_order, name),
            height=150,
            help="In an order that means something, such as low, mid, high: bars, pictures and Smooth follow it.",
        )
        if ordered:
            st.button("By frequency", key=key_of("tt_no_order", name), on_click=_forget_order, args=(name,))


def _text(study: Study, name: str) -> str:
    return "\n".join(study.axes[name].levels)


def _set_order(name: str) -> None:
    found, typed = doc.document(), str(st.session_state[key_of("tt_order", name)])
    if found is None or typed == _text(found.study, name):
        return
    order = [line.strip() for line in typed.splitlines() if line.strip()]

    def change(design: Design) -> Design:
        return design.with_factor(name, order=order)

    doc.edit(f"order of {name}", change, place=PLACE)


def _forget_order(name: str) -> None:
    doc.edit(f"order of {name}", lambda design: design.with_factor(name, order=None), place=PLACE)
