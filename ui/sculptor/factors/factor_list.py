"""The list of factors: search, sort, each with its role, a tiny histogram and its shift; one is selected."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Literal, TypedDict

import streamlit as st

from trimtab.core.shown.sparks import spark_paths
from trimtab.ui.parts.assets import asset

_SPARK = (64, 30)  # px, as in factor_list.css


class FactorEntry(TypedDict):
    """One factor of the list. Shares are 0 to 1, one per bin; plain Python numbers only."""

    name: str
    role: str  # follow, keep, target, hold, derive, drop
    real: list[float]
    design: list[float] | None
    asked: bool  # a control names this factor: blue; else carried along: orange
    shift: float | None  # total variation between real and design, 0 to 1; None: not known


_component = st.components.v2.component(
    "trimtab_factor_list",
    html='<div class="factors" data-testid="factor-list"></div>\n',
    css=asset("sculptor/factors/factor_list.css"),
    js=asset("parts/component.js", "sculptor/factors/factor_list.js"),
)


def factor_list(
    factors: Sequence[FactorEntry],
    *,
    selected: str | None,
    key: str,
    on_select: Callable[[str], None],
    height: int = 560,
    sort: Literal["shift", "name", "role"] = "shift",
) -> None:
    """Draw the list, at most `height` px high; more factors scroll inside it.

    `sort` is the order until the person chooses another. `on_select` is called before the next run with the name of
    the factor that was chosen; it changes nothing but the page's own state. Always call it with the same `key`.

    Raises: TypeError for a number that is not plain Python; ValueError for NaN, infinity or lists of different length.
    """
    rows = []
    for factor in factors:
        bars, line = spark_paths(factor["real"], factor["design"], *_SPARK) if factor["real"] else ("", "")
        kept = {name: factor[name] for name in ("name", "role", "asked", "shift")}
        rows.append({**kept, "bars": bars, "line": line})
    data = {"factors": rows, "selected": selected, "height": height, "sort": sort}
    json.dumps(data, allow_nan=False)

    def chosen() -> None:
        name = st.session_state[key].get("select")
        if isinstance(name, str):
            on_select(name)

    _component(key=key, data=data, on_select_change=chosen)
