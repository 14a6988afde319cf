"""The form of an event's condition: rows of factor, comparison and value, or SQL; with the real rows that meet it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

import streamlit as st

from core.design.design import Design
from core.errors import InputError
from core.expressions import Condition, Value, build_predicate
from core.projection.controls import events_of
from core.projection.rates import real_rows
from core.source.axes import level_texts
from core.source.columns import Column
from core.source.labels import number_texts
from core.study import Study, open_study
from ui import document as doc
from ui.parts import notice, one_in, section

FORM = "tt_event_form"
NEW_RATE = 0.01
MOST_CHOICES = 1000
LEVEL_OPS = {
    "=": "is", "!=": "is not", "in": "is one of", "not in": "is none of", "is null": "is missing", "is not null": "is there",
}
NUMBER_OPS = {
    "<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠", "between": "between", "is null": "is missing",
    "is not null": "is there",
}


@dataclass
class Form:
    """What is being typed. `event` is the event whose condition is changed, None for a new one."""

    event: str | None = None
    sql: bool = False
    rows: list[int] = field(default_factory=lambda: [0])
    next_row: int = 1


def form_of() -> Form | None:
    """The form that is open."""
    found: Form | None = st.session_state.get(FORM)
    return found


def begin_form(event: str | None = None) -> None:
    """Open the form: empty, or with the condition of an event."""
    for key in [key for key in st.session_state if str(key).startswith("tt_form_")]:
        del st.session_state[key]
    form = Form(event=event)
    found = doc.document()
    if found and event:
        _fill(form, found.study, event)
    st.session_state[FORM] = form


def _fill(form: Form, study: Study, event: str) -> None:
    """Take an event's condition apart; what the rows can't show is shown as SQL."""
    predicate = next(one.predicate for one in events_of(study) if one.name == event)
    st.session_state["tt_form_sql"] = study.design.events[event].when
    conditions = predicate.builder_rows()
    if conditions is None or not all(_shows(study.columns[_real(one.column, study)], one) for one in conditions):
        form.sql = True
        return
    form.rows, form.next_row = list(range(len(conditions))), len(conditions)
    for i, condition in enumerate(conditions):
        column = study.columns[_real(condition.column, study)]
        st.session_state[f"tt_form_factor_{i}"] = column.name
        st.session_state[f"tt_form_op_{i}"] = condition.op
        _set_value(i, column, condition)


def _real(name: str, study: Study) -> str:
    return name if name in study.columns else next(one for one in study.columns if one.lower() == name.lower())


def _shows(column: Column, condition: Condition) -> bool:
    """True if the form's fields can show this condition."""
    if condition.op not in (NUMBER_OPS if _ordered(column) else LEVEL_OPS):
        return False
    if _ordered(column) or condition.value is None:
        return True
    given = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return column.distinct > MOST_CHOICES or set(map(_level, given)) <= set(level_texts(column.values).to_pylist())


