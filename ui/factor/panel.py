"""What is said of one factor: its role, its family with parameters, unit, missing share, bins, cost."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.changes.factors import with_role
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import COLD_ROLES, Design
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent, shift_text
from trimtab.core.words.typed import real_number
from trimtab.ui.factor.derived import ask_for_expression, delete_derived, expression_field, waits_for_expression
from trimtab.ui.factor.fields import edge_fields, family_fields, held_fields
from trimtab.ui.factor.level_order import can_be_ordered, order_fields
from trimtab.ui.factor.matching import match_menu
from trimtab.ui.factor.parameter_fields import PLACE, key_of, text_row
from trimtab.ui.factor.why import why_menu
from trimtab.ui.parts.control_rows import bits_text, refused
from trimtab.ui.parts.parts import html, plain, section
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.session import outcome as outcomes

ROLES = {
    "follow": ("Follow", "moves with the other factors, as it does in the real data"),
    "keep": ("Keep", "stays exactly as in the real data, whatever else moves"),
    "target": ("Target", "has the shares you set"),
    "hold": ("Hold", "one value only, or a few"),
    "derive": ("Derive", "is computed from other factors"),
    "carry": ("Carry", "is no factor: a whole real row brings its own value, a made one has none"),
    "drop": ("Drop", "is left out of the rows"),
}


def role_control(study: Study, name: str) -> None:
    """The role of a factor as a choice; what the design has added can only be derived, or deleted."""
    if name not in study.columns:
        delete_derived(name)
        return
    key = key_of("tt_role", name)
    fields.show(key, "derive" if waits_for_expression(name) else study.role(name))
    st.segmented_control(
        f"Role of {plain(name)}",
        [role for role in ROLES if not study.declared or role in COLD_ROLES],
        format_func=lambda role: ROLES[role][0],
        key=key,
        required=True,
        on_change=fields.heard,
        args=(key, _set_role, name),
        label_visibility="collapsed",
        help="  \n".join(f"{title}: {about}." for title, about in ROLES.values()),
    )


def _set_role(name: str) -> None:
    role = st.session_state[key_of("tt_role", name)]
    found = doc.document()
    ask_for_expression(name if role == "derive" else None)
    # The browser may send again what is there already: a target would be begun anew.
    if found and role and role not in ("derive", found.study.role(name)):
        outcome = outcomes.projection()
        projection = outcome if isinstance(outcome, Projection) else None
        doc.edit(f"{role} {name}", lambda _: with_role(found.study, projection, name, role), place=PLACE)


def factor_panel(study: Study, name: str) -> None:
    """The panel at the right of the sculptor."""
    asked, column = study.design.factor(name), study.known(name)
    with st.container(gap=None, key="tt_panel"):
        section("This factor")
        if asked.role == "derive" or waits_for_expression(name):
            expression_field(study, name)
        if asked.role == "target" and asked.target is not None:
            family_fields(study, name)
        if asked.role == "hold":
            held_fields(study, name)
        if asked.role not in LEFT_OUT:
            text_row("Unit", "tt_unit", asked.unit or "", name, _set_unit)
        if asked.role in ("follow", "target", "hold"):
            share = _missing_text(study.design, name)
            hint = "none" if study.declared else f"as real, {percent(column.missing_share)}"
            text_row("Missing", "tt_missing", share, name, _set_missing, placeholder=hint)
        _figures(study, name)
        why_menu(study, name)
        if study.axes[name].numeric and study.axes[name].size and asked.role not in LEFT_OUT:
            edge_fields(study, name)
        if can_be_ordered(study, name) and asked.role not in ("derive", *LEFT_OUT):
            order_fields(study, name)
        if not study.declared and name in study.columns and asked.role not in ("derive", *LEFT_OUT):
            match_menu(name)
    refused(PLACE)


def _figures(study: Study, name: str) -> None:
    outcome = outcomes.projection()
    if not isinstance(outcome, Projection):
        return
    shift = next((one for one in outcome.shifts if one.factor == name), None)
    lines = []
    if shift is not None:
        tone = "asked" if shift.asked else "carried" if shift.tv >= STILL else "still"
        about = "Half the sum of all differences of the shares"
        lines.append(h.div(title=about)[h.span["Shift (TV)"], h.b(class_=tone)[shift_text(shift.tv)]])
    mine = {ControlName(kind, name) for kind in ("target", "keep", "hold", "missing")}
    cost = next((bits for control, bits in outcomes.costs().items() if control in mine), None)
    if cost is not None:
        about = "What the design would cost less without it"
        lines.append(h.div(title=about)[h.span["Cost of this control"], h.b[bits_text(cost)]])
    html(h.div(".tt-figures")[lines])


def _set_unit(name: str) -> None:
    unit = str(st.session_state[key_of("tt_unit", name)]).strip() or None
    doc.edit(f"unit of {name}", lambda design: design.with_factor(name, unit=unit), place=PLACE)


def _missing_text(design: Design, name: str) -> str:
    missing = design.factor(name).missing
    return "" if missing is None else percent(missing)


def _set_missing(name: str) -> None:
    typed = str(st.session_state[key_of("tt_missing", name)])
    text = typed.replace("%", "").strip()

    def change(design: Design) -> Design:
        if typed == _missing_text(design, name):  # the share may have more digits than its text
            return design
        number = real_number(text)
        if text and number is None:
            raise InputError(f"Missing share of `{name}`: must be a percentage such as 3 %, got `{text}`.")
        return design.with_factor(name, missing=None if number is None else number / 100)

    doc.edit(f"missing share of {name}", change, place=PLACE)
