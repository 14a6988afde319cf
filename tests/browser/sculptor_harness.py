"""A Streamlit script with the sculptor and the factor list over a document in memory; the query says which case."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.shown.sparks import spark_svg
from trimtab.ui.parts.parts import html
from trimtab.ui.sculptor.factors.factor_list import FactorEntry, factor_list
from trimtab.ui.sculptor.ops import Operation, OpsInbox
from trimtab.ui.sculptor.sculptor import sculptor

HOSTILE = '<img src=x onerror="window.hacked=true">'
VISIB = [0.02, 0.03, 0.05, 0.1, 0.1, 0.1, 0.1, 0.15, 0.2, 0.15, 0.0]
NAMES = ["visib", "wind_speed", "humid", "precip", HOSTILE, "a name that is much too long to be shown in full"]


def shares(bins: int) -> list[float]:
    """`bins` shares that sum to 1 (none: all values are missing); the last is empty unless there are only two."""
    if bins in (0, len(VISIB)):
        return VISIB[:bins]
    raw = [float(bin_ + 1) for bin_ in range(bins - 1)] + [0.0 if bins > 2 else 3.0]
    return [share / sum(raw) for share in raw]


def labels(bins: int, case: str) -> list[str]:
    if case == "hostile":
        return [HOSTILE, *(f"level {bin_}" for bin_ in range(1, bins))]
    if case == "long":
        return [f"{bin_} Hartsfield–Jackson Atlanta International" for bin_ in range(bins)]
    return [f"{bin_}–{bin_ + 1}" for bin_ in range(bins)]


def begin() -> dict[str, Any]:
    query = st.query_params
    real = shares(int(query.get("bins", "11")))
    even = [1 / len(real) for _ in real]
    asked = {"target": even, "follow": None, "keep": None}[query.get("role", "target")]
    targets = {name: asked if name == NAMES[0] else None for name in NAMES}
    return {"rev": 0, "runs": 0, "log": [], "targets": targets, "factor": NAMES[0], "real": real}


if "document" not in st.session_state:
    st.session_state.document = begin()
    st.session_state.inbox = OpsInbox()
document = st.session_state.document


def apply(operation: Operation) -> None:
    document["targets"][operation.factor] = list(operation.weights)
    document["rev"] += 1
    document["log"].append(operation.label)


def entry(name: str, asked: list[float] | None, real: list[float], place: int) -> FactorEntry:
    return {
        "name": name,
        "role": "target" if asked else "follow",
        "real": real,
        "design": asked or real,
        "asked": asked is not None,
        "shift": 0.241 - 0.01 * place if asked else 0.0,
    }


def select(name: str) -> None:
    document["factor"] = name


@st.fragment
def workbench() -> None:
    query = st.query_params
    document["runs"] += 1
    if document["runs"] > 1:
        while "held" in query and Path(query["held"]).exists():  # a long computation after every edit
            time.sleep(0.02)
    factor, real = document["factor"], document["real"]
    target = document["targets"][factor]
    html(h.pre(data_testid="document")[json.dumps(document)])
    left, right = st.columns([1, 4])
    with left:
        entries = [entry(name, asked, real, place) for place, (name, asked) in enumerate(document["targets"].items())]
        factor_list(entries, selected=factor, key="factors", on_select=select, height=420)
    with right:
        sculptor(
            {
                "factor": factor,
                "rev": document["rev"],
                "acks": st.session_state.inbox.acks,
                "title": factor,
                "labels": labels(len(real), query.get("labels", "")),
                "real": real,
                "target": target,
                "design": target,
                "ungrounded": [share == 0 for share in real],
                "missing": {"real": 0.005, "design": 0.0},
                "unit": "mi",
                "rows": 100_000,
                "locked": query.get("role") == "keep",
                "ordered": query.get("labels") is None,
                "height_scale": "linear" if "linear" in query else "log",
            },
            key="sculptor",
            on_ops=lambda message: st.session_state.inbox.receive(message, apply),
        )
    if real:
        html(spark_svg(real, target, True, 140, 36, f"{HOSTILE} before and after"))


workbench()
