"""What came back of orders: which rows are as they were asked for, which differ, and which are still missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from trimtab.core.counting.datasets import ROWS, Reading, open_data, reading_of
from trimtab.core.database import quote_name
from trimtab.core.errors import InputError
from trimtab.core.orders.orders import asked_for, id_column, made_rows, order_ids
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.real.rows import SourceRows
from trimtab.core.sampling.received import Received
from trimtab.core.sampling.run import Generator
from trimtab.core.study.study import Study
from trimtab.core.words.plain import listed

SHOWN = 5


@dataclass(frozen=True)
class Differing:
    """An order that came back as another row: what was asked for that it is not."""

    id: str
    asked: str


@dataclass(frozen=True, eq=False)
class Back:
    """What came back of `ordered` rows: those that are as asked for, those `differing`, and the numbers in the output
    of those that are still `missing`, the differing ones among them."""

    ordered: int
    received: Received
    differing: tuple[Differing, ...]
    missing: np.ndarray


def read_back(study: Study, generator: Generator, data: Path) -> Back:
    """Hold a table with the ids of orders against them: a row that is in every control what was asked for counts.

    A row that came twice just as it is counts once. Raises InputError for a table without the ids or a factor, and for
    ids that were not ordered or that came with several rows.
    """
    batches = list(made_rows(generator))
    rows = np.concatenate([np.empty(0, np.int64), *(batch.rows for batch in batches)])
    table = _read(study, data)
    ids = table.column(0).to_pylist()
    known = dict(zip(order_ids(study, rows), range(len(rows)), strict=True))
    _check_ids(data, ids, known)
    place = np.array([known[one] for one in ids], dtype=np.int64)
    factors = table.drop_columns([table.column_names[0]])
    codes = np.concatenate([batch.codes for batch in batches], axis=1) if batches else np.empty((0, 0), np.int64)
    off = _off(study, generator.projection.controls, factors, codes[:, place] if len(place) else codes)
    right = np.flatnonzero(off < 0)
    order = right[np.argsort(place[right])]
    differing = [
        Differing(ids[i], asked_for(study, generator.projection.controls[off[i]], int(codes[off[i], place[i]])))
        for i in np.flatnonzero(off >= 0)
    ]
    missing = np.setdiff1d(np.arange(len(rows)), place[right])
    came = Received(rows[place[order]], factors.take(pa.array(order)))
    return Back(len(rows), came, tuple(differing), rows[missing])


def complete(study: Study, generator: Generator, data: Path) -> Received:
    """All ordered rows, as they came back. Raises InputError if some are missing or differ."""
    back = read_back(study, generator, data)
    if len(back.missing):
        differ = (
            f", {len(back.differing):,} of them because what came back differs from the order" if back.differing else ""
        )
        raise InputError(
            f"{data.name}: {len(back.missing):,} of {back.ordered:,} orders are still missing{differ}. "
            "trimtab orders --received writes them anew."
        )
    return back.received


def _read(study: Study, data: Path) -> pa.Table:
    """The ids, then every factor in the type of the source; rows that are alike in all of them once."""
    column = id_column(study)
    readings = {
        column: Reading("text", "VARCHAR"),
        **{name: reading_of(study.columns[name]) for name in study.delivered},
    }
    with open_data(data, readings) as opened:
        lacking = [name for name in readings if name not in opened.types]
        if column in lacking:
            raise InputError(f"{data.name}: there is no column `{column}`, which has the ids of the orders.")
        if lacking:
            named = listed([f"`{name}`" for name in lacking])
            raise InputError(
                f"{data.name}: there is no column {named}. What is free in an order has to come too; leave cells empty "
                "where there is no value."
            )
        names = ", ".join(map(quote_name, readings))
        found = opened.con.sql(f"SELECT DISTINCT {names} FROM {ROWS} ORDER BY {quote_name(column)}").to_arrow_table()
    try:
        for place, name in enumerate(study.delivered, 1):
            found = found.set_column(place, name, found.column(name).cast(study.columns[name].type))
    except pa.ArrowInvalid as error:
        raise InputError(
            f"{data.name}: column `{name}` holds what is no {study.columns[name].type}: {error}."
        ) from error
    return found


def _check_ids(data: Path, ids: list[str | None], known: dict[str, int]) -> None:
    strange = [str(one) for one in ids if one not in known]
    if strange:
        raise InputError(
            f"{data.name}: {len(strange):,} ids are none of this design's orders ({', '.join(strange[:SHOWN])}). Those "
            "of another design, or of one that was changed since, are other orders."
        )
    twice = [str(one) for one, times in Counter(ids).items() if times > 1]
    if twice:
        raise InputError(
            f"{data.name}: {len(twice):,} ids come with several different rows ({', '.join(twice[:SHOWN])}). Leave "
            "one each."
        )


def _off(study: Study, controls: tuple[Control, ...], rows: pa.Table, asked: np.ndarray) -> np.ndarray:
    """(n,) the first control of which each row has another code than it was asked for; -1 if none."""
    off, looked = np.full(len(rows), -1), SourceRows(rows, study)
    for i in reversed(range(len(controls))):
        wrong = controls[i].codes(looked) != asked[i] if len(rows) else np.empty(0, dtype=bool)
        off[wrong] = i
    return off
