"""Spooling real files: what is refused and why, what is kept to the digit, and that a failure leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import hashlib
import json
import re
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.errors import CancelledError, InputError
from trimtab.core.source.spool import READER, Source, open_source, spool

GOOD = "speed,road\n10,dry\n20,wet\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def write(folder: Path, content: str | bytes | pa.Table, name: str | None = None) -> Path:
    if isinstance(content, pa.Table):
        file = folder / (name or "data.parquet")
        pq.write_table(content, file)
        return file
    file = folder / (name or "data.csv")
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def read(source: Source) -> pa.Table:
    return pq.read_table(source.path)


def values(source: Source) -> dict[str, list[Any]]:
    return dict(read(source).to_pydict())


def types(source: Source) -> dict[str, str]:
    return {field.name: str(field.type) for field in read(source).schema}


def listing(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def refuse(file: Path, home: Path, match: str) -> str:
    """Spooling `file` fails with `match`, names the file, and touches nothing in a workspace that holds a source."""
    spool(write(file.parent, GOOD, "kept.csv"), home)
    before = listing(home)
    with pytest.raises(InputError, match=match) as caught:
        spool(file, home)
    assert listing(home) == before
    assert str(caught.value).startswith(file.name)
    assert str(home) not in str(caught.value)
    return str(caught.value)


# --- what a source is


def test_csv_becomes_parquet_known_by_the_digest_of_its_bytes(tmp_path: Path, home: Path) -> None:
    file = write(tmp_path, GOOD)
    source = spool(file, home)
    assert source == Source(
        path=home / "sources" / f"{source.sha256}.parquet",
        name="data.csv",
        sha256=hashlib.sha256(GOOD.encode()).hexdigest(),
        rows=2,
        columns=("speed", "road"),
    )
    assert values(source) == {"speed": [10, 20], "road": ["dry", "wet"]}
    assert pq.ParquetFile(source.path).metadata.row_group(0).column(0).compression == "ZSTD"
    record = json.loads(source.path.with_suffix(".json").read_text(encoding="utf-8"))
    stored = hashlib.sha256(source.path.read_bytes()).hexdigest()
    assert record == {
        "name": "data.csv",
        "rows": 2,
        "columns": ["speed", "road"],
        "notes": [],
        "found": {"delimiter": ",", "encoding": "utf-8", "header": 1, "header_rows": 1, "quote": '"'},
        "size": len(GOOD),
        "reader": READER,
        "format": "Delimited",
        "stored": stored,
    }
    assert sorted(p.name for p in home.rglob("*") if p.is_file()) == sorted(
        [f"{source.sha256}.json", f"{source.sha256}.parquet"]
    )


def test_the_same_bytes_again_reuse_the_file_under_the_latest_name(tmp_path: Path, home: Path) -> None:
    first = spool(write(tmp_path, GOOD), home)
    written = first.path.stat().st_mtime_ns
    second = spool(write(tmp_path, GOOD, "again.csv"), home)
    assert (second.path, second.sha256, second.name) == (first.path, first.sha256, "again.csv")
    assert second.path.stat().st_mtime_ns == written
    assert open_source(home, first.sha256) == second


@pytest.mark.parametrize("sha256", ["0" * 64, "../../etc/passwd", ""])
def test_opening_what_is_not_there(home: Path, sha256: str) -> None:
    with pytest.raises(InputError, match="not in this workspace"):
        open_source(home, sha256)


def test_a_damaged_description_is_mended_by_the_file(tmp_path: Path, home: Path) -> None:
    source = spool(write(tmp_path, GOOD), home)
    source.path.with_suffix(".json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not in this workspace"):
        open_source(home, source.sha256)
    assert spool(tmp_path / "data.csv", home) == source


def test_progress_ends_at_its_total_and_can_cancel(tmp_path: Path, home: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    spool(write(tmp_path, GOOD), home, progress=lambda *call: calls.append(call))
    assert [done for done, _, _ in calls] == sorted(done for done, _, _ in calls)
    assert calls[-1][0] == calls[-1][1]
    assert all("data.csv" in message for _, _, message in calls)

    def stop(done: int, total: int, message: str) -> None:
        if done == 3:
            raise CancelledError("stopped")

    before = listing(home)
    with pytest.raises(CancelledError, match="stopped"):
        spool(write(tmp_path, GOOD + "30,ice\n"), home, progress=stop)
    assert listing(home) == before


# --- files that are refused


def test_no_such_file_and_folder(tmp_path: Path, home: Path) -> None:
    refuse(tmp_path / "gone.csv", home, "there is no such file")
    (tmp_path / "folder.csv").mkdir()
    refuse(tmp_path / "folder.csv", home, "the folder holds no parts of a table")


@pytest.mark.parametrize("name", ["data.csv", "data.csv.gz", "data.parquet"])
def test_empty_file(tmp_path: Path, home: Path, name: str) -> None:
    refuse(write(tmp_path, b"", name), home, r"it is empty \(0 bytes\)")


def test_header_only(tmp_path: Path, home: Path) -> None:
    refuse(write(tmp_path, "a,b\n"), home, "column names but no rows")
    refuse(write(tmp_path, pa.table({"a": pa.array([], pa.int64())})), home, "column names but no rows")


@pytest.mark.parametrize("text", ["\n1,2\n", "\ufeff"])
def test_blank_first_line(tmp_path: Path, home: Path, text: str) -> None:
    refuse(write(tmp_path, text), home, "the first line is blank")


def test_duplicate_names(tmp_path: Path, home: Path) -> None:
    refuse(write(tmp_path, "a,b,a\n1,2,3\n"), home, "more than one column is called `a`")


def test_names_that_differ_by_case(tmp_path: Path, home: Path) -> None:
    refuse(write(tmp_path, "Speed,speed\n1,2\n"), home, "`Speed` and `speed` differ only by upper and lower case")
    refuse(write(tmp_path, pa.table({"a": [1], "A": [2]})), home, "`a` and `A` differ only by upper and lower case")


def test_blank_names(tmp_path: Path, home: Path) -> None:
    refuse(write(tmp_path, "a,,  \n1,2,3\n"), home, "column 2, 3 has no name")
    assert "index=False" in refuse(write(tmp_path, ",a\n5,1\n"), home, "column 1 has no name")
    refuse(write(tmp_path, pa.table({"a": [1], " ": [2]})), home, "column 2 has no name")


@pytest.mark.parametrize("name", ["_origin", "_weight", "_ungrounded", "_group", "_VARIED"])
def test_names_of_provenance(tmp_path: Path, home: Path, name: str) -> None:
    refuse(write(tmp_path, f"a,{name}\n1,2\n"), home, f"`{name}` is a name that Trimtab gives")


def test_too_many_columns_and_none(tmp_path: Path, home: Path) -> None:
    names = ",".join(f"c{i}" for i in range(2001))
    refuse(write(tmp_path, f"{names}\n{names}\n"), home, "2,001 columns; at most 2,000")
    refuse(write(tmp_path, pa.table({})), home, "it has no columns")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a,b\n1,2\n3\n", "line 3: 1 values, but the header names 2 columns"),
        ("a,b\n1,2\n3,4,5\n", "line 3: 3 values, but the header names 2 columns"),
        ('a,b\n1,"x\ny"\n\n3,4,5\n', "line 5: 3 values, but the header names 2 columns"),
        ("a;b\n1;2\n3;4;5\n", "line 3: 3 values, but the header names 2 columns"),
        ('a,b\n1,2\n3,"open\n5,6\n', "line 3: quotes are not paired"),
        ('a,b\n1,"x"y\n', "line 2: quotes are not paired"),
        ('a,b\n1,"' + "x" * 9_000_000 + "\n", "line 2: a value of more than 8,388,608 characters"),
        ("a,b\n1,2\r3,4\n", "some lines end in CR and some in LF"),
    ],
)
def test_ragged_rows_name_the_line(tmp_path: Path, home: Path, text: str, match: str) -> None:
    refuse(write(tmp_path, text), home, match)


def test_ragged_row_far_down(tmp_path: Path, home: Path) -> None:
    text = "a,b\n" + "1,2\n" * 300_000 + "3\n"
    refuse(write(tmp_path, text), home, "line 300,002: 1 values")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("town,n\nBern,1\nGenève,2\n".encode("latin-1"), "line 3: it is not text in UTF-8 .*Latin-1"),
        (b"a\n" + b"x" * (1 << 20) + b"\nok\n\xff\n", "line 4: it is not text in UTF-8"),
        (b"a\nb\xc3", "line 2: it is not text in UTF-8"),
        ("town,n\nGenève,2\n".encode("utf-16")[:-1], "line 1 or after it: it is not text in UTF-16"),
        (b"a,b\n1,\x00\n", "not text at all"),
    ],
)
def test_wrong_encoding(tmp_path: Path, home: Path, content: bytes, match: str) -> None:
    assert "Save it as UTF-8" in refuse(write(tmp_path, content), home, match)


def test_letters_on_the_border_of_two_chunks_are_read(tmp_path: Path, home: Path) -> None:
    text = "a\n" + "x" * ((1 << 20) - 3) + "é\n"  # the two bytes of é lie in different chunks
    assert values(spool(write(tmp_path, text), home))["a"][0].endswith("xé")


def test_parquet_cut_in_half(tmp_path: Path, home: Path) -> None:
    whole = write(tmp_path, pa.table({"a": list(range(5000))})).read_bytes()
    refuse(write(tmp_path, whole[: len(whole) // 2], "half.parquet"), home, "the Parquet file is damaged")


def test_parquet_with_damaged_pages(tmp_path: Path, home: Path) -> None:
    file = write(tmp_path, pa.table({"a": np.random.default_rng(0).random(5000)}))
    content = bytearray(file.read_bytes())
    content[4:2000] = b"\xff" * 1996
    message = refuse(write(tmp_path, bytes(content), "bad.parquet"), home, "the Parquet file is damaged")
    assert "\n" not in message


def test_gzip_cut_in_half_and_damaged(tmp_path: Path, home: Path) -> None:
    rng = np.random.default_rng(0)
    packed = gzip.compress(("a\n" + "\n".join(map(str, rng.random(20_000)))).encode())
    refuse(write(tmp_path, packed[: len(packed) // 2], "half.csv.gz"), home, "damaged or cut off")
    damaged = packed[:5000] + b"\x00" * 50 + packed[5050:]
    refuse(write(tmp_path, damaged, "damaged.csv.gz"), home, "damaged or cut off")


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.parquet", GOOD.encode(), "not what its name says: .* plain text. .* rename it to end in .csv"),
        ("a.csv", b"PAR1 and more", "not what its name says: its content is Parquet. .* rename it to end in .parquet"),
        ("a.csv", gzip.compress(GOOD.encode(), mtime=0), "compressed by gzip. .* rename it to end in .csv.gz"),
        ("a.csv.gz", GOOD.encode(), "not what its name says"),
        ("a.csv", b"PK\x03\x04 and more", "a zip archive or an Excel workbook. If that is right, .* .xlsx"),
        ("a.docx", b"PK\x03\x04 and more", "the kind of file is not known. Known: .csv, .*.tsv"),
        ("data", GOOD.encode(), "the kind of file is not known"),
    ],
)
def test_not_what_the_name_says(tmp_path: Path, home: Path, name: str, content: bytes, match: str) -> None:
    refuse(write(tmp_path, content, name), home, match)


def test_not_what_the_name_says_even_if_the_bytes_are_known(tmp_path: Path, home: Path) -> None:
    spool(write(tmp_path, GOOD), home)
    refuse(write(tmp_path, GOOD, "data.parquet"), home, "not what its name says")


def test_a_table_without_a_column_that_can_be_a_factor(tmp_path: Path, home: Path) -> None:
    table = pa.table({"odd": pa.array([[1], [2, 3]])})
    message = refuse(write(tmp_path, table), home, re.escape("`odd` (list<element: int64>)"))
    assert "no column can be a factor" in message


@pytest.mark.parametrize("word", ["inf", "-Infinity", "1e999"])
def test_infinite_numbers_in_csv(tmp_path: Path, home: Path, word: str) -> None:
    refuse(
        write(tmp_path, f"ok,speed\n1,2.5\n2,{word}\n3,\n4,{word}\n"),
        home,
        r"infinite values in `speed` \(2 of 4 rows\). Replace them by an empty cell",
    )


def test_infinity_among_words_is_a_word(tmp_path: Path, home: Path) -> None:
    assert values(spool(write(tmp_path, "a\ninf\nfinite\n3\n"), home)) == {"a": ["inf", "finite", "3"]}


@pytest.mark.parametrize("type_", [pa.float32(), pa.float64()])
def test_infinite_numbers_in_parquet(tmp_path: Path, home: Path, type_: pa.DataType) -> None:
    table = pa.table({"ok": [1.0, 2, 3], "speed": pa.array([1.0, np.inf, -np.inf], type_)})
    refuse(write(tmp_path, table), home, r"infinite values in `speed` \(2 of 3 rows\)")


def test_dates_no_calendar_holds(tmp_path: Path, home: Path) -> None:
    table = pa.table({"t": pa.array([0, 400_000_000_000], pa.timestamp("s"))})  # the year 14645
    refuse(write(tmp_path, table), home, r"dates beyond the years 1 to 9999 in `t` \(1 of 2 rows\)")


def test_nothing_in_any_cell(tmp_path: Path, home: Path) -> None:
    refuse(write(tmp_path, "a,b\n,\n,\n"), home, "all 2 rows are empty")
    refuse(write(tmp_path, pa.table({"a": pa.nulls(3), "b": pa.nulls(3)})), home, "all 3 rows are empty")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_no_room_to_write(tmp_path: Path, home: Path, ending: str) -> None:
    numbers = np.random.default_rng(0).random(100_000)
    content = "a\n" + "\n".join(map(str, numbers)) if ending == ".csv" else pa.table({"a": numbers})
    file = write(tmp_path, content, "big" + ending)
    spool(write(tmp_path, GOOD), home)
    before = listing(home)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(InputError, match=f"big{ending}: it can't be read, or not stored in .*home: File too large"):
            spool(file, home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert listing(home) == before


# --- files that are handled


def test_one_column_one_row(tmp_path: Path, home: Path) -> None:
    source = spool(write(tmp_path, "a\n5"), home)
    assert (source.rows, source.columns, values(source)) == (1, ("a",), {"a": [5]})


def test_a_blank_line_is_a_missing_value_only_in_a_table_of_one_column(tmp_path: Path, home: Path) -> None:
    assert values(spool(write(tmp_path, "a\n1\n\n3\n"), home)) == {"a": [1, None, 3]}
    assert values(spool(write(tmp_path, "a,b\n1,2\n\n3,4\n"), home)) == {"a": [1, 3], "b": [2, 4]}


@pytest.mark.parametrize("content", ["a,b\n1,\n2,\n", pa.table({"a": [1, 2], "b": pa.nulls(2)})])
def test_a_column_without_values_is_kept(tmp_path: Path, home: Path, content: str | pa.Table) -> None:
    source = spool(write(tmp_path, content), home)
    assert values(source) == {"a": [1, 2], "b": [None, None]}
    assert types(source)["b"] == "string"


def test_many_distinct_texts(tmp_path: Path, home: Path) -> None:
    texts = [f"user {i}" for i in range(100_000)]
    source = spool(write(tmp_path, "name\n" + "\n".join(texts)), home)
    assert values(source)["name"] == texts


def test_many_columns(tmp_path: Path, home: Path) -> None:
    source = spool(write(tmp_path, pa.table({f"c{i}": [i] for i in range(2000)})), home)
    assert (len(source.columns), values(source)["c1999"]) == (2000, [1999])
    text = ",".join(f"c{i}" for i in range(300)) + "\n" + ",".join(map(str, range(300))) + "\n"
    source = spool(write(tmp_path, text), home)
    assert (len(source.columns), values(source)["c299"]) == (300, [299])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, home: Path, delimiter: str, end: str) -> None:
    text = end.join([delimiter.join(row) for row in (["a", "b c"], ["1", "x"], ["2", "y"])])
    assert values(spool(write(tmp_path, text, "data.tsv"), home)) == {"a": [1, 2], "b c": ["x", "y"]}


def test_byte_order_mark_and_gzip(tmp_path: Path, home: Path) -> None:
    source = spool(write(tmp_path, gzip.compress(("\ufeff" + GOOD).encode()), "DATA.CSV.GZ"), home)
    assert values(source) == {"speed": [10, 20], "road": ["dry", "wet"]}


def test_quotes_newlines_and_delimiters_inside_cells(tmp_path: Path, home: Path) -> None:
    text = 'a,b\n"x, y","line one\nline two"\n"say ""hi""",""\n'
    assert values(spool(write(tmp_path, text), home)) == {
        "a": ["x, y", 'say "hi"'],
        "b": ["line one\nline two", ""],
    }


