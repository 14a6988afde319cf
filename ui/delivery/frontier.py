"""The curve of real rows: how many must be made for how many that are asked for, along which one chooses the rows."""

from __future__ import annotations

import htpy as h
import numpy as np
import plotly.graph_objects as go
import streamlit as st

from trimtab.core.projection.projection import Projection
from trimtab.core.projection.real.frontier import Frontier, frontier
from trimtab.core.words.numbers import percent
from trimtab.ui.parts.charts import Palette, palette
from trimtab.ui.parts.parts import html, section
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

HEIGHT = 190
STOPS = 48
"""Numbers of rows along the curve that can be chosen, beside those where it bends."""
CONFIG = {"displayModeBar": False}


def frontier_panel(found: doc.Document, outcome: Projection | None, *, place: str) -> None:
    """The curve of a design that takes real rows, and a handle on it; nothing for any other design."""
    if not found.design.takes_real_rows:
        return
    with st.spinner("Counting which real rows there are…"):
        curve = frontier(found.study)
    if curve is None or not curve.points:
        return
    section("How far the real rows reach")
    rows = found.study.size
    figure = frontier_figure(curve, rows, outcome.made if outcome else None, palette())
    st.plotly_chart(figure, key="tt_frontier", config=CONFIG, theme=None)
    fields.show("generate_along", rows)
    st.select_slider(
        "Rows along the curve",
        fields.choices("generate_along", stops(curve, rows)),
        key="generate_along",
        format_func=lambda one: f"{one:,}",
        on_change=fields.heard,
        args=("generate_along", _set_rows, place),
        label_visibility="collapsed",
    )
    html(_said(curve, rows))
    if rows != curve.most_real_rows > 0:
        label = f"Use {curve.most_real_rows:,} rows: all real"
        st.button(label, key="generate_most_real", on_click=_use, args=(curve.most_real_rows, place))


def stops(curve: Frontier, rows: int) -> list[int]:
    """The numbers of rows that the handle stops at: round ones, those where the curve bends, and the design's own."""
    last = max(rows, curve.points[-1].rows)
    steps = np.linspace(0, last, STOPS + 1)[1:]
    digits = max(0, int(np.log10(last)) - 2)
    bends = [one.rows for one in curve.points]
    every = {max(1, round(float(one), -digits)) for one in steps} | {*bends, curve.most_real_rows, rows, last}
    return sorted(int(one) for one in every if one)


def frontier_figure(curve: Frontier, rows: int, made: int | None, colors: Palette) -> go.Figure:
    """The share of the rows that must be made, over the number of rows; a ring where the design stands."""
    x = stops(curve, rows)
    y = [100 * curve.made(one) / one for one in x]
    line = {"color": colors.asked, "width": 2}
    told = "%{x:,} rows: at least %{y:.1f} % made<extra></extra>"
    figure = go.Figure(go.Scatter(x=x, y=y, mode="lines", line=line, fill="tozeroy", hovertemplate=told))
    figure.update_traces(fillcolor=f"rgba({','.join(str(int(colors.asked[i : i + 2], 16)) for i in (1, 3, 5))},0.12)")
    here = 100 * (curve.made(rows) if made is None else made) / rows
    mark = {"size": 11, "color": colors.paper, "line": {"width": 2.2, "color": colors.ink}}
    own = "this design: %{x:,} rows, %{y:.1f} % made<extra></extra>"
    figure.add_trace(go.Scatter(x=[rows], y=[here], mode="markers", marker=mark, hovertemplate=own, cliponaxis=False))
    text = {"color": colors.quiet, "size": 11}
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 10, "b": 0},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        hoverlabel={"bgcolor": colors.ink, "bordercolor": colors.ink, "font": {"color": colors.paper, "size": 12}},
    )
    common = {"tickfont": text, "zeroline": False, "fixedrange": True, "automargin": True}
    figure.update_xaxes(showgrid=False, range=[0, x[-1] * 1.01], tickformat=",", nticks=7, **common)
    top = max(1.0, 1.08 * max(*y, here))
    figure.update_yaxes(gridcolor=colors.grid, range=[0, top], ticksuffix=" %", nticks=5, **common)
    return figure


def _said(curve: Frontier, rows: int) -> h.Element:
    """The curve at the design's rows, in words."""
    most = h.fragment[h.b[f"{curve.most_real_rows:,} rows"], " can all be real, each another one."]
    if not curve.most_real_rows:
        most = h.fragment["No number of rows can all be real."]
    made = curve.made(rows)
    if not made:
        return h.p(".tt-about", data_testid="frontier")[most]
    where = next((one.binding for one in curve.points if one.rows >= rows and one.binding), curve.points[-1].binding)
    least = f" Of {rows:,} at least {made:,} ({percent(made / rows)}) must be made"
    return h.p(".tt-about", data_testid="frontier")[most, least, f", {where}." if where else "."]


def _set_rows(place: str) -> None:
    _use(int(st.session_state["generate_along"]), place)


def _use(rows: int, place: str) -> None:
    doc.edit(f"rows {rows:,}", lambda design: design.changed(rows=rows), place=place)
