"""What is said of one factor: its role, and at the right its family with parameters, unit, missing share, bins, cost."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from core.design.design import Design
from core.design.targets import FAMILIES, suitable_families
from core.errors import InputError
from core.projection.projection import Projection
from core.source.axes import level_texts
from core.source.columns import Column
from core.source.labels import number_texts
from core.study import Study
from ui import document as doc
from ui.families import DRAWN, Parameter, parameters, starting
from ui.parts import notice, percent, plain, section, shift_text
from ui.shaping import edge_bounds, plain_value, sculpted, present, with_edges, with_role

ROLES = {
    "follow": ("Follow", "moves with the other factors, as it does in the real data"),
    "keep": ("Keep", "stays exactly as in the real data, whatever else moves"),
    "target": ("Target", "has the shares you set"),
    "hold": ("Hold", "one value only, or a few"),
    "drop": ("Drop", "is left out of the rows"),
}
PLACE = "factor"
MOST_CHOICES = 2000
"""Values up to which hold offers a list to choose from; beyond, they are typed."""


def role_control(study: Study, name: str) -> None:
    """The role of a factor, as a choice of five."""
    key = "tt_role"
    st.session_state[key] = study.role(name)
    st.segmented_control(
        f"Role of {plain(name)}",
        list(ROLES),
        format_func=lambda role: ROLES[role][0],
        key=key,
        required=True,
        on_change=_set_role,
        args=(name,),
        label_visibility="collapsed",
        help="  \n".join(f"{title}: {about}." for title, about in ROLES.values()),
    )


def _set_role(name: str) -> None:
    role = st.session_state["tt_role"]
    found = doc.document()
    if found and role:
        outcome = doc.projection()
        doc.edit(f"{role} {name}", lambda _: with_role(found.study, outcome, name, role), place=PLACE)


def factor_panel(study: Study, name: str) -> None:
    """The panel at the right of the sculptor."""
    asked, column = study.design.factor(name), study.columns[name]
    section("This factor")
    with st.container(gap=None, key="tt_panel"):
        if asked.role == "target" and asked.target is not None:
            _family(study, name, column)
        if asked.role == "hold":
            _held(name, column, [plain_value(column, code) for code in _codes(study, name)])
        if asked.role != "drop":
            _text_row("Unit", "tt_unit", asked.unit or "", name, _set_unit)
        if asked.role in ("follow", "target", "hold"):
            share = "" if asked.missing is None else percent(asked.missing)
            hint = f"{percent(column.missing_share)} as it is"
            _text_row("Missing", "tt_missing", share, name, _set_missing, placeholder=hint)
        _figures(study, name)
        if study.axes[name].numeric and study.axes[name].size and asked.role != "drop":
            _edges(study, name)
    message = doc.refusal(PLACE)
    if message:
        notice(message)


def _label(text: str, about: str = "") -> None:
    hint = f' title="{escape(about, quote=True)}"' if about else ""
    st.html(f'<span class="tt-label"{hint}>{escape(text)}</span>', width="stretch")


def _row(key: str) -> Any:
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_row")


def _text_row(
    label: str, key: str, value: str, name: str, on_change: Any, *, placeholder: str = "none", about: str = ""
) -> None:
    """A label and a field, in one line."""
    st.session_state[key] = value
    with _row(key):
        _label(label, about)
        st.text_input(
            label,
            key=key,
            on_change=on_change,
            args=(name,),
            label_visibility="collapsed",
            placeholder=placeholder,
            width=112,
        )


def _figures(study: Study, name: str) -> None:
    outcome = doc.projection()
    if not isinstance(outcome, Projection):
        return
    shift = next((one for one in outcome.shifts if one.factor == name), None)
    lines = []
    if shift is not None:
        tone = "asked" if shift.asked else "carried"
        lines.append(("Shift (TV)", f'<b class="{tone}">{shift_text(shift.tv)}</b>', "Half the sum of all differences of the shares"))
    cost = next((bits for control, bits in doc.costs().items() if control.split(" ", 1)[1:] == [name] and not control.startswith("event ")), None)
    if cost is not None:
        lines.append(("Cost of this control", f"<b>{cost:.3g} bits</b>", "What the design would cost less without it"))
    rows = "".join(
        f'<div title="{escape(about, quote=True)}"><span>{label}</span>{value}</div>' for label, value, about in lines
    )
    st.html(f'<div class="tt-figures">{rows}</div>')


# --- family ---------------------------------------------------------------------------------------------------------


def _family(study: Study, name: str, column: Column) -> None:
    target = study.design.factor(name).target
    assert target is not None
    known = suitable_families(column.kind, points=study.axes[name].points)
    options = [family for family in FAMILIES if family in known]
    st.session_state["tt_family"] = target.family
    with _row("tt_family"):
        _label("Family", FAMILIES[target.family].summary)
        st.selectbox(
            "Family",
            options,
            key="tt_family",
            format_func=lambda family: "Sculpted" if family in DRAWN[:1] else FAMILIES[family].title,
            on_change=_set_family,
            args=(name,),
            label_visibility="collapsed",
            width=132,
        )
    for parameter in parameters(target.family):
        _parameter(name, parameter, getattr(target, parameter.name))


def _parameter(name: str, parameter: Parameter, value: Any) -> None:
    key = f"tt_parameter_{parameter.name}"
    text = "" if value is None else number_texts([value])[0] if isinstance(value, float) else str(value)
    labels = {"low": "From", "high": "To", "sd": "SD"}
    label = labels.get(parameter.name, parameter.name.capitalize() if len(parameter.name) > 2 else parameter.name)
    about = f"{parameter.about} {parameter.range_text}".strip()
    _text_row(
        label,
        key,
        text,
        name,
        lambda factor: _set_parameter(factor, parameter),
        placeholder="no cut" if parameter.optional else parameter.range_text,
        about=about,
    )


def _set_family(name: str) -> None:
    family = st.session_state["tt_family"]
    found = doc.document()
    if found is None:
        return
    study = found.study

    def change(design: Design) -> Design:
        if family in DRAWN:
            return sculpted(study, name, present(_now(study, name)))
        return design.with_factor(name, target=starting(family, study.columns[name]))

    doc.edit(f"{FAMILIES[family].title.lower()} {name}", change, place=PLACE)


def _now(study: Study, name: str) -> Any:
    """Shares of a factor as they come out now, else as they are in the source."""
    outcome = doc.projection()
    if isinstance(outcome, Projection):
        return next((one.after for one in outcome.shifts if one.factor == name), study.real_shares(name))
    return study.real_shares(name)


def _set_parameter(name: str, parameter: Parameter) -> None:
    text = str(st.session_state[f"tt_parameter_{parameter.name}"]).strip()

    def change(design: Design) -> Design:
        target = design.factor(name).target
        assert target is not None
        given = {**dict(target), parameter.name: read_parameter(text, parameter)}
        return design.with_factor(name, target=given)

    doc.edit(f"{parameter.name} of {name}", change, place=PLACE)


def read_parameter(text: str, parameter: Parameter) -> Any:
    """What a person typed into a field of a family. Numbers may use a decimal comma; dates stay text."""
    if not text:
        return None
    if parameter.kind == "value":
        return {"true": True, "false": False}.get(text.lower(), _number(text) if _number(text) is not None else text)
    number = _number(text)
    if number is None and parameter.kind != "bound":
        raise InputError(f"`{parameter.name}` must be a number, got `{text}`.")
    if parameter.kind == "whole" and number is not None and number.is_integer():
        return int(number)
    return text if number is None else number


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        return None


# --- hold, unit, missing, bins --------------------------------------------------------------------------------------


def _codes(study: Study, name: str) -> tuple[int, ...]:
    from core.design.validation import held_codes

    return held_codes(name, study.design.factor(name), study.columns[name])


def _held(name: str, column: Column, values: list[Any]) -> None:
    if column.distinct > MOST_CHOICES:
        _text_row("Value", "tt_held_text", ", ".join(map(str, values)), name, _set_held_text)
        return
    texts = level_texts(column.values).to_pylist()
    chosen = {str(text) for text in level_texts(column.values.take(_places(column, values))).to_pylist()}
    st.session_state["tt_held"] = [text for text in texts if text in chosen]
    st.multiselect("Values that are left", texts, key="tt_held", on_change=_set_held, args=(name,))


def _places(column: Column, values: list[Any]) -> list[int]:
    return [i for i in range(column.distinct) if plain_value(column, i) in values]


def _set_held(name: str) -> None:
    found = doc.document()
    if found is None:
        return
    column = found.study.columns[name]
    texts = level_texts(column.values).to_pylist()
    chosen = [plain_value(column, texts.index(text)) for text in st.session_state["tt_held"]]
    _hold(name, chosen)


def _set_held_text(name: str) -> None:
    parts = [part.strip() for part in str(st.session_state["tt_held_text"]).split(",") if part.strip()]
    numbers = [_number(part) for part in parts]
    _hold(name, [part if number is None else number for part, number in zip(parts, numbers, strict=True)])


def _hold(name: str, chosen: list[Any]) -> None:
    def change(design: Design) -> Design:
        if not chosen:
            raise InputError(f"Factor `{name}`: hold needs at least one value.")
        one = chosen[0] if len(chosen) == 1 else None
        return design.with_factor(name, value=one, values=None if len(chosen) == 1 else tuple(chosen))

    doc.edit(f"hold {name}", change, place=PLACE)


def _set_unit(name: str) -> None:
    unit = str(st.session_state["tt_unit"]).strip() or None
    doc.edit(f"unit of {name}", lambda design: design.with_factor(name, unit=unit), place=PLACE)


def _set_missing(name: str) -> None:
    text = str(st.session_state["tt_missing"]).replace("%", "").strip()

    def change(design: Design) -> Design:
        number = _number(text)
        if text and number is None:
            raise InputError(f"Missing share of `{name}`: must be a percentage such as 3 %, got `{text}`.")
        return design.with_factor(name, missing=None if number is None else number / 100)

    doc.edit(f"missing share of {name}", change, place=PLACE)


def _edges(study: Study, name: str) -> None:
    axis = study.axes[name]
    edges = edge_bounds(axis)
    st.session_state["tt_edges"] = ", ".join(
        number_texts([e for e in edges if not isinstance(e, str)]) or [str(e) for e in edges]
    )
    with st.expander(f"Bins: {axis.size}", key="tt_bins"):
        st.text_area(
            "Edges, from the lowest to the highest",
            key="tt_edges",
            on_change=_set_edges,
            args=(name,),
            height=110,
            help="Numbers with commas between them; repeat the last one for a bin that holds just that value.",
        )
        if study.design.factor(name).edges is not None:
            st.button("Suggested bins", key="tt_default_edges", on_click=_suggested_edges, args=(name,))


def _set_edges(name: str) -> None:
    found = doc.document()
    if found is None:
        return
    parts = [part.strip() for part in str(st.session_state["tt_edges"]).replace(";", ",").split(",") if part.strip()]

    def change(_: Design) -> Design:
        dates = found.study.columns[name].kind == "datetime"
        edges: list[float | str] = []
        for part in parts:
            number = None if dates else _number(part)
            if number is None and not dates:
                raise InputError(f"Edges of `{name}`: must be numbers, got `{part}`.")
            edges.append(part if number is None else number)
        return with_edges(found.study, name, edges)

    doc.edit(f"bins of {name}", change, place=PLACE)


def _suggested_edges(name: str) -> None:
    found = doc.document()
    if found:
        doc.edit(f"bins of {name}", lambda _: with_edges(found.study, name, None), place=PLACE)
