"""DuckDB reads what it is given and nothing beside it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from trimtab.core.database import connect, quote_text

REFUSED = "Cannot access"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A file that is given, and its neighbour in the same folder."""
    for name in ("given", "beside"):
        duckdb.sql(f"COPY (SELECT '{name}' AS name) TO '{tmp_path / name}.parquet'")
    return tmp_path / "given.parquet", tmp_path / "beside.parquet"


def read(con: duckdb.DuckDBPyConnection, file: Path) -> list[tuple[str]]:
    return con.execute(f"SELECT name FROM read_parquet({quote_text(str(file))})").fetchall()


def test_a_given_file_is_read_and_its_neighbour_is_not(files: tuple[Path, Path]) -> None:
    given, beside = files
    with connect(files=[given]) as con:
        assert read(con, given) == [("given",)]
        with pytest.raises(duckdb.PermissionException, match=REFUSED):
            read(con, beside)
        with pytest.raises(duckdb.PermissionException, match=REFUSED):
            con.execute(f"SELECT * FROM glob({quote_text(str(given.parent / '*'))})")


def test_a_link_counts_as_what_it_leads_to(files: tuple[Path, Path], tmp_path: Path) -> None:
    given, _ = files
    work = tmp_path / "work"
    work.mkdir()
    for number, file in enumerate(files):
        (work / f"{number}.parquet").symlink_to(file)
    with connect(folders=[work], files=[given]) as con:
        assert read(con, work / "0.parquet") == [("given",)]
        with pytest.raises(duckdb.PermissionException, match=REFUSED):
            read(con, work / "1.parquet")


def test_nothing_is_written_outside_of_the_folders(files: tuple[Path, Path], tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    with connect(folders=[work], files=[files[0]]) as con:
        con.execute(f"COPY (SELECT 1) TO '{work}/mine.csv'")
        with pytest.raises(duckdb.PermissionException, match=REFUSED):
            con.execute(f"COPY (SELECT 1) TO '{tmp_path}/other.csv'")


def test_the_settings_stay_as_they_are() -> None:
    with connect() as con, pytest.raises(duckdb.InvalidInputException, match="configuration has been locked"):
        con.execute("SET enable_external_access = true")
