"""A condition as it is typed: rows of factor, comparison and value joined by "and", or SQL; and who meets it."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.design.definitions import Language
from trimtab.core.errors import InputError
from trimtab.core.expressions import Predicate, build_predicate
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.study.study import Study, open_study
from trimtab.core.words.numbers import one_in
from trimtab.ui.conditions.condition_rows import can_show, condition_fields, condition_of, fill_row, real_name
from trimtab.ui.parts.forms import BUTTON, DRAFT, Form, field_key, form_of, sql_field, typed
from trimtab.ui.parts.parts import html
from trimtab.ui.session import document as doc

SQL_EXAMPLE = "arr_delay > dep_delay + 30, or any other SQL condition"


def read_condition(study: Study, text: str) -> Predicate:
    """A condition over the columns and what the design computes. Raises InputError."""
    return Language(study.design, study.columns).predicate(text, owner="Condition")


def rows_where(study: Study, text: str) -> int:
    """Rows of the whole source that meet a condition."""
    design = study.design.changed(events={DRAFT: {"when": text, "rate": 1.0}})
    (control,) = events_of(open_study(design, study.source, previous=study))
    return real_rows(study, control)


def fill_condition(form: Form, study: Study, text: str) -> None:
    """Take a condition apart; what the rows can't show is shown as SQL."""
    st.session_state[field_key("sql")] = text
    form.sql = not fill_rows(form, study, text)


def fill_rows(form: Form, study: Study, text: str) -> bool:
    """Put a condition into the rows; False if they can't show it. Raises InputError if it can't be read."""
    conditions = read_condition(study, text).builder_rows()
    if conditions is None:
        return False
    names = [real_name(one.column, study) for one in conditions]
    if any(name is None or not can_show(study.columns[name], one) for name, one in zip(names, conditions, strict=True)):
        return False
    form.rows, form.next_row = list(range(len(conditions))), len(conditions)
    for i, condition in enumerate(conditions):
        fill_row(i, study.columns[str(names[i])], condition)
    return True


def condition_rows(study: Study, form: Form) -> None:
    """The rows of a condition, or the field for SQL."""
    if form.sql:
        sql_field("Condition in SQL", "sql", placeholder=SQL_EXAMPLE, height=80)
        return
    for place, i in enumerate(form.rows):
        on_remove = _remove if len(form.rows) > 1 else None
        condition_fields(study, i, kind=form.kind, first=place == 0, on_remove=on_remove)


def typed_condition(study: Study, form: Form) -> tuple[str, str]:
    """The condition as SQL and what is wrong with it; both empty while it is unfinished."""
    try:
        if form.sql:
            return typed("sql"), ""
        conditions = [condition_of(study, i) for i in form.rows]
        if any(one is None for one in conditions):
            return "", ""
        return build_predicate([one for one in conditions if one is not None]), ""
    except InputError as error:
        return "", str(error)


def count_line(study: Study, text: str) -> None:
    """How many real rows meet a condition that is well formed."""
    rows, total = rows_where(study, text), study.source.rows
    found = f"{rows:,} of {total:,} real rows, {one_in(rows / total)}." if rows else "No real row meets this."
    html(h.p(".tt-count")[h.b[found], " ", h.code[text]])


def lacking(form: Form) -> str:
    """What an unfinished condition lacks."""
    return "Write a condition." if form.sql else "Choose or type a value in each row."


def mode_buttons(form: Form, *, place: str) -> None:
    """Another row, and the way between rows and SQL."""
    if not form.sql:
        st.button("Another condition", key=f"{BUTTON}add", icon=":material/add:", on_click=_add, args=(form.kind,))
    title = "Use rows" if form.sql else "Write SQL"
    st.button(title, key=f"{BUTTON}mode", on_click=_switch, args=(form.kind, place))


def _remove(kind: str, i: int) -> None:
    form = form_of(kind)
    if form:
        form.rows.remove(i)


def _add(kind: str) -> None:
    form = form_of(kind)
    if form:
        form.rows.append(form.next_row)
        form.next_row += 1


def _switch(kind: str, place: str) -> None:
    """From rows to SQL with what they say, and back if rows can say it."""
    form, found = form_of(kind), doc.document()
    if form is None or found is None:
        return
    text, _ = typed_condition(found.study, form)
    if not form.sql:
        form.sql = True
        st.session_state[field_key("sql")] = text
    elif not text:
        form.sql, form.rows = False, [form.next_row]
        form.next_row += 1
    elif fill_rows(form, found.study, text):
        form.sql = False
    else:
        doc.refuse("Rows joined by “and” can’t say this condition; it stays SQL.", place=place)
