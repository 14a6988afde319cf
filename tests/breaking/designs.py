"""Designs with every kind of control, and rows that keep them, to be broken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import loads
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

SOURCE_ROWS = 3000

ROW_BY_ROW = """
trimtab: 1
name: row-by-row
rows: 2000
seed: 5
source: {path: source.parquet}
factors:
  size: {role: target, edges: [0, 10, 20, 40, 80], target: {family: histogram, weights: [2, 1, 0, 1]}, missing: 0.1}
  grade: {role: target, target: {family: categorical, weights: {a: 3, b: 1, d: 0}, rest: 0.2}}
  count: {role: keep}
  city: {role: keep}
  day: {role: hold, values: [2024-03-01, 2024-03-02, 2024-03-03]}
  note: {role: drop}
  ratio: {role: derive, expression: "net / gross"}
events:
  dear: {when: "gross > 90 AND grade = 'a'", rate: 0.08}
  both: {when: "fit AND count = 3", rows: 37}
levels:
  effort: {score: "net", cuts: [20, 50], shares: {low: 0.25, mid: 0.5, high: 0.25}}
labels:
  class: {rule: "CASE WHEN gross > 80 THEN 'dear' WHEN gross > 40 THEN 'fair' ELSE 'cheap' END", noise: 0.02}
  sold: {probability: "greatest(0, least(1, gross / 120))"}
  kept: {probability: "CASE WHEN fit THEN 1 WHEN count > 5 THEN 0 ELSE 0.3 END", noise: 0.01}
rules: ["gross < 119", "count > 0 OR fit"]
pairs:
  - {factors: [band, kind], weights: [[3, 1], [0, 2], [1, 1]]}
relations:
  - {determines: [city, land]}
  - {equation: "gross = net + tax"}
  - {order: [start, end]}
"""

TOGETHER = """
trimtab: 1
name: together
rows: 2000
seed: 6
source: {path: source.parquet}
factors:
  net: {edges: [0, 20, 40, 60, 80, 100]}
  size: {edges: [0, 10, 20, 40, 80]}
  count: {role: keep}
  land: {role: hold, values: [x, y]}
pairs:
  - {factors: [grade, fit], target: independent}
  - {factors: [net, size], rank_correlation: 0.35}
quantiles:
  - {factor: wait, at: {0.5: 2, 0.9: 6}}
floors:
  - {factors: [grade, fit, count], strength: 2, at_least: 4}
sweeps:
  - {factor: size, values: [5, 15, 60], groups: 40, others: intervene}
"""

BESIDE = """
trimtab: 1
name: beside
rows: 4000
seed: 7
mode: supplement
source: {path: source.parquet}
factors:
  grade: {role: target, target: {family: categorical, weights: {a: 1, b: 1, c: 1, d: 1}}}
  count: {role: keep}
events:
  dear: {when: "gross > 90", rate: 0.2}
levels:
  effort: {score: "net", cuts: [20, 50], shares: {low: 0.3, mid: 0.4, high: 0.3}}
rules: ["gross < 119"]
"""


@dataclass(frozen=True)
class Kept:
    """A design, and rows that keep it."""

    study: Study
    rows: pa.Table


def source_table() -> pa.Table:
    """A table with every type: numbers, counts, levels, truths, dates, and what always holds among them."""
    generator = np.random.default_rng(11)
    n = SOURCE_ROWS
    net = np.round(generator.gamma(2.0, 20.0, n).clip(1, 99), 2)
    tax = np.round(net * generator.choice([0.07, 0.19], n), 2)
    size = generator.uniform(0, 80, n).round(1)
    city = generator.integers(0, 12, n)
    start = generator.integers(0, 500, n)
    return pa.table(
        {
            "size": pa.array(size, mask=generator.random(n) < 0.05),
            "net": net,
            "tax": tax,
            "gross": np.round(net + tax, 2),
            "count": generator.integers(1, 9, n),
            "wait": np.round(generator.exponential(3.0, n), 2),
            "grade": generator.choice(["a", "b", "c", "d"], n, p=[0.5, 0.3, 0.15, 0.05]),
            "fit": generator.random(n) < 0.4,
            "city": [f"city {i:02}" for i in city],
            "land": np.array(["x", "y", "z"])[city % 3],
            "day": pa.array(generator.integers(19_780, 19_790, n).astype("datetime64[D]")),
            "start": start,
            "end": start + generator.integers(0, 60, n),
            "band": generator.choice(["r", "s", "t"], n),
            "kind": generator.choice(["p", "q"], n),
            "note": generator.choice(["in", "out"], n),
        }
    )


def kept(design: str, folder: Path) -> Kept:
    """Rows that keep a design, as they are delivered."""
    pq.write_table(source_table(), folder / "source.parquet")
    study = open_study(loads(design), spool(folder / "source.parquet", folder / "home"))
    delivery = deliver(study, folder / "rows.parquet")
    assert [one for one in delivery.promises if not one.kept] == []
    return Kept(study, pq.read_table(folder / "rows.parquet"))
