"""Columns that are computed last, on the values as they will be written: derived factors, levels, labels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.design.controls.label import Label
from trimtab.core.design.definition import Definition
from trimtab.core.design.naming import CLEAN, PROBABILITY
from trimtab.core.errors import InputError
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.maths.rounding import event_rows
from trimtab.core.maths.streams import stream
from trimtab.core.sampling.plan import BLOCK, Plan
from trimtab.core.study.study import Study


def computed_fields(study: Study) -> Iterator[tuple[str, pa.DataType]]:
    """Names and types of the computed columns. A label with noise has the clean one beside it, one with a probability
    that too."""
    for name, definition in study.definitions.items():
        label = study.design.labels.get(name)
        known = study.known(name).type
        yield name, pa.bool_() if definition.role == "probability" else known
        if definition.role == "probability":
            yield PROBABILITY.format(name), pa.float64()
        if label is not None and label.noise:
            yield CLEAN.format(name), pa.bool_() if definition.role == "probability" else known


def computed(study: Study, rows: pa.Table, plan: Plan, block: int) -> dict[str, pa.Array]:
    """The columns of a block's `rows` and the computed ones, by name.

    Raises InputError if an expression can't be computed on some row, or a probability is none.
    """
    found = {name: rows.column(name) for name in rows.column_names}
    for name, definition in study.definitions.items():
        (values,) = evaluate([definition.scalar.sql], rows, owner=f"`{name}`")
        label = study.design.labels.get(name)
        if definition.role == "probability":
            found[PROBABILITY.format(name)] = values.cast(pa.float64())
            values = _drawn(name, values.cast(pa.float64()), plan, block)
        if label is not None and label.noise:
            found[CLEAN.format(name)] = values
            values = _noisy(study, definition, label, values, plan, block)
        found[name] = values
    return found


def _drawn(name: str, probability: pa.Array, plan: Plan, block: int) -> pa.Array:
    """True with each row's probability; the number of true rows of a block is the sum of the probabilities, to one.

    Systematic draws (W. G. Madow 1949); rows come in random order, so neighbours have nothing in common.
    """
    known = probability.is_valid().to_numpy(zero_copy_only=False)
    chances = np.where(known, probability.fill_null(0.0).to_numpy(zero_copy_only=False), 0.0)
    wrong = ~((chances >= 0) & (chances <= 1))
    if wrong.any():
        raise InputError(
            f"Label `{name}`: its probability must be between 0 and 1, got {chances[wrong][0]:g} in a row. Cut it with "
            "least and greatest."
        )
    ends = np.cumsum(chances) + stream(plan.seed, f"label {name}", block).random()
    true = np.floor(ends) > np.floor(np.append(ends[:1] - chances[:1], ends[:-1]))
    return pa.array(true, mask=~known)


def _noisy(study: Study, definition: Definition, label: Label, clean: pa.Array, plan: Plan, block: int) -> pa.Array:
    """The labels with the design's share of them replaced by others: of all rows exactly that many."""
    total = event_rows(label.noise, plan.rows)
    first = block * BLOCK
    flips = total * (first + len(clean)) // plan.rows - total * first // plan.rows
    labels = pa.array([False, True]) if definition.role == "probability" else study.known(definition.name).values
    if len(labels) < 2:
        raise InputError(f"Label `{definition.name}`: noise needs a second label, and its rule gives only one.")
    generator = stream(plan.seed, f"noise {definition.name}", block)
    where = np.sort(generator.choice(len(clean), flips, replace=False))
    clean = clean.cast(labels.type)
    code = pc.index_in(clean.take(pa.array(where)), labels).fill_null(-1).to_numpy(zero_copy_only=False)
    step = generator.random(flips)
    # The others in turn; from no label at all, any of them.
    other = np.where(
        code >= 0, (code + 1 + np.floor(step * (len(labels) - 1))) % len(labels), np.floor(step * len(labels))
    )
    place = np.arange(len(clean))
    place[where] = len(clean) + np.arange(flips)
    return pa.concat_arrays([clean, labels.take(pa.array(other.astype(np.int64)))]).take(pa.array(place))
