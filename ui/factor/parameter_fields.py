"""Fields for the numbers of a factor: a line each, with the words at the left; and what people type into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from trimtab.core.errors import InputError
from trimtab.core.source.labels import number_texts
from trimtab.core.words.typed import real_number
from trimtab.ui.factor.families import Parameter
from trimtab.ui.session import fields

PLACE = "factor"
"""Where messages about a factor are shown."""
TITLES = {"low": "From", "high": "To", "sd": "SD"}


def key_of(field: str, name: str) -> str:
    """The key of a field of one factor.

    A field of another factor is another widget: the browser sends along what all fields hold, and what it had not heard
    of yet when the person went on to the next factor would else be taken for an edit of that one.
    """
    return f"{field} {name}"


def text_row(
    title: str,
    key: str,
    value: str,
    name: str,
    on_change: Callable[..., None],
    *,
    placeholder: str = "none",
    about: str | None = None,
    args: tuple[Any, ...] = (),
) -> None:
    """A field with its words at the left, in one line; the styles put them there. `about` shows under the pointer."""
    key = key_of(key, name)
    fields.own(key, value, place=PLACE)
    heard = (key, on_change, name, *args)
    st.text_input(title, key=key, on_change=fields.heard, args=heard, placeholder=placeholder, help=about)


def parameter_row(
    name: str,
    parameter: Parameter,
    value: Any,
    on_change: Callable[[str, str], None],
    *,
    fitted: Mapping[str, float],
    key: str = "tt_parameter",
) -> None:
    """The field of a family's parameter; `on_change` hears the factor and the field's key. `fitted` are the values that
    the source gives to what is left open."""
    field = f"{key}_{parameter.name}"
    text = "" if value is None else number_texts([value])[0] if isinstance(value, float) else str(value)
    title = TITLES.get(parameter.name, parameter.name.capitalize() if len(parameter.name) > 2 else parameter.name)
    cut = parameter.optional and parameter.name in ("low", "high")
    hint = parameter.range_text
    if parameter.optional:
        found = fitted.get(parameter.name)
        hint = "no cut" if cut else "fitted" if found is None else f"fitted, {found:.3g}"
    about = None if cut else f"{parameter.about} {parameter.range_text}".strip()
    text_row(title, field, text, name, on_change, placeholder=hint, about=about, args=(key_of(field, name),))


def read_parameter(text: str, parameter: Parameter) -> Any:
    """What a person typed into a field of a family. Numbers may use a decimal comma; dates stay text."""
    if not text:
        return None
    if parameter.kind == "value":
        return {"true": True, "false": False}.get(
            text.lower(), real_number(text) if real_number(text) is not None else text
        )
    number = real_number(text)
    if number is None and parameter.kind not in ("bound", "value"):
        raise InputError(f"`{parameter.name}` must be a number, got `{text}`.")
    if parameter.kind == "whole" and number is not None and number.is_integer():
        return int(number)
    return text if number is None else number
