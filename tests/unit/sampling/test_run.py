"""Rows as tables: types, blocks, workers, provenance, and what is refused before the first row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.errors import CancelledError, InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.sampling.plan import BLOCK
from trimtab.core.sampling.run import PROVENANCE, generate, prepare, schema_of
from trimtab.core.source.columns import learning_rows
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study

Open = Callable[..., Study]

HALF_DEAD = "events: {dead: {when: \"dead = 'dead'\", rate: 0.5}}\n"


def made(study: Study, **options: int) -> pa.Table:
    return pa.concat_tables(list(generate(study, **options)))


def test_tables_are_blocks_in_order_with_the_source_s_columns(crashes: Source, open_: Open) -> None:
    study = open_(crashes, "factors: {weight: {role: drop}}\n")
    tables = list(generate(study, rows=BLOCK + 10))
    assert [table.num_rows for table in tables] == [BLOCK, 10]
    names = [name for name in crashes.columns if name != "weight"]
    assert tables[0].column_names == [*names, *(name for name, _ in PROVENANCE)]
    assert tables[0].schema == schema_of(study, provenance=True)
    bare = open_(crashes, "factors: {weight: {role: drop}}\noutput: {provenance: false}\n")
    assert made(bare, rows=7).schema == schema_of(bare, provenance=False)
    assert made(bare, rows=7).column_names == names


def test_a_block_is_the_same_alone_and_in_a_run(crashes: Source, open_: Open) -> None:
    study = open_(crashes, HALF_DEAD)
    whole = list(generate(study, rows=2 * BLOCK + 5))
    generator = prepare(study, rows=2 * BLOCK + 5)
    for number in (2, 0):
        assert generator.block(number).equals(whole[number])


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_any_number_of_workers_gives_the_same_rows(crashes: Source, open_: Open, workers: int) -> None:
    study = open_(crashes, HALF_DEAD)
    assert made(study, rows=BLOCK + 5, seed=8, workers=workers).equals(made(study, rows=BLOCK + 5, seed=8))


def test_provenance_tells_origin_weight_and_ground(crashes: Source, open_: Open) -> None:
    study = open_(crashes, HALF_DEAD)
    real = project(study).events[0].real
    table = made(study, rows=1000)
    assert set(table.column("_origin").to_pylist()) == {"spliced"}
    assert set(table.column("_ungrounded").to_pylist()) == {False}
    dead = np.asarray(table.column("dead")) == "dead"
    assert np.asarray(table.column("_weight"))[dead] == pytest.approx(real / 0.5)
    assert np.asarray(table.column("_weight"))[~dead] == pytest.approx((1 - real) / 0.5)


def test_progress_counts_rows_and_can_stop_the_work(crashes: Source, open_: Open) -> None:
    told: list[tuple[int, int, str]] = []
    list(generate(open_(crashes), rows=BLOCK + 10, progress=lambda *step: told.append(step)))
    assert told == [(BLOCK, BLOCK + 10, "65,536 of 65,546 rows"), (BLOCK + 10, BLOCK + 10, "65,546 of 65,546 rows")]

    def stop(done: int, total: int, message: str) -> None:
        raise CancelledError("stopped")

    threads = threading.active_count()
    with pytest.raises(CancelledError, match="stopped"):
        list(generate(open_(crashes), rows=5 * BLOCK, workers=2, progress=stop))
    assert threading.active_count() == threads


def test_whoever_takes_only_the_first_rows_leaves_no_thread_behind(crashes: Source, open_: Open) -> None:
    threads = threading.active_count()
    rows = generate(open_(crashes), rows=20 * BLOCK, workers=2)
    assert [table.num_rows for table in islice(rows, 2)] == [BLOCK, BLOCK]
    rows.close()  # type: ignore[attr-defined]
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": 0}, "rows must be between 1 and 2,000,000,000, got 0"),
        ({"rows": -5}, "rows must be between 1 and 2,000,000,000, got -5"),
        ({"rows": 2_000_000_001}, "got 2,000,000,001"),
        ({"seed": -1}, "seed must be between 0 and 9,223,372,036,854,775,807, got -1"),
        ({"seed": 2**63}, "seed must be between 0 and"),
    ],
)
def test_numbers_out_of_range_are_refused_before_the_first_row(
    crashes: Source, open_: Open, options: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        generate(open_(crashes), **options)


def test_a_conflict_that_only_more_rows_show_is_told_before_the_first_row(crashes: Source, open_: Open) -> None:
    study = open_(crashes, 'rows: 100\nevents: {never: {when: "ageOFocc > 97", rate: 0.004}}\n')
    projection = project(study)
    assert made(study).num_rows == 100
    with pytest.raises(ConflictsError, match=r"Event `never` asks for 0\.4 %, but it is true in 0 of the 26,217 real"):
        generate(study, rows=1000, projection=projection)


def test_missing_values_beside_a_held_one(crashes: Source, open_: Open) -> None:
    years = "yearVeh: {role: hold, values: [1990, 1991], missing: 0.25}"
    table = made(open_(crashes, f"factors: {{{years}, sex: {{role: hold, value: f, missing: 0.5}}}}"), rows=400)
    assert table.column("yearVeh").null_count == 100
    assert set(table.column("yearVeh").drop_null().to_pylist()) == {1990, 1991}
    assert table.column("sex").null_count == 200
    assert set(table.column("sex").drop_null().to_pylist()) == {"f"}


@pytest.mark.parametrize(
    "target",
    [
        "{family: uniform, low: 90, high: 110}",
        "{family: normal, mean: 120, sd: 10, high: 150}",
        "{family: poisson, mu: 110}",
        "{family: constant, value: 120}",
    ],
)
def test_values_beyond_the_source_are_of_its_type_and_in_their_bins(crashes: Source, open_: Open, target: str) -> None:
    study = open_(crashes, f"factors: {{ageOFocc: {{role: target, target: {target}}}}}")
    generator = prepare(study, rows=3000)
    table = generator.block(0)
    assert table.schema.field("ageOFocc").type == study.columns["ageOFocc"].type
    (control,) = generator.projection.controls
    assert control.axis is not None
    values = np.asarray(table.column("ageOFocc"), dtype=float)
    counts = np.bincount(control.axis.bin_of_numbers(values), minlength=len(control.requested))
    assert np.abs(counts - control.requested * 3000).max() < 1
    beyond = values > study.columns["ageOFocc"].numbers[-1]
    assert beyond.any()
    assert np.asarray(table.column("_ungrounded"))[beyond].all()


def test_a_level_that_no_learning_row_has_is_generated_all_the_same(tmp_path: Path, open_: Open) -> None:
    # Beyond a million rows not all are learned from. What only the others show was seen too, and is kept.
    rows = 1_300_000
    learned = learning_rows(rows)
    assert learned is not None
    others = np.setdiff1d(np.arange(rows), learned)[:300]
    rare = np.zeros(rows, dtype=np.int64)
    rare[others] = np.where(np.arange(300) % 3 == 0, 1, 2)
    file = tmp_path / "large.parquet"
    pq.write_table(pa.table({"speed": np.arange(rows) % 7, "rare": rare}), file)
    source = spool(file, tmp_path / "home")

    study = open_(source, "rows: 65000\nfactors: {rare: {kind: categorical, role: keep}}\n")
    assert set(study.columns["rare"].codes.tolist()) == {0}
    levels = made(study).column("rare").to_pylist()
    assert (levels.count(1), levels.count(2)) == (5, 10)
    (shift,) = [one for one in project(study).shifts if one.factor == "rare"]
    assert shift.tv == pytest.approx(0.0, abs=1e-9)

    study = open_(source, "rows: 50\nfactors: {rare: {kind: categorical, role: hold, values: [1, 2], missing: 0.1}}\n")
    assert set(made(study).column("rare").to_pylist()) == {None, 1, 2}
    study = open_(source, "rows: 50\nfactors: {rare: {kind: categorical, role: hold, value: 2}}\n")
    assert set(made(study).column("rare").to_pylist()) == {2}
    assert project(study).ungrounded == 1.0
    (shift,) = [one for one in project(study).shifts if one.factor == "rare"]
    assert shift.after.tolist() == [0.0, 1.0, 0.0, 0.0]
