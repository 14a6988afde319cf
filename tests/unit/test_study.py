"""A study: a design opened on its source, with what was computed lent from one edit to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Make = Callable[[dict[str, list[object]]], Source]

ROADS: dict[str, list[object]] = {
    "speed": [10, 20, 30, None] * 5,
    "road": ["dry", "wet", "dry", "ice"] * 5,
    "lane": [1.0, 2.0, 1.0, 1.0] * 5,
}


@pytest.fixture
def source(table_source: Make) -> Source:
    return table_source(ROADS)


def design(source: Source, **parts: object) -> Design:
    return Design(name="x", source={"path": "x.parquet", "sha256": source.sha256}, **parts)


def test_columns_axes_roles_and_shares(source: Source) -> None:
    study = open_study(design(source, factors={"lane": {"role": "drop"}, "speed": {"edges": [0, 20, 40]}}), source)
    assert list(study.columns) == list(study.axes) == ["speed", "road", "lane"]
    assert study.delivered == ("speed", "road")
    assert [study.role(name) for name in study.columns] == ["follow", "follow", "drop"]
    assert study.axes["speed"].edges == (0.0, 20.0, 40.0)
    assert study.display_codes("speed")[:4].tolist() == [0, 1, 1, 2]
    assert study.real_shares("speed").tolist() == [0.25, 0.5, 0.25]
    assert study.real_shares("road").tolist() == [0.5, 0.25, 0.25, 0.0]


def test_an_earlier_study_lends_what_is_still_valid(source: Source) -> None:
    first = open_study(design(source), source)
    second = open_study(design(source, factors={"speed": {"role": "keep"}}), source, previous=first)
    assert second.columns is first.columns
    assert second.grounding is first.grounding
    assert second.memo is first.memo
    assert second.display_codes("speed") is first.display_codes("speed")


def test_columns_that_were_read_are_not_read_again(source: Source) -> None:
    columns = read_columns(source)
    first = open_study(design(source), source, columns=columns)
    assert first.columns is columns
    # With other ties between the columns only these are learned anew.
    tied = open_study(design(source, relations=({"determines": ("lane", "road")},)), source, previous=first)
    assert tied.columns is columns
    assert tied.grounding is not first.grounding
    assert open_study(design(source), source, columns=columns, previous=first).grounding is first.grounding


def test_another_kind_or_another_source_is_read_anew(source: Source, table_source: Make) -> None:
    first = open_study(design(source), source)
    second = open_study(design(source, factors={"lane": {"kind": "categorical"}}), source, previous=first)
    assert second.columns["lane"].kind == "categorical"
    assert second.columns is not first.columns
    # A kind that the columns have by themselves is no change; withdrawing a wish is one.
    same = open_study(design(source, factors={"lane": {"kind": "count"}}), source, previous=first)
    assert same.columns is first.columns
    third = open_study(design(source), source, previous=second)
    assert third.columns["lane"].kind == "count"
    other = table_source({"speed": [1, 2]})
    assert list(open_study(design(other), other, previous=first).columns) == ["speed"]


def test_other_edges_are_seen_at_once(source: Source) -> None:
    first = open_study(design(source, factors={"speed": {"edges": [0, 20, 40]}}), source)
    assert first.real_shares("speed").tolist() == [0.25, 0.5, 0.25]
    second = open_study(design(source, factors={"speed": {"edges": [0, 25, 40]}}), source, previous=first)
    assert second.real_shares("speed").tolist() == [0.5, 0.25, 0.25]
    assert second.display_codes("speed")[:4].tolist() == [0, 0, 1, 2]


def test_every_fault_is_told_and_the_earlier_study_is_untouched(source: Source) -> None:
    first = open_study(design(source), source)
    before = first.real_shares("speed")
    wrong = design(
        source,
        factors={"sped": {"role": "keep"}, "road": {"role": "hold", "value": "snow"}},
        events={"fast": {"when": "velocity > 3", "rate": 0.1}},
    )
    for previous in (None, first):
        with pytest.raises(InputError, match=r"`sped`.*Did you mean `speed`") as caught:
            open_study(wrong, source, previous=previous)
        assert "'snow' never occurs" in str(caught.value)
        assert "Event `fast`: there is no column `velocity`" in str(caught.value)
    assert first.real_shares("speed") is before


def test_progress_tells_reading_and_learning(source: Source) -> None:
    told: list[str] = []
    open_study(design(source), source, progress=lambda done, total, message: told.append(message))
    assert told[0] == "reading speed"
    assert told[-1] == "learned"


def test_a_design_without_controls_asks_for_nothing(source: Source) -> None:
    study: Study = open_study(design(source), source)
    assert study.delivered == tuple(source.columns)
