"""Sweeps: groups of rows in which one factor takes given values while the others stay, or follow it."""

from __future__ import annotations

from typing import Any

import htpy as h
import numpy as np
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study
from trimtab.core.words.typed import whole_number
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import (
    add_button,
    code,
    cost,
    field_cell,
    head,
    listed,
    menu,
    number_cell,
    read_number,
    refused,
    slug,
)
from trimtab.ui.parts.forms import (
    Form,
    begin,
    choice_field,
    commit,
    ends,
    field_key,
    form_of,
    found_out,
    text_field,
    trial,
    typed,
)
from trimtab.ui.parts.parts import html, plain, quiet, section, short
from trimtab.ui.session import document as doc

KIND = "sweep"
PLACE = "sweeps"
ABOUT = (
    "What would change if only one factor were different? A sweep takes real rows and repeats each with given values "
    "of that factor, such as visib at 0.25, 1, 3 and 10, while all others stay."
)
OTHERS = {"intervene": "Others stay", "condition": "Others follow it"}
MEANING = {
    "intervene": "Each group is one real row; only this factor, and what is derived from it, differs.",
    "condition": "For each value the other factors are drawn anew, as they are where the factor has it.",
}
MOST_CHOICES = 1000
"""Levels that a list offers; beyond, values are typed."""
FEW_GROUPS = 100


@tab_at(60, "sweeps", "Sweeps")
def sweeps(found: doc.Document) -> None:
    """The table of sweeps, and the form."""
    form, design = form_of(KIND), found.design
    if design.sweeps:
        with st.container(gap=None, key="tt_sweeps"):
            head("sweeps", "varied", "others", "groups", "rows")
            for place, sweep in enumerate(design.sweeps):
                _row(design, place, sweep)
        quiet(_total(found.study))
    elif form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add a sweep", "tt_add_sweep", "a factor, its values, and how many groups", _begin)
    else:
        _form(found.study, form)


def rows_of(sweep: Sweep) -> int:
    """Rows that a sweep takes."""
    return len(sweep.values) * sweep.groups


def _total(study: Study) -> str:
    taken = sum(map(rows_of, study.design.sweeps))
    return f"Together they take {taken:,} of the {study.size:,} rows; every promise counts them."


def _row(design: Design, place: int, sweep: Sweep) -> None:
    key = f"sweep_{place}_{slug(sweep.factor)}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_control_{key}"):
        html(h.div(".tt-event")[h.b[sweep.factor], code(values_text(sweep.values))])
        word = {"intervene": "stay", "condition": "follow it"}[sweep.others]
        html(h.div(".tt-quietly", title=MEANING[sweep.others])[word], width=80)
        field = f"tt_groups_{key}"
        title = f"Groups of the sweep of {plain(sweep.factor)}"
        field_cell(title, field, f"{sweep.groups:,}", _set_groups, place, field, place=PLACE)
        number_cell(f"{rows_of(sweep):,}", cost(ControlName("sweep", sweep.factor)))
        actions = {
            "change": ("Change the sweep", lambda: _begin(place)),
            "delete": ("Delete", lambda: _delete(place)),
        }
        menu(key, actions, rename=None)


def values_text(values: tuple[Any, ...]) -> str:
    """Values of a sweep as people read and type them: "0.25, 1, 3, 10"."""
    texts = [{True: "true", False: "false"}[one] if isinstance(one, bool) else str(one) for one in values]
    return ("; " if any("," in text for text in texts) else ", ").join(texts)


def _begin(place: int | None = None) -> None:
    found = doc.document()
    if found is None or place is None:
        begin(KIND, groups=str(FEW_GROUPS))
        return
    sweep = found.design.sweeps[place]
    column = found.study.columns[sweep.factor]
    given: Any = values_text(sweep.values)
    if _chosen_from(column):
        given = [values_text((one,)) for one in sweep.values]
    fields = {"factor": sweep.factor, "groups": str(sweep.groups), "others": sweep.others, _values_name(column): given}
    begin(KIND, place, **fields)


