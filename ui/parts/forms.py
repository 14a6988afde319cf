"""The form that is open below the sculptor: one at a time, what it edits, and what is typed into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study, open_study
from trimtab.ui.parts.parts import notice
from trimtab.ui.session import document as doc

_FORM = "tt_form_open"
FIELD = "tt_form_"
"""Begins the key of every field of a form."""

DRAFT = "the_new_one"
"""What a control is called while it has no name."""


@dataclass
class Form:
    """An open form. `kind` is the tab it belongs to; `of` the control that is changed, None for a new one; `rows` are
    the rows of a condition."""

    kind: str
    of: Any = None
    sql: bool = False
    rows: list[int] = field(default_factory=lambda: [0])
    next_row: int = 1


def form_of(kind: str) -> Form | None:
    """The form of a tab, if it is open."""
    found: Form | None = st.session_state.get(_FORM)
    return found if found and found.kind == kind else None


def begin(kind: str, of: Any = None, **fields: Any) -> Form:
    """Open a form with these values in its fields; another one that was open is left."""
    for key in [key for key in st.session_state if str(key).startswith(FIELD)]:
        del st.session_state[key]
    for name, value in fields.items():
        st.session_state[FIELD + name] = value
    form = Form(kind, of)
    st.session_state[_FORM] = form
    doc.settle()
    return form


def close() -> None:
    """Leave the form."""
    st.session_state.pop(_FORM, None)
    doc.settle()


def typed(name: str) -> str:
    """What is in a text field of the form."""
    return str(st.session_state.get(FIELD + name) or "").strip()


def text_field(title: str, name: str, *, placeholder: str = "", about: str | None = None) -> None:
    """A text field of the form; what is typed stays while another tab is looked at."""
    st.text_input(title, key=FIELD + name, placeholder=placeholder, help=about, persist_state="page")


def sql_field(title: str, name: str, *, placeholder: str = "", height: int = 76) -> None:
    """A field for an expression."""
    st.text_area(title, key=FIELD + name, placeholder=placeholder, height=height, persist_state="page")


def choice_field(title: str, name: str, options: dict[Any, str]) -> Any:
    """One of a few ways, the first unless another is chosen."""
    st.session_state.setdefault(FIELD + name, next(iter(options)))
    return st.segmented_control(
        title,
        list(options),
        key=FIELD + name,
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


def ends(
    save: str,
    on_save: Callable[..., None],
    *args: Any,
    ready: bool,
    message: str,
    place: str,
    more: Callable[[], None] | None = None,
) -> None:
    """The end of a form: what is wrong with it, `more` buttons, Cancel, and the button that takes it over."""
    message = message or doc.refusal(place) or ""
    if message:
        notice(message)
    with st.container(horizontal=True, key="tt_form_end"):
        if more:
            more()
        st.space("stretch")
        st.button("Cancel", key=f"{FIELD}cancel", on_click=close)
        st.button(save, key=f"{FIELD}save", type="primary", disabled=not ready, on_click=on_save, args=args)


def commit(label: str, change: Callable[[Design], Design], *, place: str) -> None:
    """Make the edit of a form and leave it, unless it is refused."""
    if doc.edit(label, change, place=place):
        close()
