"""The commands `export` and `verify` of a bundle: keys, exit codes, which stream gets what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import trimtab as library
from trimtab.core.papers.bundle import read_bundle

Trimtab = Callable[..., Any]
DESIGN = """# A comment that stays.
trimtab: 1
name: night runs
seed: 4
rows: 80
source: {path: runs.parquet}
events:
  fast: {when: "speed > 30", rate: 0.5}
"""


@pytest.fixture(autouse=True)
def design(folder: Path) -> str:
    """A folder with a small table and a design of it."""
    speed = [float(i % 40) for i in range(120)]
    pq.write_table(pa.table({"speed": speed, "night": [i % 3 == 0 for i in range(120)]}), folder / "runs.parquet")
    (folder / "d.yaml").write_text(DESIGN)
    return "d.yaml"


def test_a_bundle_is_written_and_verified(trimtab: Trimtab, folder: Path) -> None:
    made = trimtab(
        "export", "d.yaml", "--as", "bundle", "-o", "out", "--date", "2026-05-31", "--license", "MIT", "--json"
    )
    assert (made.code, made.err) == (0, "")
    assert list(made.json) == ["path", "files"]
    assert made.json["path"] == "out"
    assert sorted(made.json["files"]) == sorted(str(one.relative_to(folder)) for one in (folder / "out").iterdir())
    assert (folder / "out" / "design.yaml").read_text().startswith("# A comment that stays.")

    verified = trimtab("verify", "out", "--json")
    assert verified.code == 0
    assert verified.json["files"] == {"changed": [], "missing": [], "added": []}
    assert verified.json["receipt_matches"]
    assert {one["promise"]: one["kept"] for one in verified.json["receipt"]}["event fast"]
    refused = trimtab("verify", "out", "--decimal", ",")
    assert (refused.code, "Leave --decimal out." in refused.err) == (2, True)
    assert trimtab("verify", "out", "--design", "d.yaml").out.splitlines()[0] == "5 of 5 files as they were written"


def test_a_bundle_that_is_not_as_it_was_is_told(trimtab: Trimtab, folder: Path) -> None:
    trimtab("export", "d.yaml", "--as", "bundle", "-o", "out")
    table = pq.read_table(folder / "out" / "data.parquet")
    pq.write_table(table.slice(1), folder / "out" / "data.parquet")
    (folder / "out" / "README.md").unlink()
    (folder / "out" / "more.txt").write_text("mine")
    result = trimtab("verify", "out")
    assert result.code == 1
    assert result.err.splitlines() == [
        "out: data.parquet: it was changed since it was written.",
        "out: README.md: it is missing.",
        "out: more.txt: it is not of this bundle, and nothing vouches for it.",
    ]
    assert "3 of 5 files as they were written" in result.out
    assert [line.split()[1:3] for line in result.out.splitlines() if line.startswith("rows")] == [["80", "79"]]

    (folder / "out" / "data.parquet").write_bytes(b"PAR1 no more")
    result = trimtab("verify", "out", "--json")
    assert result.code == 1
    assert (result.json["receipt"], result.json["files"]["changed"]) == ([], ["data.parquet"])
    assert "The promises could not be measured: data.parquet" in result.err


def test_a_bundle_without_its_source_says_what_is_missing(trimtab: Trimtab, folder: Path) -> None:
    trimtab("export", "d.yaml", "--as", "bundle", "-o", "out")
    (folder / "runs.parquet").rename(folder / "gone.parquet")
    result = trimtab("verify", "out")
    assert result.code == 2
    assert "design.yaml: source.path: there is no file out/../runs.parquet" in result.err
    assert "A design of yours may name where the source is: --design D.yaml." in result.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--as", "card", "-o", "runs.parquet", "--force"], "runs.parquet is there, which must stay"),
        (["--as", "bundel", "-o", "out"], "Did you mean `bundle`"),
        (["--as", "card", "-o", "c.md", "--date", "May"], "--date: a day such as 2026-05-31, got May"),
        (["--as", "card", "-o", "none/c.md"], "there is no folder none"),
        (["--as", "openscenario", "-o", "o.xosc", "--stochastic"], "event `fast`"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_written(
    trimtab: Trimtab, folder: Path, arguments: list[str], told: str
) -> None:
    result = trimtab("export", "d.yaml", *arguments)
    assert result.code == 2
    assert told in result.err
    assert sorted(one.name for one in folder.iterdir()) == ["d.yaml", "runs.parquet"]


def test_a_conflict_and_a_design_that_is_missing(trimtab: Trimtab, folder: Path) -> None:
    (folder / "c.yaml").write_text(DESIGN + '  slow: {when: "speed <= 30", rate: 0.6}\n')
    assert trimtab("export", "c.yaml", "--as", "bundle", "-o", "out").code == 3
    assert not (folder / "out").exists()
    result = trimtab("verify", "runs.parquet")
    assert (result.code, result.err) == (
        2,
        "error: runs.parquet: it is no bundle, which would bring a design. Name one: --design D.yaml.\n",
    )


def test_papers_of_rows_that_are_there(trimtab: Trimtab, folder: Path) -> None:
    trimtab("sample", "d.yaml", "-o", "rows.parquet")
    made = trimtab("export", "d.yaml", "--as", "croissant", "-o", "croissant.json", "--data", "rows.parquet", "--json")
    assert made.json == {"path": "croissant.json", "files": ["croissant.json"]}
    told = json.loads((folder / "croissant.json").read_text())
    assert told["distribution"][0]["contentUrl"] == "rows.parquet"
    shown = trimtab(
        "export", "d.yaml", "--as", "openscenario", "-o", "r.xosc", "--scenario", "run & x.xosc", "-n", "10"
    )
    assert (shown.code, shown.out) == (0, "r.xosc\n")
    assert 'filepath="run &amp; x.xosc"' in (folder / "r.xosc").read_text()


def test_the_same_from_python(folder: Path) -> None:
    data = library.data("runs.parquet")
    design = library.load("d.yaml")
    rows = library.sample(design, data, "rows.parquet")
    said = library.Said(creator="Ann")
    found = library.export(design, data, folder / "out", as_="bundle", made=rows, said=said)
    assert found.kept
    assert read_bundle(found.path).whole
    assert library.verify(found.path, design, data).require().kept
    (found.path / "README.md").write_text("mine")
    receipt = library.verify(found.path, design, data)
    assert (receipt.kept, receipt.broken) == (False, ())
    with pytest.raises(library.PromiseError, match=r"README\.md: it was changed"):
        receipt.require()
    held = library.sample(design, data)
    with pytest.raises(library.InputError, match="the sample is held in memory"):
        library.export(design, data, folder / "c.md", as_="card", made=held)
