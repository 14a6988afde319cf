"""The kind of a column, and how its texts are written: what the menus of the page Data offer, and what they do."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.design.design import Design
from trimtab.core.source.kinds import kinds_for
from trimtab.core.study.study import Study
from trimtab.core.study.texts import DAY, Reading, readings
from trimtab.ui.parts.parts import plain
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

PLACE = "data"
_WANTED = "tt_kind_wanted"
TEXT = "text"
"""The choice that reads a column as the text it is."""
ABOUT = "How a date is written can be typed, too: %d day, %m month, %Y year, as %d.%m.%Y"


def readings_of(study: Study, name: str) -> list[Reading]:
    """How a column of text can be read, looked for once."""
    column = study.columns[name]
    return study.memo.of("readings of texts", (column,), lambda: readings(column))


def kind_menu(study: Study, name: str) -> bool:
    """The menu of a column's kinds; False where there is nothing to choose."""
    asked, column = study.design.factor(name), study.columns[name]
    texts: dict[str, str] = {kind: kind for kind in kinds_for(column.type)}
    now: str = column.kind
    if asked.kind and asked.format:
        now = f"{asked.kind} {asked.format}"
        example = DAY.strftime(asked.format) if asked.kind == "datetime" else f"12{asked.format}5"
        texts = {now: _shown(asked.kind, example), TEXT: "text"}
    texts |= {f"{one.kind} {one.format}": _shown(one.kind, one.example) for one in readings_of(study, name)}
    typed = bool(asked.format) or kinds_for(column.type) == ("categorical",)
    if len(texts) == 1 and not typed:
        return False
    key = f"tt_kind_{name}"
    fields.show(key, now)
    st.selectbox(
        f"Kind of {plain(name)}",
        list(texts),
        format_func=lambda one: texts.get(one, one),
        key=key,
        on_change=fields.heard,
        args=(key, _want, name),
        label_visibility="collapsed",
        accept_new_options=typed,
        help=ABOUT if typed else None,
        width=150,
    )
    return True


def _shown(kind: str, example: str) -> str:
    return f"{'date' if kind == 'datetime' else 'number'}, as {example}"


def _want(name: str) -> None:
    # Made in the page's body, where there is a place to say that it takes a moment.
    st.session_state[_WANTED] = (name, st.session_state[f"tt_kind_{name}"])


def apply_kind(place: DeltaGenerator) -> None:
    """Make a change of kind that was asked for: the columns are read again, which takes a moment, as `place` says."""
    wanted = st.session_state.pop(_WANTED, None)
    if not wanted:
        return
    name, chosen = wanted
    kind, format_ = _said(chosen)

    def change(design: Design) -> Design:
        # A text that differs in every row is left out as an identifier; a date or a number that does is none.
        back = {"role": "follow"} if format_ and design.factor(name).role == "carry" else {}
        return design.with_factor(name, kind=kind, format=format_, **back)

    with place, st.spinner("Reading the column again and learning how the others move with it…"):
        doc.edit(f"kind of {name}", change, place=PLACE)


def _said(chosen: str | None) -> tuple[str | None, str | None]:
    """The kind and the format of a choice, or of how a date is written, as it was typed."""
    if not chosen or chosen == TEXT:
        return None, None
    if chosen.lstrip().startswith("%"):
        return "datetime", chosen.strip()
    kind, _, format_ = chosen.partition(" ")
    return kind, format_ or None
