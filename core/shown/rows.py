"""Rows before and after, and the dictionary of the columns, as tables: in the app and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from trimtab.core.delivery.dictionary import ColumnEntry
from trimtab.core.sampling.preview import Preview, PreviewRow
from trimtab.core.shown.results import markup
from trimtab.core.words.numbers import counted

MISSING = "–"
"""How a missing value is shown."""


@dataclass(frozen=True)
class Looked:
    """Rows before and after, and what their columns mean, as they show themselves in a notebook."""

    preview: Preview
    dictionary: tuple[ColumnEntry, ...]

    def _repr_html_(self) -> str:
        return markup(h.div[preview_table(self.preview), dictionary_table(self.dictionary)])


def preview_text(found: Preview) -> str:
    """What is to be seen of rows before and after, in a sentence."""
    if not any(row.before for row in found.rows):
        return "Nothing real is behind these rows: they are made of what is declared."
    whole = sum(row.real for row in found.rows)
    cells = sum(sum(row.changed) for row in found.rows)
    real = f", {whole} of them {'a whole real row' if whole == 1 else 'whole real rows'}" if whole else ""
    return f"The first {counted(len(found.rows), 'row')}{real}; {counted(cells, 'value')} differ from the real ones."


def preview_table(found: Preview) -> h.Element:
    """Each row to come below the real one that it begins with; what differs is bold."""
    heads = [h.th(scope="col")[name] for name in ("", *found.columns)]
    bodies = [h.tbody[_before(row), _after(row)] for row in found.rows]
    return h.table(".tt-rows", data_testid="rows")[h.thead[h.tr[heads]], bodies]


def _before(row: PreviewRow) -> h.Element | None:
    if not row.before or row.real:
        return None
    cells = [
        h.td(class_={"changed": changed})[_text(one)] for one, changed in zip(row.before, row.changed, strict=True)
    ]
    return h.tr(".before")[h.th(scope="row")[f"real row {row.number:,}"], cells]


def _after(row: PreviewRow) -> h.Element:
    cells = [
        h.td(".changed")[h.b[_text(one)]] if changed else h.td[_text(one)]
        for one, changed in zip(row.after, row.changed, strict=True)
    ]
    named = f"real row {row.number:,}, whole" if row.real else "becomes" if row.before else "made"
    return h.tr(".after")[h.th(scope="row")[named], cells]


def _text(value: str | None) -> str:
    return MISSING if value is None else value


def dictionary_table(entries: Sequence[ColumnEntry]) -> h.Element:
    """A line for every column."""
    heads = ("column", "kind", "values in the source", "missing", "role", "where it comes from")
    return h.table(".tt-table.tt-dictionary", data_testid="dictionary")[
        h.thead[h.tr[[h.th(scope="col")[head] for head in heads]]], h.tbody[[_column(one) for one in entries]]
    ]


def _column(one: ColumnEntry) -> h.Element:
    unit = f" {one.unit}" if one.unit else ""
    return h.tr[
        h.th(scope="row")[one.name],
        h.td[f"{one.kind}, {one.type}"],
        h.td[f"{one.values}{unit}" if one.values else MISSING],
        h.td[one.missing or MISSING],
        h.td[one.role],
        h.td[one.comes_from, one.meaning and h.small[one.meaning]],
    ]
