"""The measures behind the published figures: what they must say where the answer is known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import fresh_measure as fresh
from benchmarks import fresh_real, judge, memory, scale, sdv_peer, speed, tables, wide
from trimtab.core.source.axes import default_axis
from trimtab.core.source.columns import encode

ROWS = 20_000


def dependent_rows(rows: int, seed: int) -> pa.Table:
    """Three columns that depend strongly on each other, one with gaps."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=rows)
    y = x + 0.3 * generator.normal(size=rows)
    level = np.array(["low", "middle", "high"])[np.digitize(x + 0.3 * generator.normal(size=rows), [-1, 1])]
    return pa.table({"x": x, "y": pa.array(y, mask=x > 1.5), "level": level})


def independent_columns(table: pa.Table) -> pa.Table:
    """The same columns, each shuffled on its own: marginals as they were, no dependence."""
    generator = np.random.default_rng(9)
    return pa.table({name: table[name].take(generator.permutation(len(table))) for name in table.column_names})


def ratio_of(a: pa.Table, b: pa.Table, generated: pa.Table) -> float:
    made, real = distances(a, b, generated)
    return made / real


def distances(a: pa.Table, b: pa.Table, generated: pa.Table) -> tuple[float, float]:
    """How far generated rows and A are from B."""
    coded_a, coded_b, coded = fresh.code_sets(a, b, generated)
    return fresh.mean_distance(coded, coded_b, a.column_names), fresh.mean_distance(coded_a, coded_b, a.column_names)


def mean_ratio(generate: Callable[[pa.Table, int], pa.Table]) -> float:
    """The ratio of the mean distances over 40 tables.

    One ratio has a standard deviation of 0.22 here (three pairs of about 80 cells), so that of the mean is 0.035.
    """
    found = []
    for seed in range(40):
        a, b = fresh.split(dependent_rows(4_000, seed))
        found.append(distances(a, b, generate(a, seed)))
    made, real = np.mean(found, axis=0)
    return float(made / real)


def test_the_fresh_rows_themselves_are_at_distance_zero() -> None:
    a, b = fresh.split(dependent_rows(ROWS, 1))
    assert ratio_of(a, b, b) == 0


def test_new_real_rows_are_as_near_as_real_rows() -> None:
    assert mean_ratio(lambda a, seed: dependent_rows(len(a), 100 + seed)) == pytest.approx(1, abs=3 * 0.035)


def test_copies_with_replacement_are_further_away_than_real_rows() -> None:
    def drawn(a: pa.Table, seed: int) -> pa.Table:
        return a.take(np.random.default_rng(seed).integers(0, len(a), len(a)))

    # Drawing adds the variance of a third sample to that of two.
    assert mean_ratio(drawn) == pytest.approx(np.sqrt(1.5), abs=3 * 0.035)


def test_independent_columns_are_far_away() -> None:
    a, b = fresh.split(dependent_rows(ROWS, 1))
    assert ratio_of(a, b, independent_columns(a)) > 10


def test_halves_share_no_row_and_are_the_same_every_time() -> None:
    table = pa.table({"row": np.arange(101)})
    a, b = fresh.split(table)
    assert (len(a), len(b)) == (50, 51)
    assert sorted(a["row"].to_pylist() + b["row"].to_pylist()) == list(range(101))
    assert fresh.split(table) == (a, b)


def test_numbers_are_judged_in_quantile_bins_of_the_first_set_and_levels_by_name() -> None:
    first = pa.table({"number": np.arange(80.0), "few": np.tile([1, 5], 40), "level": ["a"] * 79 + [None]})
    other = pa.table({"number": [-5.0, 200.0], "few": [5, 9], "level": ["a", "new"]})
    coded, beside = fresh.code_sets(first, other)
    assert np.bincount(coded.codes["number"]).tolist() == [10] * 8
    assert beside.codes["number"].tolist() == [0, 7]
    assert coded.codes["few"][:2].tolist() == [0, 1]
    assert beside.codes["few"].tolist() == [1, 2]
    assert coded.codes["level"][[0, -1]].tolist() == [0, 2]
    assert beside.codes["level"].tolist() == [0, 1]


def test_copies_are_rows_equal_in_every_value() -> None:
    learned = pa.table({"x": [1.0, 2.0, 3.0], "y": ["a", None, "c"]})
    made = pa.table({"x": [1.0, 2.0, 3.0, 1.0], "y": ["a", None, "a", "c"]})
    coded, beside = fresh.code_sets(learned, made)
    assert fresh.copies(beside, coded) == 0.5


