"""Copies: equal rows are counted exactly in every format, and a generator that repeats its rows is told from one that
does not."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery import copies
from trimtab.core.delivery.copies import Scale, copies_json, copies_of, count_equal, learned_factors, nearer_half
from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import loads
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]
Table = Callable[[dict[str, list[object]]], Source]
MADE = {
    "x": [0.1, 0.1 + 2**-40, None, None, -0.0, 5e300, 0.30000000000000004],
    "n": [1, 1, 2, None, 4, 5, 6],
    "s": ["a", "a", "", None, "a,\"b'", "é", "a"],
    "b": [True, True, None, False, False, True, True],
    "t": [datetime(2013, 5, 31, 14, 30, second, tzinfo=UTC) for second in range(7)],
}
REAL = {
    "x": [0.1, None, None, 0.0, 5e300, 0.3, 0.1],
    "n": [1, 2, None, 4, 5, 6, 1],
    "s": ["a", "", None, "a,\"b'", "é", "a", "a"],
    "b": [True, None, False, False, True, True, True],
    "t": [datetime(2013, 5, 31, 14, 30, second, tzinfo=UTC) for second in (0, 2, 3, 4, 5, 6, 0)],
}
EQUAL = 5  # the first, and the third to the sixth; the second and the last differ in the last digits of x


def as_csv(table: pa.Table, path: Path) -> None:
    pyarrow.csv.write_csv(table, path)


def as_gzipped_csv(table: pa.Table, path: Path) -> None:
    with gzip.open(path, "wb") as file:
        pyarrow.csv.write_csv(table, file)


def as_parts(table: pa.Table, path: Path) -> None:
    path.mkdir()
    pq.write_table(table.slice(0, 3), path / "part-00000.parquet")
    pq.write_table(table.slice(3), path / "part-00001.parquet")


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.parquet", pq.write_table), ("a.csv", as_csv), ("a.csv.gz", as_gzipped_csv), ("parts", as_parts)],
)
def test_equal_rows_are_counted_by_value_in_every_format(
    open_: Open, table_source: Table, tmp_path: Path, name: str, write: Callable[[pa.Table, Path], None]
) -> None:
    study = open_(table_source(REAL))
    write(pa.table(MADE), tmp_path / name)
    assert count_equal(study, tmp_path / name, tuple(REAL)) == (len(MADE["n"]), EQUAL)
    assert count_equal(study, tmp_path / name, ["n", "s", "b", "t"])[1] == EQUAL + 1
    assert count_equal(study, tmp_path / name, ["b"])[1] == 7


def test_a_value_that_is_not_a_number_is_missing(open_: Open, table_source: Table, tmp_path: Path) -> None:
    study = open_(table_source({"x": [1.5, None, 2.5], "n": [1, 2, 3]}))
    made = pa.table({"x": [float("nan"), float("nan"), 2.5], "n": [2, 1, 3]})
    pq.write_table(made, tmp_path / "a.parquet")
    assert count_equal(study, tmp_path / "a.parquet", ["x", "n"]) == (3, 2)


def test_equal_rows_of_a_real_design_against_a_count_by_hand(study: Study, crashes: Source, tmp_path: Path) -> None:
    delivery = deliver(study, tmp_path / "a.csv.gz", rows=3000)
    factors = learned_factors(study)
    assert set(study.columns) - set(factors) == {"weight"}  # dropped
    deliver(study, tmp_path / "a.parquet", rows=3000)
    real = set(zip(*(pq.read_table(crashes.path)[name].to_pylist() for name in factors), strict=True))
    made = zip(*(pq.read_table(tmp_path / "a.parquet")[name].to_pylist() for name in factors), strict=True)
    assert delivery.copies is not None
    assert delivery.copies.equal == sum(row in real for row in made) > 0
    assert delivery.copies.share == delivery.copies.equal / 3000


def test_one_factor_of_values_that_occur_once_can_only_be_copied(
    open_: Open, table_source: Table, tmp_path: Path
) -> None:
    values = np.random.default_rng(1).normal(size=4000)
    study = open_(table_source({"x": values.tolist()}), "rows: 500\n")
    delivery = deliver(study, tmp_path / "a.parquet")
    assert delivery.copies is not None
    assert copies_json(delivery.copies) == {
        "rows": 500,
        "equal": 500,
        "share": 1.0,
        "nearer": 1.0,
        "sampled": 500,
        "standard_error": pytest.approx(0.0223607, abs=1e-7),  # √(1/4 / 500)
        "reason": None,
    }


def test_where_both_halves_have_every_row_neither_is_nearer(open_: Open, table_source: Table) -> None:
    source = table_source({"a": [i // 2 % 3 for i in range(600)], "b": ["u", "u", "v", "v"] * 150})
    found = nearer_half(open_(source), 1000)
    assert (found.share, found.sampled) == (0.5, 1000)


def test_a_real_table_is_not_repeated(open_: Open, crashes: Source) -> None:
    found = nearer_half(open_(crashes), 10_000)
    assert found.sampled == copies.COMPARED_ROWS[1]
    assert found.share is not None
    assert found.standard_error is not None
    # Values come from donors, so rows lean to what was learned; a copier would be at 1.
    assert 0.5 - 3 * found.standard_error < found.share < 0.65


@pytest.mark.parametrize("whole", [np.int16, np.int32])
def test_nearest_distances_are_those_of_all_pairs(
    open_: Open, table_source: Table, whole: type[np.signedinteger]
) -> None:
    random = np.random.default_rng(2)
    real = {
        "x": [None if u < 0.1 else round(u, 2) for u in random.random(300)],
        "level": [f"l{i}" for i in random.integers(0, 40, 300)],
        "many": [f"m{i}" for i in range(299)] + [None],
        "yes": (random.random(300) < 0.5).tolist(),
    }
    study = open_(table_source(real), "factors: {yes: {kind: boolean}}\n")
    made = {
        "x": [None, -5.0, 0.505, 7.0, 0.5] * 10,
        "level": [None, "l1", "never seen", "l3", "l4"] * 10,
        "many": [f"m{i}" for i in range(48)] + [None, "never seen"],
        "yes": [True, False, None, True, True] * 10,
    }
    unit = copies.MOST[whole] // 4
    scales = [Scale(study.columns[name], whole, unit) for name in made]
    found = copies.nearest_distances(
        scales,
        [scale.of_values(pa.array(made[scale.column.name], scale.column.type)) for scale in scales],
        [scale.of_codes(scale.column.codes) for scale in scales],
    )

    known = np.array([value for value in real["x"] if value is not None])

    def rank(value: float) -> float:
        return float((known < value).mean() + (known == value).mean() / 2)

    def distance(i: int, j: int) -> float:
        one, other = made["x"][i], real["x"][j]
        numbers = float(one is not other) if one is None or other is None else abs(rank(one) - rank(other))
        return numbers + sum(made[name][i] != real[name][j] for name in ("level", "many", "yes"))

    by_hand = [min(distance(i, j) for j in range(300)) for i in range(50)]
    # Each place is rounded to the nearest whole number, so a difference of two is off by one at most.
    assert found / unit == pytest.approx(by_hand, abs=1 / unit)


def test_large_sources_are_compared_with_fewer_rows(
    open_: Open, crashes: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = open_(crashes, "rows: 1001\n")
    monkeypatch.setattr(copies, "COMPARISONS", (1, 26_216 * 14 * 600))
    assert nearer_half(study, 3001).sampled == 600
    monkeypatch.setattr(copies, "COMPARISONS", (1, 26_216 * 14 * 100))  # fewer than the fewest: real rows are left out
    assert nearer_half(study, 3002).sampled == round(3002 * copies.FEWER[1])
    assert nearer_half(study, 4000).sampled == copies.COMPARED_ROWS[0]


def test_few_rows_are_compared_for_less_time(open_: Open, crashes: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    study = open_(crashes, "rows: 1001\n")
    monkeypatch.setattr(copies, "COMPARISONS", (26_216 * 14 * 150, 26_216 * 14 * 900))
    monkeypatch.setattr(copies, "A_ROW", 26_216 * 14 // 4)
    assert [nearer_half(study, rows).sampled for rows in (100, 500, 1000, 2000, 5000)] == [100, 150, 250, 500, 900]
    error = nearer_half(study, 500).standard_error
    assert error == pytest.approx(0.5 / 150**0.5)


@pytest.mark.parametrize(
    ("real", "rows", "reason"),
    [(99, 1000, "fewer than 100 real rows"), (1000, 99, "fewer than 100 generated rows")],
)
def test_of_few_rows_nothing_is_told(open_: Open, table_source: Table, real: int, rows: int, reason: str) -> None:
    found = nearer_half(open_(table_source({"x": list(range(real))})), rows)
    assert (found.share, found.sampled, found.standard_error, found.reason) == (None, 0, None, reason)


def test_a_design_that_half_the_rows_can_not_meet_says_so(open_: Open, table_source: Table, tmp_path: Path) -> None:
    # Only rows at odd positions have the event, and the half learned from has the even ones.
    source = table_source({"x": ["rare" if i % 2 else "common" for i in range(400)], "y": [i % 7 for i in range(400)]})
    study = open_(source, "rows: 200\nevents:\n  e: {when: \"x = 'rare'\", rate: 0.5}\n")
    delivery = deliver(study, tmp_path / "a.parquet")
    assert delivery.kept
    assert delivery.copies is not None
    assert delivery.copies.equal > 0
    assert delivery.copies.nearer.share is None
    assert str(delivery.copies.nearer.reason).startswith("half of the real rows can't meet the design: Event `e` asks")


def test_it_is_found_once_for_a_design(open_: Open, crashes: Source) -> None:
    study = open_(crashes, "rows: 1000\nfactors: {sex: {role: keep}}\n")
    found = nearer_half(study, 1000)
    assert nearer_half(study, 1000) is found
    again = open_study(study.design.changed(name="other", description="x"), crashes, previous=study)
    assert nearer_half(again, 1000) is found
    other = open_study(study.design.changed(seed=9), crashes, previous=study)
    assert nearer_half(other, 1000) is not found


def test_without_real_rows_there_are_no_copies(study: Study, tmp_path: Path) -> None:
    declared = loads(
        "trimtab: 1\nname: x\nfactors:\n  sex: {role: target, target: {family: categorical, weights: {f: 1, m: 1}}}\n"
    )
    assert copies_of(replace(study, design=declared), tmp_path / "none.parquet", 1000) is None
