"""What the tabs of controls share: names, the head of a table, a control's cost, its menu, numbers people type."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study
from trimtab.core.words.plain import words
from trimtab.core.words.typed import real_number
from trimtab.ui.parts.parts import html, notice
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.session import outcome as outcomes

T = TypeVar("T")


def identifier(text: str) -> str:
    """What a person calls a control, as a name of the design file.

    >>> identifier("Fog & strong wind")
    'Fog_strong_wind'
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def free_name(stem: str, taken: Collection[str]) -> str:
    """The first of stem_1, stem_2, stem_3 … that is free."""
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def renamed(controls: Mapping[str, T], old: str, new: str, *, what: str) -> dict[str, T]:
    """Controls with one under another name, in its old place. Raises InputError if the name is empty or taken."""
    if not new:
        raise InputError(f"{what} needs a name of letters, digits or _.")
    if new != old and new in controls:
        raise InputError(f"There is {what.lower()} `{words(new)}` already. Choose another name.")
    return {new if name == old else name: control for name, control in controls.items()}


def slug(*parts: object) -> str:
    """A key for what has no name of its own, such as a rule."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:10]


def head(kind: str, *titles: str) -> None:
    """The head of a table of controls."""
    html(h.div(class_=["tt-controls-head", kind])[[h.span[title] for title in titles], h.span])


def before_word(study: Study) -> str:
    """What is called that which the controls change."""
    return "declared" if study.declared else "real"


def cost(control: ControlName) -> h.Element | None:
    """The cost of a control; None while it is not known."""
    bits = outcomes.costs().get(control)
    if bits is None:
        return None
    return h.small(".tt-cost", title="What the design would cost less without this control")[bits_text(bits)]


def bits_text(bits: float) -> str:
    """A cost in three digits at most: "0.61 bits", "0 bits"."""
    return f"{0 if bits < 0.0005 else float(f'{bits:.2g}'):g} bits"


def code(text: str) -> h.Element:
    """An expression, shortened by the styles and whole under the pointer."""
    return h.code(title=text)[text]


def number_cell(value: str, below: h.Element | None = None, *, title: str = "", width: int = 66) -> None:
    """A number at the right of a row, and something quiet below it."""
    html(h.div(".tt-number", title=title or None)[value, below], width=width)


def field_cell(title: str, key: str, value: str, on_change: Callable[..., None], *args: Any, place: str) -> None:
    """A small field in a row: it shows the document's value, or what was typed while that is refused."""
    fields.own(key, value, place=place)
    heard = (key, on_change, *args)
    st.text_input(title, key=key, on_change=fields.heard, args=heard, label_visibility="collapsed", width=88)


def menu(
    key: str, actions: Mapping[str, tuple[str, Callable[[], None]]], rename: tuple[str, Callable[[str], None]] | None
) -> None:
    """The menu of a row: a field with its name if it has one, and a button for each action by its key."""
    shown = st.popover(":material/more_horiz:", key=f"tt_menu_{key}", help="Rename, change, delete", on_change="rerun")
    if not shown.open:  # what is not seen is not sent: each edit repaints the whole page
        return
    with shown:
        if rename:
            name, on_rename = rename
            field = f"tt_rename_{key}"
            fields.show(field, words(name))
            heard = (field, lambda: on_rename(str(st.session_state[field])))
            st.text_input("Name", key=field, on_change=fields.heard, args=heard)
        with st.container(horizontal=True):
            for action, (title, on_click) in actions.items():
                st.button(title, key=f"tt_{action}_{key}", on_click=on_click)


def refused(place: str) -> None:
    """Why the last edit was not made, if it was asked for here."""
    message = doc.refusal(place)
    if message:
        notice(message)


def add_button(title: str, key: str, hint: str, on_click: Callable[..., Any], *args: Any) -> None:
    """The button that opens a form, and in quiet words what it asks for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(title, key=key, icon=":material/add:", on_click=on_click, args=args)
        html(h.span(".tt-quietly")[hint], width="content")


def read_share(text: str, *, owner: str) -> float:
    """A percentage as a share: "20", "20 %", "0,5 %". Raises InputError, which begins with `owner`."""
    try:
        share = float(text.replace("%", "").replace(",", ".").strip()) / 100
    except ValueError as error:
        raise InputError(f"{owner}: must be a percentage such as 20 %, got `{text.strip()[:40]}`.") from error
    if not (math.isfinite(share) and 0 <= share <= 1):
        raise InputError(f"{owner}: must be from 0 % to 100 %, got `{text.strip()[:40]}`.")
    return float(f"{share:.12g}")


def listed(text: str) -> list[str]:
    """The parts of a list that a person typed: separated by `;` if there is one, else by commas."""
    return [part.strip() for part in text.split(";" if ";" in text else ",") if part.strip()]


def read_number(text: str, *, owner: str) -> float:
    """A number that a person typed. Raises InputError, which begins with `owner`."""
    number = real_number(text)  # a list with commas in its numbers is separated by `;`
    if number is None:
        raise InputError(f"{owner}: must be numbers such as 10 or 0.5, got `{text.strip()[:40]}`.")
    return number
