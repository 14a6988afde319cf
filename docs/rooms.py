"""Draws docs/rooms.svg, the rooms in the order in which they may import each other: python -m docs.rooms."""

from __future__ import annotations

from pathlib import Path

import htpy as h

from tests.unit.test_layers import LAYERS, NOT_IN_APP

PICTURE = Path(__file__).parent / "rooms.svg"
FLOORS = {
    "core.errors": "Ground",
    "core.source": "Data and design",
    "core.grounding": "Engine",
    "core.coverage": "Looking at rows",
    "core.changes": "What people do",
    "results": "Ways in",
    "ui.signin": "App",
}
"""Where a floor begins, by its first room, and what it is called."""

WIDTH, LEFT, MARGIN = 960, 150, 14
BOX, GAP, LETTER, PAD = 30, 10, 7.2, 11
STYLE = """
svg { background: #fff; font: 13px system-ui, sans-serif; color: #1c2430 }
text { fill: #1c2430 }
.floor { font-weight: 600 }
.note { fill: #5a6472 }
rect.core { fill: #eef3f9; stroke: #9db2ca }
rect.app { fill: #fdf3e3; stroke: #d3b27a }
line { stroke: #d8dee6 }
path { stroke: #5a6472; fill: none }
"""


def picture(layers: tuple[str, ...] = LAYERS) -> str:
    """The picture as the text of an SVG file; the same layers give the same text."""
    drawn: list[h.Node] = []
    x, y = LEFT, 58
    for layer in layers:
        width = round(len(layer) * LETTER) + 2 * PAD
        if layer in FLOORS:
            y += 0 if layer == layers[0] else BOX + 2 * GAP
            x = LEFT
            drawn += [
                h.line(x1=MARGIN, y1=y - GAP, x2=WIDTH - MARGIN, y2=y - GAP),
                h.text(".floor", x=MARGIN, y=y + 20)[FLOORS[layer]],
            ]
        elif x + width > WIDTH - 50:
            x, y = LEFT, y + BOX + GAP
        drawn += [
            h.rect(class_=_side(layer), x=x, y=y, width=width, height=BOX, rx=5),
            h.text(x=x + PAD, y=y + 20)[layer],
        ]
        x += width + GAP
    bottom = y + BOX
    return str(_svg(bottom + 2 * MARGIN)[h.style[STYLE], _legend(), drawn, _arrow(bottom)]) + "\n"


def _side(layer: str) -> str:
    return "core" if layer.startswith(("core.", "results", "calls")) else "app"


def _svg(height: int) -> h.Element:
    about = (
        "The rooms of Trimtab's code. A room may import rooms to its left and above it, never to its right or below."
    )
    return h.svg(xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=about)


def _legend() -> h.Node:
    banned = " and ".join(sorted(NOT_IN_APP))
    return h.text(".note", x=MARGIN, y=28)[
        f"A room may import what is left of it and above it. Blue: never Streamlit. Amber: never {banned}."
    ]


def _arrow(bottom: int) -> h.Node:
    x, top = WIDTH - 26, 58
    return h.path(d=f"M{x} {bottom}V{top}m-6 9l6 -9l6 9")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