def _values_name(column: Column) -> str:
    """The name of the field of the values: those that are typed stay when another factor is chosen, levels belong to
    their factor."""
    return f"chosen {column.name}" if _chosen_from(column) else "values"


def _chosen_from(column: Column) -> bool:
    return column.kind in ("categorical", "boolean") and column.distinct <= MOST_CHOICES


def _form(study: Study, form: Form) -> None:
    with st.container(border=True, key="tt_form"):
        section("A new sweep" if form.of is None else "Change the sweep")
        factor = str(
            st.selectbox(
                "Factor that varies",
                list(study.delivered),
                key=field_key("factor"),
                persist_state="page",
            )
        )
        left, right = st.columns([2.2, 1])
        with left:
            _values_field(study.columns[factor])
        with right:
            text_field("Groups", "groups", placeholder="such as 500")
        others = choice_field("What the other factors do", "others", OTHERS)
        quiet(MEANING[str(others)])
        sweep, message = _typed(study)
        lacking = "" if sweep or message else "A sweep needs values of the factor, and how many groups."
        if sweep:
            _, message = trial(study, lambda design: _with(design, form.of, sweep))
        with found_out():
            if sweep and not message:
                groups, values = sweep["groups"], len(sweep["values"])
                taken = f"{groups:,} groups of {values}: {values * groups:,} of the {study.size:,} rows."
                html(h.p(".tt-count")[h.b[taken]])
        save = "Add this sweep" if form.of is None else "Save the sweep"
        ends(form, save, _save, lacking=lacking, message=message, place=PLACE)


def _values_field(column: Column) -> None:
    if _chosen_from(column):
        options = level_texts(column.values).to_pylist()
        key = field_key(_values_name(column))
        st.multiselect("Values", options, key=key, placeholder="choose two or more", persist_state="page")
    else:
        text_field("Values", "values", placeholder=_example(column))


def _example(column: Column) -> str:
    """Values from the whole range of a column."""
    at = np.unique(np.linspace(0, max(column.distinct - 1, 0), 4).astype(int))
    return f"such as {', '.join(level_texts(column.values.take(at)).to_pylist())}" if column.distinct else ""


def _typed(study: Study) -> tuple[dict[str, Any] | None, str]:
    """What is typed as a sweep, None while it is unfinished; and what is wrong with it."""
    column, others = study.columns[st.session_state[field_key("factor")]], str(st.session_state[field_key("others")])
    given = st.session_state.get(field_key(_values_name(column))) or []
    parts = listed(given) if isinstance(given, str) else list(given)
    if not parts or not typed("groups"):
        return None, ""
    try:
        values = [_value(column, part) for part in parts]
        groups = whole_number(typed("groups"), owner="Groups")
    except InputError as error:
        return None, str(error)
    return {"factor": column.name, "values": values, "groups": groups, "others": others}, ""


def _value(column: Column, text: str) -> bool | float | str:
    if column.kind == "boolean":
        return text == "true"
    return read_number(text, owner="Values") if column.kind in ("continuous", "count") else text


def _with(design: Design, place: int | None, sweep: dict[str, Any]) -> Design:
    return design.with_sweep(place, **sweep)


def _save() -> None:
    form, found = form_of(KIND), doc.document()
    if form is None or found is None:
        return
    sweep, _ = _typed(found.study)
    form.asked = sweep is None
    if sweep is not None:
        verb = "add" if form.of is None else "change"
        label = f"{verb} sweep of {short(sweep['factor'])}"
        commit(label, lambda design: _with(design, form.of, sweep), place=PLACE)


def _set_groups(place: int, key: str) -> None:
    found = doc.document()
    if found is None:
        return
    factor = found.design.sweeps[place].factor

    def change(design: Design) -> Design:
        groups = whole_number(str(st.session_state[key]), owner="Groups")
        return design.with_sweep(place, groups=groups)

    doc.edit(f"groups of {short(factor)}", change, place=PLACE)


def _delete(place: int) -> None:
    found = doc.document()
    if found:
        label = f"delete sweep of {short(found.design.sweeps[place].factor)}"
        doc.edit(label, lambda design: design.without_sweep(place), place=PLACE)
