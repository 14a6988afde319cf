"""Floors: every combination of the bins of some factors occurs at least so often."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study
from trimtab.core.words.typed import whole_number
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import add_button, cost, field_cell, head, menu, number_cell, refused, slug
from trimtab.ui.parts.forms import Form, begin, commit, ends, field_key, form_of, found_out, text_field, trial, typed
from trimtab.ui.parts.parts import html, plain, quiet, section, short
from trimtab.ui.session import document as doc

KIND = "floor"
PLACE = "floors"
ABOUT = (
    "Combinations that must not be left out: every pair of the bins of origin, carrier and month at least 5 times, "
    "also those that real data hardly show."
)
STRENGTHS = {1: "each bin", 2: "every pair", 3: "every triple", 4: "every four"}
FEW_ROWS = 5


@tab_at(70, "floors", "Floors")
def floors(found: doc.Document) -> None:
    """The table of floors, and the form."""
    form, study = form_of(KIND), found.study
    if found.design.floors:
        with st.container(gap=None, key="tt_floors"):
            head("floors", "factors", "cells", "at least", "rows it takes")
            for place, floor in enumerate(found.design.floors):
                _row(study, place, floor)
    elif form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add a floor", "tt_add_floor", "factors, how many at a time, and how often", _begin)
    else:
        _form(study, form)


def cells_of(study: Study, floor: Floor) -> tuple[int, int]:
    """Combinations of bins that a floor speaks of, and the least rows they take: one row shows one combination of
    each choice of factors."""
    sizes = [study.axes[name].size for name in floor.factors]
    each = [math.prod(chosen) for chosen in combinations(sizes, floor.strength)]
    return sum(each), max(each) * floor.at_least


def _row(study: Study, place: int, floor: Floor) -> None:
    key = f"floor_{place}_{slug(floor.name)}"
    cells, rows = cells_of(study, floor)
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_control_{key}"):
        html(h.div(".tt-event")[h.b[floor.name], h.small[f"{STRENGTHS[floor.strength]} of their bins"]])
        number_cell(f"{cells:,}", width=70)
        field = f"tt_least_{key}"
        title = f"Rows of each cell of {plain(floor.name)}"
        field_cell(title, field, f"{floor.at_least:,}", _set_least, place, field, place=PLACE)
        number_cell(f"≥ {rows:,}", cost(ControlName("floor", floor.name)), title=_needed(rows, study.size), width=92)
        actions = {
            "change": ("Change the floor", lambda: _begin(place)),
            "delete": ("Delete", lambda: _delete(place)),
        }
        menu(key, actions, rename=None)


def _needed(rows: int, of: int) -> str:
    return f"At least {rows:,} of the {of:,} rows, unless a rule or a hold forbids some of the cells."


def _begin(place: int | None = None) -> None:
    found = doc.document()
    if found is None or place is None:
        begin(KIND, strength=2, at_least=str(FEW_ROWS))
        return
    floor = found.design.floors[place]
    begin(KIND, place, factors=list(floor.factors), strength=floor.strength, at_least=str(floor.at_least))


def _form(study: Study, form: Form) -> None:
    with st.container(border=True, key="tt_form"):
        section("A new floor" if form.of is None else "Change the floor")
        st.multiselect(
            "Factors",
            list(study.shown),
            key=field_key("factors"),
            placeholder="choose two or more",
            persist_state="page",
        )
        left, right = st.columns([2.6, 1], vertical_alignment="bottom")
        with left:
            st.segmented_control(
                "Combinations of their bins",
                list(STRENGTHS),
                key=field_key("strength"),
                format_func=lambda one: STRENGTHS.get(one, str(one)),
                required=True,
                persist_state="page",
            )
        with right:
            text_field("At least, rows of each", "at_least", placeholder="such as 5")
        floor, message = _typed()
        lacking = (
            "" if floor or message else "A floor needs as many factors as are combined, and how many rows of each."
        )
        opened = None
        if floor:
            opened, message = trial(study, lambda design: _with(design, form.of, floor))
        with found_out():
            if floor and opened:
                at = -1 if form.of is None else form.of
                cells, rows = cells_of(opened, opened.design.floors[at])
                html(h.p(".tt-count")[h.b[f"{cells:,} cells."], " ", _needed(rows, study.size)])
        save = "Add this floor" if form.of is None else "Save the floor"
        ends(form, save, _save, lacking=lacking, message=message, place=PLACE)


def _typed() -> tuple[dict[str, Any] | None, str]:
    """What is typed as a floor, None while it is unfinished; and what is wrong with it."""
    factors = list(st.session_state.get(field_key("factors")) or [])
    strength = st.session_state.get(field_key("strength"))
    if not strength or len(factors) < strength or not typed("at_least"):
        return None, ""
    try:
        least = whole_number(typed("at_least"), owner="At least")
    except InputError as error:
        return None, str(error)
    return {"factors": factors, "strength": strength, "at_least": least}, ""


def _with(design: Design, place: int | None, floor: dict[str, Any]) -> Design:
    return design.with_floor(place, **floor)


def _save() -> None:
    form = form_of(KIND)
    if form is None:
        return
    floor, _ = _typed()
    form.asked = floor is None
    if floor is not None:
        verb = "add" if form.of is None else "change"
        label = f"{verb} floor of {short(', '.join(floor['factors']))}"
        commit(label, lambda design: _with(design, form.of, floor), place=PLACE)


def _set_least(place: int, key: str) -> None:
    found = doc.document()
    if found is None:
        return
    name = found.design.floors[place].name

    def change(design: Design) -> Design:
        least = whole_number(str(st.session_state[key]), owner="At least")
        return design.with_floor(place, at_least=least)

    doc.edit(f"floor of {short(name)}", change, place=PLACE)


def _delete(place: int) -> None:
    found = doc.document()
    if found:
        label = f"delete floor of {short(found.design.floors[place].name)}"
        doc.edit(label, lambda design: design.without_floor(place), place=PLACE)
