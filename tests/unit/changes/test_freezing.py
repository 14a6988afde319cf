"""Freezing what moves along: it stays as it really is, and the price is told before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.changes.freezing import freeze, frozen
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import Projection, project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Table = Callable[[dict[str, list[object]]], Source]


@pytest.fixture
def opened(table_source: Table) -> Callable[..., Study]:
    x = ["b" if i % 4 == 0 else "a" for i in range(800)]
    source = table_source(
        {"x": x, "wet": ["yes" if (one == "b" and i % 8) or i // 8 % 4 == 0 else "no" for i, one in enumerate(x)]}
    )

    def make(**parts: object) -> Study:
        reference = SourceRef(path=source.name, sha256=source.sha256)
        return open_study(Design.model_validate({"name": "d", "source": reference, "rows": 800, **parts}), source)

    return make


def halved(opened: Callable[..., Study], **parts: object) -> Study:
    target = {"family": "categorical", "weights": {"a": 1, "b": 1}}
    return opened(factors={"x": {"role": "target", "target": target}}, **parts)


def test_a_frozen_factor_stays_and_the_price_is_told(opened: Callable[..., Study]) -> None:
    study = halved(opened)
    before = project(study)
    found = frozen(study, before, "wet")
    assert isinstance(found.outcome, Projection)
    shift = next(one for one in found.outcome.shifts if one.factor == "wet")
    assert (shift.tv, shift.asked) == (pytest.approx(0.0, abs=1e-9), True)
    assert found.outcome.cost_bits > before.cost_bits
    assert f"of 800 rows instead of {before.effective_share * 800:.0f}" in found.text
    assert f"{found.outcome.cost_bits:.2f} bits from the real data instead of {before.cost_bits:.2f}." in found.text


def test_what_others_ask_of_it_is_told_before(opened: Callable[..., Study]) -> None:
    study = halved(opened, events={"wet": {"when": "wet = 'yes'", "rate": 0.9}})
    found = frozen(study, project(study), "wet")
    assert found.as_json()["feasible"] is False
    assert found.text.startswith("It can't be frozen as the design is. ")
    assert "event `wet`" in found.text


def test_what_is_computed_follows_and_says_of_what(opened: Callable[..., Study]) -> None:
    study = opened(factors={"rain": {"role": "derive", "expression": "wet = 'yes'"}})
    with pytest.raises(InputError, match=r"`rain` is computed from `wet`.*freeze that instead"):
        freeze(study, "rain")
    with pytest.raises(InputError, match=r"no factor `wett`.*wet"):
        freeze(study, "wett")
