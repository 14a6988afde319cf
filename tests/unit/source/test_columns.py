"""Columns in memory: distinct values once, in order, counted, and every row's code; nothing rounded, nothing lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.errors import CancelledError, InputError
from trimtab.core.source.columns import LEARNING_ROWS, Column, as_numbers, encode, learning_rows, read_columns
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source, spool

UTC = dt.UTC


def column(values: list[Any], type_: pa.DataType | None = None, kind: Kind | None = None) -> Column:
    return encode("x", pa.chunked_array([pa.array(values, type_)]), kind)


def decoded(found: Column) -> list[Any]:
    known = [*found.values.to_pylist(), None]
    return [known[code] for code in found.codes]


@pytest.mark.parametrize(
    ("values", "type_", "kind", "distinct"),
    [
        ([3, 1, None, 3], pa.int64(), "count", [1, 3]),
        ([2.5, -1.0, 2.5], pa.float64(), "continuous", [-1.0, 2.5]),
        ([2.0, None, -1.0], pa.float64(), "count", [-1.0, 2.0]),
        ([0.1, 0.2], pa.float32(), "continuous", [np.float32(0.1), np.float32(0.2)]),
        ([Decimal("1.10"), Decimal("1.05")], pa.decimal128(5, 2), "continuous", [Decimal("1.05"), Decimal("1.10")]),
        (["b", "a", "b", None, "c"], pa.string(), "categorical", ["b", "a", "c"]),
        ([True, None, False, True], pa.bool_(), "boolean", [False, True]),
        ([dt.date(2013, 5, 1), dt.date(1, 1, 1)], pa.date32(), "datetime", [dt.date(1, 1, 1), dt.date(2013, 5, 1)]),
        (
            [dt.datetime(2013, 5, 1, tzinfo=UTC), None, dt.datetime(2012, 1, 1, tzinfo=UTC)],
            pa.timestamp("us", tz="UTC"),
            "datetime",
            [dt.datetime(2012, 1, 1, tzinfo=UTC), dt.datetime(2013, 5, 1, tzinfo=UTC)],
        ),
        ([dt.time(9, 30), dt.time(8, 0)], pa.time64("us"), "categorical", [dt.time(8, 0), dt.time(9, 30)]),
        ([None, None], pa.float64(), "continuous", []),
    ],
)
def test_kinds_order_and_codes(values: list[Any], type_: pa.DataType, kind: Kind, distinct: list[Any]) -> None:
    found = column(values, type_)
    assert (found.kind, found.type, found.values.to_pylist()) == (kind, type_, distinct)
    assert decoded(found) == pa.array(values, type_).to_pylist()
    assert found.counts.sum() == len(values)
    assert found.counts[-1] == values.count(None)
    assert found.missing_share == values.count(None) / len(values)
    assert found.distinct == len(distinct)


def test_categories_come_by_falling_count_then_by_text() -> None:
    found = column(["b", "c", "c", "a", "é", None, None, None])
    assert found.values.to_pylist() == ["c", "a", "b", "é"]
    assert found.counts.tolist() == [2, 1, 1, 1, 3]
    assert found.codes.tolist() == [2, 0, 0, 1, 3, 4, 4, 4]


def test_integers_beyond_doubles_stay_apart() -> None:
    values = [2**53 + 1, 2**53, 2**63 - 1]
    found = column(values, pa.int64())
    assert found.values.to_pylist() == sorted(values)
    assert found.numbers[0] == found.numbers[1] == 2.0**53
    assert column([2**64 - 1, 0], pa.uint64()).values.to_pylist() == [0, 2**64 - 1]


def test_zero_is_one_value_whatever_its_sign() -> None:
    found = column([0.0, 1.5, -0.0, None, -2.5, -0.0])
    assert found.values.to_pylist() == [-2.5, 0.0, 1.5]
    assert not np.signbit(found.numbers[1])
    assert found.counts.tolist() == [1, 3, 1, 1]
    assert found.codes.tolist() == [1, 2, 1, 3, 0, 1]


def test_sorted_values_are_those_that_were_counted_one_by_one() -> None:
    rng = np.random.default_rng(7)
    numbers = [None if drawn < 0 else float(drawn) / 8 for drawn in rng.integers(-50, 500, 5_000)]
    learned = np.sort(rng.choice(5_000, 1_000, replace=False))
    found = encode("x", pa.chunked_array([pa.array(numbers[:1_234]), pa.array(numbers[1_234:])]), None, learned)
    counted = Counter(numbers)
    assert dict(zip([*found.values.to_pylist(), None], found.counts.tolist(), strict=True)) == counted
    assert found.values.to_pylist() == sorted(value for value in counted if value is not None)
    assert decoded(found) == [numbers[row] for row in learned]


@pytest.mark.parametrize(
    ("distinct", "type_"), [(255, np.uint8), (256, np.uint16), (65_535, np.uint16), (65_536, np.uint32)]
)
def test_codes_have_room_for_missing(distinct: int, type_: type[np.unsignedinteger]) -> None:
    found = column([*range(distinct), None])
    assert found.codes.dtype == type_
    assert found.codes[-1] == distinct


def test_dictionaries_and_several_chunks_are_read_as_their_values() -> None:
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array([None, "c", "a"]).dictionary_encode()]
    found = encode("x", pa.chunked_array(chunks), None)
    assert found.values.to_pylist() == ["a", "b", "c"]
    assert found.counts.tolist() == [2, 1, 1, 1]
    assert decoded(found) == ["a", "b", None, "c", "a"]


def test_learning_rows_are_kept_and_counts_cover_all() -> None:
    found = encode("x", pa.chunked_array([pa.array([5, 6, 7, None, 5])]), None, np.array([1, 3]))
    assert found.counts.tolist() == [2, 1, 1, 1]
    assert decoded(found) == [6, None]


def test_one_learning_row_of_each_stretch() -> None:
    assert learning_rows(LEARNING_ROWS) is None
    rows = LEARNING_ROWS * 2 + 12_345
    chosen = learning_rows(rows)
    assert chosen is not None
    edges = np.append(np.arange(LEARNING_ROWS) * rows // LEARNING_ROWS, rows)
    assert ((chosen >= edges[:-1]) & (chosen < edges[1:])).all()
    again = learning_rows(rows)
    assert again is not None
    assert (again == chosen).all()


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        ([1, None], pa.int8(), [1.0, np.nan]),
        ([Decimal("0.10")], pa.decimal128(38, 2), [0.1]),
        ([dt.date(1970, 1, 2)], pa.date32(), [86_400e6]),
        ([dt.datetime(9999, 12, 31)], pa.timestamp("s"), [253_402_214_400e6]),
        ([dt.datetime(1, 1, 1)], pa.timestamp("us"), [-62_135_596_800e6]),
        ([1_500], pa.timestamp("ns"), [1.0]),
    ],
)
def test_numbers_of_values(values: list[Any], type_: pa.DataType, expected: list[float]) -> None:
    assert as_numbers(pa.array(values, type_)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        ([1, 2], "continuous", [1, 2]),
        ([2, 1, 1], "categorical", [1, 2]),
        ([1.0, 2.0], "continuous", [1.0, 2.0]),
        ([True, False, False], "categorical", [False, True]),
        ([dt.date(2013, 5, 1)], "categorical", [dt.date(2013, 5, 1)]),
    ],
)
def test_a_kind_may_be_asked_for(values: list[Any], kind: Kind, wanted: list[Any]) -> None:
    found = column(values, kind=kind)
    assert (found.kind, found.values.to_pylist()) == (kind, wanted)
    assert len(found.numbers) == (0 if kind == "categorical" else len(wanted))


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a"], "count", "Factor `x`: a column of type string can be categorical, not count"),
        ([True], "continuous", "a column of type bool can be boolean or categorical, not continuous"),
        ([dt.date(2013, 5, 1)], "count", r"a column of type date32\[day\] can be datetime or categorical"),
        ([1, 2], "boolean", "can be continuous or count or categorical, not boolean"),
        ([1.5], "count", "counts are whole numbers, and this column has others"),
        ([1.5], "numeric", "there is no kind `numeric`.*Known: continuous, count"),
    ],
)
def test_a_kind_that_does_not_fit_is_refused(values: list[Any], kind: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        column(values, kind=kind)


def test_a_source_is_read_column_by_column(table_source: Callable[[dict[str, list[object]]], Source]) -> None:
    source = table_source({"b": [1, 2, 3], "a": ["x", None, "x"]})
    told: list[tuple[int, int, str]] = []
    found = read_columns(source, {"b": "categorical"}, progress=lambda *step: told.append(step))
    assert list(found) == ["b", "a"]
    assert found["b"].kind == "categorical"
    assert told == [(0, 2, "reading b"), (1, 2, "reading a"), (2, 2, "read")]
    with pytest.raises(InputError, match=r"table\.parquet: there is no column `c`\..*Known: b, a"):
        read_columns(source, {"c": "count"})

    def stop(done: int, total: int, message: str) -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        read_columns(source, progress=stop)


def test_more_rows_than_are_learned_from(tmp_path: Path) -> None:
    rows = LEARNING_ROWS + 10
    pq.write_table(pa.table({"n": np.arange(rows) % 10}), tmp_path / "t.parquet")
    (found,) = read_columns(spool(tmp_path / "t.parquet", tmp_path / "home")).values()
    assert found.counts.tolist() == [*[rows // 10] * 10, 0]
    assert len(found.codes) == LEARNING_ROWS
