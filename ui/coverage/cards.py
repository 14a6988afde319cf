"""Factors as cards: name, role, shift and the chart of all sets; and the legend of the marks."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.words.numbers import percent, shift_text
from trimtab.ui.coverage.comparing import DESIGN, REAL, Covered
from trimtab.ui.parts.charts import factor_figure, palette
from trimtab.ui.parts.parts import html

CHART = 180  # px
MARKS = ("ring", "ring diamond", "ring square", "triangle")
"""The marks of other data sets in the charts, as they stand in the legend."""


def legend(sets: list[str]) -> None:
    """What the marks mean: each shape is its own."""
    marks = [("real", "real")]
    if DESIGN in sets:
        marks += [("asked", "design, asked for"), ("carried", "design, carried along")]
    marks += zip(MARKS, [name for name in sets if name not in (REAL, DESIGN)], strict=False)
    html(h.div(".td-legend")[[h.span[h.i(class_=shape), name] for shape, name in marks]])


def card(factor: Covered, place: int, *, log: bool) -> None:
    """One factor: its name, how far it moves, the chart, and what was generated."""
    tone = "asked" if factor.asked else "carried"
    tone = tone if (factor.shift or 0.0) >= 0.0005 else ""
    moved = None
    if factor.shift is not None:
        moved = h.em(class_=tone)[h.small["shift"], " ", shift_text(factor.shift)]
    with st.container(border=True, key=f"tt_card_{place}", gap="xsmall"):
        html(
            h.div(".td-card-head", data_factor=factor.name)[h.span[h.b[factor.name], h.small[role_text(factor)]], moved]
        )
        figure = factor_figure(factor.bars(), log=log, height=CHART, colors=palette())
        st.plotly_chart(figure, key=f"chart_{place}", config={"displayModeBar": False})
        html(h.p(".td-card-foot")[foot(factor)])


def role_text(factor: Covered) -> str:
    """The role, and the unit if there is one."""
    return f"{factor.role}s" if factor.role == "follow" else factor.role


def foot(factor: Covered) -> str:
    """How far the data sets are from the design, and what the axis does not have."""
    parts = []
    for name in factor.found.counts:
        if name in (REAL, DESIGN):
            continue
        base = DESIGN if DESIGN in factor.found.counts else REAL
        off = factor.found.between(base, name)["tv"]
        parts.append(f"{name} lacks it" if off is None else f"{name}: {percent(round(off, 5))} from {base}")
        if factor.outside(name):
            parts.append(f"{factor.outside(name):,} rows never seen in the source")
    return " · ".join(parts) or " "
