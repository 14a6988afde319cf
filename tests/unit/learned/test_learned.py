"""What was kept is what would be learned anew, to the last digit, and rows made of it have the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.holding import holding_table
from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import loads
from trimtab.core.grounding.grounding import Grounding, learn
from trimtab.core.grounding.ruled_out import RuledOut, ruled_out
from trimtab.core.learned import learned, relations
from trimtab.core.learned.learned import learned_columns, learned_grounding, learned_ruled_out
from trimtab.core.learned.relations import learned_relations
from trimtab.core.relations.finding import find_relations
from trimtab.core.source.columns import Column, read_columns
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import open_study

LEARNING = ((learned, "read_columns"), (learned, "learn"), (learned, "ruled_out"), (relations, "find_relations"))
BEGUN = datetime(2013, 5, 31, 14, 30, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A table of every type, with gaps, a column without values and names that are no identifiers."""
    draw, rows = np.random.default_rng(4), 3000
    place = draw.integers(0, 40, rows)
    table = pa.table(
        {
            "n": pa.array(place, mask=draw.random(rows) < 0.1),
            "x y": pa.array(np.where(draw.random(rows) < 0.05, np.nan, draw.normal(size=rows) + place)),
            "text": pa.array([["a", "", 'é"', None][i % 4] for i in place]),
            "flag": pa.array(place > 20),
            "at": pa.array([BEGUN + timedelta(hours=int(i)) for i in place], pa.timestamp("us", tz="Europe/Berlin")),
            "day": pa.array([(BEGUN + timedelta(days=int(i))).date() for i in place]),
            "price": pa.array([int(i) for i in place]).cast(pa.decimal128(24, 2)),
            "empty": pa.nulls(rows, pa.float64()),
        }
    )
    pq.write_table(table, tmp_path / "table.parquet")
    return spool(tmp_path / "table.parquet", tmp_path / "home")


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is learned from here on."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it is learned again")

    for module, name in LEARNING:
        monkeypatch.setattr(module, name, refuse)


def check_arrays(found: np.ndarray, wanted: np.ndarray) -> None:
    assert (found.dtype, found.shape, found.tobytes()) == (wanted.dtype, wanted.shape, wanted.tobytes())


def check_columns(found: dict[str, Column], wanted: dict[str, Column]) -> None:
    assert list(found) == list(wanted)
    for name, one in wanted.items():
        assert (found[name].name, found[name].kind, found[name].type) == (name, one.kind, one.type)
        assert found[name].values.equals(one.values)
        for what in ("counts", "codes", "numbers"):
            check_arrays(getattr(found[name], what), getattr(one, what))
    assert {field.name for field in fields(Column)} == {"name", "kind", "type", "values", "counts", "codes", "numbers"}


def check_groundings(found: Grounding, wanted: Grounding) -> None:
    for name in wanted.columns:
        check_arrays(found.codings[name].coarse_of_value, wanted.codings[name].coarse_of_value)
        check_arrays(found.codings[name].bin_of_value, wanted.codings[name].bin_of_value)
        check_arrays(found.coarse[name], wanted.coarse[name])
        check_arrays(found.bins[name], wanted.bins[name])
    for what in ("neighbourhoods", "rows", "ties", "step"):
        assert getattr(found, what) == getattr(wanted, what)
    arrays = {"columns", "codings", "coarse", "bins"}
    assert {field.name for field in fields(Grounding)} == {*arrays, "neighbourhoods", "rows", "ties", "step"}


def check_pairs(found: tuple[RuledOut, ...], wanted: tuple[RuledOut, ...]) -> None:
    assert [one.factors for one in found] == [one.factors for one in wanted] != []
    for one, other in zip(found, wanted, strict=True):
        check_arrays(one.table, other.table)


def test_what_is_kept_is_what_would_be_learned(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = learned_columns(source, {"n": "categorical"})
    grounding = learned_grounding(source, columns)
    learned_ruled_out(source, grounding)
    fresh = read_columns(source, {"n": "categorical"})
    with monkeypatch.context() as patched:
        forbid(patched)
        again = learned_columns(source, {"n": "categorical"})
        check_columns(again, fresh)
        kept = learned_grounding(source, again)
        check_groundings(kept, learn(fresh))
        check_pairs(learned_ruled_out(source, kept), ruled_out(learn(fresh)))
        for what in ({}, {"n": "count"}, {"flag": "categorical"}):
            with pytest.raises(AssertionError, match="learned again"):
                learned_columns(source, what)  # type: ignore[arg-type]
    assert learned_columns(source)["n"].kind == "count"


def test_relations_are_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holding_table().to_parquet(tmp_path / "table.parquet")
    source = spool(tmp_path / "table.parquet", tmp_path / "home")
    columns = learned_columns(source)
    found = learned_relations(source, columns)
    assert len({one.relation.kind for one in found}) > 3
    forbid(monkeypatch)
    assert learned_relations(source, learned_columns(source)) == found == find_relations(columns, source)


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda _: b"", lambda content: content[::-1]])
def test_what_is_damaged_is_learned_again(source: Source, damage: Callable[[bytes], bytes]) -> None:
    grounding = learned_grounding(source, learned_columns(source))
    files = sorted((source.path.parents[1] / "learned").iterdir())
    assert len(files) == 3
    before = [file.read_bytes() for file in files]
    for file, content in zip(files, before, strict=True):
        file.write_bytes(damage(content))
        check_groundings(learned_grounding(source, learned_columns(source)), grounding)
        assert file.read_bytes() == content


def test_rows_have_the_same_bytes_with_it_and_without(source: Source, tmp_path: Path) -> None:
    text = f"""
trimtab: 1
name: kept
rows: 400
source: {{path: table.parquet, sha256: {source.sha256}}}
factors:
  n: {{role: target, target: {{family: poisson, mu: 9}}}}
  empty: {{role: drop}}
  price: {{kind: categorical}}
events: {{late: {{when: "day > DATE '2013-06-20' AND flag", rate: 0.08}}}}
relations: [{{determines: [at, day]}}]
"""

    def made(folder: str) -> list[bytes]:
        (tmp_path / folder).mkdir()
        delivery = deliver(open_study(loads(text), source), tmp_path / folder / "rows.parquet")
        return [delivery.path.read_bytes(), delivery.receipt_path.read_bytes()]

    first = made("first")
    kept = {file: file.stat().st_mtime_ns for file in (source.path.parents[1] / "learned").iterdir()}
    assert made("again") == first
    assert {file.stat().st_mtime_ns > before for file, before in kept.items()} == {True}, "it was not used"
    shutil.rmtree(source.path.parents[1] / "learned")
    assert made("anew") == first
