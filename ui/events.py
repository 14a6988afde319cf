"""Rare events: each with its condition, how often it really happens, and how often it is to happen."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

import streamlit as st

from core.design.controls import Event
from core.design.design import Design
from core.errors import InputError
from core.projection.controls import EventControl, events_of
from core.projection.rates import real_rows
from core.source.intervals import wilson
from ui import document as doc
from ui.event_form import PLACE, begin_form, event_form, event_name, form_of
from ui.parts import notice, one_in, percent, quiet
from ui.rates import interval_text, rate_of, read_size, size_text, steps

ABOUT = "A condition that real rows rarely meet, such as fog with a strong wind. Say how often it is to come up."
HEAD = (
    '<div class="tt-events-head"><span class="tt-what"><span>event</span><span>real</span></span>'
    "<span>share of the rows</span><span>exact</span><span>rows</span></div>"
)


def rare_events(found: doc.Document) -> None:
    """The table of events, and the form to add one or to change a condition."""
    if found.design.events:
        with st.container(gap=None, key="tt_events"):
            st.html(HEAD)
            for control in events_of(found.study):
                _row(found, control)
    elif form_of() is None:
        quiet(ABOUT)
    message = doc.refusal(PLACE)
    if message:
        notice(message)
    if form_of() is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Add an event", key="tt_add_event", icon=":material/add:", on_click=begin_form)
            st.html('<span class="tt-quiet">factor, comparison, value, or SQL</span>', width="content")
    else:
        event_form(found)


def _row(found: doc.Document, control: EventControl) -> None:
    name, event = control.name, found.design.events[control.name]
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_event_{name}"):
        st.html(_what(name, event, real_rows(found.study, control), found.study.source.rows), width="stretch")
        _slider(found, name, event)
        _exact(name, event)
        st.html(f'<div class="tt-number">{round(control.rate * found.design.rows):,}</div>', width=54)
        _menu(name)


def _what(name: str, event: Event, rows: int, total: int) -> str:
    """Name and condition, and at their right how often the event really happens."""
    low, high = interval(rows, total)
    return (
        f'<div class="tt-what"><div class="tt-event"><b>{escape(_words(name))}</b>'
        f'<code title="{escape(event.when, quote=True)}">{escape(event.when)}</code></div>'
        f'<div class="tt-real" title="{rows:,} of {total:,} rows; 95 % interval">{one_in(rows / total)}'
        f"<small>{interval_text(low, high)}</small></div></div>"
    )


@lru_cache(maxsize=4096)
def interval(rows: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a rate that was counted."""
    return wilson(rows, total)


def _slider(found: doc.Document, name: str, event: Event) -> None:
    rate = rate_of(event, found.design.rows)
    key = f"tt_rate_{name}"
    st.session_state[key] = rate
    st.select_slider(
        f"Rate of {_words(name)}",
        steps(rate),
        format_func=lambda value: f"{percent(value)} · {one_in(value)}",
        key=key,
        on_change=_set_rate,
        args=(name,),
        label_visibility="collapsed",
        width=152,
    )


def _exact(name: str, event: Event) -> None:
    key = f"tt_size_{name}"
    doc.own(key, size_text(event), place=PLACE)
    st.text_input(
        f"Exact share of {_words(name)}: 5 %, 1 in 200 or 1,000 rows",
        key=key,
        on_change=_set_size,
        args=(name,),
        label_visibility="collapsed",
        width=88,
    )


def _menu(name: str) -> None:
    menu = st.popover(":material/more_horiz:", key=f"tt_menu_{name}", help="Rename, change, delete", on_change="rerun")
    if not menu.open:  # what is not seen is not sent: each edit repaints the whole page
        return
    with menu:
        st.session_state[f"tt_rename_{name}"] = _words(name)
        st.text_input("Name", key=f"tt_rename_{name}", on_change=_rename, args=(name,))
        with st.container(horizontal=True):
            st.button("Change the condition", key=f"tt_change_{name}", on_click=begin_form, args=(name,))
            st.button("Delete", key=f"tt_delete_{name}", on_click=_delete, args=(name,))


def _set_rate(name: str) -> None:
    rate = float(st.session_state[f"tt_rate_{name}"])
    _edit(f"rate of {_words(name)}", name, {"rate": rate})


def _set_size(name: str) -> None:
    try:
        fields = read_size(str(st.session_state[f"tt_size_{name}"]), owner=f"Share of `{_words(name)}`")
    except InputError as error:
        doc.refuse(str(error), place=PLACE)
        return
    _edit(f"rate of {_words(name)}", name, fields)


def _edit(label: str, name: str, fields: dict[str, Any]) -> None:
    doc.edit(label, lambda design: design.with_event(name, **fields), place=PLACE)


def _delete(name: str) -> None:
    doc.edit(f"delete {_words(name)}", lambda design: design.without(name), place=PLACE)


def _rename(name: str) -> None:
    wanted = str(st.session_state[f"tt_rename_{name}"])
    doc.edit(f"rename {_words(name)}", lambda design: renamed(design, name, event_name(wanted)), place=PLACE)


def _words(name: str) -> str:
    return name.replace("_", " ")


def renamed(design: Design, name: str, new: str) -> Design:
    """The design with an event under another name, in its old place. Raises InputError if the name is taken."""
    if new == name:
        return design
    if new in design.events:
        raise InputError(f"There is an event `{_words(new)}` already. Choose another name.")
    return design.changed(events={new if old == name else old: event for old, event in design.events.items()})
