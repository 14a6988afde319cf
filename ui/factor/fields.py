"""The fields of one factor that stand in the panel: family with parameters, values that are held, bins."""

from __future__ import annotations

from functools import partial
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.changes.factors import edge_bounds, with_edges, with_family
from trimtab.core.design.design import Design
from trimtab.core.design.targets import FAMILIES, Mixture, suitable_families
from trimtab.core.design.validation import held_codes
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import Projection
from trimtab.core.source.axes import level_texts, plain_value
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.core.words.typed import real_number
from trimtab.ui.factor.families import Parameter, fitted_values, parameters
from trimtab.ui.factor.mixture_fields import mixture_fields
from trimtab.ui.factor.parameter_fields import PLACE, key_of, parameter_row, read_parameter, text_row
from trimtab.ui.parts.parts import html, notice
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.session import outcome as outcomes

MOST_CHOICES = 2000
"""Values up to which hold offers a list to choose from; beyond, they are typed."""


# --- family ---------------------------------------------------------------------------------------------------------


def family_fields(study: Study, name: str) -> None:
    """Role target: the family and its parameters."""
    column = study.columns[name]
    target = study.design.factor(name).target
    assert target is not None
    options = suitable_families(column.kind, points=study.axes[name].points)
    key = key_of("tt_family", name)
    fields.show(key, target.family)
    st.selectbox(
        "Family",
        fields.choices(key, options),
        key=key,
        format_func=lambda family: "Sculpted" if family == "histogram" else FAMILIES[family].title,
        on_change=fields.heard,
        args=(key, _set_family, name),
    )
    if isinstance(target, Mixture):
        mixture_fields(column, name, target)
        with st.container(key="tt_part_head_all"):
            html(h.b["All parts together"])
    fitted = fitted_values(target, column)
    for parameter in parameters(target.family):
        value = getattr(target, parameter.name)
        parameter_row(name, parameter, value, partial(_set_parameter, parameter=parameter), fitted=fitted)
    warning = target.warning(column)
    if warning:
        notice(warning, tone="info")


def _set_family(name: str) -> None:
    family = st.session_state[key_of("tt_family", name)]
    found = doc.document()
    if found is None:
        return
    study, outcome = found.study, outcomes.projection()
    projection = outcome if isinstance(outcome, Projection) else None

    def change(design: Design) -> Design:
        target = design.factor(name).target
        if target is not None and family == target.family:  # the browser may send again what is there already
            return design
        return with_family(study, projection, name, family)

    doc.edit(f"{FAMILIES[family].title.lower()} {name}", change, place=PLACE)


def _set_parameter(name: str, key: str, *, parameter: Parameter) -> None:
    text = str(st.session_state[key]).strip()

    def change(design: Design) -> Design:
        target = design.factor(name).target
        assert target is not None
        given = {**dict(target), parameter.name: read_parameter(text, parameter)}
        return design.with_factor(name, target=given)

    doc.edit(f"{parameter.name} of {name}", change, place=PLACE)


# --- hold, unit, missing, bins --------------------------------------------------------------------------------------


def held_fields(study: Study, name: str) -> None:
    """Role hold: the values that are left."""
    column = study.columns[name]
    codes = held_codes(name, study.design.factor(name), column)
    values = [plain_value(column, code) for code in codes]
    if column.distinct > MOST_CHOICES:
        text_row("Value", "tt_held_text", ", ".join(map(str, values)), name, _set_held_text)
        return
    texts = level_texts(column.values).to_pylist()
    key = key_of("tt_held", name)
    fields.show(key, [texts[code] for code in sorted(codes)])
    options = fields.choices(key, texts)
    st.multiselect("Values that are left", options, key=key, on_change=fields.heard, args=(key, _set_held, name))


def _set_held(name: str) -> None:
    found = doc.document()
    if found is None:
        return
    column = found.study.columns[name]
    texts = level_texts(column.values).to_pylist()
    chosen = [plain_value(column, texts.index(text)) for text in st.session_state[key_of("tt_held", name)]]
    _hold(name, chosen)


def _set_held_text(name: str) -> None:
    parts = [part.strip() for part in str(st.session_state[key_of("tt_held_text", name)]).split(",") if part.strip()]
    numbers = [real_number(part) for part in parts]
    _hold(name, [part if number is None else number for part, number in zip(parts, numbers, strict=True)])


def _hold(name: str, chosen: list[Any]) -> None:
    def change(design: Design) -> Design:
        if not chosen:
            raise InputError(f"Factor `{name}`: hold needs at least one value.")
        one = chosen[0] if len(chosen) == 1 else None
        return design.with_factor(name, value=one, values=None if len(chosen) == 1 else tuple(chosen))

    doc.edit(f"hold {name}", change, place=PLACE)


def edge_fields(study: Study, name: str) -> None:
    """The edges of the bins, as a text that can be changed."""
    axis = study.axes[name]
    key = key_of("tt_edges", name)
    fields.own(key, _edges_text(study, name), place=PLACE)
    with st.expander(f"Bins: {axis.size}", key="tt_bins"):
        st.text_area(
            "Edges, from the lowest to the highest",
            key=key,
            on_change=fields.heard,
            args=(key, _set_edges, name),
            height=110,
            help="Numbers with commas between them; repeat the last one for a bin that holds just that value.",
        )
        if study.design.factor(name).edges is not None:
            st.button("Suggested bins", key=key_of("tt_default_edges", name), on_click=_suggested_edges, args=(name,))


def _edges_text(study: Study, name: str) -> str:
    edges = edge_bounds(study.axes[name])
    return ", ".join(number_texts([e for e in edges if not isinstance(e, str)]) or [str(e) for e in edges])


def _set_edges(name: str) -> None:
    found, typed = doc.document(), str(st.session_state[key_of("tt_edges", name)])
    if found is None or typed == _edges_text(found.study, name):
        return
    parts = [part.strip() for part in typed.replace(";", ",").split(",") if part.strip()]

    def change(_: Design) -> Design:
        dates = found.study.axes[name].kind == "datetime"
        edges: list[float | str] = []
        for part in parts:
            number = None if dates else real_number(part)
            if number is None and not dates:
                raise InputError(f"Edges of `{name}`: must be numbers, got `{part}`.")
            edges.append(part if number is None else number)
        return with_edges(found.study, name, edges)

    doc.edit(f"bins of {name}", change, place=PLACE)


def _suggested_edges(name: str) -> None:
    found = doc.document()
    if found:
        doc.edit(f"bins of {name}", lambda _: with_edges(found.study, name, None), place=PLACE)
