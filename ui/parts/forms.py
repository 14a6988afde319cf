"""The form that is open below the sculptor: one at a time, what it edits, and what is typed into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study, open_study
from trimtab.ui.parts.parts import notice
from trimtab.ui.session import document as doc

_FORM = "tt_form_open"
_NUMBER = "tt_form_number"
BUTTON = "tt_form_"
"""Begins the key of every button of a form."""

DRAFT = "the_new_one"
"""What a control is called while it has no name."""


@dataclass
class Form:
    """An open form. `kind` is the tab it belongs to; `of` the control that is changed, None for a new one; `rows` are
    the rows of a condition; `asked` says that it was to be saved before it was complete."""

    kind: str
    of: Any = None
    asked: bool = False
    sql: bool = False
    rows: list[int] = field(default_factory=lambda: [0])
    next_row: int = 1


def form_of(kind: str) -> Form | None:
    """The form of a tab, if it is open."""
    found: Form | None = st.session_state.get(_FORM)
    return found if found and found.kind == kind else None


def begin(kind: str, of: Any = None, **fields: Any) -> Form:
    """Open a form with these values in its fields; another one that was open is left."""
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1
    for name, value in fields.items():
        st.session_state[field_key(name)] = value
    form = Form(kind, of)
    st.session_state[_FORM] = form
    doc.settle()
    return form


def close() -> None:
    """Leave the form."""
    st.session_state.pop(_FORM, None)
    doc.settle()


def field_key(name: str) -> str:
    """The key of a field of the form. A field of another form is another widget: the browser sends what it knows of the
    form before, and shows it."""
    return f"{BUTTON}{name} {st.session_state.get(_NUMBER, 0)}"


def typed(name: str) -> str:
    """What is in a text field of the form."""
    return str(st.session_state.get(field_key(name)) or "").strip()


def text_field(title: str, name: str, *, placeholder: str = "", about: str | None = None) -> None:
    """A text field of the form; what is typed stays while another tab is looked at."""
    st.text_input(title, key=field_key(name), placeholder=placeholder, help=about, persist_state="page")


def sql_field(title: str, name: str, *, placeholder: str = "", height: int = 76) -> None:
    """A field for an expression."""
    st.text_area(title, key=field_key(name), placeholder=placeholder, height=height, persist_state="page")


def choice_field(title: str, name: str, options: dict[Any, str]) -> Any:
    """One of a few ways, the first unless another is chosen."""
    st.session_state.setdefault(field_key(name), next(iter(options)))
    return st.segmented_control(
        title,
        list(options),
        key=field_key(name),
        format_func=lambda one: options.get(one, str(one)),
        required=True,
        persist_state="page",
    )


def trial(study: Study, change: Callable[[Design], Design]) -> tuple[Study | None, str]:
    """The study that a change would give and, if it would be refused, None and the reason."""
    try:
        return open_study(change(study.design), study.source, previous=study), ""
    except InputError as error:
        text = str(error).replace(f"Design `{study.design.name}`: ", "").replace(f", {DRAFT}", "")
        return None, re.sub(rf"^[\w ]+ `{DRAFT}`(, \w+)?: |^(\w+\.)?{DRAFT}[.\w]*: ", "", text, flags=re.MULTILINE)


def found_out() -> DeltaGenerator:
    """The place for what is found out of what is typed, before the end of a form. It is there before there is anything
    to say: no button moves, or is drawn anew, while somebody presses it."""
    return st.container(key="tt_form_found")


def ends(
    form: Form,
    save: str,
    on_save: Callable[[], None],
    *,
    lacking: str,
    message: str,
    place: str,
    more: Callable[[], None] | None = None,
) -> None:
    """The end of a form: what is wrong with it, `more` buttons, Cancel, and the button that takes it over.

    The button can always be clicked: what was typed last may not have been heard of when it was drawn, so `on_save`
    reads the fields itself. Once it was clicked too early, what is `lacking` is said; empty: nothing.
    """
    message = message or (lacking if form.asked else "") or doc.refusal(place) or ""
    with st.container(key="tt_form_message"):
        if message:
            notice(message)
    with st.container(horizontal=True, key="tt_form_end"):
        if more:
            more()
        st.space("stretch")
        st.button("Cancel", key=f"{BUTTON}cancel", on_click=close)
        st.button(save, key=f"{BUTTON}save", type="primary", on_click=on_save)


def commit(label: str, change: Callable[[Design], Design], *, place: str) -> None:
    """Make the edit of a form and leave it, unless it is refused."""
    if doc.edit(label, change, place=place):
        close()
