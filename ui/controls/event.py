"""Rare events: each with its condition, how often it really happens, and how often it is to happen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.design.controls.event import Event
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.projection.controls.event import EventControl, events_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.source.intervals import wilson
from trimtab.core.study.study import Study, whole_size
from trimtab.core.words.numbers import one_in, percent
from trimtab.core.words.plain import words
from trimtab.core.words.typed import read_size
from trimtab.ui.controls.event_form import KIND, PLACE, begin_form, event_form
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import (
    add_button,
    before_word,
    code,
    cost,
    field_cell,
    head,
    identifier,
    menu,
    number_cell,
    refused,
    renamed,
)
from trimtab.ui.parts.forms import form_of
from trimtab.ui.parts.parts import html, quiet
from trimtab.ui.parts.rates import interval_text, rate_of, size_text, steps
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

ABOUT = "A condition that real rows rarely meet, such as fog with a strong wind. Say how often it is to come up."


@tab_at(10, "events", "Rare events")
def rare_events(found: doc.Document) -> None:
    """The table of events, and the form to add one or to change a condition."""
    form = form_of(KIND)
    if found.design.events:
        with st.container(gap=None, key="tt_events"):
            head("events", "event", before_word(found.study), "share of the rows", "exact", "rows")
            for control in events_of(found.study):
                _row(found, control)
    elif form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add an event", "tt_add_event", "factor, comparison, value, or SQL", begin_form)
    else:
        event_form(found.study, form)


def _row(found: doc.Document, control: EventControl) -> None:
    name, event = control.of, found.design.events[control.of]
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_event_{name}"):
        html(_what(name, event, real_rows(found.study, control), found.study))
        _slider(found, name, event)
        title = f"Exact share of {words(name)}: 5 %, 1 in 200 or 1,000 rows"
        field_cell(title, f"tt_size_{name}", size_text(event), _set_size, name, place=PLACE)
        number_cell(f"{round(control.rate * whole_size(found.study, found.study.size)):,}", cost(control.name))
        actions = {
            "change": ("Change the condition", lambda: begin_form(name)),
            "delete": ("Delete", lambda: _delete(name)),
        }
        menu(name, actions, rename=(name, lambda wanted: _rename(name, wanted)))


def _what(name: str, event: Event, rows: int, study: Study) -> h.Element:
    """Name and condition, and at their right how often the event really happens."""
    total = study.source.rows
    about, below = f"{rows:,} of {total:,} rows; 95 % interval", interval_text(*interval(rows, total))
    if study.declared:  # nothing was counted, so there is no interval
        about, below = "As the declared factors come together", ""
    return h.div(".tt-what")[
        h.div(".tt-event")[h.b[words(name)], code(event.when)],
        h.div(".tt-real", title=about)[one_in(rows / total), h.small[below]],
    ]


@lru_cache(maxsize=4096)
def interval(rows: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a rate that was counted."""
    return wilson(rows, total)


def _slider(found: doc.Document, name: str, event: Event) -> None:
    rate = rate_of(event, whole_size(found.study, found.study.size))
    key = f"tt_rate_{name}"
    fields.show(key, rate)
    st.select_slider(
        f"Rate of {words(name)}",
        sorted(fields.choices(key, steps(rate))),
        format_func=lambda value: f"{percent(value)} · {one_in(value)}",
        key=key,
        on_change=fields.heard,
        args=(key, _set_rate, name),
        label_visibility="collapsed",
        width=152,
    )


def _set_rate(name: str) -> None:
    rate = float(st.session_state[f"tt_rate_{name}"])
    _edit(f"rate of {words(name)}", name, {"rate": rate})


def _set_size(name: str) -> None:
    try:
        fields = read_size(str(st.session_state[f"tt_size_{name}"]), owner=f"Share of `{words(name)}`")
    except InputError as error:
        doc.refuse(str(error), place=PLACE)
        return
    _edit(f"rate of {words(name)}", name, fields)


def _edit(label: str, name: str, fields: dict[str, Any]) -> None:
    doc.edit(label, lambda design: design.with_event(name, **fields), place=PLACE)


def _delete(name: str) -> None:
    doc.edit(f"delete {words(name)}", lambda design: design.without(name), place=PLACE)


def _rename(name: str, wanted: str) -> None:
    def change(design: Design) -> Design:
        return design.changed(events=renamed(design.events, name, identifier(wanted), what="An event"))

    doc.edit(f"rename {words(name)}", change, place=PLACE)
