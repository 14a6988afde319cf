"""A split: each part meets the design by its own receipt, and no row of the source is in two of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import trimtab as library
from trimtab.core.delivery import receipt as receipts
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.sampling.real.parts import read_shares

SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15}
ROWS = 1_200


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows in which `mark` tells which row of the source a value comes from, and `rare` is true in 60."""
    chance = np.random.default_rng(3)
    wind = chance.gamma(2.0, 5.0, ROWS).round(1)
    table = pa.table(
        {
            "mark": np.arange(ROWS) + 0.5,
            "wind": wind,
            "late": np.where(wind + chance.normal(0, 4, ROWS) > 14, "yes", "no"),
            "rare": np.arange(ROWS) % 20 == 7,
        }
    )
    path = tmp_path_factory.mktemp("split") / "w.parquet"
    pq.write_table(table, path)
    return path


def design(data: Path, **fields: Any) -> library.Design:
    asked = {"rare": {"when": "rare", "rate": 0.1}, "windy": {"when": "wind > 15 AND late = 'no'", "rate": 0.08}}
    factors = {"late": {"role": "target", "target": {"family": "categorical", "weights": {"yes": 1, "no": 1}}}}
    said = {"events": asked, "factors": factors} | fields
    return library.Design(name="parts", seed=4, source={"path": data.name}, relations=[], **said)