def test_names_are_kept_to_the_letter(tmp_path: Path, home: Path) -> None:
    names = ["größe", "风速", 'wind "gust" in m/s', " padded ", "it's", "new\nline", "select", "a{b}", "c=d"]
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    numbers = [[i] for i in range(len(names))]
    source = spool(write(tmp_path, f"{quoted}\n{','.join(str(i) for i in range(len(names)))}\n"), home)
    assert source.columns == tuple(names)
    assert values(source) == dict(zip(names, numbers, strict=True))
    again = spool(write(tmp_path, pa.table(dict(zip(names, numbers, strict=True)))), home)
    assert values(again) == values(source)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_names_of_files_are_no_patterns(tmp_path: Path, home: Path, ending: str) -> None:
    folder = tmp_path / "year=2013" / "d[1]r*"
    folder.mkdir(parents=True)
    table = {"[ab]": 1, "a": 2, "b": 3, "{a,b}": 4, "we[i]rd*'name": 5, "q?": 6, "qq": 7, '"': 8}
    for stem, value in table.items():
        content = f"a\n{value}\n" if ending == ".csv" else pa.table({"a": [value]})
        write(folder, content, stem + ending)
    for stem, value in table.items():
        source = spool(folder / (stem + ending), home)
        assert (source.name, values(source)) == (stem + ending, {"a": [value]})


