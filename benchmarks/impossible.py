"""Random designs that mostly can't be met, with controls of every kind, on tables of the sample data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tables import SAMPLE_DATA, SAMPLES, spooled, table
from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.design.patching import with_part
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source
from trimtab.core.study.neutral import begin_design
from trimtab.core.yaml.writing import write

SEED = 1
ROWS = 8_000
"""Rows drawn of each table."""

Part = dict[str, Any]
"""A part of a design, as its file has it."""


@dataclass(frozen=True)
class Table:
    """A table to ask impossible things of: its source, its columns, and what always holds in it."""

    source: Source
    neutral: Design
    columns: dict[str, Column]

    @property
    def numbers(self) -> list[str]:
        """The columns of numbers."""
        return [name for name, one in self.columns.items() if one.kind in ("continuous", "count")]

    @property
    def levels(self) -> list[str]:
        """The columns of a few levels."""
        return [name for name, one in self.columns.items() if one.kind == "categorical" and one.distinct < 30]


def opened(name: str, folder: Path, rows: int = ROWS) -> Table:
    """A table by its name in TABLES: so many of its rows, drawn by a seed."""
    found = TABLES[name]()
    some = np.sort(np.random.default_rng(SEED).permutation(len(found))[:rows])
    source = spooled(found.take(pa.array(some)), folder, name)
    begun = begin_design(source, name=name, path=source.name)
    return Table(source, begun.design, dict(begun.columns))


def _weather() -> pa.Table:
    names = ["month", "hour", "origin", "temp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
    return table("flights").select(names).group_by(names, use_threads=False).aggregate([])


def _predictions() -> pa.Table:
    return pq.read_table(SAMPLE_DATA / "flights_predictions.parquet")


TABLES: dict[str, Callable[[], pa.Table]] = {
    **{name: partial(table, name) for name in SAMPLES},
    "predictions": _predictions,
    "weather": _weather,
}


class Random:
    """Random controls on a table."""

    def __init__(self, table: Table, generator: np.random.Generator) -> None:
        self._table, self._generator = table, generator

    def design(self) -> Design:
        """A design of two to six random parts; whether it can be met is not known."""
        content: Part = {"rows": int(self._generator.choice([400, 1000, 5000])), "relations": self._relations()}
        design = with_part(self._table.neutral, {"seed": 0})
        makers = self._generator.choice(len(MAKERS), int(self._generator.integers(2, 7)))
        if self._generator.random() < 0.1:
            content["mode"] = "supplement"
        for place, maker in enumerate(makers):
            _put(content, MAKERS[maker](self, place))
        return loads(write({**_plain(design), **content}), owner=design.name)

    def _relations(self) -> list[Any]:
        known = [one.model_dump(mode="json") for one in self._table.neutral.relations or ()]
        return known if self._generator.random() < 0.7 else []

    def _of(self, names: list[str]) -> str:
        return str(self._generator.choice(names))

    def _rate(self) -> float:
        return float(np.round(self._generator.choice([0.0, 0.02, 1.0, *self._generator.random(5)]), 3))

    def _weights(self, count: int) -> list[float]:
        drawn = self._generator.dirichlet(np.full(count, 0.7)) * 100
        return [float(one) for one in np.round(drawn, 2) + 0.01]

    def _cut(self, name: str) -> float:
        numbers = self._table.columns[name].numbers
        return float(numbers[int(self._generator.uniform(0.05, 0.95) * (len(numbers) - 1))])

    def condition(self) -> str:
        """A condition of one or two factors."""
        parts = []
        for _ in range(int(self._generator.integers(1, 3))):
            if self._table.levels and self._generator.random() < 0.5:
                name = self._of(self._table.levels)
                value = self._generator.choice(self._table.columns[name].values.to_pylist())
                parts.append(f"{name} = '{value}'")
            else:
                name = self._of(self._table.numbers)
                parts.append(f"{name} {self._generator.choice(['<', '>='])} {self._cut(name)!r}")
        return str(self._generator.choice([" AND ", " OR "])).join(parts)

    def event(self, place: int) -> Part:
        """An event, by rate or by rows."""
        asked = {"rows": int(self._generator.integers(0, 300))} if self._generator.random() < 0.2 else None
        return {"events": {f"e{place}": {"when": self.condition(), **(asked or {"rate": self._rate()})}}}

    def same_event(self, place: int) -> Part:
        """Two events of one condition, or of a condition and its opposite."""
        when = self.condition()
        other = when if self._generator.random() < 0.5 else f"NOT ({when})"
        rates = self._rate(), self._rate()
        return {
            "events": {f"e{place}": {"when": when, "rate": rates[0]}, f"f{place}": {"when": other, "rate": rates[1]}}
        }

    def rule(self, _: int) -> Part:
        """A rule."""
        when = self.condition()
        return {"rules": [when if self._generator.random() < 0.5 else f"NOT ({when})"]}

    def keep(self, _: int) -> Part:
        """A keep."""
        return {"factors": {self._of(list(self._table.columns)): {"role": "keep"}}}

    def target(self, _: int) -> Part:
        """A target of bins, of levels, or of a law."""
        if self._table.levels and self._generator.random() < 0.5:
            name = self._of(self._table.levels)
            some = self._table.columns[name].values.to_pylist()[: int(self._generator.integers(2, 8))]
            named = dict(zip(some, self._weights(len(some)), strict=True))
            return {"factors": {name: {"role": "target", "target": {"family": "categorical", "weights": named}}}}
        name = self._of(self._table.numbers)
        numbers = self._table.columns[name].numbers
        if self._generator.random() < 0.3:
            law: Part = {"family": "normal", "mean": float(np.median(numbers)), "sd": float(max(1e-3, np.std(numbers)))}
            cut = {"low": float(numbers[0]), "high": float(numbers[-1])}
            return {"factors": {name: {"role": "target", "target": {**law, **cut}}}}
        edges = np.unique([numbers[0], *(self._cut(name) for _ in range(3)), numbers[-1]])
        if len(edges) < 3:
            return {}
        weights = self._weights(len(edges) - 1)
        histogram = {"family": "histogram", "weights": weights}
        return {"factors": {name: {"edges": edges.tolist(), "role": "target", "target": histogram}}}

    def hold(self, _: int) -> Part:
        """A hold."""
        if not self._table.levels:
            return {}
        name = self._of(self._table.levels)
        values = self._table.columns[name].values.to_pylist()
        some = self._generator.choice(values, int(self._generator.integers(1, min(4, len(values) + 1))), replace=False)
        return {"factors": {name: {"role": "hold", "values": [str(one) for one in some]}}}

    def missing(self, _: int) -> Part:
        """A missing share."""
        return {"factors": {self._of(list(self._table.columns)): {"missing": self._rate() * 0.8}}}

    def quantiles(self, _: int) -> Part:
        """A quantile."""
        name = self._of(self._table.numbers)
        return {"quantiles": [{"factor": name, "at": {0.5: self._cut(name)}}]}

    def levels(self, place: int) -> Part:
        """A level mix."""
        name = self._of(self._table.numbers)
        cuts = sorted({self._cut(name), self._cut(name)})
        shares = self._generator.dirichlet(np.full(len(cuts) + 1, 0.7))
        return {"levels": {f"l{place}": {"score": name, "cuts": cuts, "shares": _shares(shares)}}}

    def label(self, place: int) -> Part:
        """A label, and an event that speaks of it."""
        label = {"rule": f"CASE WHEN {self.condition()} THEN 'yes' ELSE 'no' END"}
        event = {"when": f"y{place} = 'yes'", "rate": self._rate()}
        return {"labels": {f"y{place}": label}, "events": {f"e{place}": event}}

    def pair(self, _: int) -> Part:
        """A pair of any sort."""
        one, other = self._generator.choice([*self._table.numbers, *self._table.levels], 2, replace=False)
        factors = [str(one), str(other)]
        if self._generator.random() < 0.4:
            return {"pairs": [{"factors": factors, "target": "independent"}]}
        if one in self._table.numbers and other in self._table.numbers:
            return {"pairs": [{"factors": factors, "rank_correlation": round(self._generator.uniform(-1, 1), 2)}]}
        levels = [name for name in self._table.levels if self._table.columns[name].distinct < 8]
        if len(levels) < 2:
            return {}
        one, other = (str(name) for name in self._generator.choice(levels, 2, replace=False))
        rows = {
            value: dict(zip(self._values(other), self._weights(len(self._values(other))), strict=True))
            for value in self._values(one)
        }
        return {"pairs": [{"factors": [one, other], "weights": rows}]}

    def _values(self, name: str) -> list[str]:
        return [str(one) for one in self._table.columns[name].values.to_pylist()]

    def sweep(self, _: int) -> Part:
        """A sweep."""
        name = self._of([*self._table.levels, *self._table.numbers])
        values = self._table.columns[name].values.to_pylist()
        if len(values) < 2:
            return {}
        some = self._generator.choice(len(values), 2, replace=False)
        others = str(self._generator.choice(["intervene", "condition"]))
        groups = int(self._generator.integers(1, 120))
        return {"sweeps": [{"factor": name, "values": [values[i] for i in some], "groups": groups, "others": others}]}

    def floor(self, _: int) -> Part:
        """A floor."""
        few = [name for name in self._table.levels if self._table.columns[name].distinct < 8] or self._table.numbers
        some = self._generator.choice(few, min(2, len(few)), replace=False)
        most = int(self._generator.integers(1, 60))
        return {"floors": [{"factors": [str(one) for one in some], "strength": len(some), "at_least": most}]}


MAKERS = (
    Random.event,
    Random.event,
    Random.same_event,
    Random.rule,
    Random.rule,
    Random.keep,
    Random.target,
    Random.target,
    Random.hold,
    Random.missing,
    Random.quantiles,
    Random.levels,
    Random.label,
    Random.pair,
    Random.sweep,
    Random.floor,
)


def _shares(drawn: np.ndarray) -> dict[str, float]:
    shares = [float(one) for one in np.round(drawn, 4)]
    return {f"s{i}": one for i, one in enumerate([*shares[:-1], round(1 - sum(shares[:-1]), 4)])}


def _plain(design: Design) -> Part:
    return {key: value for key, value in design.model_dump(mode="json", exclude_none=True).items() if value}


def _put(content: Part, part: Part) -> None:
    """A part into a design's content: lists grow, mappings are joined, of two that say the same the first stays."""
    for key, value in part.items():
        if isinstance(value, list):
            content[key] = [*content.get(key, []), *(one for one in value if one not in content.get(key, []))]
        else:
            content[key] = {**value, **content.get(key, {})}
