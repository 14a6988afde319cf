"""Factors as cards: name, role, shift and the chart of all sets; and the legend of the marks."""

from __future__ import annotations

from html import escape

import streamlit as st

from trimtab.ui.coverage.comparing import DESIGN, REAL, Covered
from trimtab.ui.parts.charts import factor_figure, palette
from trimtab.ui.parts.parts import html, percent, shift_text

CHART = 180  # px
MARKS = ("ring", "ring diamond", "ring square", "triangle")
"""The marks of other data sets in the charts, as they stand in the legend."""


def legend(sets: list[str]) -> None:
    """What the marks mean: each shape is its own."""
    parts = ['<span><i class="real"></i>real</span>']
    if DESIGN in sets:
        parts.append('<span><i class="asked"></i>design, asked for</span>')
        parts.append('<span><i class="carried"></i>design, carried along</span>')
    rings = [name for name in sets if name not in (REAL, DESIGN)]
    for shape, name in zip(MARKS, rings, strict=False):
        parts.append(f'<span><i class="{shape}"></i>{escape(name)}</span>')
    html(f'<div class="td-legend">{"".join(parts)}</div>')


def card(factor: Covered, place: int, *, log: bool) -> None:
    """One factor: its name, how far it moves, the chart, and what was generated."""
    tone = "asked" if factor.asked else "carried"
    tone = tone if (factor.shift or 0.0) >= 0.0005 else ""
    moved = "" if factor.shift is None else f'<em class="{tone}"><small>shift</small> {shift_text(factor.shift)}</em>'
    with st.container(border=True, key=f"tt_card_{place}", gap="xsmall"):
        html(
            f'<div class="td-card-head" data-factor="{escape(factor.name, quote=True)}">'
            f"<span><b>{escape(factor.name)}</b><small>{escape(role_text(factor))}</small></span>{moved}</div>"
        )
        figure = factor_figure(factor.bars(), log=log, height=CHART, colors=palette())
        st.plotly_chart(figure, key=f"chart_{place}", config={"displayModeBar": False})
        html(f'<p class="td-card-foot">{escape(foot(factor))}</p>')


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
