"""A folder or a list of parts, and columns in the names of folders: what is put together, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import trimtab
from tests.unit.source.content import content, table
from tests.unit.source.test_same_content import write_csv
from trimtab.core.counting.datasets import ROWS, Reading, open_data
from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.spool import Source, spool

Files = dict[str, str | pa.Table]
ONE, TWO = pa.table({"x": [1, 2]}), pa.table({"x": [3]})


def bring_in(folder: Path, files: Files, *parts: str) -> Source:
    for name, held in files.items():
        file = folder / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(held, str):
            file.write_text(held, encoding="utf-8")
        else:
            pq.write_table(held, file)
    return spool(folder / "data", folder / "home", dialect=Dialect(parts=parts or None))


def values(source: Source) -> dict[str, list[Any]]:
    return dict(pq.read_table(source.path).to_pydict())


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_parts_have_the_content_of_the_whole(tmp_path: Path, ending: str) -> None:
    whole = table()
    (tmp_path / "data").mkdir()
    write_csv(whole, tmp_path / "whole.csv")
    for start in range(0, len(whole), 5):
        part = whole.slice(start, 5)
        write = write_csv if ending == ".csv" else pq.write_table
        write(part, tmp_path / "data" / f"part-{start // 5:05}{ending}")
    source = spool(tmp_path / "data", tmp_path / "home")
    assert content(source) == content(spool(tmp_path / "whole.csv", tmp_path / "home"))


def test_types_are_those_of_all_parts_and_columns_go_by_name(tmp_path: Path) -> None:
    files: Files = {"a.csv": "x,code\n1,7\n2,8\n", "b.csv": "code,x\n007,2.5\n", "_SUCCESS": "", "README.md": "hi"}
    source = bring_in(tmp_path, files)
    assert values(source) == {"x": [1.0, 2.0, 2.5], "code": ["7", "8", "007"]}
    assert source.notes == ("files in the folder that are no parts: README.md",)
    listed = "".join(
        f"{hashlib.sha256((tmp_path / 'data' / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("a.csv", "b.csv")
    )
    assert source.sha256 == hashlib.sha256(listed.encode()).hexdigest()


@pytest.mark.parametrize("held", ["x\n{}\n", pa.table({"x": [0]})])
def test_columns_in_the_names_of_folders(tmp_path: Path, held: str | pa.Table) -> None:
    folders = ("year=2013/code=007/a", "year=2014/code=__HIVE_DEFAULT_PARTITION__/a", "year=2014/code=a%20b/b")
    ending = ".csv" if isinstance(held, str) else ".parquet"
    files: Files = {f"{one}{ending}": held.format(0) if isinstance(held, str) else held for one in folders}
    assert values(bring_in(tmp_path, files)) == {
        "x": [0, 0, 0],
        "year": [2013, 2014, 2014],
        "code": ["007", None, "a b"],
    }


def test_types_that_hold_the_same_become_one(tmp_path: Path) -> None:
    files: Files = {
        "a.parquet": pa.table({"x": [1], "y": pa.nulls(1), "z": ["u"]}),
        "b.parquet": pa.table({"z": pa.array(["v"]).dictionary_encode(), "x": [1.5], "y": [7]}),
    }
    source = bring_in(tmp_path, files)
    assert values(source) == {"x": [1.0, 1.5], "y": [None, 7], "z": ["u", "v"]}
    assert "`x` has several types in the parts (int64, double) and is read as double" in source.notes


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"notes.md": "x"}, "the folder holds no parts of a table"),
        ({"a.csv": "x\n1\n", "b.parquet": ONE}, r"parts of several kinds: 1 of .csv and 1 of .parquet"),
        ({"part-0.parquet": ONE, "part-2.parquet": TWO}, "part part-1 is missing: .* numbered from 0 to 2"),
        (
            {"a.parquet": ONE, "b.parquet": pa.table({"z": [1]})},
            "part b.parquet has no column `x`, which a.parquet has",
        ),
        ({"a.csv": "x\n1\n", "b.csv": "x,y\n1,2\n"}, "part b.csv has a column `y`, which a.csv has not"),
        (
            {"a.parquet": ONE, "b.parquet": pa.table({"x": ["1"]})},
            "`x` is int64 in part a.parquet and string in part b",
        ),
        ({"a.parquet": pa.table({"x": [2**60 + 1]}), "b.parquet": pa.table({"x": [0.5]})}, "part a.parquet .* lost as"),
        ({"a.csv": "x\n1\n", "old/b.csv": "x\n1\n"}, "its folder `old` holds data files, too"),
        ({"a=1/x.csv": "x\n1\n", "b=1/x.csv": "x\n1\n"}, r"other columns for part b=1/x.csv \(b\)"),
        ({"a.csv": "x,y\n1,2\n", "b.csv": "x,y\n1\n"}, "data: part b.csv, line 2: 1 values"),
    ],
)
def test_what_is_refused(tmp_path: Path, files: Files, match: str) -> None:
    with pytest.raises(InputError, match=match) as caught:
        bring_in(tmp_path, files)
    assert str(caught.value).startswith("data: ")
    assert not [one for one in (tmp_path / "home").rglob("*") if one.is_file()]


def test_a_person_names_the_parts(tmp_path: Path) -> None:
    files: Files = {"part-0.parquet": ONE, "part-2.parquet": TWO, "other.csv": "y\n1\n"}
    assert values(bring_in(tmp_path, files, "part-2.parquet", "part-0*")) == {"x": [3, 1, 2]}
    with pytest.raises(InputError, match=r"the folder has no part `part-1.parquet`. Did you mean"):
        bring_in(tmp_path, files, "part-1.parquet")
    with pytest.raises(InputError, match=r"`part-0.parquet` is named twice"):
        bring_in(tmp_path, files, "part-0.parquet", "*.parquet")


def test_a_list_of_files_by_the_call(tmp_path: Path) -> None:
    pq.write_table(TWO, tmp_path / "b.parquet")
    pq.write_table(ONE, tmp_path / "a.parquet")
    found = trimtab.data([tmp_path / "b.parquet", tmp_path / "a.parquet"])
    assert values(found.source) == {"x": [3, 1, 2]}
    design = found.neutral()
    assert design.source is not None
    assert design.source.parts == ("b.parquet", "a.parquet")
    assert trimtab.data(tmp_path, dialect=design.source.dialect).source.sha256 == found.source.sha256


def test_a_folder_is_held_against_a_source(tmp_path: Path) -> None:
    bring_in(tmp_path, {"year=2013/a.csv": "x\n1\n", "year=2014/a.csv": "x\n2\n"})
    readings = {"x": Reading("whole", "BIGINT"), "year": Reading("whole", "BIGINT")}
    with open_data(tmp_path / "data", readings) as opened:
        assert opened.con.execute(f"SELECT x, year FROM {ROWS}").fetchall() == [(1, 2013), (2, 2014)]


def test_rows_are_not_written_into_the_folder_of_the_data(tmp_path: Path) -> None:
    bring_in(tmp_path, {"a.parquet": ONE})
    found = trimtab.data(tmp_path / "data")
    with pytest.raises(InputError, match="it lies in data, the folder of the data"):
        trimtab.sample(found.neutral(), tmp_path / "data", tmp_path / "data" / "rows.parquet", rows=2)