@pytest.fixture(autouse=True)
def no_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes longest is of no concern here."""
    monkeypatch.setattr(receipts, "copies_of", lambda *_, **__: None)


def column(sample: library.Sample, name: str) -> list[Any]:
    assert sample.path is not None
    return [value for value in pq.read_table(sample.path)[name].to_pylist() if value is not None]


def no_two_share(samples: dict[str, library.Sample], name: str) -> bool:
    sets = [set(column(one, name)) for one in samples.values()]
    return sum(map(len, sets)) == len(set.union(*sets))


def test_every_part_meets_the_design_and_its_values_come_from_rows_of_its_own(data: Path, tmp_path: Path) -> None:
    asked = design(data, rows=2_000)
    made = library.split(asked, data, tmp_path / "rows.parquet", SHARES, workers=2)
    assert {name: one.rows for name, one in made.items()} == {"train": 1_400, "validation": 300, "test": 300}
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        f"rows-{name}.parquet{suffix}" for name in sorted(SHARES) for suffix in ("", ".receipt.json")
    ]
    for name, one in made.items():
        assert one.receipt.kept
        assert one.path is not None
        verified = library.verify(one.path, asked, data)
        assert verified.matches
        assert [promise.as_json() for promise in verified.promises] == [one.as_json() for one in one.receipt.promises]
        assert sum(column(one, "rare")) == one.rows // 10
        told = json.loads(Path(f"{one.path}.receipt.json").read_text())
        assert told["split"] == {"part": name, "shares": SHARES}
        assert np.mean(column(one, "_weight")) == pytest.approx(1.0)
    assert no_two_share(made, "mark")
    again = library.split(asked, data, tmp_path / "more.parquet", SHARES)
    for name in SHARES:
        assert (tmp_path / f"more-{name}.parquet").read_bytes() == (tmp_path / f"rows-{name}.parquet").read_bytes()
    assert [one.rows for one in again.values()] == [1_400, 300, 300]


@pytest.mark.parametrize(("mode", "rows"), [("select", 300), ("blend", 900)])
def test_no_real_row_is_in_two_parts(data: Path, tmp_path: Path, mode: str, rows: int) -> None:
    made = library.split(design(data, mode=mode, rows=rows), data, tmp_path / "rows.csv.gz", SHARES)
    numbers = [
        [int(row) for row in one.to_arrow()["_source_row"].to_pylist() if row is not None] for one in made.values()
    ]
    assert all(one.receipt.kept for one in made.values())
    assert len({row for own in numbers for row in own}) == sum(map(len, numbers)) > rows / 2
    assert sum(map(len, numbers)) == rows or mode == "blend"
    marks = pq.read_table(data)["mark"]
    for one in made.values():
        table = one.to_arrow()
        real = table.filter(pa.compute.is_valid(table["_source_row"]))
        assert real["mark"].to_pylist() == marks.take(real["_source_row"]).to_pylist()


def test_as_many_as_all_can_be_real_are_split_too(data: Path, tmp_path: Path) -> None:
    made = library.split(design(data, mode="select", rows="most", events={}), data, tmp_path / "rows", SHARES)
    assert all(one.receipt.kept for one in made.values())
    assert no_two_share(made, "_source_row")


def test_owners_stay_together_and_new_ones_are_of_one_part(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    who = np.repeat([f"C{number:04}" for number in range(200)], 4)
    table = pa.table({"customer": who, "step": list(range(4)) * 200, "paid": chance.gamma(2, 9, 800).round(1)})
    pq.write_table(table, tmp_path / "c.parquet")
    key = [{"key": ["customer", "step"]}]
    asked = library.Design(name="keys", rows=1_500, source={"path": "c.parquet"}, relations=key)
    made = library.split(asked, tmp_path / "c.parquet", tmp_path / "rows", {"train": 0.6, "test": 0.4})
    assert all(one.receipt.kept for one in made.values())
    assert no_two_share(made, "customer")


def test_what_is_declared_is_split_without_rows_to_keep_apart(tmp_path: Path) -> None:
    target = {"role": "target", "target": {"family": "normal", "mean": 30, "sd": 12}}
    asked = library.Design(name="cold", rows=400, factors={"temp": target})
    made = library.split(asked, None, tmp_path / "rows.jsonl", {"a": 0.5, "b": 0.5})
    assert all(one.receipt.kept for one in made.values())
    a, b = (set(one.to_arrow()["temp"].to_pylist()) for one in made.values())
    assert len(a & b) < 20


def test_a_part_in_which_the_design_can_not_be_met_is_named_and_nothing_is_left(data: Path, tmp_path: Path) -> None:
    floor = {"factors": ["late", "rare"], "strength": 2, "at_least": 30}
    asked = design(data, rows=300, events={}, factors={}, floors=[floor])
    with pytest.raises(ConflictsError, match=r"^split: part `validation` \(45 rows, made from 0\.15 of the source\): "):
        library.split(asked, data, tmp_path / "rows.parquet", SHARES)
    assert list(tmp_path.iterdir()) == []


def test_a_supplement_is_not_split(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="split: the rows of a supplement stand beside all of the source"):
        library.split(design(data, mode="supplement"), data, tmp_path / "rows.parquet", SHARES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("train=0.8,test=0.1", "the shares must sum to 1, got 0.9"),
        ("train:0.8,test=0.2", "parts are written as train=0.8,validation=0.1,test=0.1, got 'train:0.8'"),
        ("train=0.5,train=0.5", "there are two parts called `train`"),
        ("train=0.5,Train=0.5", "two parts at least, of different names"),
        ("train=1.5,test=-0.5", "the share of `train` must be above 0 and below 1, got 1.5"),
        ("a/b=0.5,c=0.5", "has letters, digits and _ and begins with a letter, got 'a/b'"),
        ("train=nan,test=0.5", "the share of `train` must be above 0"),
    ],
)
def test_shares_that_are_none_are_told(text: str, told: str) -> None:
    with pytest.raises(InputError, match=f"^split: .*{told}"):
        read_shares(text)


def test_the_command_splits_and_gates(data: Path, folder: Path, trimtab: Callable[..., Any]) -> None:
    Path("w.parquet").write_bytes(data.read_bytes())
    library.save(design(data, rows=100), Path("d.yaml"))
    made = trimtab("sample", "d.yaml", "-o", "rows/", "--split", "train=0.75,test=0.25", "--json")
    assert made.code == 0
    assert {name: (one["rows"], one["path"]) for name, one in made.json["split"].items()} == {
        "train": (75, "rows-train"),
        "test": (25, "rows-test"),
    }
    verified = trimtab("verify", "rows-test", "--design", "d.yaml", "--json")
    assert (verified.code, verified.json["receipt_matches"]) == (0, True)
    assert trimtab("sample", "d.yaml", "-o", "rows", "--split", "train=0.75,test=0.25").code == 0  # over its own
    Path("rows-test.csv").write_text("mine")
    refused = trimtab("sample", "d.yaml", "-o", "rows.csv", "--split", "train=0.75,test=0.25")
    assert (refused.code, "rows-test.csv: it is there already" in refused.err) == (2, True)
    assert not Path("rows-train.csv").exists()
    few = trimtab("sample", "d.yaml", "-n", "3", "-o", "few", "--split", "train=0.99,test=0.01")
    assert (few.code, "part `test` would have none of the 3 rows" in few.err) == (2, True)
