"""Any data set becomes a table with the source's types: nothing is rounded, guessed or lost, and faults are named."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.datasets import ROWS, Reading, open_data, reading_of, reading_of_kind
from trimtab.core.delivery.writers import write
from trimtab.core.errors import InputError
from trimtab.core.source.columns import encode
from trimtab.core.source.spool import spool

TABLE = pa.table(
    {
        "whole": pa.array([2**63 - 1, None, -1]),
        "big": pa.array([2**64 - 1, None, 0], pa.uint64()),
        "float": pa.array([1e-300, None, 0.1]),
        "money": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("-0.01")]),
        "truth": pa.array([True, None, False]),
        "day": pa.array([dt.date(2013, 5, 31), None, dt.date(1600, 1, 1)]),
        "time": pa.array([dt.datetime(2013, 5, 31, 1, 2, 3, 4), None, dt.datetime(1970, 1, 1)]),
        "text": pa.array(["", None, "NA"]),
        "word": pa.array(["a", None, "null"]),
    }
)
READINGS = {name: reading_of(encode(name, TABLE[name], None)) for name in TABLE.column_names}


def rows_of(path: Path, readings: dict[str, Reading]) -> list[tuple[Any, ...]]:
    with open_data(path, readings) as data:
        listed = ", ".join(f'"{name}"' for name in data.types)
        return list(data.con.execute(f"SELECT {listed} FROM {ROWS}").fetchall())


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "parts"])
def test_every_format_gives_the_same_values(tmp_path: Path, name: str) -> None:
    write([TABLE], tmp_path / name, schema=TABLE.schema)
    assert rows_of(tmp_path / name, READINGS) == [tuple(row.values()) for row in TABLE.to_pylist()]


def test_an_empty_text_is_missing_where_the_source_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,word\n"",""\n,\nx,y\n')
    assert rows_of(tmp_path / "a.csv", READINGS) == [("", None), (None, None), ("x", "y")]


def test_words_that_mean_missing_among_numbers_do_so_in_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("whole,float,word\nn/a,NA,NA\n3, NaN ,null\nNone,2,x\n")
    assert rows_of(tmp_path / "a.csv", READINGS) == [(None, None, None), (3, None, "null"), (None, 2.0, "x")]
    (tmp_path / "b.csv").write_text("whole,text\nNA,NA\n3,x\n")  # the source has a level NA
    assert rows_of(tmp_path / "b.csv", READINGS) == [(None, "NA"), (3, "x")]


@pytest.mark.parametrize("type_", [pa.float64(), pa.float32()])
@pytest.mark.parametrize("others", [[1.0, 3.0], [1.0, None], [], [float("inf")]])
def test_nan_in_parquet_is_missing(tmp_path: Path, type_: pa.DataType, others: list[float | None]) -> None:
    file, reading = tmp_path / "a.parquet", {"float": Reading("number", "DOUBLE")}
    pq.write_table(pa.table({"float": pa.array([*others, float("nan")], type_)}), file)
    assert rows_of(file, reading) == [*((value,) for value in others), (None,)]
    # Where it is counted the statistics of the file are looked at, and they leave NaN out.
    with open_data(file, reading) as data:
        counted = data.con.execute(f"SELECT count(*), count(float), count(*) FILTER (float > 2) FROM {ROWS}").fetchall()
    known = [value for value in others if value is not None]
    assert counted == [(len(others) + 1, len(known), sum(value > 2 for value in known))]


def test_whole_numbers_written_as_floats_are_read_and_no_other_is_rounded(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("whole\n3.0\n-4.\n")
    assert rows_of(tmp_path / "a.csv", READINGS) == [(3,), (-4,)]
    (tmp_path / "b.csv").write_text("whole\n3\n3.5\n")
    with pytest.raises(InputError, match=r"b\.csv: column `whole`: '3\.5' is not a whole number\."):
        rows_of(tmp_path / "b.csv", READINGS)


@pytest.mark.parametrize(
    ("name", "cell", "what"),
    [
        ("float", "about 1,5", "a number"),
        ("float", "0x10", "a number"),
        ("truth", "yes", "true or false"),
        ("day", "31.05.2013", "a date"),
        ("time", "soon", "a date"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(tmp_path: Path, name: str, cell: str, what: str) -> None:
    pa.csv.write_csv(pa.table({name: ["", cell]}), tmp_path / "a.csv")
    with pytest.raises(InputError, match=rf"a\.csv: column `{name}`: '{cell}' is not {what}\."):
        rows_of(tmp_path / "a.csv", READINGS)


def test_a_parquet_column_of_another_type_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"float": [True], "day": ["2013-05-31"], "word": [7]}), tmp_path / "a.parquet")
    with pytest.raises(
        InputError, match=r"a\.parquet: column `float` holds BOOLEAN, and in the source it is a number\."
    ):
        rows_of(tmp_path / "a.parquet", READINGS)
    readable = {name: READINGS[name] for name in ("day", "word")}
    assert rows_of(tmp_path / "a.parquet", readable) == [(dt.date(2013, 5, 31), "7")]


def test_times_are_what_the_clock_of_their_zone_shows(tmp_path: Path) -> None:
    moment = pa.array([dt.datetime(2013, 7, 1, tzinfo=dt.UTC)], pa.timestamp("us", tz="America/New_York"))
    table = pa.table({"t": moment})
    for name in ("a.csv", "a.parquet"):
        write([table], tmp_path / name, schema=table.schema)
        with open_data(tmp_path / name, {"t": reading_of(encode("t", table["t"], None))}) as data:
            assert data.types == {"t": "TIMESTAMP"}
            assert data.con.execute(f"SELECT t FROM {ROWS}").fetchall() == [(dt.datetime(2013, 6, 30, 20),)]


def test_names_of_the_file_and_types_of_the_factors(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x;Float;float\n1;2;3\n")
    with open_data(tmp_path / "a.csv", READINGS) as data:
        assert (data.name, data.columns, data.types) == ("a.csv", ("x", "Float", "float"), {"float": "DOUBLE"})
        assert data.con.execute(f"SELECT float FROM {ROWS}").fetchall() == [(3.0,)]


def test_a_name_of_two_columns_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("float,float\n1,2\n")
    with pytest.raises(InputError, match=r"a\.csv: more than one column is called `float`"):
        rows_of(tmp_path / "a.csv", READINGS)


def test_paths_that_look_like_patterns_are_just_paths(tmp_path: Path) -> None:
    folder = tmp_path / "year=2013 [a-z]*{x}'"
    folder.mkdir()
    for name in ("a*.csv", "a?.parquet"):
        write([TABLE.select(["float"])], folder / name, schema=TABLE.select(["float"]).schema)
        with open_data(folder / name, READINGS) as data:
            assert data.columns == ("float",)
            assert data.con.execute(f"SELECT count(float) FROM {ROWS}").fetchall() == [(2,)]


def test_a_source_is_read_from_its_spooled_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("float\n1.5\n")
    source = spool(tmp_path / "a.csv", tmp_path / "home")
    with open_data(source, READINGS) as data:
        assert (data.name, data.columns) == ("a.csv", ("float",))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"float\n1,2\n", r"a\.csv, line 2: 2 values, but the header names 1 columns"),
        ("a.csv", "flöat\n1\n".encode("latin-1"), r"a\.csv, line 1: it is not text in UTF-8"),
        ("a.csv", b"", r"a\.csv: the first line is blank"),
        (
            "a.csv.gz",
            gzip.compress(b"float\n1\n" * 50, mtime=0)[:-20],
            r"a\.csv\.gz: it can't be read .* damaged or cut off",
        ),
        ("a.csv.gz", b"float\n1\n", r"a\.csv\.gz: it can't be read .* damaged or cut off"),
        ("a.parquet", b"PAR1 and no more", r"a\.parquet: the Parquet file is damaged"),
        ("a.xlsx", b"x", r"a\.xlsx: it is not what its name says: .*plain text"),
        ("a.doc", b"x", r"a\.doc: the kind of file is not known"),
    ],
)
def test_damaged_files(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        rows_of(tmp_path / name, READINGS)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"b\.csv: there is no such file"):
        rows_of(tmp_path / "b.csv", READINGS)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: the folder holds no parts of a table"):
        rows_of(tmp_path / "empty", READINGS)


def test_hidden_parts_are_not_data(tmp_path: Path) -> None:
    for name in ("part-00000.parquet", ".part-00001.parquet", "_metadata.parquet"):
        pq.write_table(pa.table({"float": [1.0]}), tmp_path / name)
    assert rows_of(tmp_path, READINGS) == [(1.0,)]


def test_by_kind_alone() -> None:
    assert [reading_of_kind(kind).type for kind in ("continuous", "count", "boolean", "datetime", "categorical")] == [
        "DOUBLE",
        "DOUBLE",
        "BOOLEAN",
        "TIMESTAMP",
        "VARCHAR",
    ]
