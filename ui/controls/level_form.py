"""The form of a level mix: a score, where it is cut, and what the levels are called; with their real shares."""

from __future__ import annotations

from typing import Any

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.core.words.plain import words
from trimtab.ui.controls.level_parts import readable, real_shares, stacks
from trimtab.ui.parts.control_rows import free_name, identifier, listed, read_number
from trimtab.ui.parts.forms import (
    DRAFT,
    Form,
    begin,
    commit,
    ends,
    form_of,
    found_out,
    sql_field,
    text_field,
    trial,
    typed,
)
from trimtab.ui.parts.parts import html, quiet, section
from trimtab.ui.session import document as doc

KIND = "level"
PLACE = "levels"
USUAL = {2: ("easy", "hard"), 3: ("easy", "medium", "hard")}
"""What levels are called unless someone says otherwise, the lowest score first."""


def begin_form(name: str | None = None) -> None:
    """Open the form: empty, or with a level mix."""
    found = doc.document()
    if found is None or name is None:
        begin(KIND)
        return
    mix = found.design.levels[name]
    begin(KIND, name, score=mix.score, cuts=", ".join(number_texts(mix.cuts)), levels=", ".join(mix.shares))


def level_form(study: Study, form: Form) -> None:
    """Draw the form."""
    with st.container(border=True, key="tt_form"):
        section(f"Score and cuts of “{words(form.of)}”" if form.of else "New levels")
        if form.of is None:
            text_field("Name", "name", placeholder="such as difficulty")
        sql_field(
            "Score", "score", placeholder="a number for each row: a column, or such as abs(arr_delay - dep_delay)"
        )
        left, right = st.columns(2)
        with left:
            text_field("Cut at, ascending", "cuts", placeholder="such as 10, 30")
        with right:
            text_field("Levels, from the lowest score", "levels", placeholder="easy, medium, hard")
        mix, message = _typed(study, form)
        lacking = "" if mix or message else "Levels need a score, and where it is cut."
        name, opened = form.of or DRAFT, None
        if mix:
            opened, message = trial(study, lambda design: _with(design, name, mix))
        with found_out():
            if opened:
                _preview(opened, name)
        label = "Save the levels" if form.of else "Add these levels"
        ends(form, label, _save, lacking=lacking, message=message, place=PLACE)


def _preview(study: Study, name: str) -> None:
    shares, none = real_shares(study, name)
    html(stacks({"real": shares}))
    quiet(" · ".join(f"{level} {percent(share)}" for level, share in shares.items()) + " of the real rows")
    if none:
        quiet(f"{percent(none)} of them have no score: none of those can be used.")


def _typed(study: Study, form: Form) -> tuple[dict[str, Any] | None, str]:
    """What is typed as a level mix, None while it is unfinished; and what is wrong with it.

    Shares stay as they are while there are as many levels; else each level begins with an equal one.
    """
    if not typed("score") or not typed("cuts"):
        return None, ""
    try:
        cuts = [read_number(part, owner="Cuts") for part in listed(typed("cuts"))]
    except InputError as error:
        return None, str(error)
    count = len(cuts) + 1
    usual = USUAL.get(count, tuple(f"level {i}" for i in range(1, count + 1)))
    names = listed(typed("levels")) or list(usual)
    if len(names) != count or len(set(names)) != count:
        numbered = f"{len(cuts)} cut{'s' if len(cuts) > 1 else ''} make {count} levels"
        return None, f"{numbered}: they need {count} different names, got {', '.join(names)}."
    before = list(study.design.levels[form.of].shares.values()) if form.of else []
    shares = before if len(before) == count else [1 / count] * count
    return {"score": typed("score"), "cuts": cuts, "shares": dict(zip(names, shares, strict=True))}, ""


def _with(design: Design, name: str, mix: dict[str, Any]) -> Design:
    return design.with_level(name, **mix)


def _save() -> None:
    form, found = form_of(KIND), doc.document()
    if form is None or found is None:
        return
    mix, _ = _typed(found.study, form)
    form.asked = mix is None
    if mix is None:
        return
    name = form.of or identifier(typed("name")) or free_name("levels", found.design.levels)
    if form.of is None and name in found.design.levels:
        doc.refuse(f"There is a level mix `{words(name)}` already. Choose another name.", place=PLACE)
        return
    shares = mix["shares"]
    if form.of is None or len(shares) != len(found.design.levels[form.of].shares):
        mix = {**mix, "shares": _as_real(found.study, name, mix)}
    commit(f"{'change' if form.of else 'add'} {words(name)}", lambda design: _with(design, name, mix), place=PLACE)


def _as_real(study: Study, name: str, mix: dict[str, Any]) -> dict[str, float]:
    """The shares that the levels have in the real data, so that a new level mix changes nothing yet."""
    opened, _ = trial(study, lambda design: _with(design, name, mix))
    if opened is None:
        return dict(mix["shares"])
    real, _ = real_shares(opened, name)
    if not sum(real.values()):
        return dict(mix["shares"])
    return readable(real)
