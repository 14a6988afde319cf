"""The parts of a mixture as fields: for each its family, its weight, its parameters; one more, or one less."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.design.targets import FAMILIES, Mixture, one_more_part, starting, suitable_families
from trimtab.core.source.axes import default_axis
from trimtab.core.source.columns import Column
from trimtab.core.words.numbers import percent
from trimtab.ui.factor.families import Parameter, fitted_values, parameters
from trimtab.ui.factor.parameter_fields import PLACE, key_of, parameter_row, read_parameter
from trimtab.ui.parts.parts import html
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

Parts = list[dict[str, Any]]
WEIGHT = Parameter("weight", "How much of the mixture it is, on any scale.", "number", optional=False, above=0)


def mixture_fields(column: Column, name: str, target: Mixture) -> None:
    """The parts of the mixture that a factor has as its target."""
    points = default_axis(column).points
    known = suitable_families(column.kind, points=points)
    parts = [dict(part) for part in target.parts]
    total = sum(part["weight"] for part in parts)
    for i, part in enumerate(parts):
        family = part["family"]
        with st.container(gap=None, key=f"tt_part_{i}"):
            with st.container(horizontal=True, vertical_alignment="center", key=f"tt_part_head_{i}"):
                html(h.fragment[h.b[f"Part {i + 1}"], " ", h.span[percent(part["weight"] / total)]])
                if len(parts) > 2:
                    label = f"Remove part {i + 1}"
                    st.button(
                        ":material/close:",
                        key=key_of(f"tt_part_remove_{i}", name),
                        help=label,
                        on_click=_remove,
                        args=(name, i),
                    )
            field = key_of(f"tt_part_family_{i}", name)
            fields.show(field, family)
            # Bars are drawn for a whole factor: a part has them only from a design file.
            options = [one for one in known if not (FAMILIES[one].drawn or FAMILIES[one].composed) or one == family]
            st.selectbox(
                "Family",
                fields.choices(field, options),
                key=field,
                format_func=lambda one: FAMILIES[one].title,
                on_change=fields.heard,
                args=(field, _set_family, name, i),
            )
            fitted = fitted_values(target.parts[i], column)
            for parameter in (WEIGHT, *parameters(family)):
                change = partial(_set_parameter, i=i, parameter=parameter)
                key = f"tt_part_{i}"
                parameter_row(name, parameter, part[parameter.name], change, fitted=fitted, key=key)
    st.button("Add a part", key=key_of("tt_part_add", name), icon=":material/add:", on_click=_add, args=(name,))


def _change(label: str, name: str, change: Callable[[Parts], Parts]) -> None:
    def edited(design: Design) -> Design:
        target = design.factor(name).target
        assert isinstance(target, Mixture)
        parts = change([dict(part) for part in target.parts])
        return design.with_factor(name, target={**dict(target), "parts": parts})

    doc.edit(f"{label} of {name}", edited, place=PLACE)


def _set_family(name: str, i: int) -> None:
    family, found = st.session_state[key_of(f"tt_part_family_{i}", name)], doc.document()
    if found:
        column = found.study.columns[name]
        _change(
            f"part {i + 1}",
            name,
            lambda parts: [
                {"weight": part["weight"], **starting(family, column)} if j == i and family != part["family"] else part
                for j, part in enumerate(parts)
            ],
        )


def _set_parameter(name: str, key: str, *, i: int, parameter: Parameter) -> None:
    text = str(st.session_state[key]).strip()

    def change(parts: Parts) -> Parts:
        parts[i] = {**parts[i], parameter.name: read_parameter(text, parameter)}
        return parts

    _change(f"{parameter.name} in part {i + 1}", name, change)


def _add(name: str) -> None:
    found = doc.document()
    if found:
        column = found.study.columns[name]
        _change("one more part", name, lambda parts: [*parts, {"weight": 1.0, **one_more_part(column)}])


def _remove(name: str, i: int) -> None:
    _change("one part less", name, lambda parts: [part for j, part in enumerate(parts) if j != i])
