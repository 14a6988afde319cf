"""A CSV that no spreadsheet takes for a program: what is changed is told, and all comes back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import trimtab as library
from trimtab.core.delivery.writers import write_rows
from trimtab.core.formats import Stored
from trimtab.core.formats.choosing import format_for
from trimtab.core.formats.format import read_rows

NOTES = ["=1+1", "+49 170", "-x", "@SUM(A1)", "'=1", "''-", "plain", "it's", "a=b", "\tx", "\rx", "＝1", "-5", None, ""]
TABLE = pa.table({"=n": list(range(-7, 8)), "note": NOTES})


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz"])
def test_every_text_comes_back_and_none_is_a_formula(tmp_path: Path, name: str) -> None:
    form = format_for(name, defuse=True)
    write_rows([TABLE], tmp_path / name, form, schema=TABLE.schema)
    assert form.about() == {"defused": {"note": 10}}
    plain = pa.csv.read_csv(
        tmp_path / name,
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types={"note": pa.string()}),
    )
    assert plain.column_names == ["'=n", "note"]
    assert plain["'=n"].to_pylist() == TABLE["=n"].to_pylist()
    cells = plain["note"].to_pylist()
    assert cells[:7] == ["'=1+1", "'+49 170", "'-x", "'@SUM(A1)", "''=1", "'''-", "plain"]
    assert not [cell for cell in cells if cell and cell[0] in "=+-@\t\r\n＝"]
    assert read_rows(tmp_path / name, TABLE.schema, form).equals(TABLE)


def test_it_is_told_and_verified(folder: Path, trimtab: Callable[..., Any]) -> None:
    table = pa.table({"x": [float(i % 7) for i in range(300)], "note": ["=1+1", "ok", "'-2"] * 100})
    pq.write_table(table, "w.parquet")
    assert trimtab("init", "w.parquet", "-o", "d.yaml").code == 0
    made = trimtab("sample", "d.yaml", "-n", "90", "-o", "rows.csv", "--defuse")
    receipt = json.loads(Path("rows.csv.receipt.json").read_text())
    cells = receipt["file"]["defused"]["note"]
    assert (made.code, f"' stands before {cells} cells of `note`" in made.err) == (0, True)
    assert receipt["copies"]["equal"] > 0
    assert trimtab("verify", "rows.csv", "--design", "d.yaml").code == 0
    Path("rows.csv.receipt.json").unlink()
    assert trimtab("verify", "rows.csv", "--design", "d.yaml", "--defused").code == 0
    design = library.load("d.yaml").with_factor("note", role="keep")
    assert library.verify(Path("rows.csv"), design, "w.parquet").broken  # '=1+1 is nothing that the source has
    again = library.sample(design, "w.parquet", "again.csv", rows=90, defuse=True)
    assert again.receipt.kept
    assert set(again.to_arrow()["note"].to_pylist()) == {"=1+1", "ok", "'-2"}
    assert library.verify("again.csv", design, "w.parquet").kept
    refused = trimtab("sample", "d.yaml", "-o", "rows.parquet", "--defuse")
    assert (refused.code, "--defuse: it is for spreadsheets, which open .csv" in refused.err) == (2, True)
    assert Stored(Path("a.csv"), format_for("a.csv")).name == "a.csv"


def test_units_and_descriptions_go_with_the_rows(folder: Path, trimtab: Callable[..., Any]) -> None:
    pq.write_table(pa.table({"x": [1.5, 2.5] * 50, "y": ["a", "b"] * 50}), "w.parquet")
    assert trimtab("init", "w.parquet", "-o", "d.yaml").code == 0
    design = library.load("d.yaml").with_factor("x", unit="mi", description="how far one sees")
    library.save(design, Path("told.yaml"))
    assert library.load("told.yaml").fingerprint() == library.load("d.yaml").fingerprint()
    for name in ("rows.parquet", "parts", "rows.arrow"):
        assert trimtab("sample", "told.yaml", "-n", "20", "-o", name).code == 0
    files = ("rows.parquet", "parts/part-00000.parquet")
    schemas = [*map(pq.read_schema, files), pa.ipc.open_file("rows.arrow").schema]
    for schema in schemas:
        told = schema.field("x").metadata
        assert (told[b"unit"], told[b"description"]) == (b"mi", b"how far one sees")
        assert b"undoes the design" in schema.field("_weight").metadata[b"description"]
        assert b"unit" not in (schema.field("y").metadata or {})
