"""Folders by value: awkward and missing values come back equal, for others too; parts that do not fit are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import trimtab as trimtab_
from trimtab.core.counting.datasets import ROWS, Reading, open_data
from trimtab.core.delivery.writers import check_place, plain_schema, write_rows
from trimtab.core.errors import InputError
from trimtab.core.formats import folder
from trimtab.core.formats.folder import Folder
from trimtab.core.formats.format import read_rows

AWKWARD = [
    "JFK",
    None,
    "a/b",
    "k=v",
    "100 %",
    "ünï {x}[y]*?",
    "007",
    " two ",
    "'\"\\",
    "..",
    "new\nline",
    "%41",
    "+1",
    "~",
]
TABLE = pa.table(
    {
        "x": list(range(len(AWKWARD) * 2)),
        "word": AWKWARD * 2,
        "whole": [*[1, -5, None, 0] * 7],
        "truth": [*[True, None, False, True] * 7],
        "day": [*[dt.date(2013, 1, 1), None, dt.date(1970, 1, 1), dt.date(9999, 12, 31)] * 7],
        "number": [0.5] * (len(AWKWARD) * 2),
        "moment": [dt.datetime(2013, 1, 1)] * (len(AWKWARD) * 2),
        "blank": ["", "b"] * len(AWKWARD),
    }
)
WRITTEN = TABLE.drop_columns(["blank"])
READINGS = {
    "x": Reading("whole", "BIGINT"),
    "word": Reading("text", "VARCHAR"),
    "whole": Reading("whole", "BIGINT"),
    "truth": Reading("truth", "BOOLEAN"),
    "day": Reading("moment", "DATE"),
}


def by(column: str, place: Path, table: pa.Table = WRITTEN) -> Path:
    form = Folder(column)
    form.check(table.schema)
    write_rows([table.slice(0, 9), table.slice(9)], place, form, schema=table.schema)
    return place


def ordered(table: pa.Table) -> list[dict[str, object]]:
    return table.sort_by("x").to_pylist()


@pytest.mark.parametrize("column", ["word", "whole", "truth", "day"])
def test_values_come_back_from_the_names_of_folders(
    tmp_path: Path, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "PART_ROWS", 9)
    place = by(column, tmp_path / "a=1")
    assert ordered(read_rows(place, WRITTEN.schema)) == ordered(WRITTEN)
    with open_data(place, READINGS) as opened:
        found = opened.con.sql(f"SELECT {', '.join(READINGS)} FROM {ROWS}").to_arrow_table()
        assert opened.columns[-1] == column
        assert opened.stored[column] == ("BIGINT" if column == "whole" else "VARCHAR")
    assert ordered(found) == ordered(WRITTEN.select(list(READINGS)))
    assert {file.name for file in place.rglob("*.parquet")} == {"part-00000.parquet", "part-00001.parquet"}
    check_place(place, Folder())


def test_others_read_the_same_values(tmp_path: Path) -> None:
    place = by("word", tmp_path / "rows")
    wanted = [row["word"] for row in ordered(WRITTEN)]
    found = pa.dataset.dataset(
        place, partitioning=pa.dataset.partitioning(pa.schema([("word", pa.string())]), flavor="hive")
    )
    assert [row["word"] for row in ordered(found.to_table())] == wanted
    frame = pl.scan_parquet(f"{place}/*/*.parquet", hive_schema={"word": pl.String}).sort("x").collect()
    assert frame["word"].to_list() == wanted
    with duckdb.connect() as con:
        sql = f"SELECT word FROM read_parquet('{place}/*/*.parquet', hive_types_autocast = false) ORDER BY x"
        assert [word for (word,) in con.execute(sql).fetchall()] == wanted


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("wrod", "there is no factor `wrod` in the rows. Did you mean `word`?"),
        ("number", "its values are double, and folders are for texts, whole numbers, dates"),
        ("moment", r"its values are timestamp\[us\]"),
        ("blank", "it has an empty text, and in the name of a folder that means missing"),
    ],
)
def test_what_no_folder_can_tell_is_refused(tmp_path: Path, column: str, told: str) -> None:
    with pytest.raises(InputError, match=f"^--partition-by.*{told}"):
        by(column, tmp_path / "rows", TABLE)


def test_too_many_values_and_too_long_ones_are_refused(tmp_path: Path) -> None:
    for values, told in ((["x" * 300, "y"], "is too long for the name"), ([*map(str, range(1001))], "more than 1,000")):
        table = pa.table({"word": values, "x": [0] * len(values)})
        with pytest.raises(InputError, match=told):
            by("word", tmp_path / f"rows{len(values)}", table)


def test_a_part_of_another_schema_or_cut_off_is_named(tmp_path: Path) -> None:
    place = by("truth", tmp_path / "rows")
    part = place / "truth=false" / "part-00000.parquet"
    whole = part.read_bytes()
    for table, told in (
        (
            pq.read_table(part, partitioning=None).drop_columns(["word"]),
            r"truth=false/part-00000\.parquet has no column `word`",
        ),
        (
            pa.table(
                {
                    **{
                        name: pq.read_table(part, partitioning=None)[name]
                        for name in ("x", "whole", "day", "number", "moment")
                    },
                    "word": [1] * 7,
                }
            ),
            "has int64 in column `word`",
        ),
    ):
        pq.write_table(table, part)
        with pytest.raises(InputError, match=f"^rows: .*{told}"), open_data(place, READINGS):
            pass
    part.write_bytes(whole[:100])
    with (
        pytest.raises(InputError, match=r"^rows: .*truth=false/part-00000\.parquet can't be read"),
        open_data(place, READINGS),
    ):
        pass
    part.write_bytes(whole)
    (place / "part-00000.parquet").write_bytes(whole)
    with pytest.raises(InputError, match="tell values of different columns"), open_data(place, READINGS):
        pass


def test_a_schema_keeps_its_order(tmp_path: Path) -> None:
    place = by("word", tmp_path / "rows")
    assert read_rows(place, WRITTEN.schema).schema == plain_schema(WRITTEN.schema)


def test_a_folder_by_factor_is_delivered_verified_and_told(folder: Path, trimtab: Callable[..., Any]) -> None:
    table = pa.table({"wind": [float(i % 23) for i in range(900)], "late": ["yes", "no", None] * 300})
    pq.write_table(table, "w.parquet")
    assert trimtab("init", "w.parquet", "-o", "d.yaml").code == 0
    sample = ["sample", "d.yaml", "-n", "500"]
    made = trimtab(*sample, "-o", "rows/", "--partition-by", "late", "--json")
    assert (made.code, made.json["rows"]) == (0, 500)
    assert sorted(one.name for one in Path("rows").iterdir()) == [
        "late=__HIVE_DEFAULT_PARTITION__",
        "late=no",
        "late=yes",
    ]
    verified = trimtab("verify", "rows", "--design", "d.yaml", "--json")
    assert (verified.code, verified.json["receipt_matches"], verified.json["receipt"]) == (
        0,
        True,
        made.json["receipt"],
    )
    rows = trimtab_.sample(trimtab_.load("d.yaml"), "w.parquet", "again", rows=500, partition_by="late")
    assert rows.to_arrow().num_rows == 500
    assert trimtab(*sample, "-o", "rows/").code == 0  # over its own
    assert [one.name for one in Path("rows").iterdir()] == ["part-00000.parquet"]
    Path("rows/part-00000.parquet").unlink()
    Path("rows/part-00001.parquet").write_bytes(Path("again/late=no/part-00000.parquet").read_bytes())
    told = trimtab("verify", "rows", "--design", "d.yaml")
    assert (told.code, "rows: part-00000.parquet is missing, says rows.manifest.json" in told.err) == (1, True)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["-o", "rows.csv", "--partition-by", "late"],
            "--partition-by late: it makes a folder for every value, and rows.csv is",
        ),
        (
            ["-o", "rows", "--partition-by", "lat"],
            "--partition-by: there is no factor `lat` in the rows. Did you mean `late`?",
        ),
        (["-o", "rows", "--partition-by", "wind"], "--partition-by wind: its values are double"),
    ],
)
def test_what_can_not_be_partitioned_is_told(
    folder: Path, trimtab: Callable[..., Any], options: list[str], told: str
) -> None:
    pq.write_table(pa.table({"wind": [0.5, 1.5] * 50, "late": ["yes", "no"] * 50}), "w.parquet")
    assert trimtab("init", "w.parquet", "-o", "d.yaml").code == 0
    refused = trimtab("sample", "d.yaml", *options)
    assert (refused.code, told in refused.err) == (2, True)
    assert sorted(one.name for one in Path().iterdir() if one.name[0] == "r") == []