def test_a_workspace_below_a_folder_like_a_partition(tmp_path: Path) -> None:
    source = spool(write(tmp_path, GOOD), tmp_path / "year=2013" / "it's [home]")
    assert values(source) == {"speed": [10, 20], "road": ["dry", "wet"]}


# --- types


@pytest.mark.parametrize(
    ("cells", "type_", "expected"),
    [
        (["1", "", "-3"], "int64", [1, None, -3]),
        (["9007199254740993", "-9223372036854775808"], "int64", [2**53 + 1, -(2**63)]),
        (["18446744073709551615", "0"], "uint64", [2**64 - 1, 0]),
        (["18446744073709551616", "0"], "string", ["18446744073709551616", "0"]),
        (["18446744073709551615", "-1"], "string", ["18446744073709551615", "-1"]),
        (["1.10", "2", "1e-3", ".5", "5."], "double", [1.1, 2.0, 0.001, 0.5, 5.0]),
        (["0.1", "123456789.123456789"], "double", [0.1, 123456789.123456789]),
        ([" 1", "2 "], "int64", [1, 2]),
        (["007", "008"], "string", ["007", "008"]),
        (["7", "007"], "string", ["7", "007"]),
        (["-007", "1"], "string", ["-007", "1"]),
        (["0x10", "1"], "string", ["0x10", "1"]),
        (["1_000", "2"], "string", ["1_000", "2"]),
        (["1,5", "2"], "double", [1.5, 2]),
        (["+41", "42"], "string", ["+41", "42"]),
        (["yes", "no"], "string", ["yes", "no"]),
        (["t", "f"], "string", ["t", "f"]),
        (["0", "1"], "int64", [0, 1]),
        (["true", "FALSE", ""], "bool", [True, False, None]),
        (["true", "1"], "string", ["true", "1"]),
        (["1500-01-01", "9999-12-31", ""], "date32[day]", [dt.date(1500, 1, 1), dt.date(9999, 12, 31), None]),
        (["2013-02-30", "2013-02-28"], "string", ["2013-02-30", "2013-02-28"]),
        (["0000-01-01", "2013-02-28"], "string", ["0000-01-01", "2013-02-28"]),
        (["01/02/2013", "13/02/2013"], "string", ["01/02/2013", "13/02/2013"]),
        (["20130101", "20130102"], "int64", [20130101, 20130102]),
        (
            ["1500-01-01", "2013-01-01 05:00", "2013-01-01T05:00:00.123456"],
            "timestamp[us]",
            [dt.datetime(1500, 1, 1), dt.datetime(2013, 1, 1, 5), dt.datetime(2013, 1, 1, 5, 0, 0, 123456)],
        ),
        (["2013-01-01T05:00:00.123456789", "2013-01-01"], "string", ["2013-01-01T05:00:00.123456789", "2013-01-01"]),
        (["10:30:00", "11:00:00"], "string", ["10:30:00", "11:00:00"]),
        (["1", "NA", "n/a", "NaN", "null", "None", " "], "int64", [1, None, None, None, None, None, None]),
        (["true", "NA"], "bool", [True, None]),
        (["2013-01-01", "NA"], "date32[day]", [dt.date(2013, 1, 1), None]),
        (["NA", "DE"], "string", ["NA", "DE"]),
        (["a", " "], "string", ["a", " "]),
    ],
)
def test_types_of_csv_columns(tmp_path: Path, home: Path, cells: list[str], type_: str, expected: list[Any]) -> None:
    text = "id,x\n" + "".join(f'{i},"{cell}"\n' if cell else f"{i},\n" for i, cell in enumerate(cells))
    source = spool(write(tmp_path, text), home)
    assert types(source)["x"] == type_
    assert values(source)["x"] == expected


