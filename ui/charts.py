"""Plotly figures from bins: the real data as bars, the design as steps, generated rows as rings, another file as diamonds.

Each is told by its shape as well as by its colour (Okabe–Ito). A figure holds one number per bin and set, never rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

MOST_TICKS = 12
"""Labels under a chart; of more bins, every second, third, … is named."""
LONGEST_LABEL = 14
"""Characters of a label under a chart; the hover text has all of it."""
SYMBOLS = ("circle", "diamond")
"""Marks of the data sets beside real and design: generated rows, and one more."""
FAINTEST = 1e-5
"""Lowest share that a logarithmic height shows."""


@dataclass(frozen=True)
class Palette:
    """Colours of one scheme, as in the theme."""

    real: str
    asked: str
    carried: str
    ink: str
    quiet: str
    grid: str
    paper: str


LIGHT = Palette("#b8c0cc", "#0072B2", "#D55E00", "#1f2733", "#5f6b7d", "#e3e6ea", "#ffffff")
DARK = Palette("#4a5666", "#56B4E9", "#E69F5E", "#e8edf3", "#98a5b6", "#2a3442", "#0f141a")


@dataclass(frozen=True, eq=False)
class Bars:
    """What a chart draws: `labels` (L,) and for each set shares (L,), 0 to 1; the last bin is missing.

    `others` are data sets by their names, drawn as marks: generated rows first. `asked` tells whether a control sets this
    factor, `ordered` whether its bins have an order.
    """

    labels: Sequence[str]
    real: np.ndarray
    design: np.ndarray | None
    others: Mapping[str, np.ndarray]
    asked: bool
    ordered: bool

    @property
    def sets(self) -> tuple[np.ndarray, ...]:
        """The shares of all sets there are."""
        return tuple(one for one in (self.real, self.design, *self.others.values()) if one is not None)


def palette() -> Palette:
    """The colours of the scheme this browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def factor_figure(bars: Bars, *, log: bool, height: int, colors: Palette) -> go.Figure:
    """One factor in every set, `height` px high; `log` shows rare bins, down to a share of 0.001 %."""
    shown = _shown(bars)
    place = np.arange(len(shown))
    labels = [bars.labels[i] for i in shown]
    figure = go.Figure()
    figure.add_trace(
        go.Bar(
            x=place, y=bars.real[shown], name="real", width=0.86, marker={"color": colors.real, "line": {"width": 0}},
            **_hover(labels, "real"),
        )
    )
    if bars.design is not None:
        color = colors.asked if bars.asked else colors.carried
        figure.add_trace(_steps(bars.design[shown], labels, color))
    size = 6 if len(shown) > 24 else 8
    for symbol, (name, shares) in zip(SYMBOLS, bars.others.items(), strict=False):
        mark = {"symbol": symbol, "size": size, "color": colors.paper, "line": {"width": 1.6, "color": colors.ink}}
        marks = {"x": place, "y": shares[shown], "name": name, "mode": "markers", "marker": mark}
        figure.add_trace(go.Scatter(**marks, **_hover(labels, name)))
    _lay_out(figure, labels, bars, log=log, height=height, colors=colors)
    return figure


def _shown(bars: Bars) -> np.ndarray:
    """The bins that are drawn: all, but missing only where a set has it."""
    last = len(bars.labels) - 1
    has_missing = any(one[last] > 0 for one in bars.sets)
    return np.arange(last + has_missing)


def _hover(labels: Sequence[str], name: str) -> dict[str, Any]:
    # Plotly takes markup in its texts, and labels are text from a file.
    return {"customdata": [escape(label) for label in labels], "hovertemplate": f"%{{customdata}}: {escape(name)} %{{y:.2%}}<extra></extra>"}


def _steps(shares: np.ndarray, labels: Sequence[str], color: str) -> go.Scatter:
    """A step over every bin, from its left edge to its right one."""
    edges = np.repeat(np.arange(len(shares) + 1) - 0.5, 2)[1:-1]
    return go.Scatter(
        x=edges, y=np.repeat(shares, 2), name="design", mode="lines", line={"color": color, "width": 2},
        **_hover([label for label in labels for _ in range(2)], "design"),
    )


def _lay_out(
    figure: go.Figure, labels: Sequence[str], bars: Bars, *, log: bool, height: int, colors: Palette
) -> None:
    ticks = tick_places(labels, ordered=bars.ordered)
    top = max(float(one.max()) for one in bars.sets) or 1.0
    text = {"color": colors.quiet, "size": 11}
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 4, "t": 8, "b": 4},
        showlegend=False,
        bargap=0,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        dragmode=False,
        hoverlabel={"bgcolor": colors.ink, "bordercolor": colors.ink, "font": {"color": colors.paper, "size": 12}},
    )
    figure.update_xaxes(
        tickvals=ticks, ticktext=[escape(short(labels[i])) for i in ticks], tickfont=text, range=[-0.6, len(labels) - 0.4],
        showgrid=False, zeroline=False, fixedrange=True, automargin=True, tickangle=_angle(labels, ticks),
    )
    figure.update_yaxes(
        tickfont=text, gridcolor=colors.grid, zeroline=False, fixedrange=True, automargin=True, nticks=5,
        **(_log_axis(top) if log else {"range": [0, top * 1.08], "tickformat": ".0%" if top > 0.04 else ".1%"}),
    )


def _log_axis(top: float) -> dict[str, Any]:
    powers = range(int(np.floor(np.log10(FAINTEST))), 1)
    values = [10.0**power for power in powers]
    return {
        "type": "log",
        "range": [np.log10(FAINTEST), np.log10(top * 1.3)],
        "tickvals": values,
        "ticktext": [f"{100 * value:g} %" for value in values],
    }


def tick_places(labels: Sequence[str], *, ordered: bool) -> list[int]:
    """The bins whose labels stand under the chart: all if there is room, else every second, third, … and the last.

    >>> tick_places(["a"] * 13, ordered=True)
    [0, 2, 4, 6, 8, 10, 12]
    """
    longest = max((len(short(label)) for label in labels), default=1)
    room = MOST_TICKS if longest <= 6 or not ordered else max(3, MOST_TICKS * 6 // longest)
    step = -(-len(labels) // room)
    return list(range(0, len(labels), step))


def short(label: str) -> str:
    """A label as it fits under a chart.

    >>> short("Hartsfield–Jackson Atlanta")
    'Hartsfield–Ja…'
    """
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def _angle(labels: Sequence[str], ticks: Sequence[int]) -> int:
    """Slanted where the labels side by side would be wider than a chart of a third of the page."""
    return -40 if sum(len(short(labels[i])) + 2 for i in ticks) > 58 else 0
