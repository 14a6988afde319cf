"""Every paper of every sample design is valid by those who define it, and gives the rows back."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
import yaml
from datasets import load_dataset
from lxml import etree

from trimtab.core.papers.bundle import read_bundle
from trimtab.core.papers.croissant import field_id
from trimtab.core.papers.export import Wish, export
from trimtab.core.source.checks import PROVENANCE

from .conftest import DESIGNS, SAID, Made

pytestmark = [
    pytest.mark.parametrize("name", [one.stem for one in DESIGNS]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),  # of the libraries that read
]
Sample = Callable[[str], Made]


@pytest.fixture(scope="module")
def bundles(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`bundles(name)`: the bundle of a sample design, written once."""
    known: dict[str, Path] = {}

    def write(name: str) -> Path:
        if name not in known:
            made = sample(name)
            place = tmp_path_factory.mktemp(name) / "bundle"
            known[name] = export(made.study, place, "bundle", Wish(data=made.data, said=SAID)).path
        return known[name]

    return write


def test_croissant_has_no_fault_and_gives_the_rows_back(
    name: str, sample: Sample, bundles: Callable[[str], Path]
) -> None:
    read = mlcroissant.Dataset(jsonld=str(bundles(name) / "croissant.json"))
    issues = read.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    records = [{key: plain(value) for key, value in one.items()} for one in read.records("rows")]
    assert records == [{field_id(key): value for key, value in row.items()} for row in sample(name).rows]
    promises = list(read.records("promises"))
    assert promises
    assert all(one["promises/kept"] for one in promises)


def test_value_sets_are_valid_and_give_the_rows_back(name: str, sample: Sample, tmp_path: Path) -> None:
    made = sample(name)
    found = export(made.study, tmp_path / "rows.xosc", "openscenario", Wish(data=made.data, said=SAID))
    tree = etree.parse(found.path)
    openscenario_schema().assertValid(tree)
    sets = [{one.get("parameterRef"): one.get("value") for one in values} for values in tree.iter("ParameterValueSet")]
    given = [{key: text(value) for key, value in row.items() if key not in PROVENANCE} for row in made.rows]
    assert sets == [{key: value for key, value in row.items() if value is not None} for row in given]
    lacking = {key for row in given for key, value in row.items() if value is None}
    assert lacking == {key for key in given[0] if found.notes and f"`{key}`" in found.notes[0]}


def test_hubs_load_the_rows_of_a_bundle(
    name: str, sample: Sample, bundles: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    read = load_dataset(str(bundles(name)), cache_dir=str(tmp_path))
    assert list(read) == ["train"]
    assert read["train"].to_list() == sample(name).rows
    assert read_bundle(bundles(name)).whole


def test_a_card_has_no_empty_heading(name: str, bundles: Callable[[str], Path]) -> None:
    content = (bundles(name) / "README.md").read_text(encoding="utf-8")
    _, front, body = content.split("---\n", 2)
    assert yaml.safe_load(front)["configs"][0]["data_files"] == [{"split": "train", "path": "data.parquet"}]
    assert yaml.safe_load(front)["license"] == "cc0-1.0"
    lines = [line for line in body.splitlines() if line.strip()]
    assert not [one for one, after in pairwise(lines) if one.startswith("#") and after.startswith("#")]
    for letter in "abcdefgh":
        assert f"(Article 10(2)({letter}))" in body
    assert sum("not known" in line for line in lines) > 5


def openscenario_schema() -> etree.XMLSchema:
    """The XSD of OpenSCENARIO 1.3, which scenariogeneration brings along."""
    (file,) = (one for one in files("scenariogeneration") or () if one.name == "OpenSCENARIO_1_3_1.xsd")
    return etree.XMLSchema(etree.parse(file.locate()))


def plain(value: Any) -> Any:
    """A value of mlcroissant as Arrow gives it."""
    return value.decode() if isinstance(value, bytes) else value


def text(value: Any) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)