def test_time_zones_of_csv_are_turned_to_utc(tmp_path: Path, home: Path) -> None:
    source = spool(write(tmp_path, "t\n2013-01-01T05:00:00Z\n2013-01-01 05:00+05:30\n2013-01-01 05:00:00.5-08\n"), home)
    assert types(source) == {"t": "timestamp[us, tz=UTC]"}
    assert read(source)["t"].cast(pa.int64()).to_pylist() == [
        1357016400_000000,
        1357016400_000000 - 19800_000000,
        1357016400_500000 + 28800_000000,
    ]


def test_a_rare_value_at_the_end_decides_the_type(tmp_path: Path, home: Path) -> None:
    text = "a,b\n" + "1,2\n" * 250_000 + "1.5,x\n"
    source = spool(write(tmp_path, text), home)
    assert types(source) == {"a": "double", "b": "string"}
    assert source.rows == 250_001


def test_parquet_keeps_types_values_and_order(tmp_path: Path, home: Path) -> None:
    table = pa.table(
        {
            "u64": pa.array([2**64 - 1, 0, None], pa.uint64()),
            "i64": pa.array([2**53 + 1, -(2**63), None]),
            "i8": pa.array([1, -1, None], pa.int8()),
            "dec": pa.array([decimal.Decimal("1.10"), decimal.Decimal("12345678901234567890.12"), None]),
            "f": pa.array([0.1, -2.5e-308, None]),
            "b": [True, False, None],
            "s": ["", "é", None],
            "d": [dt.date(1500, 1, 1), dt.date(9999, 12, 31), None],
            "us": pa.array([dt.datetime(1500, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), None]),
            "ns": pa.array([1, -1, None], pa.timestamp("ns")),
            "tz": pa.array([0, 1, None], pa.timestamp("us", "UTC")),
            "time": [dt.time(1, 2, 3), dt.time(0), None],
        }
    )
    assert read(spool(write(tmp_path, table), home)).equals(table)


