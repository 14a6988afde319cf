"""Random designs on small random tables that take real rows first: met exactly, or refused with a number that works."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.design import Design
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study

A = (
    {"role": "keep"},
    {"role": "follow"},
    {"role": "target", "target": {"family": "categorical", "weights": {"a0": 1, "a1": 1}, "rest": 0.3}},
    {"role": "hold", "values": ["a0", "a1"]},
)
B = ({"role": "keep"}, {"role": "follow"}, {"role": "follow", "missing": 0.2})
BLENDS = ({}, {"prefer": "real"}, {"made_at_most": 0.3})


def table(rng: np.random.Generator, folder: Path) -> Source:
    rows = int(rng.integers(100, 500))
    columns = {
        "a": [f"a{i}" for i in rng.choice(4, rows, p=rng.dirichlet([5, 5, 5, 5]))],
        "b": [None if rng.random() < 0.1 else f"b{i}" for i in rng.choice(3, rows)],
        "x": [None if rng.random() < 0.1 else float(one) for one in rng.normal(size=rows).round(2)],
        "k": rng.poisson(3, rows).tolist(),
        "id": [f"r{i}" for i in range(rows)],
    }
    pq.write_table(pa.table(columns), folder / "t.parquet")
    return spool(folder / "t.parquet", folder / "home")


def random_study(rng: np.random.Generator, folder: Path) -> Study:
    source = table(rng, folder)
    mode = ("select", "blend", "blend")[int(rng.integers(3))]
    events = {"e1": {"when": f"x > {rng.normal():.2f}", "rate": round(rng.uniform(0.1, 0.6), 3)}}
    if rng.random() < 0.5:
        events["e2"] = {"when": "k >= 5 AND a = 'a0'", "rate": round(rng.uniform(0.01, 0.3), 3)}
    design = Design(
        name="random",
        source={"path": "t.parquet"},
        rows="most" if rng.random() < 0.3 else int(rng.integers(20, 2 * source.rows)),
        mode=mode,
        blend=BLENDS[int(rng.integers(3))] if mode == "blend" else {},
        factors={"a": A[int(rng.integers(4))], "b": B[int(rng.integers(3))], "id": {"role": "carry"}},
        events=events,
        labels={"many": {"rule": "k > 3", "noise": 0.1}} if rng.random() < 0.3 else {},
    )
    return open_study(design, source)


@pytest.mark.parametrize("seed", range(16))
def test_a_design_is_met_exactly_or_refused_with_a_number_that_works(tmp_path: Path, seed: int) -> None:
    study = random_study(np.random.default_rng(seed), tmp_path)
    try:
        delivery = deliver(study, tmp_path / "rows.parquet", seed=seed)
    except ConflictsError as error:
        first = error.conflicts[0]
        if first.control.kind == "rows" and first.nearest:
            project(open_study(study.design.changed(rows=int(first.nearest)), study.source, previous=study))
        return
    assert delivery.kept, [one for one in delivery.promises if not one.kept]
    rows = pq.read_table(tmp_path / "rows.parquet")
    real = rows.filter(pc.equal(rows["_origin"], "real"))
    numbers = real["_source_row"].combine_chunks()
    assert len(numbers.unique()) == len(real)
    source = pq.read_table(study.source.path).take(numbers)
    for name in study.columns:
        assert real[name].to_pylist() == source[name].to_pylist()
    assert study.design.mode == "blend" or len(real) == len(rows)
