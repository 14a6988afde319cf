"""Plotly figures from bins: real data as bars, the design as steps, other data sets as rings, diamonds and so on.

Each is told by its shape as well as by its colour (Okabe–Ito). A figure holds one number per bin and set, never rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

MOST_TICKS = 16
"""Levels that are named under a chart; of more, every second, third, …"""
WIDTH = 58
"""Characters that fit side by side under a chart of a third of the page."""
LONGEST_LABEL = 14
"""Characters of a label under a chart; the hover text has all of it."""
GAP = 0.6
"""Between the last bin and missing, in bins."""
SYMBOLS = ("circle", "diamond", "square", "triangle-up")
"""Marks of the data sets beside real and design: generated rows, and other files."""
FAINTEST = 1e-3
"""Lowest share that a logarithmic height shows, in percent."""
_FIGURE_SIGNS = {ord(sign): f"&#{ord(sign)};" for sign in "&<>$%"}


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

    `others` are data sets by their names, drawn as marks, each its own: generated rows first; None lacks the factor.
    `asked` tells whether a control sets this factor, `ordered` whether its bins have an order. `names` are what `real`
    and `design` are called under the pointer.
    """

    labels: Sequence[str]
    real: np.ndarray
    design: np.ndarray | None
    others: Mapping[str, np.ndarray | None]
    asked: bool
    ordered: bool
    names: tuple[str, str] = ("real", "design")

    @property
    def sets(self) -> tuple[np.ndarray, ...]:
        """The shares of all sets there are."""
        return tuple(one for one in (self.real, self.design, *self.others.values()) if one is not None)


def figure_text(text: str) -> str:
    """Text from people and files for a figure, in which Plotly reads tags, TeX and templates: it stands for itself.

    The signs become numeric entities: of the named ones Plotly knows few, and shows &quot; as it is written.

    >>> figure_text("<b>$x$</b>")
    '&#60;b&#62;&#36;x&#36;&#60;/b&#62;'
    """
    return text.translate(_FIGURE_SIGNS)