def test_parquet_types_that_change_their_form_but_not_their_values(tmp_path: Path, home: Path) -> None:
    table = pa.table(
        {
            "level": pa.array(["a", "b", None]).dictionary_encode(),
            "half": pa.array(np.array([1.5, 2, 3], np.float16)),
            "id": pa.array([bytes(range(16)), None, bytes(16)], pa.uuid()),
            "berlin": pa.array([0, 1, None], pa.timestamp("ms", "Europe/Berlin")),
        }
    )
    source = spool(write(tmp_path, table), home)
    assert types(source) == {
        "level": "string",
        "half": "float",
        "id": "string",
        "berlin": "timestamp[ms, tz=Europe/Berlin]",
    }
    assert read(source)["berlin"].cast(pa.int64()).to_pylist() == [0, 1, None]
    assert read(source).select(["level", "half", "id"]).to_pydict() == {
        "level": ["a", "b", None],
        "half": [1.5, 2.0, 3.0],
        "id": ["00010203-0405-0607-0809-0a0b0c0d0e0f", None, "00000000-0000-0000-0000-000000000000"],
    }


@pytest.mark.parametrize("type_", [pa.float16(), pa.float32(), pa.float64()])
def test_nan_in_parquet_is_missing(tmp_path: Path, home: Path, type_: pa.DataType) -> None:
    column = pa.array(np.array([1, np.nan, 3], type_.to_pandas_dtype()))
    assert values(spool(write(tmp_path, pa.table({"a": column})), home)) == {"a": [1.0, None, 3.0]}


