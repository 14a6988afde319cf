"""A few rows before and after: the real row that each begins with, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from trimtab.core.design.naming import CLEAN, PROBABILITY
from trimtab.core.projection.projection import Projection
from trimtab.core.sampling.run import PROVENANCE, SOURCE_ROW, SWEPT, Generator, prepare
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column, learning_rows
from trimtab.core.study.study import Study, values_of

MOST = 10
"""Rows that are looked at."""
LONGEST = 40
"""Characters of a value that are shown: it may be a whole note."""
OWN = frozenset(name for name, _ in (*PROVENANCE, SOURCE_ROW, *SWEPT))
"""Columns that no real row has: they tell of the rows themselves."""

Texts = tuple[str | None, ...]
"""Values as texts, None for a missing one."""


@dataclass(frozen=True)
class PreviewRow:
    """A row to come: its values `after`, those of the real row that it begins with `before`, and which differ.

    `number` is that of the real row in the source, from 0; None without real data, whose `before` is empty. `real` says
    that it is that row as a whole.
    """

    number: int | None
    real: bool
    before: Texts
    after: Texts
    changed: tuple[bool, ...]


@dataclass(frozen=True)
class Preview:
    """The first rows that a design gives, in the order of its file, by `columns`."""

    columns: tuple[str, ...]
    rows: tuple[PreviewRow, ...]

    def as_json(self) -> dict[str, Any]:
        """In plain Python types."""
        return asdict(self)


def preview(study: Study, projection: Projection | None = None, *, rows: int = MOST) -> Preview:
    """The first `rows` rows of a design, each beside the real row that it begins with.

    It takes as long as the first block of rows does. Raises what `prepare` raises.
    """
    generator = prepare(study, projection=projection)
    table = generator.first().slice(0, rows)
    names = [name for name in table.column_names if name not in OWN]
    begun, real = _begun(generator, table.num_rows)
    numbers = _numbers(study, generator, begun, real)
    before = {name: _before(study, name, begun) for name in names} if not study.declared else {}
    after = {name: _texts(table.column(name).combine_chunks()) for name in names}
    made = []
    for row in range(table.num_rows):
        now = [after[name][row] for name in names]
        was = [before[name][row] for name in names] if before else []
        changed = tuple(one != other for one, other in zip(was, now, strict=True)) if before else (False,) * len(names)
        made.append(PreviewRow(numbers[row], bool(real[row]), _shown(was), _shown(now), changed))
    return Preview(tuple(names), tuple(made))


def _begun(generator: Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) the learning row that each of the first rows begins with, and (rows,) whether it is a whole real one."""
    strata = generator.plan.strata(0)
    real = strata[:rows] < generator.plan.real
    made = generator.splicer.beginnings(0)
    # What is constructed has the values of another row in a few columns: it begins with the row that gives most.
    origins = np.column_stack([made.at[name][:rows] for name in generator.study.delivered or made.at])
    begun = np.zeros(rows, dtype=np.int64)
    begun[~real] = [np.bincount(row).argmax() for row in origins[: int((~real).sum())]]
    begun[real] = generator.real.rows[strata[:rows][real]]
    return begun, real


def _numbers(study: Study, generator: Generator, begun: np.ndarray, real: np.ndarray) -> list[int | None]:
    if study.declared:
        return [None] * len(begun)
    learned = learning_rows(study.source.rows)
    return [int(row if whole or learned is None else learned[row]) for row, whole in zip(begun, real, strict=True)]


def _before(study: Study, name: str, begun: np.ndarray) -> list[str | None]:
    """The values of a column in the real rows; none in those of a column that only drawn rows have."""
    column = study.columns.get(name) or _computed(study, name)
    return [None] * len(begun) if column is None else _texts(values_of(column, column.codes[begun]))


def _computed(study: Study, name: str) -> Column | None:
    """What a definition gives on real rows: a label that is drawn has no value there, its probability has."""
    for defined, one in study.definitions.items():
        drawn = one.role == "probability"
        if name in ((PROBABILITY.format(defined),) if drawn else (defined, CLEAN.format(defined))):
            return study.known(defined)
    return None


def _texts(values: pa.Array) -> list[str | None]:
    found: list[str | None] = level_texts(values).to_pylist()
    return found


def _shown(values: Sequence[str | None]) -> Texts:
    cut = (text if text is None or len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…" for text in values)
    return tuple(cut)