@pytest.mark.parametrize("shift", [0.35, -0.35])
def test_a_tilt_moves_as_far_as_asked_and_in_its_direction(shift: float) -> None:
    real = np.array([0.1, 0.3, 0.2, 0.2, 0.1, 0.1])
    shares = fresh.tilted(real, shift)
    assert 0.5 * np.abs(shares - real).sum() == pytest.approx(0.35)
    assert shares[-1] == real[-1]
    assert shares.sum() == pytest.approx(1)
    assert np.sign(shares[4] / real[4] - shares[0] / real[0]) == np.sign(shift)


def test_a_tilt_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"no tilt moves these shares by 0\.35"):
        fresh.tilted(np.array([0.1, 0.8, 0.1]), 0.35)


def test_raking_gives_both_halves_the_shares_asked_for() -> None:
    table = dependent_rows(ROWS, 1)
    names = ["y", "level"]
    columns = {name: encode(name, table[name], None) for name in names}
    axes = {name: default_axis(column) for name, column in columns.items()}
    real = {name: axes[name].histogram(columns[name]) / ROWS for name in names}
    requested = {"y": fresh.tilted(real["y"], 0.3), "level": fresh.tilted(real["level"], 0.2)}
    weights = fresh.rake(columns, axes, requested)
    assert weights.sum() == pytest.approx(1)
    for name in names:
        bins = axes[name].bins_of(columns[name])[columns[name].codes]
        assert np.bincount(bins, weights=weights, minlength=axes[name].size + 1) == pytest.approx(requested[name])


def test_raking_leaves_out_levels_the_axis_does_not_know_and_keeps_numbers_beyond_it() -> None:
    known = pa.table({"x": [0.0, 1.0, 2.0, 3.0], "level": ["a", "a", "b", "b"]})
    columns = {name: encode(name, known[name], None) for name in known.column_names}
    axes = {name: default_axis(column) for name, column in columns.items()}
    fresh_rows = pa.table({"x": [-1.0, 1.0, 9.0, 2.0], "level": ["a", "b", "b", "c"]})
    read = fresh.columns_of(fresh_rows, ["x", "level"], columns)
    weights = fresh.rake(read, axes, {"level": np.array([0.75, 0.25, 0.0])})
    assert weights == pytest.approx([0.75, 0.125, 0.125, 0])
    on_x = fresh.rake(read, axes, {"x": np.array([0.4, 0.1, 0.1, 0.4, 0.0])})
    assert on_x == pytest.approx([0.4, 0.1, 0.4, 0.1])


def test_fresh_real_measures_a_table_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fresh_real.TARGETS, "made up", {"x": 0.3})
    learned, left = fresh.split(dependent_rows(4_000, 5))
    source = tables.spooled(learned, tmp_path, "made up")
    study = fresh_real.open_study(tables.design_on(source), source)
    halves = fresh_real.Halves("made up", learned, left, study)
    for found in (fresh_real.neutral(halves, sdv=False), fresh_real.targeted(halves)):
        assert found.rows == 2_000
        # Independent columns would be at 5 and more.
        assert all(0.5 < ratio < 2.5 for ratio in (*found.generated, *found.bootstrap)), found
        assert found.sdv is None


def test_medians_are_of_each_clock() -> None:
    taken = [sdv_peer.Taken(1, 6), sdv_peer.Taken(2, 5), sdv_peer.Taken(9, 4)]
    assert speed.median_of(taken) == sdv_peer.Taken(2, 5)


def test_speed_is_told_as_ratios_within_one_run() -> None:
    one = sdv_peer.Taken(1.0, 1.0)
    found = speed.Figures(
        learn=one,
        rows=sdv_peer.Taken(0.5, 0.4),
        rows_on_two=one,
        raw=sdv_peer.Taken(0.05, 0.05),
        sdv=sdv_peer.SdvTimes(fit=sdv_peer.Taken(50, 60), sample=sdv_peer.Taken(20, 20)),
    )
    assert [(wall, cpu) for _, wall, cpu, _, _ in speed.ratios(found)] == [
        pytest.approx((10, 8)),
        pytest.approx((50, 60)),
        pytest.approx((40, 50)),
    ]


def test_speed_makes_all_rows_it_times(tmp_path: Path) -> None:
    source = tables.spooled(dependent_rows(3_000, 6), tmp_path, "small")
    study = speed.open_study(tables.design_on(source), source)
    assert speed.make_rows(study, 70_000, 2) == 70_000
    speed.raw_uniforms(70_000)


