"""The table of one pair: as a picture of the real rows, and as weights to be typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from trimtab.core.coverage.dependence import Joint
from trimtab.core.source.axes import Axis
from trimtab.ui.parts.assets import asset

SHORTEST, TALLEST = 150, 300
"""Height of the picture in px."""
HINT = (
    "In percent. What you type stays, the others give way. Factors that follow take their shares from the table, all "
    "others keep their own."
)

_heat = st.components.v2.component(
    "trimtab_pair_heat",
    html='<div class="heat" data-testid="pair-heat"></div>\n',
    css=asset("pairs/pair_table.css"),
    js=asset("parts/component.js", "pairs/pair_shapes.js", "pairs/pair_heat.js"),
)
_weights = st.components.v2.component(
    "trimtab_pair_weights",
    html='<div class="weights" data-testid="pair-weights"></div>\n',
    css=asset("pairs/pair_table.css"),
    js=asset("parts/component.js", "pairs/pair_shapes.js", "parts/outbox.js", "pairs/pair_weights.js"),
)


def pair_heat(
    table: Joint,
    *,
    key: str,
    shares: np.ndarray | None = None,
    of: int | None = None,
    asked: bool | None = None,
    room: np.ndarray | None = None,
    missing: tuple[bool, bool] = (False, False),
) -> None:
    """Draw the real rows of a pair, missing last where there is any; or other `shares` (R, C) of its bins, as asked
    for.

    `missing` tells for rows and columns whether it is drawn even without any.
    With `of`, how many rows there are, each cell tells its own, and cells without any are hatched, or blank where
    `room` (R, C) is False: no row of the design may be there. `asked` decides the colour.
    """
    drawn = table.shares if shares is None else shares
    rows, drawn = _band(table.first, drawn, always=missing[0])
    columns, turned = _band(table.second, drawn.T, always=missing[1])
    drawn = turned.T
    names = f"{table.first.factor} × {table.second.factor}"
    data = {
        "row": table.first.factor,
        "column": table.second.factor,
        "rows": rows,
        "columns": columns,
        "shares": _plain(drawn),
        "asked": shares is not None if asked is None else asked,
        "of": of,
        "shut": None if room is None or room.all() else (~room).tolist(),
        "title": names if of else f"{names}: {'the real rows' if shares is None else 'the weights of the design'}",
        "hint": "" if of else f"{table.first.factor} down, {table.second.factor} across",
        "height": int(min(TALLEST, max(SHORTEST, 50 + 17 * len(drawn)))),
    }
    json.dumps(data, allow_nan=False)
    _heat(key=key, data=data)


def _band(axis: Axis, shares: np.ndarray, *, always: bool) -> tuple[dict[str, Any], np.ndarray]:
    """The labels of an axis, and the rows (of `shares`) that are drawn: missing only where there is some, or always."""
    missing = len(shares) > axis.size and (always or bool(shares[-1].any()))
    labels = [*axis.labels, *([Axis.missing_label] if missing else [])]
    return {"labels": labels, "missing": missing}, shares[: len(labels)]


def pair_weights(
    table: Joint,
    shares: np.ndarray,
    *,
    key: str,
    revision: int,
    acks: dict[str, int],
    on_ops: Callable[[object], None],
) -> None:
    """Draw the weights of a pair, `shares` (first.size, second.size) that sum to 1, to be typed.

    `on_ops` is called before the next run with the browser's message; it hands the message to an `OpsInbox`. The
    `factor` of an operation is the JSON list of the two names, its weights are the shares, row after row. Always call
    it with the same `key`.
    """
    real = table.shares[:-1, :-1]
    data = {
        "pair": json.dumps([table.first.factor, table.second.factor]),
        "row": table.first.factor,
        "column": table.second.factor,
        "rows": list(table.first.labels),
        "columns": list(table.second.labels),
        "shares": _plain(shares),
        "real": _plain(real / real.sum() if real.any() else real),
        "hint": HINT,
        "acks": acks,
        "rev": revision,
    }
    json.dumps(data, allow_nan=False)
    _weights(key=key, data=data, on_ops_change=lambda: on_ops(st.session_state[key].get("ops")))


def _plain(shares: np.ndarray) -> list[list[float]]:
    """Plain numbers, as short as a picture needs them."""
    return [[float(f"{share:.6g}") for share in row] for row in shares]
