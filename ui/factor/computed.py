"""What is said of a level mix or a label in the place of a factor's panel: how it is computed, and how far it moves."""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import streamlit as st

from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent, shift_text
from trimtab.ui.factor.why import why_menu
from trimtab.ui.parts.control_rows import code
from trimtab.ui.parts.parts import html, section
from trimtab.ui.sculptor.shaping import role_of
from trimtab.ui.session import outcome as outcomes

TABS = {"level": ("levels", "Levels"), "label": ("labels", "Labels")}


def is_computed(study: Study, name: str) -> bool:
    """Whether a name is that of a level mix or a label, which have no role of their own."""
    return role_of(study, name) in TABS


def computed_panel(study: Study, name: str, show_tab: Callable[[str], None]) -> None:
    """The panel at the right of the sculptor; `show_tab` hears which tab sets it."""
    tab, title = TABS[role_of(study, name)]
    with st.container(gap=None, key="tt_panel"):
        section("This level mix" if tab == "levels" else "This label")
        for what, text in _made_of(study, name):
            html(h.div(".tt-computed")[h.small[what], code(text)])
        _shift(name)
        why_menu(study, name)
        st.button(f"Change it in the tab {title}", key="tt_show_tab", on_click=show_tab, args=(tab,))


def _made_of(study: Study, name: str) -> list[tuple[str, str]]:
    mix = study.design.levels.get(name)
    if mix is not None:
        return [("score", mix.score), ("cuts", ", ".join(f"{cut:g}" for cut in mix.cuts))]
    label = study.design.labels[name]
    found = [("rule", label.rule)] if label.rule is not None else [("probability", label.probability or "")]
    return [*found, ("noise", percent(label.noise))] if label.noise else found


def _shift(name: str) -> None:
    outcome = outcomes.projection()
    shift = (
        next((one for one in outcome.shifts if one.factor == name), None) if isinstance(outcome, Projection) else None
    )
    if shift is not None:
        tone = "asked" if shift.asked else "carried" if shift.tv >= STILL else "still"
        value = h.b(class_=tone)[shift_text(shift.tv)]
        html(h.div(".tt-figures")[h.div[h.span["Shift (TV)"], value]])