def test_memory_reads_the_peak_of_a_child(tmp_path: Path) -> None:
    held = b"x" * 200_000_000  # what this process holds itself must not count
    small = memory.peak_of([sys.executable, "-S", "-c", "pass"], tmp_path)
    large = memory.peak_of([sys.executable, "-S", "-c", "b'x' * 100_000_000"], tmp_path)
    assert small < len(held) / 2**20 / 2
    assert large - small == pytest.approx(100_000_000 / 2**20, rel=0.1)
    with pytest.raises(RuntimeError, match="exit code 3\nso it is"):
        memory.peak_of([sys.executable, "-c", "import sys; print('so it is', file=sys.stderr); sys.exit(3)"], tmp_path)


def test_memory_grows_by_the_largest_over_the_smallest_in_parquet() -> None:
    runs = [memory.Run("d", 10, "parquet", 330.0, 1), memory.Run("d", 1, "parquet", 300.0, 1)]
    assert memory.growth([*runs, memory.Run("d", 1, "csv", 900.0, 1)]) == pytest.approx(1.1)


def test_a_narrower_or_shorter_wide_table_is_a_part_of_a_wider_and_longer_one(tmp_path: Path) -> None:
    wide.write_wide(tmp_path / "large.parquet", 60, wide.BATCH + 500)
    wide.write_wide(tmp_path / "small.parquet", 15, wide.BATCH + 20)
    large, small = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("large", "small"))
    assert large.column_names == list(wide.RECIPES)
    assert small == large.select(large.column_names[:15]).slice(0, wide.BATCH + 20)
    kinds = [
        {encode(name, large[name], None).kind for name in large.column_names[i : i + 15]} for i in range(0, 60, 15)
    ]
    assert kinds == [{"continuous", "count", "categorical", "boolean", "datetime"}] * 4
    # Lagged columns look back over the ends of batches too.
    rows = tables.table("flights")["dep_delay"].to_pylist()
    assert large["delay_before"].to_pylist()[1:] == rows[: wide.BATCH + 499]


def test_scale_runs_every_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "WANTED", 2_000)
    wide.write_wide(tmp_path / "wide.parquet", 15, 5_000)
    stages: list[scale.Stage] = []
    scale.run(tmp_path / "wide.parquet", tmp_path / "home", stages.append)
    assert [one.name for one in stages] == ["bring in", "learn", "check", "rows", "receipt"]
    assert all(one.wall > 0 and one.cpu > 0 for one in stages)
    assert [one.peak for one in stages] == sorted(one.peak for one in stages)


def test_scale_tells_growth_from_the_largest_size() -> None:
    assert scale.sizes((2, 4), (10, 30)) == [(2, 30), (4, 10), (4, 30)]

    def size(factors: int, rows: int, cpu: float, peak: float) -> scale.Size:
        return scale.Size(factors, rows, (scale.Stage("learn", 9, cpu, peak),), peak)

    assert scale.growth([size(2, 30, 1, 200), size(4, 10, 2, 300), size(4, 30, 5, 600)]) == [
        "2 times the factors: 3.0 times the memory; processor time: learn 5.0",
        "3 times the rows: 2.0 times the memory; processor time: learn 2.5",
    ]


def test_missing_shares_are_compared_in_points() -> None:
    real = pa.table({"x": [1, None, 3, 4], "y": [1, 2, 3, 4]})
    made = pa.table({"x": [1, None], "y": [1, 2]})
    assert judge.missing_points(real, made) == pytest.approx(25)


def test_judged_rows_have_the_types_of_the_real_ones(tmp_path: Path) -> None:
    real = pa.table({"day": pa.array([1, 2, 3, None] * 20, pa.int8()), "level": ["a", "b", "c", "d"] * 20})
    made = judge.neutral_rows(real, "small", tmp_path)
    assert made.schema == real.schema
    assert len(made) == len(real)
    assert judge.missing_points(real, made) <= 5


def test_the_targets_are_columns_of_their_tables() -> None:
    assert fresh_real.TARGETS.keys() <= tables.SAMPLES.keys() | tables.PUBLISHED.keys()
    for name in tables.SAMPLES:
        assert fresh_real.TARGETS[name].keys() <= set(tables.table(name).column_names)
    assert set(speed.COLUMNS) <= set(tables.table("flights").column_names)
    assert len(speed.COLUMNS) == 12
    assert memory.DESIGN.is_file()


def test_nothing_of_sdv_is_needed_to_import_a_benchmark() -> None:
    code = "import sys, benchmarks.judge, benchmarks.fresh_real; assert not {'sdv', 'sdmetrics'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], cwd=tables.ROOT, check=True)
