"""The form of a relation that a person knows of: the real rows do not show it well enough to be found, or break it here
and there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.changes.relations import relation_from
from trimtab.core.errors import InputError
from trimtab.core.relations.at_hand import KINDS
from trimtab.core.relations.relation import Relation
from trimtab.core.shown.holding import counted
from trimtab.core.study.study import Study
from trimtab.ui.parts.forms import Form, begin, close, ends, field_key, form_of, found_out, text_field, typed
from trimtab.ui.parts.parts import html, section

KIND = "relation"


@dataclass(frozen=True)
class _Way:
    """A kind that can be typed: what it is in a list, its fields, and what they say, None while that is unfinished."""

    title: str
    fields: Callable[[Study], None]
    value: Callable[[], Any]


def begin_form() -> None:
    """Open the form."""
    begin(KIND)


def relation_form(study: Study, place: str, on_save: Callable[[Relation], None]) -> None:
    """Draw the form; `on_save` takes what was typed, once it can be read."""
    form = form_of(KIND)
    if form is None:
        return
    with st.container(border=True, key="tt_form"):
        section("A relation that you know of", "it will hold in every generated row")
        kind = st.selectbox(
            "What holds",
            list(WAYS),
            key=field_key("kind"),
            format_func=lambda one: WAYS[one].title if one in WAYS else str(one),
            persist_state="page",
        )
        WAYS[kind].fields(study)
        relation, message = _typed(study)
        with found_out():
            if relation:
                html(_count(study, relation))
        lacking = "" if relation or message else "Choose what it is about."
        ends(
            form,
            "Add this relation",
            lambda: _save(study, form, on_save),
            lacking=lacking,
            message=message,
            place=place,
        )


def _typed(study: Study) -> tuple[Relation | None, str]:
    """The relation that is typed, None while it is unfinished; and what is wrong with it."""
    kind = st.session_state.get(field_key("kind")) or next(iter(WAYS))
    value = WAYS[kind].value()
    try:
        return (relation_from({kind: value}, study.design, study.columns), "") if value else (None, "")
    except InputError as error:
        return None, str(error)


def _save(study: Study, form: Form, on_save: Callable[[Relation], None]) -> None:
    relation, _ = _typed(study)
    form.asked = relation is None
    if relation is not None:
        close()
        on_save(relation)


def _count(study: Study, relation: Relation) -> h.Element:
    """How many real rows could break it, and how many do."""
    (found,) = counted(study, [relation])
    if not found.exceptions:
        return h.p(".tt-count")[h.b[f"{found.rows:,} real rows could break it; none does."]]
    told = f"{found.exceptions:,} of {found.rows:,} real rows break it."
    return h.p(".tt-count")[h.b[told], " Rows are made of the others, and so that none breaks it."]


# --- the fields of each kind ----------------------------------------------------------------------------------------


def _names(study: Study, kinds: tuple[str, ...] = ()) -> list[str]:
    derived = {name for name, factor in study.design.factors.items() if factor.role == "derive"}
    return [name for name, one in study.columns.items() if name not in derived and (not kinds or one.kind in kinds)]


def _two(title: str, first: str, second: str, kinds: tuple[str, ...] = ()) -> _Way:
    keys = f"{first} 1", f"{second} 2"

    def draw(study: Study) -> None:
        for label, key, column in zip((first, second), keys, st.columns(2), strict=True):
            column.selectbox(
                label,
                _names(study, kinds),
                key=field_key(key),
                index=None,
                placeholder="a column",
                persist_state="page",
            )

    def read() -> list[str] | None:
        found = [st.session_state.get(field_key(key)) for key in keys]
        return [str(one) for one in found] if all(found) else None

    return _Way(title, draw, read)


def _several(title: str, kinds: tuple[str, ...] = ()) -> _Way:
    def draw(study: Study) -> None:
        st.multiselect(
            "Columns",
            _names(study, kinds),
            key=field_key(title),
            placeholder="choose two or more",
            persist_state="page",
        )

    def read() -> list[str] | None:
        chosen = list(st.session_state.get(field_key(title)) or [])
        return chosen if len(chosen) > 1 else None

    return _Way(title, draw, read)


def _equation(study: Study) -> None:
    text_field("Equation", "equation", placeholder="such as total = yes + no")


WAYS: dict[str, _Way] = {
    "order": _two(
        "one is never more than another: start ≤ end", "The smaller one", "The larger one", KINDS["order"].of_kinds
    ),
    "determines": _two("one follows from another: code → name", "What decides", "What follows"),
    "equation": _Way("computed from others: total = yes + no", _equation, lambda: typed("equation") or None),
    "missing_together": _several("missing in the same rows"),
    "one_of": _several("exactly one of them is true", KINDS["one_of"].of_kinds),
    "at_most_one_of": _several("at most one of them is true", KINDS["at_most_one_of"].of_kinds),
    "key": _several("never alike in all of them: customer and step"),
}
"""The kinds that can be typed, by their names in a design file."""
