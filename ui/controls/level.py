"""Level mixes: a score cut into levels, what share each has in the real data, and the share asked for."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.design import Design
from trimtab.core.study.study import whole_size
from trimtab.core.words.numbers import exact_percent, percent
from trimtab.core.words.plain import words
from trimtab.ui.controls.level_form import KIND, PLACE, begin_form, level_form
from trimtab.ui.controls.level_parts import ranges, readable, real_shares, stacks, tone
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import (
    add_button,
    before_word,
    code,
    cost,
    field_cell,
    head,
    identifier,
    menu,
    number_cell,
    read_share,
    refused,
    renamed,
    slug,
)
from trimtab.ui.parts.forms import form_of
from trimtab.ui.parts.parts import html, plain, quiet
from trimtab.ui.session import document as doc

ABOUT = (
    "How hard the rows are: a score cut into levels, such as abs(probability - 0.5) below 0.1 hard, below 0.3 medium, "
    "beyond easy. Say what share each level is to have."
)


@tab_at(30, "levels", "Levels")
def levels(found: doc.Document) -> None:
    """Every level mix with its levels, and the form."""
    form = form_of(KIND)
    for name, mix in found.design.levels.items():
        _mix(found, name, mix)
    if not found.design.levels and form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add levels", "tt_add_level", "a score, and where it is cut", begin_form)
    else:
        level_form(found.study, form)


def _mix(found: doc.Document, name: str, mix: LevelMix) -> None:
    real, none = real_shares(found.study, name)
    with st.container(gap=None, key=f"tt_mix_{name}"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"tt_mixhead_{name}"):
            html(h.div(".tt-event")[h.b[words(name)], code(mix.score)])
            number_cell("", cost(ControlName("level", name)))
            actions = {
                "change": ("Change score and cuts", lambda: begin_form(name)),
                "delete": ("Delete", lambda: _delete(name)),
            }
            menu(f"level_{name}", actions, rename=(name, lambda wanted: _rename(name, wanted)))
        before = before_word(found.study)
        html(stacks({before: real, "asked": mix.shares}))
        head("levels", "level", "score", before, "share", "rows")
        for i, (level, text) in enumerate(zip(mix.shares, ranges(mix.cuts), strict=True)):
            _level(found, name, i, level, text, real.get(level, 0.0))
    if none:
        quiet(f"{percent(none)} of the rows have no score, so no row is made from them.")


def _level(found: doc.Document, name: str, i: int, level: str, text: str, real: float) -> None:
    shares = found.design.levels[name].shares
    share = shares[level]
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_control_{name}_{i}"):
        html(
            h.div(".tt-level")[
                h.b[h.i(style=tone(i, len(shares))), level],
                h.span[text],
                h.span(".real")[percent(real)],
            ]
        )
        key = f"tt_share_{name}_{slug(level)}"
        title = f"Share of {plain(level)} in {words(name)}: 20 %"
        field_cell(title, key, exact_percent(share), _set_share, name, level, key, place=PLACE)
        number_cell(f"{round(share * whole_size(found.study, found.study.size)):,}")


def with_share(mix: LevelMix, level: str, share: float) -> dict[str, float]:
    """The shares with one of them set; the others take what is left in their proportions."""
    rest = {name: part for name, part in mix.shares.items() if name != level}
    before = sum(rest.values())
    left = 1.0 - share
    scaled = {name: left * (part / before if before > 0 else 1 / len(rest)) for name, part in rest.items()}
    tidy = {**readable(scaled, left=left), level: share}
    return {name: tidy[name] for name in mix.shares}


def _set_share(name: str, level: str, key: str) -> None:
    def change(design: Design) -> Design:
        mix = design.levels[name]
        share = read_share(str(st.session_state[key]), owner=f"Share of `{level}`")
        return design.with_level(name, shares=with_share(mix, level, share))

    doc.edit(f"share of {level}", change, place=PLACE)


def _delete(name: str) -> None:
    doc.edit(f"delete {words(name)}", lambda design: design.without_level(name), place=PLACE)


def _rename(name: str, wanted: str) -> None:
    def change(design: Design) -> Design:
        return design.changed(levels=renamed(design.levels, name, identifier(wanted), what="A level mix"))

    doc.edit(f"rename {words(name)}", change, place=PLACE)
