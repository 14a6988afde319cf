"""Fields of a factor: the form of every family, the list, shares as people type them and as a slider has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.design.targets import FAMILIES
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.words.typed import read_size
from trimtab.ui.factor.families import parameters
from trimtab.ui.parts.rates import size_text, steps
from trimtab.ui.sculptor.shaping import entries


@pytest.fixture
def study(table_source: Callable[..., Source]) -> Study:
    source = table_source({"speed": [float(i % 70) for i in range(700)], "lanes": [1 + i % 4 for i in range(700)]})
    return open_study(Design(name="roads", source=SourceRef(path=source.name, sha256=source.sha256)), source)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_form_of_a_family_has_its_fields_but_what_is_drawn(family: str) -> None:
    known = FAMILIES[family]
    expected = [name for name in known.model_fields if name not in ("family", "weights", "rest", "parts")]
    assert sorted(one.name for one in parameters(family)) == sorted(expected)
    assert not known.drawn or {one.name for one in parameters(family)} <= {"low", "high"}


def test_the_list_takes_the_noise_of_the_fit_for_no_shift(study: Study) -> None:
    assert {one["shift"] for one in entries(study, project(study))} == {0.0}


@pytest.mark.parametrize("text", ["5 %", "0.0001 %", "12.345678 %", "1,000 rows", "50 %"])
def test_a_share_reads_back_as_it_is_shown(study: Study, text: str) -> None:
    event = study.design.with_event("e", when="lanes > 1", **read_size(text, owner="e")).events["e"]
    assert size_text(event) == text


def test_the_slider_reaches_from_one_in_a_million_to_one_in_two_and_holds_what_is_set() -> None:
    all_ = steps(0.0123)
    assert (all_[0], all_[-1]) == (1e-6, 0.5)
    assert 0.0123 in all_
    assert all_ == sorted(all_)
