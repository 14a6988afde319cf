"""Columns, grounding, what reality rules out and what always holds: as they are worked out, or as they were kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from trimtab.core.errors import Progress
from trimtab.core.grounding.coding import Coding
from trimtab.core.grounding.grounding import Grounding, learn
from trimtab.core.grounding.neighbours import Neighbour, Neighbourhood
from trimtab.core.grounding.ruled_out import RuledOut, ruled_out
from trimtab.core.grounding.ties import Ties
from trimtab.core.learned.store import Entry, load, place_of, store
from trimtab.core.source.columns import Column, read_columns
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source


def learned_columns(
    source: Source, kinds: Mapping[str, Kind] | None = None, *, progress: Progress | None = None
) -> dict[str, Column]:
    """All columns of a source, as `read_columns` gives them."""
    asked = place_of(source, "kinds", sorted((kinds or {}).items()))
    kept = load(asked)
    entry = load(place_of(source, "columns", kept.about)) if kept else None
    if entry is not None:
        return {about["name"]: _column(entry, i, about) for i, about in enumerate(entry.about)}
    columns = read_columns(source, kinds, progress=progress)
    found = _kinds(columns)
    store(place_of(source, "columns", found), _columns_entry(columns))
    store(asked, Entry(found))
    return columns


def learned_grounding(
    source: Source, columns: Mapping[str, Column], *, ties: Ties | None = None, progress: Progress | None = None
) -> Grounding:
    """What `learn` learns from the columns of a source."""
    place = place_of(source, "grounding", _kinds(columns), _ties(ties))
    entry = load(place)
    if entry is not None:
        return _grounding(entry, columns, ties)
    grounding = learn(columns, ties=ties, progress=progress)
    store(place, _grounding_entry(grounding))
    return grounding


def learned_ruled_out(source: Source, grounding: Grounding) -> tuple[RuledOut, ...]:
    """What `ruled_out` finds in the grounding of a source, or of every second of its rows."""
    place = place_of(source, "ruled out", _kinds(grounding.columns), grounding.step)
    entry = load(place)
    if entry is not None:
        found = enumerate(entry.about)
        return tuple(
            RuledOut((one, other), entry.numbers(f"{i}").view(bool).reshape(shape)) for i, (one, other, shape) in found
        )
    pairs = ruled_out(grounding)
    about = [[*pair.factors, pair.table.shape] for pair in pairs]
    store(place, Entry(about, {f"{i}": _array(pair.table.view(np.uint8).ravel()) for i, pair in enumerate(pairs)}))
    return pairs


def _kinds(columns: Mapping[str, Column]) -> list[list[str]]:
    return [[name, column.kind] for name, column in columns.items()]


def _ties(ties: Ties | None) -> object:
    return None if ties is None else [ties.blocks, sorted(ties.decided), sorted(ties.silent)]


def _array(numbers: np.ndarray) -> pa.Array:
    return pa.array(np.ascontiguousarray(numbers))


def _columns_entry(columns: Mapping[str, Column]) -> Entry:
    about, arrays = [], {}
    for i, column in enumerate(columns.values()):
        type_ = pa.schema([pa.field("", column.type)]).serialize().to_pybytes()
        about.append({"name": column.name, "kind": column.kind, "type": base64.b64encode(type_).decode()})
        arrays[f"values {i}"] = column.values
        for what in ("counts", "codes", "numbers"):
            arrays[f"{what} {i}"] = _array(getattr(column, what))
    return Entry(about, arrays)


def _column(entry: Entry, i: int, about: Mapping[str, Any]) -> Column:
    type_ = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(about["type"]))).field(0).type
    counts, codes, numbers = (entry.numbers(f"{what} {i}") for what in ("counts", "codes", "numbers"))
    return Column(about["name"], about["kind"], type_, entry.arrays[f"values {i}"], counts, codes, numbers)


def _grounding_entry(grounding: Grounding) -> Entry:
    arrays = {}
    for i, (name, coding) in enumerate(grounding.codings.items()):
        arrays[f"coarse of {i}"] = _array(coding.coarse_of_value)
        arrays[f"bin of {i}"] = _array(coding.bin_of_value)
        arrays[f"coarse {i}"] = _array(grounding.coarse[name])
        arrays[f"bins {i}"] = _array(grounding.bins[name])
    found = [
        [one.factors, [[other.factor, other.fine] for other in one.neighbours], one.gain]
        for one in grounding.neighbourhoods
    ]
    return Entry(found, arrays)


def _grounding(entry: Entry, columns: Mapping[str, Column], ties: Ties | None) -> Grounding:
    coding = {
        name: Coding(entry.numbers(f"coarse of {i}"), entry.numbers(f"bin of {i}")) for i, name in enumerate(columns)
    }
    found = tuple(
        Neighbourhood(tuple(factors), tuple(Neighbour(name, fine) for name, fine in neighbours), gain)
        for factors, neighbours, gain in entry.about
    )
    return Grounding(
        columns=dict(columns),
        codings=coding,
        coarse={name: entry.numbers(f"coarse {i}") for i, name in enumerate(columns)},
        bins={name: entry.numbers(f"bins {i}") for i, name in enumerate(columns)},
        neighbourhoods=found,
        rows=len(next(iter(columns.values())).codes),
        ties=ties,
    )
