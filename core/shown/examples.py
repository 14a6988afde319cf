"""A few real rows that show what a relation says, as texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from trimtab.core.relations.relation import Relation
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column

MOST = 3
"""Rows that are shown of one relation."""

LOOKED_AT = 2_000
"""Rows among which they are chosen; where what is looked for is rarer, all are."""

MISSING = "missing"
LONGEST = 40
"""Characters of a value that are shown: it may be a whole note."""


def examples(relation: Relation, columns: Mapping[str, Column], most: int = MOST) -> tuple[str, ...]:
    """At most `most` different rows of the source's `columns`, each as `Relation.example` writes it.

    What follows from others differs between them, if it can: 7 → 0 and 8 → 0 show little. Rows in which the factors
    differ from each other go first (0 ≤ 0 shows little too), then what is frequent. The last one lacks a value, if that
    counts.
    """
    used = [columns[name] for name in relation.factors]
    lacks = np.any([column.codes == column.distinct for column in used], axis=0)
    gaps = _rows(relation, used, lacks)[:1] if relation.counts_gaps else []
    rows = [*_varied(relation, _rows(relation, used, ~lacks))[: most - len(gaps)], *gaps]
    return tuple(dict.fromkeys(map(relation.example, rows)))


def _varied(relation: Relation, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows in their order, but those that repeat what follows from others behind those that do not."""
    seen: Counter[tuple[str, ...]] = Counter()
    times = []
    for row in rows:
        follows = tuple(row[name] for name in relation.decided)
        times.append(seen[follows])
        seen[follows] += 1
    return [rows[i] for i in sorted(range(len(rows)), key=times.__getitem__)]


def _rows(relation: Relation, used: list[Column], mask: np.ndarray) -> list[dict[str, str]]:
    """Different combinations of values in some of the rows of a mask (n,) as texts, the most telling first."""
    places = np.flatnonzero(mask)
    places = places[np.linspace(0, len(places) - 1, min(len(places), LOOKED_AT)).astype(np.int64)]
    if not len(places):
        return []
    codes = np.column_stack([column.codes[places] for column in used])
    _, first, counts = np.unique(codes, axis=0, return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    texts = np.array([_texts(column, codes[first[order], i]) for i, column in enumerate(used)]).T.tolist()
    telling = sorted(texts, key=lambda row: -len(set(row)))
    return [dict(zip(relation.factors, row, strict=True)) for row in telling]


def _texts(column: Column, codes: np.ndarray) -> list[str]:
    """Values as the app writes them."""
    values = column.values.take(pa.array(codes, mask=codes == column.distinct))
    return [MISSING if text is None else _cut(text) for text in level_texts(values).to_pylist()]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
