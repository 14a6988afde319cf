"""The form of an event's condition: rows of factor, comparison and value, or SQL; with the real rows that meet it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

import streamlit as st

from core.design.design import Design
from core.errors import InputError
from core.expressions import build_predicate, parse_predicate
from core.projection.controls import events_of
from core.projection.rates import real_rows
from core.study import Study, open_study
from ui import document as doc
from ui.event_conditions import can_show, condition_fields, condition_of, fill_value, real_name
from ui.parts import notice, one_in, section

FORM = "tt_event_form"
PLACE = "events"
"""Where messages about events are shown."""
NEW_RATE = 0.01


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
    when = study.design.events[event].when
    st.session_state["tt_form_sql"] = when
    form.sql = not _fill_rows(form, study, when)


def _fill_rows(form: Form, study: Study, when: str) -> bool:
    """Put a condition into the rows; False if they can't show it. Raises InputError if it can't be read."""
    predicate = parse_predicate(when, {name: column.kind for name, column in study.columns.items()}, owner="Condition")
    conditions = predicate.builder_rows()
    if conditions is None or not all(can_show(study.columns[real_name(one.column, study)], one) for one in conditions):
        return False
    form.rows, form.next_row = list(range(len(conditions))), len(conditions)
    for i, condition in enumerate(conditions):
        column = study.columns[real_name(condition.column, study)]
        st.session_state[f"tt_form_factor_{i}"] = column.name
        st.session_state[f"tt_form_op_{i}"] = condition.op
        fill_value(i, column, condition)
    return True


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
                on_remove = _remove if len(form.rows) > 1 else None
                condition_fields(found.study, i, first=place == 0, on_remove=on_remove)
        when, message = _when(found.study, form)
        if message:
            notice(message)
        elif when:
            _count(found, when)
        _buttons(found, form, when if not message else "")


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
            conditions = [condition_of(study, i) for i in form.rows]
            if any(one is None for one in conditions):
                return "", ""
            when = build_predicate([one for one in conditions if one is not None])
        if when:
            open_study(_with(study.design, form, when, "the_event"), study.source, previous=study)
    except InputError as error:
        return "", str(error).replace("Event `the_event`: ", "")
    return when, ""


def _with(design: Design, form: Form, when: str, name: str) -> Design:
    if form.event:
        return design.with_event(form.event, when=when)
    return design.with_event(name, when=when, rate=NEW_RATE)


def _count(found: doc.Document, when: str) -> None:
    """How many real rows meet the condition."""
    trial = found.design.changed(events={"the_event": {"when": when, "rate": NEW_RATE}})
    (control,) = events_of(open_study(trial, found.study.source, previous=found.study))
    rows, total = real_rows(found.study, control), found.study.source.rows
    text = "No real row meets this: it can’t be made from these data."
    if rows:
        text = f"{rows:,} of {total:,} real rows, {one_in(rows / total)}."
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
    """From rows to SQL with what they say, and back if rows can say it."""
    form, found = form_of(), doc.document()
    if form is None or found is None:
        return
    if not form.sql:
        form.sql = True
        st.session_state["tt_form_sql"] = when
    elif not when:
        form.sql, form.rows = False, [form.next_row]
        form.next_row += 1
    elif _fill_rows(form, found.study, when):
        form.sql = False
    else:
        doc.refuse("Rows joined by “and” can’t say this condition; it stays SQL.", place=PLACE)


def _close() -> None:
    st.session_state.pop(FORM, None)


def _save(when: str) -> None:
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


def event_name(words: str) -> str:
    """What a person calls an event, as a name of the design file.

    >>> event_name("Fog & strong wind")
    'Fog_strong_wind'
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_")
    return f"_{name}" if name[:1].isdigit() else name