def test_row_order_is_kept(tmp_path: Path, home: Path) -> None:
    numbers = np.random.default_rng(1).permutation(300_000)
    table = pa.table({"a": numbers})
    assert read(spool(write(tmp_path, table), home))["a"].to_pylist() == numbers.tolist()
    text = "a\n" + "\n".join(map(str, numbers)) + "\n"
    assert read(spool(write(tmp_path, text), home))["a"].to_pylist() == numbers.tolist()


def recorded(home: Path, **changes: object) -> None:
    (file,) = (home / "sources").glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


@pytest.mark.parametrize("changes", [{"notes": 7}, {"notes": None}, {"notes": [{}]}, {"stored": None}, {"name": 5}])
def test_a_damaged_record_is_as_good_as_none(tmp_path: Path, home: Path, changes: dict[str, object]) -> None:
    file = write(tmp_path, GOOD)
    good = spool(file, home)
    recorded(home, **changes)
    with pytest.raises(InputError, match="it is not in this workspace"):
        open_source(home, good.sha256)
    assert spool(file, home) == good


def test_a_record_that_nests_too_deep_is_as_good_as_none(tmp_path: Path, home: Path) -> None:
    file = write(tmp_path, GOOD)
    good = spool(file, home)
    (record,) = (home / "sources").glob("*.json")
    record.write_text("[" * 100_000, encoding="utf-8")
    assert spool(file, home) == good


