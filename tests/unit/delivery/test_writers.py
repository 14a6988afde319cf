"""Rows into files: nothing is lost on the way, nothing is left when it fails, the same rows are the same bytes."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import hashlib
import math
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.writers import digest, plain_schema, write
from trimtab.core.errors import CancelledError, InputError
from trimtab.core.formats import folder, format_of

ROOT = Path(__file__).parents[3]
AWKWARD = pa.table(
    {
        "whole": pa.array([2**63 - 1, -(2**63), None, 0]),
        "big": pa.array([2**64 - 1, 0, None, 2**53 + 1], pa.uint64()),
        "small": pa.array([-128, 127, None, 0], pa.int8()),
        "float": pa.array([-0.0, 1e-300, None, 1.7976931348623157e308]),
        "third": pa.array([1 / 3, 0.1 + 0.2, None, 10.357019999999999]),
        "single": pa.array([0.1, 3.4e38, None, -0.0], pa.float32()),
        "money": pa.array(
            [decimal.Decimal(x) if x else None for x in ("12345678901234567890.12", "-0.01", None, "0.00")]
        ),
        "truth": pa.array([True, False, None, True]),
        "day": pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31), None, dt.date(1970, 1, 1)]),
        "time": pa.array(
            [dt.datetime(2013, 1, 1, 12, 0, 0, 5), dt.datetime(1600, 1, 1), None, dt.datetime(1970, 1, 1)]
        ),
        "zoned": pa.array(
            [dt.datetime(2013, 1, 1, 12, tzinfo=dt.UTC), dt.datetime(2013, 7, 1, tzinfo=dt.UTC), None, None],
            pa.timestamp("us", tz="America/New_York"),
        ),
        "clock": pa.array([dt.time(23, 59, 59, 999_999), dt.time(0), None, dt.time(12)]),
        "text": pa.array(["", 'say "hi", ok', None, "two\nlines\r\nand ünïcödé 🚀"]),
        "words": pa.array(["NULL", "nan", None, " spaces "]).dictionary_encode(),
        "nothing": pa.nulls(4),
    }
)
TYPES = {
    "whole": "BIGINT", "big": "UBIGINT", "small": "TINYINT", "float": "DOUBLE", "third": "DOUBLE", "single": "FLOAT",
    "money": "DECIMAL(22,2)", "truth": "BOOLEAN", "day": "DATE", "time": "TIMESTAMP", "zoned": "TIMESTAMPTZ",
    "clock": "TIME", "text": "VARCHAR", "words": "VARCHAR", "nothing": "VARCHAR",
}  # fmt: skip


def read_csv(path: Path) -> pa.Table:
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in TYPES.items())
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        return con.sql(
            f"FROM read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
            f"allow_quoted_nulls = false, columns = {{{columns}}})"
        ).to_arrow_table()


def blocks(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    for start in range(0, len(table), rows):
        yield table.slice(start, rows)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_awkward_values_come_back_from_csv(tmp_path: Path, name: str) -> None:
    written = write([AWKWARD], tmp_path / name, schema=AWKWARD.schema)
    found = read_csv(tmp_path / name)
    assert written.rows == found.num_rows == 4
    for column in AWKWARD.column_names:
        was, is_ = AWKWARD[column].to_pylist(), found[column].to_pylist()
        assert was == is_, column
        if column in ("float", "single"):
            assert [math.copysign(1, x) for x in was if x is not None] == [
                math.copysign(1, x) for x in is_ if x is not None
            ]


def test_csv_as_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "a,b": pa.array(["", None, 'q"q']),
            "x": pa.array([0.1, None, 1e-300]),
            "t": pa.array([True, None, False]),
            "z": pa.array([dt.datetime(2013, 1, 1, tzinfo=ZoneInfo("UTC"))] * 2 + [None], pa.timestamp("us", tz="UTC")),
        }
    )
    write([table], tmp_path / "a.csv", schema=table.schema)
    assert (tmp_path / "a.csv").read_bytes() == (
        b'"a,b","x","t","z"\n'
        b'"",0.1,true,2013-01-01 00:00:00.000000Z\n'
        b",,,2013-01-01 00:00:00.000000Z\n"
        b'"q""q",1e-300,false,\n'
    )


@pytest.mark.parametrize("name", ["a.parquet", "parts"])
def test_awkward_values_come_back_from_parquet(tmp_path: Path, name: str) -> None:
    write(blocks(AWKWARD, 3), tmp_path / name, schema=AWKWARD.schema)
    found = pq.read_table(tmp_path / name)
    assert found.equals(AWKWARD.cast(plain_schema(AWKWARD.schema)))
    assert found.schema.field("words").type == pa.string()


def test_parquet_has_a_row_group_per_block_zstd_statistics_and_plain_strings(tmp_path: Path) -> None:
    schema = AWKWARD.schema.with_metadata({"pandas": "{}"})
    write(blocks(AWKWARD, 3), tmp_path / "a.parquet", schema=schema)
    about = pq.ParquetFile(tmp_path / "a.parquet")
    assert [about.metadata.row_group(i).num_rows for i in range(about.num_row_groups)] == [3, 1]
    whole = about.metadata.row_group(0).column(0)
    assert whole.compression == "ZSTD"
    assert (whole.statistics.min, whole.statistics.max, whole.statistics.null_count) == (-(2**63), 2**63 - 1, 1)
    assert b"pandas" not in (about.schema_arrow.metadata or {})
    with duckdb.connect() as con:
        types = con.execute(f"DESCRIBE FROM '{tmp_path / 'a.parquet'}'").fetchall()
    assert {name: type_ for name, type_, *_ in types if name in ("text", "words")} == dict.fromkeys(
        ("text", "words"), "VARCHAR"
    )


def test_what_is_written_is_counted_and_hashed(tmp_path: Path) -> None:
    written = write(blocks(AWKWARD, 2), tmp_path / "a.csv", schema=AWKWARD.schema)
    content = (tmp_path / "a.csv").read_bytes()
    assert (written.rows, written.bytes, written.sha256) == (4, len(content), hashlib.sha256(content).hexdigest())


def test_a_folder_is_split_into_parts_and_hashed_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "PART_ROWS", 4)
    table = pa.table({"i": list(range(11))})
    written = write(blocks(table, 2), f"{tmp_path}/out.v1/", schema=table.schema)
    parts = sorted((tmp_path / "out.v1").iterdir())
    assert [part.name for part in parts] == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    assert [pq.read_metadata(part).num_rows for part in parts] == [4, 4, 3]
    assert pq.read_table(tmp_path / "out.v1")["i"].to_pylist() == list(range(11))
    joined = b"".join(part.read_bytes() for part in parts)
    assert (written.rows, written.bytes, written.sha256) == (11, len(joined), hashlib.sha256(joined).hexdigest())


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.csv.gz", "parts"])
def test_no_rows_are_a_file_with_its_columns(tmp_path: Path, name: str) -> None:
    written = write([], tmp_path / name, schema=pa.schema([("x", pa.int64())]))
    assert written.rows == 0
    if "csv" in name:
        raw = (tmp_path / name).read_bytes()
        assert (gzip.decompress(raw) if name.endswith("gz") else raw) == b'"x"\n'
    else:
        assert pq.read_table(tmp_path / name).column_names == ["x"]


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.csv.gz", "a.jsonl.gz", "a.arrow", "parts"])
def test_the_same_rows_are_the_same_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").mkdir()
    first = write(blocks(AWKWARD, 2), tmp_path / name, schema=AWKWARD.schema)
    second = write(blocks(AWKWARD, 2), tmp_path / "other" / name, schema=AWKWARD.schema)
    assert first == second
    if name.endswith(".gz"):
        # RFC 1952: bytes 4 to 7 are the time, and bit 3 of byte 3 tells of a name.
        assert (tmp_path / name).read_bytes()[3:8] == b"\0\0\0\0\0"


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.jsonl.gz", "a.arrow", "parts"])
def test_a_stop_half_way_leaves_nothing_and_the_old_rows(tmp_path: Path, name: str) -> None:
    def stopped() -> Iterator[pa.Table]:
        yield AWKWARD
        raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        write(stopped(), tmp_path / name, schema=AWKWARD.schema)
    assert list(tmp_path.iterdir()) == []
    before = write([AWKWARD], tmp_path / name, schema=AWKWARD.schema)
    with pytest.raises(CancelledError, match="stopped"):
        write(stopped(), tmp_path / name, schema=AWKWARD.schema)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    files = sorted((tmp_path / name).iterdir()) if name == "parts" else [tmp_path / name]
    assert digest(files) == before.sha256


@pytest.mark.parametrize(
    ("name", "form"),
    [("A.PARQUET", ".parquet"), ("a.b.csv", ".csv"), ("a.CSV.gz", ".csv.gz"), ("a", ""), ("x/a.b/", "")],
)
def test_the_suffix_decides(name: str, form: str) -> None:
    assert format_of(name).suffix == form


@pytest.mark.parametrize("name", ["a.xlsx", "a.gz", "a.parquet.gz", "v1.2", ""])
def test_an_unknown_suffix_lists_the_known_ones(name: str) -> None:
    with pytest.raises(
        InputError, match=r"is not known\. Known: \.arrow, \.csv, \.csv\.gz, \.jsonl, \.jsonl\.gz, \.parquet, or"
    ):
        format_of(name)


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(
        InputError, match=r"the folder holds other files \(thesis\.txt\), and replacing it would delete"
    ):
        write([AWKWARD], f"{tmp_path}/", schema=AWKWARD.schema)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_places_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=r"a\.csv: there is no folder .*nowhere\. Make it first"):
        write([AWKWARD], tmp_path / "nowhere" / "a.csv", schema=AWKWARD.schema)
    with pytest.raises(InputError, match=r"file: it is a file, so no folder"):
        write([AWKWARD], tmp_path / "file", schema=AWKWARD.schema)
    with pytest.raises(InputError, match=r"folder\.csv: it is a folder, so no file"):
        write([AWKWARD], tmp_path / "folder.csv", schema=AWKWARD.schema)


@pytest.mark.parametrize("name", ["a.parquet", "a.csv.gz", "parts"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, name: str) -> None:
    # A block is 65,536 × 10 × 8 bytes = 5 MB, 36 more of them 189 MB. Peaks of two runs in processes of their own.
    script = textwrap.dedent(
        f"""
        import resource, sys
        import numpy as np, pyarrow as pa
        from trimtab.core.delivery.writers import write
        def blocks(count):
            for i in range(count):
                yield pa.table({{str(j): np.arange(65_536) // 1000 + i for j in range(10)}})
        write(blocks(int(sys.argv[1])), {str(tmp_path / name)!r}, schema=next(blocks(1)).schema)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        """
    )

    def peak(count: int) -> int:
        run = [sys.executable, "-c", script, str(count)]
        return int(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    assert peak(40) - peak(4) < 60