def _level(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _set_value(i: int, column: Column, condition: Condition) -> None:
    given = condition.value
    if given is None:
        return
    key = f"tt_form_value_{i}"
    if not _ordered(column):
        st.session_state[key] = [_level(one) for one in given] if isinstance(given, tuple) else _level(given)
        return
    texts = [one if isinstance(one, str) else number_texts([float(one)])[0] for one in (given if isinstance(given, tuple) else (given,))]
    st.session_state[key] = texts[0]
    if len(texts) > 1:
        st.session_state[f"tt_form_high_{i}"] = texts[1]


def _ordered(column: Column) -> bool:
    return column.kind in ("continuous", "count", "datetime")


def event_form(found: doc.Document) -> None:
    """Draw the form."""
    form = form_of()
    assert form is not None
    with st.container(border=True, key="tt_form"):
        title = f"Condition of “{form.event.replace('_', ' ')}”" if form.event else "A new event"
        section(title, "true when all of these hold" if not form.sql else "")
        if form.event is None:
            st.text_input("Name", key="tt_form_name", placeholder="such as fog and strong wind")
        if form.sql:
            st.text_area("Condition in SQL", key="tt_form_sql", height=80, placeholder="visib < 2 AND wind_speed > 15")
        else:
            for place, i in enumerate(form.rows):
                _condition_row(found.study, form, i, first=place == 0)
        when, message = _when(found.study, form)
        if message:
            notice(message)
        elif when:
            _count(found, when)
        _buttons(found, form, when if not message else "")


def _condition_row(study: Study, form: Form, i: int, *, first: bool) -> None:
    joint, factor, op, value, remove = st.columns([0.5, 2, 1.3, 2.4, 0.45], vertical_alignment="center")
    joint.html(f'<span class="tt-label">{"where" if first else "and"}</span>')
    names = list(study.delivered)
    chosen = factor.selectbox(
        "Factor", names, key=f"tt_form_factor_{i}", label_visibility="collapsed", on_change=_forget_value, args=(i,)
    )
    column = study.columns[str(chosen)]
    ops = NUMBER_OPS if _ordered(column) else LEVEL_OPS
    if st.session_state.get(f"tt_form_op_{i}") not in ops:
        st.session_state[f"tt_form_op_{i}"] = next(iter(ops))
    chosen_op = op.selectbox(
        "Comparison", list(ops), key=f"tt_form_op_{i}", format_func=lambda one: ops.get(one, one),
        label_visibility="collapsed", on_change=_forget_value, args=(i,),
    )
    with value:
        _value_field(column, str(chosen_op), i)
    if len(form.rows) > 1:
        remove.button("✕", key=f"tt_form_remove_{i}", help="Remove this condition", on_click=_remove, args=(i,))


def _value_field(column: Column, op: str, i: int) -> None:
    key = f"tt_form_value_{i}"
    if op in ("is null", "is not null"):
        return
    if _ordered(column):
        hint = "a date such as 2013-05-31" if column.kind == "datetime" else _range_hint(column)
        if op != "between":
            st.text_input("Value", key=key, placeholder=hint, label_visibility="collapsed")
            return
        low, high = st.columns(2)
        low.text_input("From", key=key, placeholder="from", label_visibility="collapsed")
        high.text_input("To", key=f"tt_form_high_{i}", placeholder="to", label_visibility="collapsed")
    elif op in ("in", "not in"):
        options = level_texts(column.values.slice(0, MOST_CHOICES)).to_pylist()
        st.multiselect("Values", options, key=key, label_visibility="collapsed", placeholder="choose")
    else:
        options = level_texts(column.values.slice(0, MOST_CHOICES)).to_pylist()
        st.selectbox("Value", options, key=key, index=None, label_visibility="collapsed", placeholder="choose")


def _range_hint(column: Column) -> str:
    if not column.distinct:
        return "no value"
    low, high = number_texts([float(column.numbers[0]), float(column.numbers[-1]) + 0.0])[:2]
    return f"{low} to {high}"


def _forget_value(i: int) -> None:
    for key in (f"tt_form_value_{i}", f"tt_form_high_{i}"):
        st.session_state.pop(key, None)


def _remove(i: int) -> None:
    form = form_of()
    if form:
        form.rows.remove(i)


def _add_row() -> None:
    form = form_of()
    if form:
        form.rows.append(form.next_row)
        form.next_row += 1


def _when(study: Study, form: Form) -> tuple[str, str]:
    """The condition as SQL and what is wrong with it; both empty while it is unfinished."""
    try:
        if form.sql:
            when = str(st.session_state.get("tt_form_sql", "")).strip()
        else:
            conditions = [_condition(study, i) for i in form.rows]
            if any(one is None for one in conditions):
                return "", ""
            when = build_predicate([one for one in conditions if one is not None])
        if when:
            open_study(_with(study.design, form, when, "the_event"), study.source, previous=study)
    except InputError as error:
        return "", str(error).replace("Event `the_event`: ", "")
    return when, ""


def _condition(study: Study, i: int) -> Condition | None:
    """One row of the form; None while its value is missing."""
    column = study.columns[st.session_state[f"tt_form_factor_{i}"]]
    op = st.session_state[f"tt_form_op_{i}"]
    if op in ("is null", "is not null"):
        return Condition(column.name, op)
    given = st.session_state.get(f"tt_form_value_{i}")
    if op == "between":
        ends = (given, st.session_state.get(f"tt_form_high_{i}"))
        if not all(ends):
            return None
        return Condition(column.name, op, (_typed(column, str(ends[0])), _typed(column, str(ends[1]))))
    if not given:
        return None
    value: Value
    if isinstance(given, list):
        value = tuple(_level_value(column, one) for one in given)
    else:
        value = _typed(column, str(given)) if _ordered(column) else _level_value(column, str(given))
    return Condition(column.name, op, value)


def _level_value(column: Column, text: str) -> Any:
    return text == "true" if column.kind == "boolean" else text


def _typed(column: Column, text: str) -> Any:
    if column.kind == "datetime":
        return text.strip()
    try:
        number = float(text.replace(",", ".").replace(" ", ""))
    except ValueError as error:
        raise InputError(f"`{column.name}` is compared with a number, got `{text}`.") from error
    return int(number) if number.is_integer() else number


def _with(design: Design, form: Form, when: str, name: str) -> Design:
    if form.event:
        return design.with_event(form.event, when=when)
    return design.with_event(name, when=when, rate=NEW_RATE)


def _count(found: doc.Document, when: str) -> None:
    """How many real rows meet the condition."""
    trial = found.design.changed(events={"the_event": {"when": when, "rate": NEW_RATE}})
    (control,) = events_of(open_study(trial, found.study.source, previous=found.study))
    rows, total = real_rows(found.study, control), found.study.source.rows
    text = f"{rows:,} of {total:,} real rows, {one_in(rows / total)}." if rows else "No real row meets this: it can’t be made from these data."
    st.html(f'<p class="tt-count"><b>{escape(text)}</b> <code>{escape(when)}</code></p>')


def _buttons(found: doc.Document, form: Form, when: str) -> None:
    with st.container(horizontal=True):
        if not form.sql:
            st.button("Another condition", key="tt_form_add", icon=":material/add:", on_click=_add_row)
        st.button("Use rows" if form.sql else "Write SQL", key="tt_form_mode", on_click=_switch, args=(when,))
        st.space("stretch")
        st.button("Cancel", key="tt_form_cancel", on_click=_close)
        label = "Save the condition" if form.event else "Add this event"
        st.button(label, key="tt_form_save", type="primary", disabled=not when, on_click=_save, args=(when,))


def _switch(when: str) -> None:
    form = form_of()
    if form:
        form.sql = not form.sql
        if form.sql and when:
            st.session_state["tt_form_sql"] = when


def _close() -> None:
    st.session_state.pop(FORM, None)


def _save(when: str) -> None:
    from ui.events import PLACE, event_name

    form, found = form_of(), doc.document()
    if form is None or found is None:
        return
    name = form.event or event_name(str(st.session_state.get("tt_form_name", ""))) or _free_name(found.design)
    if form.event is None and name in found.design.events:
        doc.refuse(f"There is an event `{name.replace('_', ' ')}` already. Choose another name.", place=PLACE)
        return
    verb = "change" if form.event else "add"
    if doc.edit(f"{verb} {name.replace('_', ' ')}", lambda design: _with(design, form, when, name), place=PLACE):
        _close()


def _free_name(design: Design) -> str:
    number = 1
    while f"event_{number}" in design.events:
        number += 1
    return f"event_{number}"


