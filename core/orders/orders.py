"""Orders: the rows of a blend that must be made, for a simulator, a renderer, a language model or an annotation team.

Each is a line of JSON with an id, the factors that are asked for, in which conditions, and what is free. The same
design gives the same orders, so nothing has to be kept of a round: what came back says what is still missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from trimtab.core.errors import InputError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.real.wording import called
from trimtab.core.sampling.plan import BLOCK
from trimtab.core.sampling.run import Generator, prepare
from trimtab.core.study.study import Study

DIGITS = 10
"""Of the design's fingerprint that begin each id."""


@dataclass(frozen=True, eq=False)
class Batch:
    """The rows of block `number` that must be made: where they stand in it, `here` (m,), their numbers in the output
    `rows` (m,), and for each control the code that they must have, `codes` (controls, m)."""

    number: int
    here: np.ndarray
    rows: np.ndarray
    codes: np.ndarray


def id_column(study: Study) -> str:
    """The column in which what comes back has the ids."""
    return "id" if "id" not in study.columns else "order_id"


def check_orderable(study: Study) -> None:
    """Raise InputError for a design of which nothing can be ordered."""
    design = study.design
    if design.mode != "blend":
        raise InputError(
            f"Design `{design.name}`: orders are what a blend has to make, and its mode is {design.mode}. Set mode: "
            "blend."
        )
    if design.sweeps or design.floors:
        raise InputError(
            f"Design `{design.name}`: rows of sweeps and floors can't be ordered one by one. Take them away, or make "
            "the rows with trimtab sample."
        )


def asked_of(study: Study, generator: Generator) -> tuple[str, ...]:
    """The factors that the design's controls look at, in the order of the source."""
    looked = {name for control in told(generator) for name in control.columns}
    return tuple(name for name in study.delivered if name in looked)


def told(generator: Generator) -> list[Control]:
    """The controls that people know of: guards look after what always holds."""
    return [control for control in generator.projection.controls if not control.guards]


def made_rows(generator: Generator) -> Iterator[Batch]:
    """The rows of a design that must be made, a block at a time; none is made for it."""
    plan, cells = generator.plan, generator.projection.cells
    for number in range(plan.blocks):
        strata = plan.strata(number)
        here = np.flatnonzero(strata >= plan.real)
        if len(here):
            cell = plan.slots.cell[plan.slot(strata[here])]
            yield Batch(number, here, number * BLOCK + here, cells.codes[:, cell])


def order_ids(study: Study, rows: np.ndarray) -> list[str]:
    """The id of each made row, by its number in the output."""
    begin = study.design.fingerprint()[:DIGITS]
    return [f"{begin}-{row:07}" for row in rows.tolist()]


def order_lines(study: Study, generator: Generator, wanted: np.ndarray | None = None) -> Iterator[str]:
    """The orders as lines of JSON: of all rows that must be made, or of those with the numbers `wanted`, ascending."""
    asked = asked_of(study, generator)
    free = [name for name in study.delivered if name not in asked]
    controls = [(i, one) for i, one in enumerate(generator.projection.controls) if not one.guards]
    for batch in made_rows(generator):
        kept = np.arange(len(batch.rows)) if wanted is None else np.flatnonzero(np.isin(batch.rows, wanted))
        if not len(kept):
            continue
        values = generator.block(batch.number).select(asked).take(pa.array(batch.here[kept])).to_pylist()
        for place, own, id_ in zip(kept, values, order_ids(study, batch.rows[kept]), strict=True):
            where = [asked_for(study, one, int(batch.codes[i, place])) for i, one in controls]
            line = {"id": id_, "ask": {name: _plain(own[name]) for name in asked}, "where": where, "free": free}
            yield json.dumps(line, ensure_ascii=False)


def generator_of(study: Study) -> Generator:
    """What makes the rows of a design that can be ordered. Raises what `check_orderable` and `prepare` raise."""
    check_orderable(study)
    return prepare(study)


def asked_for(study: Study, control: Control, code: int) -> str:
    """What a row must be for one control; that an event is not true in it is said too."""
    said = called(study, control, code)
    return said if control.labels or code == control.asked else f"not: {said}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
