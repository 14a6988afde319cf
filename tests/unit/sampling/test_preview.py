"""Rows before and after: those of the file, each beside the real row that it begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.sampling.preview import LONGEST, OWN, preview
from trimtab.core.sampling.run import generate
from trimtab.core.source.axes import level_texts
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Table = Callable[[dict[str, list[object]]], Source]
COLUMNS: dict[str, list[object]] = {
    "kind": [["car", "bus", "bike"][i * 7 % 3] for i in range(300)],
    "speed": [float(i % 30) for i in range(300)],
    "note": [None if i % 5 else "x" * 60 for i in range(300)],
}


@pytest.fixture
def opened(table_source: Table) -> Callable[..., Study]:
    source = table_source(COLUMNS)

    def make(**parts: object) -> Study:
        reference = SourceRef(path=source.name, sha256=source.sha256)
        return open_study(Design.model_validate({"name": "d", "source": reference, "rows": 200, **parts}), source)

    return make


def real(number: int | None) -> tuple[object, ...]:
    assert number is not None
    values = (COLUMNS[name][number] for name in COLUMNS)
    return tuple(f"{one:g}" if isinstance(one, float) else one for one in values)


def test_the_rows_are_the_first_of_the_file_beside_the_real_ones_they_begin_with(opened: Callable[..., Study]) -> None:
    study = opened(events={"fast": {"when": "speed > 25", "rate": 0.5}})
    found = preview(study)
    table = next(generate(study)).slice(0, 10)
    assert found.columns == ("kind", "speed", "note")
    for place, name in enumerate(found.columns):
        texts = level_texts(table.column(name).combine_chunks()).to_pylist()
        shown = [row.after[place] for row in found.rows]
        assert shown == [text if text is None or len(text) <= LONGEST else f"{text[:39]}…" for text in texts]
    for row in found.rows:
        assert not row.real
        assert row.before[:2] == real(row.number)[:2]
        assert row.changed == tuple(one != other for one, other in zip(row.before, row.after, strict=True))
    assert any(any(row.changed) for row in found.rows)


def test_whole_real_rows_are_as_they_were(opened: Callable[..., Study]) -> None:
    found = preview(opened(mode="select", rows=100, factors={"note": {"role": "carry"}}), rows=5)
    assert len(found.rows) == 5
    assert not OWN & set(found.columns)
    for row in found.rows:
        assert row.real
        assert row.before == row.after
        assert row.after[:2] == real(row.number)[:2]


def test_what_is_computed_has_a_value_before_too(opened: Callable[..., Study]) -> None:
    study = opened(
        factors={"double": {"role": "derive", "expression": "2 * speed"}},
        labels={"quick": {"probability": "speed / 30"}},
    )
    found = preview(study)
    place = {name: i for i, name in enumerate(found.columns)}
    for row in found.rows:
        before = row.before[place["speed"]]
        assert row.before[place["double"]] == f"{2 * float(before or 0):g}"
        assert row.before[place["quick"]] is None  # a real row is not drawn
        assert float(row.before[place["quick_probability"]] or 0) == pytest.approx(float(before or 0) / 30)


def test_without_data_there_is_nothing_before(tmp_path: Path) -> None:
    weights = {"family": "categorical", "weights": {"a": 1, "b": 1}}
    factors = {"kind": {"kind": "categorical", "role": "target", "target": weights}}
    design = Design.model_validate({"name": "d", "rows": 50, "factors": factors})
    found = preview(open_study(design, declared_source(design, tmp_path)), rows=3)
    assert [(row.number, row.before, row.changed) for row in found.rows] == [(None, (), (False,))] * 3
    assert {row.after[0] for row in found.rows} <= {"a", "b"}


def test_a_design_that_can_not_be_met_has_no_rows(opened: Callable[..., Study]) -> None:
    held = {"kind": {"role": "hold", "value": "car"}}
    with pytest.raises(ConflictsError, match="bus"):
        preview(opened(factors=held, events={"bus": {"when": "kind = 'bus'", "rate": 0.5}}))
