"""Croissant of rows of every type, under any names, in one file and in parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mlcroissant
import pandas as pd
import pytest

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.papers.croissant import field_id
from trimtab.core.papers.export import Wish, export
from trimtab.core.study.study import open_study

from .conftest import SAID, Made

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def records(file: Path) -> list[dict[str, Any]]:
    """The rows as mlcroissant reads them, which finds no fault."""
    read = mlcroissant.Dataset(jsonld=str(file))
    assert (read.metadata.ctx.issues.errors, read.metadata.ctx.issues.warnings) == (set(), set())
    return list(read.records("rows"))


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def as_read(row: dict[str, Any]) -> dict[str, Any]:
    """A row as Croissant has its types: days are moments, decimals floats."""
    found = {field_id(key): value for key, value in row.items()}
    found[field_id("day")] = pd.Timestamp(row["day"]).to_pydatetime()
    found[field_id("price/€")] = float(row["price/€"])
    return found


@pytest.mark.parametrize("parts", [False, True])
def test_rows_come_back_as_they_were(odd: Made, tmp_path: Path, parts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if parts:
        for module in ("papers.export", "formats.folder"):
            monkeypatch.setattr(f"trimtab.core.{module}.PART_ROWS", 50)
    found = export(odd.study, tmp_path / "croissant.json", "croissant", Wish(said=SAID))
    data = tmp_path / ("script-odd-script-design" if parts else "script-odd-script-design.parquet")
    assert found.files == (found.path, data, tmp_path / f"{data.name}.receipt.json")
    assert data.is_dir() == parts
    assert [{key: plain(value) for key, value in one.items()} for one in records(found.path)] == [
        as_read(row) for row in odd.rows
    ]


def test_it_tells_from_what_the_rows_were_derived(odd: Made, tmp_path: Path) -> None:
    told = json.loads(export(odd.study, tmp_path / "c.json", "croissant", Wish(said=SAID)).path.read_text())
    assert told["prov:wasDerivedFrom"]["sha256"] == odd.study.source.sha256
    assert told["prov:wasDerivedFrom"]["@id"].startswith("ni:///sha-256;")
    assert told["license"] == "https://spdx.org/licenses/CC0-1.0.html"
    assert (told["datePublished"], told["url"]) == ("2026-05-31", "https://example.org/rows")
    assert "author = {The (house)}" in told["citeAs"]
    for term in ("dataCollection", "dataBiases", "dataLimitations", "personalSensitiveInformation"):
        assert told[f"rai:{term}"]
    fields = {one["name"]: one for one in told["recordSet"][0]["field"]}
    assert "undo the design" in fields["_weight"]["description"]
    assert "decimal128(6, 2), for which Croissant has no type" in fields["price/€"]["description"]


def test_a_design_without_data_is_derived_from_nothing(tmp_path: Path) -> None:
    target = {"family": "categorical", "weights": {"sun": 3, "fog": 1}}
    design = Design(name="declared", rows=40, factors={"weather": {"role": "target", "target": target}})
    study = open_study(design, declared_source(design, tmp_path))
    found = export(study, tmp_path / "c.json", "croissant", Wish(said=SAID))
    assert [one["rows/weather"] for one in records(found.path)].count(b"fog") == 10
    told = json.loads(found.path.read_text())
    assert "prov:wasDerivedFrom" not in told
    (targets,) = (one for one in told["recordSet"] if one["@id"] == "targets")
    assert {one["targets/bin"]: (one["targets/asked"], one["targets/delivered"]) for one in targets["data"]} == {
        "sun": (0.75, 0.75),
        "fog": (0.25, 0.25),
    }


def test_rows_that_were_changed_are_not_read(odd: Made, tmp_path: Path) -> None:
    found = export(odd.study, tmp_path / "c.json", "croissant", Wish(said=SAID))
    content = bytearray(found.files[1].read_bytes())
    content[len(content) // 2] ^= 1
    found.files[1].write_bytes(content)
    with pytest.raises(mlcroissant.GenerationError, match=r"Download\(script-odd"):
        records(found.path)
