"""Tiny histograms: grey bars for the real data and a step line for what will come out."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import htpy as h

# The same colours as in sculptor.css and factor_list.css; `light-dark` follows the app's colour scheme.
_REAL = "light-dark(#b8c0cc,#4a5666)"
_ASKED = "light-dark(#0072b2,#56b4e9)"
_CARRIED = "light-dark(#d55e00,#e69f5e)"
_FAINTEST = 0.75  # px: a bin that holds anything is seen


def spark_paths(real: Sequence[float], design: Sequence[float] | None, width: float, height: float) -> tuple[str, str]:
    """SVG path data of the bars and of the step line (empty without a design), `width` × `height` px, origin top left.

    `real` and `design` hold one share per bin, on any common scale, at least 0.

    Raises: ValueError without bins or when the lengths differ.
    """
    if not real or (design is not None and len(design) != len(real)):
        raise ValueError(f"Spark: needs bins, and as many of both: got {len(real)} and {len(design or ())}.")
    band = width / len(real)
    gap = min(1.0, 0.18 * band)
    # The line's own half width stays inside the picture.
    scale = (height - 1) / (max(*real, *(design or ()), 0) or 1)
    bottom, wide = _px(height), _px(band - gap)
    bars = "".join(
        f"M{_px(band * i + gap / 2)} {bottom}v-{_px(max(_FAINTEST, share * scale))}h{wide}V{bottom}z"
        for i, share in enumerate(real)
        if share > 0
    )
    if design is None:
        return bars, ""
    steps = "".join(f"V{_px(height - 0.5 - share * scale)}H{_px(band * (i + 1))}" for i, share in enumerate(design))
    return bars, f"M0 {_px(height - 0.5 - design[0] * scale)}{steps}"


def spark_svg(
    real: Sequence[float], design: Sequence[float] | None, asked: bool, width: float, height: float, label: str
) -> h.VoidElement:
    """A tiny histogram.

    `st.html` strips SVG elements, so the SVG stands in an image; it follows light and dark all the same.
    `real`, `design`: one share per bin; `asked`: the line is blue (asked for) or orange (carried along); `width`,
    `height`: px, a wider place scales the picture down; `label`: what a screen reader says, any text.

    Raises: ValueError without bins or when the lengths differ.
    """
    bars, line = spark_paths(real, design, width, height)
    wide, high = _px(width), _px(height)
    stroke = f"fill:none;stroke:{_ASKED if asked else _CARRIED};stroke-width:1.4"
    svg = h.svg(
        xmlns="http://www.w3.org/2000/svg",
        style="color-scheme:light dark",
        width=wide,
        height=high,
        viewBox=f"0 0 {wide} {high}",
    )[h.path(d=bars, style=f"fill:{_REAL}"), line and h.path(d=line, style=stroke)]
    return h.img(
        ".spark",
        alt=label,
        width=wide,
        height=high,
        style="max-width:100%;display:block",
        src=f"data:image/svg+xml,{quote(str(svg))}",
    )


def _px(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
