"""How a file is read: what was recognised in it, and the form in which a person says what it really is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

import streamlit as st

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dates import FORMS
from trimtab.core.source.delimited.dialect import ENCODINGS, Dialect
from trimtab.core.source.readers import READERS
from trimtab.core.source.readers.reader import suffix_of
from trimtab.core.source.spool import Source
from trimtab.ui.parts.control_rows import add_button
from trimtab.ui.parts.forms import begin, close, ends, field_key, form_of, text_field, typed
from trimtab.ui.parts.parts import quiet, section
from trimtab.ui.session import document as doc
from trimtab.ui.shell.opening import WENT_WRONG

KIND = "reading"
PER_ROW = 4
_WANTED = "tt_reading_wanted"
ABOUT = "what is left open is found in the file"
NEW = "A new design begins with it; the one that is open stays among the recent ones on the home page."
SIGNS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    " ": "blank",
    '"': "double quote",
    "'": "single quote",
}
DAY = date(2024, 3, 31)
CHOICES: dict[str, tuple[str, tuple[str, ...], Callable[[str], str]]] = {
    "delimiter": ("Between cells", (",", ";", "\t", "|", " "), lambda sign: _sign(sign)),
    "decimal": ("Before fractions", (".", ","), lambda sign: f"{_sign(sign)}: 12{sign}5"),
    "dates": ("Dates look like", FORMS, lambda form: f"{DAY.strftime(form)}  ({form})" if "%" in form else form),
    "encoding": ("Encoding", ENCODINGS, str),
    "quote": ("Around values", ('"', "'"), lambda sign: _sign(sign)),
    "escape": ("Before a quote within", ("\\",), lambda sign: _sign(sign)),
    "numbers": ("1,234 and $5 are", ("written", "plain"), lambda word: "texts" if word == "plain" else "numbers"),
    "labels": ("Values with labels are", ("text", "codes"), lambda word: "the labels" if word == "text" else "codes"),
}
"""Fields with a few usual values: title, values, and how a value is shown."""
OPEN_ENDED = ("delimiter", "dates", "encoding", "escape", "quote")
"""Those that take other values, too."""
LINES = {
    "header": ("Line of the names", "0: there are no names. "),
    "header_rows": ("Lines of names", ""),
    "footer": ("Lines at the end that are no rows", "such as a sum; blank ones don't count. "),
}
PLACES = {"sheet": ("Sheet", ""), "range": ("Where the table stands in it", "as B3:F200 or A:F. ")}
"""Texts that say where a table is in a workbook."""


def how_it_is_read(source: Source, *, kept: bool) -> None:
    """The section of the page Data on a file: what was recognised, and the way to say something else."""
    if not source.found:
        return
    section("How the file is read", "recognised in it, or said by you")
    said = source.dialect.given
    quiet(" · ".join(_told(name, value, name in said) for name, value in {**source.found, **said}.items()))
    if not kept:
        return
    if form_of(KIND) is None:
        add_button(
            "Read it in another way", "tt_read_again", "if something was taken wrongly", lambda: begin_form(said)
        )
    else:
        reading_form(source.name, source.found, "Read it again", about=f"{ABOUT}. {NEW}")


def begin_form(said: Mapping[str, Any]) -> None:
    """Open the form with what was said already. What is told of a reading that failed stays."""
    message = doc.refusal(WENT_WRONG)
    fields = {name: value for name, value in said.items() if name in CHOICES}
    fields |= {name: str(value) for name, value in said.items() if name in LINES or name in PLACES}
    begin(KIND, **fields, missing=", ".join(said.get("missing", ())))
    if message:
        doc.refuse(message, place=WENT_WRONG)


def reading_form(file: str, found: Mapping[str, Any], save: str, *, about: str = ABOUT) -> None:
    """Draw the form for a file of this name; what is typed in it waits for `wanted`."""
    form = form_of(KIND)
    if form is None:
        return
    says = can_be_said(file)
    with st.container(border=True, key="tt_form"):
        section("How the file is written", about)
        texts = {name: one for name, one in (PLACES | LINES).items() if name in says}
        choices = [name for name in CHOICES if name in says]
        for names in (choices[:PER_ROW], choices[PER_ROW:]):
            for name, column in zip(names, st.columns(PER_ROW), strict=False):
                with column:
                    _choice(name, found)
        for names in (list(texts)[:PER_ROW], list(texts)[PER_ROW:]):
            for name, column in zip(names, st.columns(PER_ROW), strict=False):
                title, told = texts[name]
                with column:
                    text_field(title, name, placeholder=_placeholder(name, found), about=f"{told}{_option(name)}")
        if "missing" in says:
            text_field(
                "Words for missing, with commas between",
                "missing",
                placeholder=_placeholder("missing", found),
                about=f"as NA, -, 999; in all columns, and no others mean it then. {_option('missing')}",
            )
        _, message = _typed(says)
        ends(
            form,
            save,
            lambda: _save(says),
            lacking="Say something of how it is written.",
            message=message,
            place=WENT_WRONG,
        )


def can_be_said(name: str) -> frozenset[str]:
    """What can be said of how a file of this name is written, by the fields of a `Dialect`."""
    suffix = suffix_of(name)
    return READERS[suffix].says if suffix else READERS[".csv"].says


def is_wanted() -> bool:
    """Whether the form was sent."""
    return _WANTED in st.session_state


def wanted() -> Dialect | None:
    """What was said in the form, once; None if it was not sent."""
    found: Dialect | None = st.session_state.pop(_WANTED, None)
    return found


def _save(says: Collection[str]) -> None:
    dialect, _ = _typed(says)
    form = form_of(KIND)
    if form and dialect is not None:
        st.session_state[_WANTED] = dialect
        doc.settle()
        close()


def _typed(says: Collection[str]) -> tuple[Dialect | None, str]:
    """What the fields say that are drawn, and what is wrong with it."""
    said: dict[str, Any] = {name: st.session_state.get(field_key(name)) or None for name in CHOICES if name in says}
    try:
        for name in LINES:
            text = typed(name) if name in says else ""
            if text and not text.isdecimal():
                raise InputError(f"{LINES[name][0]}: it must be a whole number, got `{text}`.")
            said[name] = int(text) if text else None
        said |= {name: typed(name) or None for name in PLACES if name in says}
        words = typed("missing") if "missing" in says else ""
        said["missing"] = tuple(word.strip() for word in words.split(",")) if words else None
        return Dialect(**said), ""
    except InputError as error:
        return None, str(error)


def _choice(name: str, found: Mapping[str, Any]) -> None:
    title, values, shown = CHOICES[name]
    st.selectbox(
        title,
        values,
        key=field_key(name),
        index=None,
        format_func=shown,
        placeholder=_placeholder(name, found),
        help=_option(name),
        accept_new_options=name in OPEN_ENDED,
        persist_state="page",
    )


def _option(name: str) -> str:
    """What a message calls a field."""
    return f"on the command line: --{name.replace('_', '-')}"


def _placeholder(name: str, found: Mapping[str, Any]) -> str:
    value = found.get(name)
    return "found in the file" if value is None else f"found: {_value(name, value)}"


def _told(name: str, value: Any, said: bool) -> str:
    title = {"missing": "Missing", **{one: title for one, (title, *_) in (CHOICES | LINES | PLACES).items()}}[name]
    return f"{title.lower() if title != 'Encoding' else 'encoding'}: {_value(name, value)}{' (said)' if said else ''}"


def _value(name: str, value: Any) -> str:
    if name == "missing":
        return ", ".join(word or "an empty text" for word in value)
    return CHOICES[name][2](str(value)) if name in CHOICES else str(value)


def _sign(sign: str) -> str:
    return SIGNS.get(sign, sign) if sign not in ".\\" else {".": "point", "\\": "backslash"}[sign]