def palette() -> Palette:
    """The colours of the scheme this browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def factor_figure(bars: Bars, *, log: bool, height: int, colors: Palette) -> go.Figure:
    """One factor in every set, `height` px high; `log` shows rare bins, down to a share of 0.001 %."""
    count = len(bars.labels) - 1 + any(one[-1] > 0 for one in bars.sets)
    place = _places(count, missing=count == len(bars.labels))
    labels = [figure_text(label) for label in bars.labels[:count]]
    figure = go.Figure()
    called = [figure_text(name) for name in bars.names]
    figure.add_trace(
        go.Bar(x=place, y=100 * bars.real[:count], width=0.86, marker_color=colors.real, **_hover(labels, called[0]))
    )
    if bars.design is not None:
        line = {"color": colors.asked if bars.asked else colors.carried, "width": 2}
        x, y, texts = _steps(place, 100 * bars.design[:count], labels)
        figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, **_hover(texts, called[1])))
    size = 6 if count > 24 else 8
    for symbol, (name, shares) in zip(SYMBOLS, bars.others.items(), strict=False):
        if shares is None:
            continue
        mark = {"symbol": symbol, "size": size, "color": colors.paper, "line": {"width": 1.6, "color": colors.ink}}
        told = _hover(labels, figure_text(name))
        figure.add_trace(
            go.Scatter(x=place, y=100 * shares[:count], mode="markers", marker=mark, cliponaxis=False, **told)
        )
    _lay_out(figure, place, bars, log=log, height=height, colors=colors)
    return figure


def _places(count: int, *, missing: bool) -> np.ndarray:
    """(count,) where the bins stand; missing, the last one, a little apart."""
    place = np.arange(count, dtype=float)
    place[-1:] += GAP if missing and count > 1 else 0.0
    return place


def _hover(labels: Sequence[str], name: str) -> dict[str, Any]:
    text = f"%{{customdata}}: {name} %{{y:.2f}} %<extra></extra>"
    return {"name": name, "customdata": list(labels), "hovertemplate": text}


def _steps(
    place: np.ndarray, shares: np.ndarray, labels: Sequence[str]
) -> tuple[list[float | None], list[float | None], list[str]]:
    """x, y and texts of a step over every bin, from its left edge to its right one; the line breaks before a gap."""
    x: list[float | None] = []
    y: list[float | None] = []
    texts: list[str] = []
    for i, (middle, share, label) in enumerate(zip(place.tolist(), shares.tolist(), labels, strict=True)):
        if i and middle - place[i - 1] > 1:
            x.append(None)
            y.append(None)
            texts.append("")
        x += [middle - 0.5, middle + 0.5]
        y += [share, share]
        texts += [label, label]
    return x, y, texts


def _lay_out(figure: go.Figure, place: np.ndarray, bars: Bars, *, log: bool, height: int, colors: Palette) -> None:
    text = {"color": colors.quiet, "size": 11}
    top = 100 * max(float(one.max()) for one in bars.sets) or 100.0
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 2, "t": 6, "b": 0},
        showlegend=False,
        bargap=0,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        dragmode=False,
        hoverlabel={"bgcolor": colors.ink, "bordercolor": colors.ink, "font": {"color": colors.paper, "size": 12}},
    )
    common = {"tickfont": text, "zeroline": False, "fixedrange": True, "automargin": True, "title": None}
    figure.update_xaxes(showgrid=False, **common, **_level_axis(place, bars))
    height_axis = _log_axis(bars.sets) if log else {"range": [0, top * 1.06], "ticksuffix": " %"}
    figure.update_yaxes(gridcolor=colors.grid, nticks=5, **common, **height_axis)


def _level_axis(place: np.ndarray, bars: Bars) -> dict[str, Any]:
    """A label of an interval stands below the edge where it begins, any other one below the middle of its bin."""
    missing = len(place) == len(bars.labels)
    ticks = ticks_of(bars.labels[: len(place)], ordered=bars.ordered, missing=missing)
    slanted = sum(len(label) + 2 for _, label in ticks) > WIDTH + 4
    # Plotly leaves out a label that would not fit into the picture.
    beyond = max(0.6, 4 * len(place) / WIDTH) if missing and not slanted else 0.6
    return {
        "tickvals": [
            float(place[i]) - (0.5 if bars.ordered and begins(bars.labels[i]) != bars.labels[i] else 0.0)
            for i, _ in ticks
        ],
        "ticktext": [figure_text(label) for _, label in ticks],
        "tickangle": 35 if slanted else 0,
        "range": [-0.6, float(place.max(initial=0.0)) + beyond],
    }


def _log_axis(sets: Sequence[np.ndarray]) -> dict[str, Any]:
    """From the power of ten below the rarest bin, but at least FAINTEST."""
    shares = 100 * np.concatenate(sets)
    rarest = float(shares[shares > 0].min(initial=100.0))
    low = max(np.floor(np.log10(rarest) - 0.1), np.log10(FAINTEST))
    values = [10.0**power for power in range(int(low), 3)]
    return {
        "type": "log",
        "range": [low, np.log10(float(shares.max(initial=0.0)) * 1.3 or 100.0)],
        "tickvals": values,
        "ticktext": [f"{value:g} %" for value in values],
    }


def ticks_of(labels: Sequence[str], *, ordered: bool, missing: bool) -> list[tuple[int, str]]:
    """The bins that are named under a chart, and how: all if there is room, else every second, third, …

    `missing`: the last bin holds the missing values; it is always named.

    >>> ticks_of(["0–5", "5–9", "missing"], ordered=True, missing=True)
    [(0, '0'), (1, '5'), (2, 'missing')]
    """
    last = len(labels) - missing
    texts = [short(begins(label) if ordered else label) for label in labels[:last]]
    longest = max(map(len, texts), default=1)
    room = max(3, int(WIDTH / (longest + 2))) if ordered else MOST_TICKS
    step = max(1, -(-last // room))
    named = [(i, texts[i]) for i in range(0, last, step)]
    if missing:
        apart = 7 * last / WIDTH  # bins that the word takes
        named = [(i, text) for i, text in named if last - i > apart or not ordered] if named[1:] else named
        named.append((last, labels[last]))
    return named


def begins(label: str) -> str:
    """Where an interval begins; any other label as it is.

    >>> begins("0.5–1"), begins("-90 – -61"), begins("10")
    ('0.5', '-90', '10')
    """
    return label.partition("–")[0].strip() or label


def short(label: str) -> str:
    """A label as it fits under a chart.

    >>> short("Hartsfield–Jackson Atlanta")
    'Hartsfield–Ja…'
    """
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
