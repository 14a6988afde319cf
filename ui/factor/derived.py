"""Derived factors: the expression of one, adding one, and deleting one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study
from trimtab.ui.factor.parameter_fields import key_of
from trimtab.ui.parts.control_rows import refused
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

PLACE = "factor"
NEW = "derive"
"""Where messages about a derived factor that is being added are shown."""
MENU = "tt_new_derived"
_ASKED = "tt_deriving"
EXAMPLE = "dep_delay - arr_delay"
ABOUT = "SQL over other factors, computed in every row: arithmetic, comparisons, CASE WHEN … THEN … ELSE … END."


def waits_for_expression(name: str) -> bool:
    """Whether role derive was chosen for a factor, and its expression is not there yet."""
    return bool(st.session_state.get(_ASKED) == name)


def ask_for_expression(name: str | None) -> None:
    """Show the field for the expression of a factor that has another role so far; None: of none."""
    st.session_state[_ASKED] = name
    doc.settle()


def expression_field(study: Study, name: str) -> None:
    """The expression of a derived factor, or of one that is to be."""
    key = key_of("tt_expression", name)
    fields.own(key, study.design.factor(name).expression or "", place=PLACE)
    st.text_area(
        "Expression",
        key=key,
        placeholder=EXAMPLE,
        height=96,
        help=ABOUT,
        on_change=fields.heard,
        args=(key, _set_expression, name),
    )


def _set_expression(name: str) -> None:
    text = str(st.session_state[key_of("tt_expression", name)]).strip()

    def change(design: Design) -> Design:
        if not text:
            raise InputError(f"Factor `{name}`: role derive needs an expression such as `{EXAMPLE}`.")
        return derived(design, name, text)

    if doc.edit(f"derive {name}", change, place=PLACE):
        st.session_state.pop(_ASKED, None)


def derived(design: Design, name: str, expression: str) -> Design:
    """The design with a factor computed by an expression; what another role needed is taken away."""
    if design.factor(name).role == "derive":
        return design.with_factor(name, expression=expression)
    cleared = dict.fromkeys(("kind", "edges", "target", "missing", "value", "values"))
    return design.with_factor(name, role="derive", expression=expression, **cleared)


def delete_derived(name: str) -> None:
    """The button that takes back a factor that the design has added."""
    st.button("Delete this factor", key=key_of("tt_delete_derived", name), on_click=_delete, args=(name,))


def _delete(name: str) -> None:
    doc.edit(f"delete {name}", lambda design: design.without_factor(name), place=PLACE)


def add_derived(on_added: Callable[[str], None]) -> None:
    """The menu that adds a derived factor; `on_added` hears its name."""
    menu = st.popover("Add a derived factor", key=MENU, icon=":material/add:", on_change="rerun", width="stretch")
    if not menu.open:  # what is not seen is not sent: each edit repaints the whole page
        return
    with menu:
        st.text_input("Name", key="tt_derived_name", placeholder="such as gain")
        st.text_area("Expression", key="tt_derived_expression", placeholder=EXAMPLE, height=96, help=ABOUT)
        refused(NEW)
        st.button("Add this factor", key="tt_derived_save", type="primary", on_click=_add, args=(on_added,))


def _add(on_added: Callable[[str], None]) -> None:
    found = doc.document()
    name = str(st.session_state.get("tt_derived_name", "")).strip()
    text = str(st.session_state.get("tt_derived_expression", "")).strip()
    if found is None:
        return
    taken = {*found.study.axes, *found.design.factors}

    def change(design: Design) -> Design:
        if not name or not text:
            raise InputError("A derived factor needs a name and an expression.")
        if name in taken:
            raise InputError(f"There is a factor `{name}` already. Choose another name, or role Derive for that one.")
        return derived(design, name, text)

    if doc.edit(f"add {name}", change, place=NEW):
        for key in ("tt_derived_name", "tt_derived_expression"):
            st.session_state.pop(key, None)
        st.session_state[MENU] = False
        on_added(name)
