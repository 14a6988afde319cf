"""What other tools write as Parquet: every value right, and a word for each column that can't be a factor."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.datasets import open_data
from trimtab.core.errors import InputError
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source, open_source, spool
from trimtab.core.source.typed.parquet import check_pages


def taken(folder: Path, table: pa.Table, **options: Any) -> tuple[Source, pa.Table]:
    """The table as it is spooled."""
    pq.write_table(table, folder / "data.parquet", **options)
    source = spool(folder / "data.parquet", folder / "home")
    return source, pq.read_table(source.path)


def test_times_of_96_bits_are_read_right(tmp_path: Path) -> None:
    moments = [dt.datetime(9999, 12, 31), dt.datetime(2020, 1, 2, 3, 4, 5, 678901), None, dt.datetime(1, 1, 1)]
    table = pa.table({"valid_to": pa.array(moments, pa.timestamp("us")), "i": range(4)})
    _, found = taken(tmp_path, table, use_deprecated_int96_timestamps=True)
    assert found["valid_to"].type == pa.timestamp("us")
    assert found["valid_to"].to_pylist() == moments


def test_times_are_in_microseconds_unless_one_is_finer(tmp_path: Path) -> None:
    whole = pa.array([1_000, -2_000, None], pa.timestamp("ns"))
    fine = pa.array([1_000, 1, None], pa.timestamp("ns"))
    none = pa.array([None] * 3, pa.timestamp("ns"))
    source, found = taken(tmp_path, pa.table({"whole": whole, "fine": fine, "none": none, "a.b": whole}))
    assert [str(field.type) for field in found.schema] == ["timestamp[us]", "timestamp[ns]", *["timestamp[us]"] * 2]
    assert found["whole"].cast(pa.int64()).to_pylist() == [1, -2, None]
    assert source.notes == ()


def test_types_of_other_tools_are_taken_as_what_they_are(tmp_path: Path) -> None:
    flags = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8()))
    texts = pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', "[]", None]))
    price = [decimal.Decimal("1.25"), decimal.Decimal("-0.50"), None]
    table = pa.table(
        {
            "small": pa.array(price, pa.decimal32(5, 2)),
            "middle": pa.array(price, pa.decimal64(12, 2)),
            "wide": pa.array(price, pa.decimal256(38, 2)),
            "flag": flags,
            "json": texts,
            "bytes": pa.array([b"dry", "nass, glatt ß".encode(), None]),
            "fixed": pa.array([b"ab", b"cd", None], pa.binary(2)),
            "coded": pa.array([b"x", b"y", None]).dictionary_encode(),
        }
    )
    source, found = taken(tmp_path, table)
    assert found.to_pydict() == {
        "small": price,
        "middle": price,
        "wide": price,
        "flag": [True, False, None],
        "json": ['{"a": 1}', "[]", None],
        "bytes": ["dry", "nass, glatt ß", None],
        "fixed": ["ab", "cd", None],
        "coded": ["x", "y", None],
    }
    assert source.notes == ()


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([[1], [2, 3]]), "`odd` (list<element: int64>)"),
        (pa.array([{"x": 1}, {"x": 2}]), "`odd` (struct<x: int64>)"),
        (pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())), "`odd` (map<string, int64"),
        (pa.array([b"\xff", b"text"]), "`odd` (bytes that are no text in UTF-8)"),
        (pa.array([decimal.Decimal("1.1"), None], pa.decimal256(50, 2)), "`odd` (decimal256(50, 2))"),
        (pa.array([1, 2], pa.duration("s")), "`odd` (duration[s])"),
    ],
)
def test_a_column_that_is_no_factor_is_left_out_with_a_word(tmp_path: Path, column: pa.Array, told: str) -> None:
    source, found = taken(tmp_path, pa.table({"fine": [1, 2], "odd": column, "too": ["a", "b"]}))
    assert found.to_pydict() == {"fine": [1, 2], "too": ["a", "b"]}
    assert len(source.notes) == 1
    assert f"a row: {told}" in source.notes[0]
    assert open_source(tmp_path / "home", source.sha256).notes == source.notes


def test_a_name_of_two_columns_is_left_out_with_a_word(tmp_path: Path) -> None:
    table = pa.table([pa.array([1, 2]), pa.array([3, 4]), pa.array([5, 6])], names=["a", "b", "a"])
    source, found = taken(tmp_path, table)
    assert found.to_pydict() == {"b": [3, 4]}
    assert "`a` (the name of 2 columns)" in source.notes[0]


def test_the_index_of_a_pandas_table_is_left_out_with_a_word(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5]}, index=["x", "y"])
    frame.to_parquet(tmp_path / "pandas.parquet")
    source = spool(tmp_path / "pandas.parquet", tmp_path / "home")
    assert source.columns == ("a",)
    assert "`__index_level_0__` (the index of a pandas table)" in source.notes[0]


@pytest.mark.parametrize("known", [True, False])
def test_periods_are_dates_and_not_numbers(tmp_path: Path, known: bool) -> None:
    frame = pd.DataFrame(
        {
            "day": pd.period_range("1969-12-31", periods=3, freq="D"),
            "month": pd.period_range("1969-12", periods=3, freq="M"),
            "quarter": pd.period_range("1969Q4", periods=3, freq="Q"),
            "year": pd.period_range("1969", periods=3, freq="Y"),
            "hour": pd.period_range("1969-12-31 23:00", periods=3, freq="h"),
            "week": pd.period_range("1970-01-01", periods=3, freq="W"),
        }
    )
    frame.loc[2, "month"] = pd.NaT
    table = pa.Table.from_pandas(frame)
    if not known:  # as in a process in which nobody loaded pandas' own types
        told = b"ARROW:extension:name", b"ARROW:extension:metadata"
        names = list(frame.columns)
        fields = [
            pa.field(name, pa.int64(), metadata={told[0]: b"pandas.period", told[1]: type_.__arrow_ext_serialize__()})
            for name, type_ in zip(names, table.schema.types, strict=True)
        ]
        arrays = [column.combine_chunks().storage for column in table.columns]
        pq.write_table(pa.table(arrays, schema=pa.schema(fields)), tmp_path / "data.parquet", store_schema=False)
    source, found = taken(tmp_path, table)
    assert found.to_pydict() == {
        "day": [dt.date(1969, 12, 31), dt.date(1970, 1, 1), dt.date(1970, 1, 2)],
        "month": [dt.date(1969, 12, 1), dt.date(1970, 1, 1), None],
        "quarter": [dt.date(1969, 10, 1), dt.date(1970, 1, 1), dt.date(1970, 4, 1)],
        "year": [dt.date(1969, 1, 1), dt.date(1970, 1, 1), dt.date(1971, 1, 1)],
        "hour": [dt.datetime(1969, 12, 31, 23), dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 1, 1)],
    }
    assert [note.split(":")[0] for note in source.notes[:4]] == ["`month`", "`quarter`", "`year`", "`hour`"]
    assert "`week`" in source.notes[4]


def test_a_page_that_does_not_match_its_checksum_is_refused(tmp_path: Path) -> None:
    table = pa.table({"a": np.arange(5000, dtype=np.int64)})
    pq.write_table(table, tmp_path / "a.parquet", write_page_checksum=True, use_dictionary=False, compression="none")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[2000] ^= 1  # another number, and a page that is as sound as before
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.parquet: .* does not match its checksum"):
        spool(tmp_path / "a.parquet", tmp_path / "home")
    with (
        pytest.raises(InputError, match=r"a\.parquet: .* does not match its checksum"),
        open_data(tmp_path / "a.parquet", {}),
    ):
        pass
    # Without a checksum there is nothing to tell by, and the same change is another number.
    pq.write_table(table, tmp_path / "b.parquet", use_dictionary=False, compression="none")
    check_pages(tmp_path / "b.parquet", "b.parquet")


def test_a_type_that_nobody_knows_is_no_damage(tmp_path: Path) -> None:
    """A schema of Arrow's in which a column has whole numbers of 128 bits, as polars writes them."""
    form = pa.schema([("a", pa.int64())]).serialize().to_pybytes()
    wide = form.replace(b"\x40\x00\x00\x00", b"\x80\x00\x00\x00")
    assert wide != form
    table = pa.table({"a": [1, 2]})
    with pq.ParquetWriter(tmp_path / "a.parquet", table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(wide).decode()})
    with pytest.raises(InputError, match=r"a\.parquet: a column has a type that can't be read .*64 bits") as caught:
        spool(tmp_path / "a.parquet", tmp_path / "home")
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("harm", ["record", "rows", "cut", "bytes", "gone"])
def test_a_spooled_file_that_is_damaged_is_read_again(tmp_path: Path, harm: str) -> None:
    table = pa.table({"a": np.arange(5000, dtype=np.int64)})
    source, _ = taken(tmp_path, table)
    record = source.path.with_suffix(".json")
    if harm == "record":
        record.write_text("{}", encoding="utf-8")
    elif harm == "rows":
        record.write_text(json.dumps({**json.loads(record.read_text()), "rows": 7}), encoding="utf-8")
    elif harm == "cut":
        source.path.write_bytes(source.path.read_bytes()[:-100])
    elif harm == "gone":
        source.path.unlink()
    else:
        content = bytearray(source.path.read_bytes())
        content[200] ^= 1
        source.path.write_bytes(content)
    if harm == "bytes":
        with pytest.raises(InputError, match=r"data\.parquet: its copy in the workspace is gone or damaged"):
            read_columns(open_source(tmp_path / "home", source.sha256))
    else:
        with pytest.raises(InputError, match="not in this workspace"):
            open_source(tmp_path / "home", source.sha256)
    again = spool(tmp_path / "data.parquet", tmp_path / "home")
    assert again == source
    assert pq.read_table(again.path).equals(table)


