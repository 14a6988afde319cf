"""The form of an event: its name and its condition, with the real rows that meet it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study
from trimtab.core.words.plain import words
from trimtab.ui.conditions.condition_form import (
    condition_rows,
    count_line,
    fill_condition,
    lacking,
    mode_buttons,
    rows_where,
    typed_condition,
)
from trimtab.ui.parts.control_rows import free_name, identifier
from trimtab.ui.parts.forms import DRAFT, Form, begin, commit, ends, form_of, found_out, text_field, trial, typed
from trimtab.ui.parts.parts import section
from trimtab.ui.session import document as doc

KIND = "event"
PLACE = "events"
"""Where messages about events are shown."""
NEW_RATE = 0.01


def begin_form(event: str | None = None) -> None:
    """Open the form: empty, or with the condition of an event."""
    form, found = begin(KIND, event), doc.document()
    if found and event:
        fill_condition(form, found.study, found.design.events[event].when)


def event_form(study: Study, form: Form) -> None:
    """Draw the form."""
    with st.container(border=True, key="tt_form"):
        title = f"Condition of “{words(form.of)}”" if form.of else "A new event"
        section(title, "" if form.sql else "true when all of these hold")
        if form.of is None:
            text_field("Name", "name", placeholder="such as fog and strong wind")
        condition_rows(study, form)
        when, message = typed_condition(study, form)
        if when:
            _, message = trial(study, lambda design: _with(study, design, form.of, when, DRAFT))
        with found_out():
            if when and not message:
                count_line(study, when)
        label = "Save the condition" if form.of else "Add this event"
        more = partial(mode_buttons, form, place=PLACE)
        ends(form, label, _save, lacking="" if when else lacking(form), message=message, place=PLACE, more=more)


def _with(study: Study, design: Design, event: str | None, when: str, name: str) -> Design:
    if event:
        return design.with_event(event, when=when)
    return design.with_event(name, when=when, rate=_first_rate(study, when))


def _first_rate(study: Study, when: str) -> float:
    """How often a new event is to come up at first: as often as it really does, and a rare one in 1 of 100 rows."""
    try:
        real = rows_where(study, when) / max(1, study.source.rows)
    except InputError:  # it is told where the condition is tried
        return NEW_RATE
    return max(NEW_RATE, float(f"{real:.2g}"))


def _save() -> None:
    form, found = form_of(KIND), doc.document()
    if form is None or found is None:
        return
    when, _ = typed_condition(found.study, form)
    form.asked = not when
    if form.asked:
        return
    name = form.of or identifier(typed("name")) or free_name("event", found.design.events)
    if form.of is None and name in found.design.events:
        doc.refuse(f"There is an event `{words(name)}` already. Choose another name.", place=PLACE)
        return
    verb, study = "change" if form.of else "add", found.study
    commit(f"{verb} {words(name)}", lambda design: _with(study, design, form.of, when, name), place=PLACE)