def test_any_changed_byte_of_a_spooled_file_is_noticed(tmp_path: Path, home: Path) -> None:
    """Also where there is no file to read again, and where pages have no checksum."""
    file = write(tmp_path, GOOD)
    good = spool(file, home)
    whole = good.path.read_bytes()
    for place in range(0, len(whole), 37):
        good.path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(InputError, match=r"is gone or damaged|is not in this workspace"):
            open_source(home, good.sha256)
    assert spool(file, home) == good
    assert open_source(home, good.sha256).path.read_bytes() == whole


@pytest.mark.parametrize("how", ["grows", "vanishes"])
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_file_that_is_written_while_it_is_read_is_refused(tmp_path: Path, home: Path, how: str, ending: str) -> None:
    content = GOOD if ending == ".csv" else pa.table({"a": [1, 2, 3]})
    file = write(tmp_path, content, f"data{ending}")

    def meanwhile(done: int, total: int, message: str) -> None:
        if message.startswith("reading") and file.exists():
            if how == "vanishes":
                file.unlink()
            else:
                with file.open("ab") as handle:
                    handle.write(b"30,dry\n")

    told = "it changed while it was read" if how == "grows" else "it was deleted or renamed while it was read"
    with pytest.raises(InputError, match=f"data{ending}: {told}"):
        spool(file, home, progress=meanwhile)
    assert not [one for one in home.rglob("*") if one.is_file()]


def test_rows_without_a_record_go_with_the_next_file(tmp_path: Path, home: Path) -> None:
    first = spool(write(tmp_path, GOOD, "a.csv"), home)
    first.path.with_suffix(".json").unlink()  # as if killed between the two
    second = spool(write(tmp_path, GOOD + "30,dry\n", "b.csv"), home)
    assert {one.stem for one in (home / "sources").iterdir()} == {second.sha256}