def test_what_an_older_reader_spooled_is_read_again(tmp_path: Path) -> None:
    source, _ = taken(tmp_path, pa.table({"a": [1, 2]}))
    record = source.path.with_suffix(".json")
    pq.write_table(pa.table({"a": [8, 9]}), source.path)  # as that reader read it
    old = {name: value for name, value in json.loads(record.read_text()).items() if name != "reader"}
    old["stored"] = hashlib.sha256(source.path.read_bytes()).hexdigest()
    record.write_text(json.dumps(old), encoding="utf-8")
    assert open_source(tmp_path / "home", source.sha256) == source
    spool(tmp_path / "data.parquet", tmp_path / "home")
    assert pq.read_table(source.path).to_pydict() == {"a": [1, 2]}


def test_a_table_that_spark_wrote_by_its_defaults(tmp_path: Path) -> None:
    """Made by Spark 4.0 with `createDataFrame(…).write.parquet(…)`: times of 96 bits, checksums, a list, bytes."""
    source = spool(Path(__file__).parent / "data" / "spark.parquet", tmp_path / "home")
    assert source.columns == ("id", "word", "valid_to", "day", "price", "maybe")
    assert len(source.notes) == 1
    assert "`many` (list" in source.notes[0]
    assert "`raw` (bytes that are no text in UTF-8)" in source.notes[0]
    found = pq.read_table(source.path)
    assert pa.types.is_timestamp(found.schema.field("valid_to").type)
    assert found.schema.field("valid_to").type.unit == "us"
    days = [1 + i % 28 for i in range(40)]
    moments = [dt.datetime(2020, 1, day, i % 24, 5, 6, 789000) for i, day in enumerate(days)]
    assert [moment.replace(tzinfo=None) for moment in found["valid_to"].to_pylist()] == [
        dt.datetime(9999, 12, 31) if i % 4 == 0 else moment for i, moment in enumerate(moments)
    ]
    assert found["day"].to_pylist() == [dt.date(2020, 1, day) for day in days]
    assert found["price"].to_pylist() == [decimal.Decimal(i) / 4 for i in range(40)]
    assert found["maybe"].to_pylist() == [float(i) if i % 5 else None for i in range(40)]
    assert found["id"].to_pylist() == list(range(40))
    assert found["word"].to_pylist() == ["a", "b"] * 20
