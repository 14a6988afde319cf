"""The bin that SQL gives a row is the bin the axis gives its value, on and around every edge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.codes import (
    ABOVE,
    BELOW,
    MISSING,
    SUM_STEPS,
    UNSEEN,
    Code,
    axis_code,
    count_codes,
    count_joint,
    count_query,
    exact_sum,
    listed_code,
    missing_code,
    truth_code,
    value_code,
    with_columns,
)
from trimtab.core.counting.datasets import ROWS, open_data, reading_of, reading_of_kind
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column, encode, read_columns
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import spool

SAMPLES = Path(__file__).parents[3] / "sample_data"


def column_of(values: pa.Array, kind: Kind | None = None) -> Column:
    return encode("x", pa.chunked_array([values]), kind)


def count(folder: Path, values: pa.Array, code: Code, column: Column | None = None) -> dict[int, int]:
    pq.write_table(pa.table({"x": values}), folder / "a.parquet")
    reading = reading_of(column) if column else reading_of_kind("categorical")
    with open_data(folder / "a.parquet", {"x": reading}) as data:
        rows, found = count_codes(data, [code])
    assert rows == len(values)
    return found[0]


def on_and_around(edges: list[float]) -> list[float]:
    return [x for e in edges for x in (np.nextafter(e, -np.inf), e, np.nextafter(e, np.inf))]


@pytest.mark.parametrize(
    "edges",
    [
        (0.0, 0.1, 0.30000000000000004, 10.357019999999999, 1e300),
        (-5.0, -0.0, 5.0, 5.0),  # the last bin holds exactly 5
        (2.0, 2.0),  # one value
        (1e-310, 1.0),
    ],
)
def test_numbers_fall_where_the_axis_says(tmp_path: Path, edges: tuple[float, ...]) -> None:
    axis = Axis("x", "continuous", edges=edges)
    values = [*on_and_around(list(edges)), -1e308, 1e308, None]
    bins = axis.bin_of_numbers(np.array([np.nan if v is None else v for v in values]))
    below = [v is not None and v < edges[0] for v in values]
    wanted = np.where(bins < 0, np.where(below, axis.size + BELOW, axis.size + ABOVE), bins)
    codes, counts = np.unique(wanted, return_counts=True)
    column = column_of(pa.array(values, pa.float64()))
    found = count(tmp_path, pa.array(values, pa.float64()), axis_code(axis), column)
    assert found == dict(zip(codes.tolist(), counts.tolist(), strict=True))


def test_a_missing_value_is_missing_and_not_in_the_first_or_last_bin(tmp_path: Path) -> None:
    axis = Axis("x", "count", edges=(0, 5, 10))
    values = pa.array([None, 0, 10, None], pa.int16())
    assert count(tmp_path, values, axis_code(axis), column_of(values)) == {0: 1, 1: 1, 2 + MISSING: 2}


def test_a_factor_without_values_has_no_bins(tmp_path: Path) -> None:
    values = pa.array([None, 1.5])
    assert count(tmp_path, values, axis_code(Axis("x", "continuous")), column_of(values)) == {MISSING: 1, UNSEEN: 1}


def test_levels_share_the_rest_or_were_never_seen(tmp_path: Path) -> None:
    column = column_of(pa.array(["a", "a", "b", "c", None, "O'Hare"]))
    axis = Axis("x", "categorical", levels=("a", "b"), rest=True, hidden=2)
    values = pa.array(["a", "b", "c", "O'Hare", "", "new", None])
    assert count(tmp_path, values, axis_code(axis, column), column) == {0: 1, 1: 1, 2: 2, 3 + UNSEEN: 2, 3 + MISSING: 1}
    assert count(tmp_path, values, axis_code(axis)) == {0: 1, 1: 1, 2: 4, 3 + MISSING: 1}
    whole = Axis("x", "categorical", levels=("a", "b"))
    assert count(tmp_path, values, axis_code(whole)) == {0: 1, 1: 1, 2 + UNSEEN: 4, 2 + MISSING: 1}


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1.0, 1.5, 1e20, None, 1.0]),
        pa.array([1, 10, 10, 2**53, None]),
        pa.array([True, False, True, None]),
        pa.array([0, 86_399_000_001, None], pa.time64("us")),
        pa.array([0, 15_000, None], pa.date32()),
    ],
    ids=["float", "whole", "truth", "time", "day"],
)
@pytest.mark.parametrize("known", [True, False], ids=["by value", "by text"])
def test_levels_of_any_type_are_found(tmp_path: Path, values: pa.Array, known: bool) -> None:
    column = column_of(values, None if pa.types.is_boolean(values.type) else "categorical")
    axis = default_axis(column)
    found = count(tmp_path, values, axis_code(axis, column if known else None), column)
    histogram = axis.histogram(column)
    assert found == {code: n for code, n in enumerate(histogram.tolist()) if n}


def test_neighbours_beyond_the_floats_are_levels_of_their_own(tmp_path: Path) -> None:
    values = pa.array([2**63 - 1, 2**63 - 2, 2**63 - 2])
    column = column_of(values, "categorical")
    assert count(tmp_path, values, axis_code(default_axis(column), column), column) == {0: 2, 1: 1}


def test_a_text_level_is_not_rounded_to_a_whole_number(tmp_path: Path) -> None:
    axis = Axis("x", "categorical", levels=("1.5", "2"))
    values = pa.array([2, 2, 1])
    assert count(tmp_path, values, axis_code(axis), column_of(values)) == {1: 2, 2 + UNSEEN: 1}


def test_both_zeros_are_one_level(tmp_path: Path) -> None:
    values = pa.array([0.0, -0.0, 1.0])
    column = column_of(values, "categorical")
    found = count(tmp_path, values, value_code(column, np.zeros(column.distinct + 1), other=9), column)
    assert found == {0: 3}


def test_values_truths_and_missing(tmp_path: Path) -> None:
    values = pa.array(["a", "b", None, "z"])
    column = column_of(values.slice(0, 3))
    assert count(tmp_path, values, value_code(column, np.array([1, 0, 1]), other=2), column) == {0: 1, 1: 2, 2: 1}
    assert count(tmp_path, values, truth_code("x = 'a' OR x = 'z'")) == {0: 2, 1: 2}
    assert count(tmp_path, values, truth_code("NOT (x = 'a')")) == {0: 2, 1: 2}
    assert count(tmp_path, values, missing_code("x")) == {0: 3, 1: 1}


@pytest.mark.parametrize("file", ["flights.parquet", "crashes.csv"])
def test_one_pass_gives_the_histograms_of_the_sample_data(tmp_path: Path, file: str) -> None:
    source = spool(SAMPLES / file, tmp_path)
    columns = read_columns(source)
    axes = {name: default_axis(column) for name, column in columns.items()}
    with open_data(SAMPLES / file, {name: reading_of(column) for name, column in columns.items()}) as data:
        rows, found = count_codes(data, [axis_code(axes[name], columns[name]) for name in axes])
    assert rows == source.rows
    for axis, counts in zip(axes.values(), found, strict=True):
        histogram = [counts.get(code, 0) for code in range(axis.size + 1)]
        assert histogram == axis.histogram(columns[axis.factor]).tolist()
        assert max(counts) <= axis.size + MISSING


def test_the_query_quotes_names_and_edges() -> None:
    code = axis_code(Axis('a"b', "continuous", edges=(0.1, 2.0)))
    assert count_query([code], {'a"b': "DOUBLE"}) == (
        'SELECT count(*), histogram(__trimtab_c0) FROM (SELECT "__trimtab_row", '
        "CASE WHEN __trimtab_v0 IS NULL THEN 1 WHEN __trimtab_v0 < '0.1'::DOUBLE THEN 2 "
        "WHEN __trimtab_v0 <= '2.0'::DOUBLE THEN 0 ELSE 3 END "
        'AS __trimtab_c0 FROM (SELECT *, CAST("a""b" AS DOUBLE) AS __trimtab_v0 FROM data_set) )'
    )


@pytest.mark.parametrize("name", ["value", "code"])
def test_a_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    table = pa.table({name: ["a", "b", "a"], "x": [1.0, 2.0, 3.0]})
    pq.write_table(table, tmp_path / "a.parquet")
    columns = {one: encode(one, table.column(one), None) for one in table.column_names}
    with open_data(tmp_path / "a.parquet", {one: reading_of(column) for one, column in columns.items()}) as data:
        _, found = count_codes(data, [axis_code(default_axis(columns[one]), columns[one]) for one in ("x", name)])
    assert found == [{0: 1, 1: 1, 2: 1}, {0: 2, 1: 1}]


def test_values_have_their_place_in_a_list(tmp_path: Path) -> None:
    numbers = pa.array([0.5, 2.0, None, 2.5, -0.0])
    column = column_of(numbers)
    assert count(tmp_path, numbers, listed_code(column, [2.5, 0.0, 9.0]), column) == {-1: 3, 0: 1, 1: 1}
    texts = pa.array(["a", "b", None, "it's"])
    column = column_of(texts)
    assert count(tmp_path, texts, listed_code(column, ["it's", "a", "none"]), column) == {-1: 2, 0: 1, 1: 1}
    short = pa.array([0.1, 0.2], pa.float32())
    assert count(tmp_path, short, listed_code(column_of(short), [0.1]), column_of(short)) == {-1: 1, 0: 1}


def test_a_condition_that_fails_is_not_true(tmp_path: Path) -> None:
    values = pa.array(["1", "many", None])
    assert count(tmp_path, values, truth_code("CAST(x AS INTEGER) > 0"), column_of(values)) == {0: 2, 1: 1}


def test_combinations_are_counted_in_every_group(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    sizes = {"a": 2, "b": 3, "c": 4}
    codes = {name: generator.integers(0, size, 300_000) for name, size in sizes.items()}
    axes = [Axis(name, "count", edges=tuple(range(size + 1))) for name, size in sizes.items()]
    pq.write_table(pa.table(codes), tmp_path / "a.parquet")
    with open_data(tmp_path / "a.parquet", {name: reading_of_kind("continuous") for name in codes}) as data:
        found = count_joint(data, [axis_code(axis) for axis in axes], [2, 3, 4], [(0, 1), (2, 0), (1,), (0, 1, 2)])
        assert count_joint(data, [], [], []) == []
    whole = np.zeros((2, 3, 4), dtype=np.int64)
    np.add.at(whole, (codes["a"], codes["b"], codes["c"]), 1)
    wanted = [whole.sum(axis=2), whole.sum(axis=1).T, whole.sum(axis=(0, 2)), whole]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_sums_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    values = np.random.default_rng(2).random(200_000)
    sums = []
    for order in (slice(None), slice(None, None, -1)):
        pq.write_table(pa.table({"x": pa.array([*values[order], None])}), tmp_path / "a.parquet", row_group_size=5_000)
        with open_data(tmp_path / "a.parquet", {"x": reading_of_kind("continuous")}) as data:
            query = f"SELECT {exact_sum('x')}, {exact_sum('x * (1 - x)')} FROM {ROWS}"
            sums.append([int(one) / SUM_STEPS for one in data.con.execute(query).fetchall()[0]])
    assert sums[0] == sums[1]
    # Each value is rounded to half a step at most.
    assert sums[0] == pytest.approx([values.sum(), (values * (1 - values)).sum()], abs=200_000 / SUM_STEPS)


def test_columns_can_be_added_again_and_again(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": ["1", "many"]}), tmp_path / "a.parquet")
    with open_data(tmp_path / "a.parquet", {"x": reading_of_kind("categorical")}) as data:
        assert with_columns(data, {}) is data
        more = with_columns(with_columns(data, {"a b": "CAST(x AS INTEGER)"}), {"twice": '"a b" * 2'})
        assert more.types == {"x": "VARCHAR", "a b": "INTEGER", "twice": "INTEGER"}
        assert more.con.execute('SELECT "a b", twice FROM data_set').fetchall() == [(1, 2), (None, None)]
