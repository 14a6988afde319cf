"""The sculptor: bars of one factor that are dragged, painted, nudged and typed; see the `sculptor*.js` beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal, NotRequired, TypedDict

import streamlit as st

from trimtab.ui.parts.assets import asset


class Missing(TypedDict):
    """Share of rows without a value, 0 to 1, of all rows."""

    real: float
    design: float


class FaultData(TypedDict):
    """Why there is nothing between two values that were typed."""

    low: str
    high: str
    fault: str


class VersionData(TypedDict):
    """A saved version that can be laid over."""

    number: int
    name: str


class DraftData(TypedDict):
    """The version that is laid over: its shares, one per bin, or None where it has nothing to show."""

    number: int
    name: str
    shares: list[float] | None


class SculptorData(TypedDict):
    """What the sculptor draws. Lists have one entry per bin without missing; shares are 0 to 1 and sum to 1.

    Plain Python numbers only: one numpy number or NaN breaks the whole message, so `sculptor` refuses them.
    """

    factor: str
    rev: int  # revision of the document; stands in the page as `data-rev`
    acks: dict[str, int]  # `OpsInbox.acks`
    title: str
    labels: list[str]
    real: list[float]
    target: list[float] | None  # None: nobody asked; the first edit starts from `design`
    design: list[float] | None  # what will come out; None: as real
    ungrounded: NotRequired[list[bool]]  # nothing real there: hatched
    before: NotRequired[Literal["real", "declared"]]  # what the grey bars are called
    missing: NotRequired[Missing | None]
    unit: NotRequired[str | None]
    versions: NotRequired[list[VersionData]]
    draft: NotRequired[DraftData | None]
    between: NotRequired[dict[str, Any] | FaultData | None]  # what `Between` has, of two values that were typed
    rows: NotRequired[int | None]  # rows to generate: the tooltip counts
    locked: NotRequired[bool]  # hold, keep: can be read, not changed
    locks: NotRequired[list[int]]  # bins that stay as they are when others are set
    hint: NotRequired[str | None]  # a line below the bars; None: the sculptor's own
    ordered: NotRequired[bool]  # False for levels without an order: no line from one to the next, no "Smooth"
    numeric: NotRequired[bool]  # False for levels: names are slanted instead of thinned out, and typed to be found
    height_scale: NotRequired[Literal["linear", "log"]]  # until the person chooses


SCRIPTS = (
    "parts/component.js",
    "sculptor/sculptor_model.js",
    "sculptor/sculptor_stroke.js",
    "parts/outbox.js",
    "sculptor/sculptor_chart.js",
    "sculptor/sculptor_gestures.js",
    "sculptor/sculptor_panel.js",
    "sculptor/sculptor_between.js",
    "sculptor/sculptor.js",
)
"""The parts of its script, in the order in which they stand on each other."""

_component = st.components.v2.component(
    "trimtab_sculptor",
    html='<div class="sculptor" data-testid="sculptor"></div>\n',
    css=asset("sculptor/sculptor.css"),
    js=asset(*SCRIPTS),
)


def sculptor(data: SculptorData, *, key: str, on_ops: Callable[[object], None]) -> None:
    """Draw the sculptor. Call it inside a fragment and always with the same `key`.

    `on_ops` is called before the next run with the browser's message; it hands the message to `OpsInbox.receive` and
    changes nothing but the document.

    Raises: TypeError for a number that is not plain Python; ValueError for NaN, infinity or lists of different length.
    """
    json.dumps(data, allow_nan=False)
    bins = len(data["labels"])
    for name in ("real", "target", "design", "ungrounded"):
        values = data.get(name)
        if isinstance(values, list) and len(values) != bins:
            raise ValueError(f"Sculptor of `{data['factor']}`: `{name}` must have {bins} entries, got {len(values)}.")
    _component(key=key, data=data, on_ops_change=lambda: on_ops(st.session_state[key].get("ops")))
