"""One contract for every format of files: rows come back as they were; a new format is known everywhere at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.datasets import ROWS, Reading, open_data
from trimtab.core.delivery.writers import write
from trimtab.core.errors import InputError
from trimtab.core.formats import FORMATS, Format, Table, file_formats, format_at, format_of
from trimtab.core.formats.format import read_rows

DELIVERED = [one for one in FORMATS.values() if one.written]
TABLE = pa.table(
    {
        "number": pa.array([1 / 3, None, -0.0, 1e300]),
        "whole": pa.array([2**53 + 1, None, -5, 0]),
        "truth": pa.array([True, None, False, True]),
        "day": pa.array([dt.date(2013, 1, 1), None, dt.date(1970, 1, 1), dt.date(9999, 12, 31)]),
        "time": pa.array([dt.datetime(2013, 1, 1, 5, 0, 0, 7), None] * 2),
        "text": pa.array(['say "hi", ok', None, "two\nlines", "ünïcödé 🚀"]),
    }
)
READINGS = {
    "number": Reading("number", "DOUBLE"),
    "whole": Reading("whole", "BIGINT"),
    "truth": Reading("truth", "BOOLEAN"),
    "day": Reading("moment", "DATE"),
    "time": Reading("moment", "TIMESTAMP"),
    "text": Reading("text", "VARCHAR"),
}


def place(folder: Path, form: Format) -> Path:
    return folder / (f"rows{form.suffix}" if form.suffix else "rows")


def read_back(path: Path) -> dict[str, list[Any]]:
    with open_data(path, READINGS) as opened:
        columns = ", ".join(READINGS)
        return dict(opened.con.sql(f"SELECT {columns} FROM {ROWS}").to_arrow_table().to_pydict())


@pytest.mark.parametrize("form", DELIVERED, ids=lambda one: one.suffix or "folder")
def test_rows_come_back_as_they_were_written(tmp_path: Path, form: Format) -> None:
    path = place(tmp_path, form)
    assert format_of(path) is form
    written = write([TABLE.slice(0, 3), TABLE.slice(3)], path, schema=TABLE.schema)
    assert written.rows == 4
    assert format_at(path, path.name) is form
    assert read_back(path) == TABLE.to_pydict()


TYPED = TABLE.append_column("code", [["007", "", None, "NA"]])
for name, values in {
    "small": pa.array([1, 2, 3, 4], pa.int8()),
    "single": pa.array([0.1, None, 1.5, 2.0], pa.float32()),
    "zoned": pa.array([dt.datetime(2013, 1, 2, 3, tzinfo=dt.UTC), None] * 2, pa.timestamp("ms", "UTC")),
    "clock": pa.array([dt.time(1, 2, 3), None] * 2, pa.time64("us")),
    "exact": pa.array([Decimal("1.50"), None, Decimal("-2.25"), Decimal(0)], pa.decimal128(8, 2)),
}.items():
    TYPED = TYPED.append_column(name, values)


@pytest.mark.parametrize("form", DELIVERED, ids=lambda one: one.suffix or "folder")
def test_rows_have_their_types_again(tmp_path: Path, form: Format) -> None:
    path = place(tmp_path / "a=1", form)
    path.parent.mkdir()
    write([TYPED.slice(0, 3), TYPED.slice(3)], path, schema=TYPED.schema)
    assert read_rows(path, TYPED.schema).equals(TYPED)


def test_rows_that_are_not_there_any_more_are_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    with pytest.raises(InputError, match=r"rows\.parquet: there is no such file"):
        read_rows(path, TABLE.schema)
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"rows\.parquet: the rows can't be read back"):
        read_rows(path, TABLE.schema)
    write([TABLE.select(["whole"])], path, schema=TABLE.select(["whole"]).schema)
    with pytest.raises(InputError, match=r"rows\.parquet: it does not hold the rows that were written"):
        read_rows(path, TABLE.schema)


@pytest.mark.parametrize("form", DELIVERED, ids=lambda one: one.suffix or "folder")
def test_the_same_rows_are_the_same_bytes(tmp_path: Path, form: Format) -> None:
    digests = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        digests.add(write([TABLE], place(tmp_path / name, form), schema=TABLE.schema).sha256)
    assert len(digests) == 1


def test_every_format_has_a_name_of_its_own_and_a_type_for_the_browser() -> None:
    assert len({one.label for one in DELIVERED}) == len(DELIVERED)
    assert all("/" in one.media_type for one in FORMATS.values())
    assert [one.label for one in file_formats()] == ["Parquet", "Arrow", "CSV", "CSV.gz", "JSON Lines", "JSON Lines.gz"]


def test_help_and_readme_name_every_format(trimtab: Callable[..., Any]) -> None:
    told = " ".join(trimtab("sample", "--help").out.split())
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    for form in file_formats():
        assert form.suffix in told
        assert form.suffix in readme


# --- a format that is defined elsewhere -----------------------------------------------------------------------------


@pytest.fixture
def orc() -> Iterator[Format]:
    """A format as somebody would write it: one that DuckDB can't read, so it is read by way of Parquet."""

    class Orc(Format):
        suffix: ClassVar[str] = ".orc"
        label: ClassVar[str] = "ORC"
        media_type: ClassVar[str] = "application/vnd.apache.orc"

        def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
            rows = 0
            with pyarrow.orc.ORCWriter(place) as writer:
                for block in blocks:
                    writer.write(block)
                    rows += len(block)
            return rows

        def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
            table = pyarrow.orc.read_table(files[0])
            pq.write_table(table, work / "orc.parquet")
            return Table(f"read_parquet('{work / 'orc.parquet'}')", tuple(table.column_names))

    yield FORMATS[".orc"]
    del FORMATS[".orc"]


def test_a_new_format_is_written_verified_and_offered(orc: Format, folder: Path, trimtab: Callable[..., Any]) -> None:
    assert orc in file_formats()
    pq.write_table(pa.table({"wind": [float(i % 23) for i in range(900)], "late": ["yes", "no", "no"] * 300}), "w.pq")
    Path("w.pq").rename("w.parquet")
    assert trimtab("init", "w.parquet", "-o", "d.yaml").code == 0
    made = trimtab("sample", "d.yaml", "-n", "500", "-o", "rows.orc", "--json")
    assert (made.code, made.json["rows"]) == (0, 500)
    assert len(pyarrow.orc.read_table("rows.orc")) == 500
    assert trimtab("verify", "rows.orc", "--design", "d.yaml", "--rows", "500").code == 0
    refused = trimtab("sample", "d.yaml", "-o", "rows.xlsx")
    assert (refused.code, ".orc" in refused.err) == (2, True)
