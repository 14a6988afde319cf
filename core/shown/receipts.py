"""A receipt for people, in the app and in a notebook: its table, the sentence that sums it up, copies in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import htpy as h

from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.words.numbers import counted, percent

LEAST = 1e-5
"""Below this share of the rows a marginal is as it was asked for: less than a row of 100,000."""
HEADINGS = ("promise", "requested", "delivered", "tolerance", "kept")
WANTED = {"keep": "as in the source"}
ENOUGH = "every combination often enough"
BESIDE = {
    "column": "as a column",
    "noise": "wrong on purpose",
    "probability": "its probability",
    "distinct": "real rows, none twice",
    "as in the source": "real rows as in the source",
}
"""What stands behind the name in promises of what is beside a control, in words."""
IDENTIFIERS = ("event", "level", "label")
"""Kinds of promises whose names are identifiers; all other names are columns, conditions or several of them."""


def summary(promises: Sequence[Promise]) -> str:
    """The receipt in a sentence."""
    return f"{sum(promise.kept for promise in promises)} of {len(promises)} promises kept"


def receipt_table(promises: Sequence[Promise]) -> h.Element:
    """The receipt: a row for each promise; whether it was kept is a word, not only a colour."""
    return h.div(".td-scroll", tabindex="0", role="region", aria_label="Receipt")[
        h.table(".td-table", data_testid="receipt")[
            h.thead[h.tr[[h.th(scope="col")[name] for name in HEADINGS]]],
            h.tbody[[_row(promise) for promise in promises]],
        ]
    ]


def cells(promise: Promise) -> tuple[str, str, str, str]:
    """Promise, requested, delivered and tolerance of one row, as text.

    >>> from trimtab.core.design.controls.kind import ControlName
    >>> cells(Promise(ControlName("event", "fog"), 5000, 5000, 0.0, True, "rows"))
    ('event fog', '5,000 rows', '5,000 rows', 'exact')
    >>> cells(Promise(ControlName("target", "visib"), 0.0, 0.00012, 0.0005, True, "elsewhere"))
    ('target visib', 'as designed', '0.012 % of rows elsewhere', 'at most 0.05 %')
    >>> cells(Promise(ControlName("pair", "temp × wind"), 0.3, 0.29998, 0.0033, True, "correlation"))[1:]
    ('rank correlation 0.3', '0.3000', '± 0.0033')
    >>> cells(Promise(ControlName("floor", "origin, carrier"), 0, 2, 0.0, False, "cells"))[1:]
    ('every combination often enough', '2 too rare', 'exact')
    """
    asked, got, most = promise.requested, promise.delivered, promise.tolerance
    exact = "exact" if not most else ""
    if promise.unit == "correlation":
        return _row_of(promise, f"rank correlation {asked:g}", _text(got, "{:.4f}"), f"± {most:.2g}")
    if promise.unit == "elsewhere":
        wanted = WANTED.get(promise.control.kind, "as designed")
        off = got if isinstance(got, str) else (f"{percent(got)} of rows elsewhere" if got >= LEAST else wanted)
        return _row_of(promise, wanted, off, exact or f"at most {percent(most)}")
    if promise.unit == "share":
        return _row_of(promise, _share(asked), _share(got), exact or f"± {percent(most)}")
    if promise.unit == "rows":
        drawn = "" if exact else "about "
        return _row_of(
            promise, f"{drawn}{_count(asked, 'row')}", _count(got, "row"), exact or f"± {_count(most, 'row')}"
        )
    if promise.unit == "groups":
        return _row_of(promise, _count(asked, "group"), _count(got, "group"), exact)
    if promise.unit == "cells":
        few = _text(got, "{:,.0f} too rare") if got else ENOUGH
        return _row_of(promise, ENOUGH, few, exact)
    return _row_of(promise, str(asked), str(got), exact)


def _row_of(promise: Promise, *figures: str) -> tuple[str, str, str, str]:
    requested, delivered, tolerance = figures
    return promise.promise, requested, delivered, tolerance


def copies_text(copies: dict[str, Any] | None, real: int = 0) -> str:
    """What a receipt says of copies, in a sentence or two; None: there was no real row to copy. `real` rows are whole
    real ones. Before copies are counted, it says so.

    >>> copies_text({"equal": 18, "share": 0.018, "nearer": None, "reason": "only 90 rows"})
    '1.8 % of the rows equal a real row in every factor.'
    >>> copies_text({"rows": 0, "equal": 0, "share": 0.0, "nearer": None, "reason": "no row is made"}, real=900)
    '900 rows are whole real ones, each another one; no row is made.'
    """
    if copies is not None and copies["equal"] is None:
        return "How many rows equal a real one is not measured."
    if copies is None:
        return "There is no real data, so no row is a copy of a real one, and every row is ungrounded."
    if real:
        whole = (
            f"{counted(real, 'row')} {'is a whole real one' if real == 1 else 'are whole real ones'}, each another one"
        )
        if not copies["rows"]:
            return f"{whole}; no row is made."
        made = counted(copies["rows"], "made row")
        return f"{whole}. {percent(copies['share'])} of the {made} equal a real row in every factor."
    first = f"{percent(copies['share'])} of the rows equal a real row in every factor"
    if copies["nearer"] is None:
        return f"{first}."
    half = f"{percent(copies['nearer'])} are nearer to that half than to the other"
    return f"{first}; of rows made from one half of the real data, {half} (50 % is right)."


def receipt_copies(path: Path) -> str:
    """The sentence on copies of the receipt at `path`; empty for one that does not tell."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return copies_text(document["copies"], document.get("real_records", 0)) if "copies" in document else ""


def _row(promise: Promise) -> h.Element:
    _, *figures = cells(promise)
    mark, word, tone = ("✓", "kept", "good") if promise.kept else ("✗", "not kept", "warn")
    kind, name, beside = promise.control.kind, promise.control.of, BESIDE.get(promise.aspect, promise.aspect)
    shown = name.replace("_", " ") if kind in IDENTIFIERS else name
    return h.tr(data_promise=promise.promise)[
        h.th(scope="row")[
            [h.span(".td-kind")[kind], " ", h.b[shown]] if name else h.b[kind],
            beside and [" ", h.span(".td-kind")[beside]],
        ],
        [h.td[figure] for figure in figures],
        h.td[h.span(class_=["td-kept", tone])[h.i(aria_hidden="true")[mark], " ", word]],
    ]


def _count(value: float | str, what: str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f} {what}" if value == 1 else f"{value:,.0f} {what}s"


def _text(value: float | str, form: str) -> str:
    return value if isinstance(value, str) else form.format(value)


def _share(value: float | str) -> str:
    return value if isinstance(value, str) else percent(value)
