"""A few real rows that show what a relation says, as texts."""

from __future__ import annotations

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


def examples(relation: Relation, columns: Mapping[str, Column], most: int = MOST) -> tuple[str, ...]:
    """At most `most` different rows of the source's `columns`, each as `Relation.example` writes it.

    Rows in which the factors differ from each other go first, since 0 ≤ 0 shows little; then what is frequent. The last
    one lacks a value, if that counts.
    """
    used = [columns[name] for name in relation.factors]
    lacks = np.any([column.codes == column.distinct for column in used], axis=0)
    gaps = _telling(used, lacks, 1) if relation.counts_gaps else []
    rows = [*_telling(used, ~lacks, most - len(gaps)), *gaps]
    return tuple(dict.fromkeys(relation.example(dict(zip(relation.factors, row, strict=True))) for row in rows))


def _telling(used: list[Column], mask: np.ndarray, most: int) -> list[list[str]]:
    """The texts of at most `most` combinations of values in the rows of a mask (n,)."""
    places = np.flatnonzero(mask)
    places = places[np.linspace(0, len(places) - 1, min(len(places), LOOKED_AT)).astype(np.int64)]
    if not len(places):
        return []
    codes = np.column_stack([column.codes[places] for column in used])
    _, first, counts = np.unique(codes, axis=0, return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    texts = np.array([_texts(column, codes[first[order], i]) for i, column in enumerate(used)]).T.tolist()
    return sorted(texts, key=lambda row: -len(set(row)))[:most]


def _texts(column: Column, codes: np.ndarray) -> list[str]:
    """Values as the app writes them."""
    values = column.values.take(pa.array(codes, mask=codes == column.distinct))
    return [MISSING if text is None else text for text in level_texts(values).to_pylist()]
