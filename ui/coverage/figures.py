"""Plotly figures of the page coverage: combinations of factors as dots, gaps by factor, what closing them takes, and a
query's result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from trimtab.core.coverage.tway import Combination
from trimtab.ui.parts.charts import MOST_TICKS, Palette, figure_text, short

HEIGHT = 320


def combinations_figure(found: Sequence[Combination], other: str, colors: Palette) -> go.Figure:
    """A dot for each combination: across what real rows cover of it, upwards what the other set covers."""
    cells = np.array([max(1, one.cells) for one in found])
    real, own = (100 * np.array([one.covered[i] for one in found]) / cells for i in (0, 1))
    names = [figure_text(" × ".join(one.factors)) for one in found]
    figure = go.Figure()
    line = {"color": colors.grid, "width": 1.5}
    figure.add_trace(go.Scatter(x=[0, 100], y=[0, 100], mode="lines", line=line, hoverinfo="skip"))
    mark = {"size": 9, "color": colors.asked, "opacity": 0.55, "line": {"width": 1, "color": colors.paper}}
    told = f"%{{customdata}}<br>real %{{x:.1f}} %, {figure_text(other)} %{{y:.1f}} %<extra></extra>"
    dots = go.Scatter(
        x=real, y=own, mode="markers", marker=mark, customdata=names, hovertemplate=told, cliponaxis=False
    )
    figure.add_trace(dots)
    _lay_out(figure, colors, HEIGHT)
    axis = {"range": [0, 102], "ticksuffix": " %", "gridcolor": colors.grid}
    figure.update_xaxes(title={"text": "covered by real rows"}, **axis)
    figure.update_yaxes(title={"text": f"covered by {figure_text(short(other))}"}, **axis)
    return figure


def gap_factors_figure(factors: Sequence[str], counts: np.ndarray, colors: Palette) -> go.Figure:
    """How many gaps name each of `factors`: `counts` (F, levels) by how many factors the gap names."""
    order = np.argsort(counts.sum(axis=1), kind="stable")[-16:]
    names = [figure_text(factors[i]) for i in order]
    place = list(range(len(order)))  # names that are shortened may look alike
    figure = go.Figure()
    for level in range(counts.shape[1]):
        if not counts[:, level].any():
            continue
        word = "alone" if level == 0 else f"with {level} other" + ("s" if level > 1 else "")
        figure.add_trace(
            go.Bar(
                x=counts[order, level],
                y=place,
                customdata=names,
                orientation="h",
                name=word,
                marker_color=_depth_color(colors, level),
                hovertemplate=f"%{{customdata}} {word}: %{{x:,}} gaps<extra></extra>",
            )
        )
    _lay_out(figure, colors, max(160, 50 + 22 * len(order)))
    figure.update_layout(barmode="stack", bargap=0.3)
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0}
    )
    figure.update_layout(margin={"t": 30})
    figure.update_xaxes(gridcolor=colors.grid, title={"text": "gaps that name the factor"})
    ticks = [figure_text(_fitting(factors[i])) for i in order]
    figure.update_yaxes(showgrid=False, tickvals=place, ticktext=ticks, range=[-0.6, len(order) - 0.4])
    return figure


def closing_figure(rows: np.ndarray, colors: Palette) -> go.Figure:
    """Rows that close the cheapest gaps: `rows` (P,) of each gap, the cheapest first."""
    most = len(rows)
    at = np.unique(np.linspace(0, most - 1, min(most, 300)).round().astype(int))
    total = np.cumsum(rows)
    line = {"color": colors.asked, "width": 2}
    told = "the cheapest %{x:,} gaps: %{y:,} rows<extra></extra>"
    figure = go.Figure(go.Scatter(x=at + 1, y=total[at], mode="lines", line=line, fill="tozeroy", hovertemplate=told))
    figure.update_traces(fillcolor=_see_through(colors.asked, 0.14))
    _lay_out(figure, colors, 260)
    figure.update_xaxes(title={"text": "gaps closed, the cheapest first"}, showgrid=False, rangemode="tozero")
    figure.update_yaxes(title={"text": "rows, if each gap gets its own"}, gridcolor=colors.grid, rangemode="tozero")
    return figure


def result_figure(x: Sequence[Any], y: Sequence[float | None], names: tuple[str, str], colors: Palette) -> go.Figure:
    """Columns of a query's result: bars for texts and for few values, else a line."""
    texts = all(isinstance(value, str) or value is None for value in x)
    words = ["(missing)" if value is None else str(value) for value in x] if texts else []
    across = list(range(len(words))) if texts else list(x)
    figure = go.Figure()
    if texts or len(across) <= 40:
        told = {
            "customdata": [figure_text(word) for word in words],
            "hovertemplate": "%{customdata}: %{y}<extra></extra>",
        }
        figure.add_trace(go.Bar(x=across, y=y, marker_color=colors.asked, **(told if texts else {})))
    else:
        figure.add_trace(go.Scatter(x=across, y=y, mode="lines+markers", line={"color": colors.asked, "width": 2}))
    _lay_out(figure, colors, 280)
    figure.update_layout(bargap=max(0.25, 1 - len(across) / 12))  # a few bars are no wall
    figure.update_xaxes(title={"text": figure_text(names[0])}, showgrid=False)
    if texts:
        step = max(1, -(-len(words) // MOST_TICKS))
        figure.update_xaxes(tickvals=across[::step], ticktext=[figure_text(_fitting(word)) for word in words[::step]])
    figure.update_yaxes(title={"text": figure_text(names[1])}, gridcolor=colors.grid)
    return figure


def _lay_out(figure: go.Figure, colors: Palette, height: int) -> None:
    text = {"color": colors.quiet, "size": 11}
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 10, "t": 8, "b": 0},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        dragmode=False,
        font=text,
        hoverlabel={"bgcolor": colors.ink, "bordercolor": colors.ink, "font": {"color": colors.paper, "size": 12}},
    )
    common = {"tickfont": text, "title": {"font": text}, "zeroline": False, "fixedrange": True, "automargin": True}
    figure.update_xaxes(**common)
    figure.update_yaxes(**common)


def _fitting(name: str) -> str:
    """A name that keeps both its ends, since factors often begin alike.

    >>> _fitting("a_very_long_name_of_a_factor_1")
    'a_very_long_…_factor_1'
    """
    return name if len(name) <= 22 else f"{name[:12]}…{name[-9:]}"


def _depth_color(colors: Palette, level: int) -> str:
    """Paler the more factors a gap names."""
    return (colors.ink, colors.asked, _see_through(colors.asked, 0.5), _see_through(colors.asked, 0.22))[min(level, 3)]


def _see_through(color: str, opacity: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
