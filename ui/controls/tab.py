"""A tab of the page design: how a kind of control registers the place where its controls are listed and added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trimtab.core.registering import Places
from trimtab.ui.session.document import Document

Draw = Callable[[Document], None]


@dataclass(frozen=True)
class Tab:
    """The controls of one kind: `part` is their key in the design file, `title` what the tab is called."""

    part: str
    title: str
    draw: Draw


TABS = Places[Tab]()
"""The tabs in the order in which they stand."""


def tab_at(place: int, part: str, title: str) -> Callable[[Draw], Draw]:
    """Register what draws the controls of a kind; `place` is where its tab stands among the others."""

    def register(draw: Draw) -> Draw:
        TABS.put(place, Tab(part, title, draw))
        return draw

    return register
