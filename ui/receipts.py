"""A receipt for people: each promise in words, as a table, and the sentence that sums it up."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.delivery.promises import Promise
from ui.parts import percent

LEAST = 1e-5
"""Below this share of the rows a marginal is as it was asked for: less than a row of 100,000."""
HEADINGS = ("promise", "requested", "delivered", "tolerance", "kept")


def summary(promises: Sequence[Promise]) -> str:
    """The receipt in a sentence."""
    return f"{sum(promise.kept for promise in promises)} of {len(promises)} promises kept"


def receipt_table(promises: Sequence[Promise]) -> str:
    """The receipt as markup: a row for each promise; whether it was kept is a word, not only a colour."""
    head = "".join(f'<th scope="col">{name}</th>' for name in HEADINGS)
    body = "".join(_row(promise) for promise in promises)
    return (
        '<div class="td-scroll" tabindex="0" role="region" aria-label="Receipt">'
        f'<table class="td-table" data-testid="receipt"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def cells(promise: Promise) -> tuple[str, str, str, str]:
    """Promise, requested, delivered and tolerance of one row, as text.

    >>> cells(Promise("event fog", 5000, 5000, 0.0, True))
    ('event fog', '5,000 rows', '5,000 rows', 'exact')
    >>> cells(Promise("target visib", 0.0, 0.00012, 0.0005, True))
    ('target visib', 'as designed', '0.012 % of rows elsewhere', 'at most 0.05 %')
    """
    kind = promise.promise.split(" ", 1)[0]
    asked, got, most = promise.requested, promise.delivered, promise.tolerance
    if kind in ("target", "keep"):
        wanted = "as designed" if kind == "target" else "as in the source"
        off = got if isinstance(got, str) else (f"{percent(got)} of rows elsewhere" if got >= LEAST else wanted)
        return promise.promise, wanted, off, f"at most {percent(most)}"
    if kind in ("hold", "missing"):
        return promise.promise, _share(asked), _share(got), f"± {percent(most)}" if most else "exact"
    if kind in ("rows", "event"):
        return promise.promise, _rows(asked), _rows(got), f"± {most:,.0f} rows" if most else "exact"
    return promise.promise, str(asked), str(got), "exact"


def _row(promise: Promise) -> str:
    name, *figures = cells(promise)
    mark, word, tone = ("✓", "kept", "good") if promise.kept else ("✗", "not kept", "warn")
    columns = "".join(f"<td>{escape(figure)}</td>" for figure in figures)
    kind, _, rest = name.partition(" ")
    shown = rest.replace("_", " ") if kind == "event" else rest
    named = f'<span class="td-kind">{escape(kind)}</span> <b>{escape(shown)}</b>' if rest else f"<b>{escape(kind)}</b>"
    return (
        f'<tr data-promise="{escape(name, quote=True)}"><th scope="row">{named}</th>{columns}'
        f'<td><span class="td-kept {tone}"><i aria-hidden="true">{mark}</i> {word}</span></td></tr>'
    )


def _rows(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f} row" if value == 1 else f"{value:,.0f} rows"


def _share(value: float | str) -> str:
    return value if isinstance(value, str) else percent(value)
