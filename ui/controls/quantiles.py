"""Quantiles: where given shares of a number's values end."""

from __future__ import annotations

from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.design.controls.quantiles import Quantiles
from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.errors import InputError
from trimtab.core.projection.controls.quantiles import quantiles_of
from trimtab.core.source.axes import NUMERIC
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.core.words.plain import value_text
from trimtab.core.words.typed import real_number
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import add_button, before_word, cost, head, menu, number_cell, refused, slug
from trimtab.ui.parts.forms import Form, begin, commit, ends, field_key, form_of, text_field, trial, typed
from trimtab.ui.parts.parts import html, quiet, section, short
from trimtab.ui.session import document as doc

KIND = "quantiles"
PLACE = "quantiles"
ABOUT = "Where a number's values end: half of all delays at most 0 minutes, 95 % at most 60."
POINTS = 4
"""Points that the form has fields for, and one more than there are."""


@tab_at(80, "quantiles", "Quantiles")
def quantiles(found: doc.Document) -> None:
    """The table of quantiles, and the form."""
    form, study = form_of(KIND), found.study
    if found.design.quantiles:
        with st.container(gap=None, key="tt_quantiles"):
            head("quantiles", "factor", before_word(study), "cost in bits")
            for place, asked in enumerate(found.design.quantiles):
                _row(study, place, asked)
    elif form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add quantiles", "tt_add_quantiles", "a factor, and the values up to which shares of it go", _begin)
    else:
        _form(study, form)


def _row(study: Study, place: int, asked: Quantiles) -> None:
    key = f"quantiles_{place}_{slug(asked.factor)}"
    control = quantiles_of(study)[place]
    counts = control.real_counts(study)
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_control_{key}"):
        said = " · ".join(f"{percent(share)} at most {value_text(value)}" for share, value in asked.points)
        html(h.div(".tt-event")[h.b[asked.factor], h.small[said]])
        really = []
        if counts is not None and counts[:-1].sum():
            really = [percent(counts[: i + 1].sum() / counts[:-1].sum()) for i in range(len(asked.points))]
        number_cell(" · ".join(really), width=146)
        number_cell("", cost(control.name))
        actions = {
            "change": ("Change the quantiles", lambda: _begin(place)),
            "delete": ("Delete", lambda: _delete(place)),
        }
        menu(key, actions, rename=None)


def _begin(place: int | None = None) -> None:
    found = doc.document()
    if found is None or place is None:
        begin(KIND, share_0="50 %", share_1="95 %")
        return
    asked = found.design.quantiles[place]
    fields = {f"share_{i}": percent(share) for i, (share, _) in enumerate(asked.points)}
    fields |= {f"value_{i}": value_text(value) for i, (_, value) in enumerate(asked.points)}
    begin(KIND, place, factor=asked.factor, **fields)


def _form(study: Study, form: Form) -> None:
    numbers = [
        name for name, column in study.columns.items() if column.kind in NUMERIC and study.role(name) not in LEFT_OUT
    ]
    with st.container(border=True, key="tt_form"):
        section("New quantiles" if form.of is None else "Change the quantiles")
        st.selectbox(
            "Factor", numbers, key=field_key("factor"), index=None, placeholder="a number", persist_state="page"
        )
        for place in range(_fields(form)):
            left, right = st.columns(2, vertical_alignment="bottom")
            with left:
                text_field(f"Share of the values, {place + 1}", f"share_{place}", placeholder="such as 95 %")
            with right:
                text_field(f"at most, {place + 1}", f"value_{place}", placeholder="such as 60")
        asked, message = _typed(form)
        if asked:
            _, message = trial(study, lambda design: _with(design, form.of, asked))
        save = "Add these quantiles" if form.of is None else "Save the quantiles"
        lacking = "" if asked or message else "Quantiles need a factor, and at least one share with its value."
        ends(form, save, _save, lacking=lacking, message=message, place=PLACE)


def _typed(form: Form) -> tuple[dict[str, Any] | None, str]:
    """What is typed as quantiles, None while it is unfinished; and what is wrong with it."""
    factor, points = st.session_state.get(field_key("factor")), {}
    try:
        for place in range(_fields(form)):
            share, value = typed(f"share_{place}"), typed(f"value_{place}")
            if share and value:
                points[_share(share)] = _value(value)
    except InputError as error:
        return None, str(error)
    return ({"factor": factor, "at": points}, "") if factor and points else (None, "")


def _fields(form: Form) -> int:
    """How many points can be typed: all that there are, and room for another."""
    found = doc.document()
    if found is None or form.of is None or form.of >= len(found.design.quantiles):
        return POINTS
    return max(POINTS, len(found.design.quantiles[form.of].points) + 1)


def _share(text: str) -> float:
    number = text.removesuffix("%").strip().replace(",", ".")
    try:
        return float(number) / 100 if text.endswith("%") else float(number)
    except ValueError as error:
        raise InputError(f"Share of the values: `{text}` is no share; write 95 % or 0.95.") from error


def _value(text: str) -> float | str:
    """A number as it is typed; anything else is a date, which the design checks."""
    number = real_number(text)
    return text if number is None else number


def _with(design: Design, place: int | None, asked: dict[str, Any]) -> Design:
    others = list(design.quantiles)
    if place is None:
        return design.changed(quantiles=(*others, asked))
    return design.changed(quantiles=(*others[:place], asked, *others[place + 1 :]))


def _save() -> None:
    form = form_of(KIND)
    if form is None:
        return
    asked, _ = _typed(form)
    form.asked = asked is None
    if asked is not None:
        verb = "add" if form.of is None else "change"
        label = f"{verb} quantiles of {short(str(asked['factor']))}"
        commit(label, lambda design: _with(design, form.of, asked), place=PLACE)


def _delete(place: int) -> None:
    found = doc.document()
    if found:
        label = f"delete quantiles of {short(found.design.quantiles[place].factor)}"
        left = [one for at, one in enumerate(found.design.quantiles) if at != place]
        doc.edit(label, lambda design: design.changed(quantiles=tuple(left)), place=PLACE)
