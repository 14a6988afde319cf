"""Why a factor moves: the parts of the controls sum to its shift, and each is what can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.projection.causes import Why, why
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Table = Callable[[dict[str, list[object]]], Source]
HALVES = {"family": "categorical", "weights": {"a": 1, "b": 1}}


@pytest.fixture
def source(table_source: Table) -> Source:
    """`x` is b in 1 of 4 rows, and then always wet; `y` is b in 1 of 4, whatever `x` is; `calm` goes with nothing."""
    x = ["b" if i % 4 == 0 else "a" for i in range(800)]
    return table_source(
        {
            "x": x,
            "y": ["b" if i // 4 % 4 == 0 else "a" for i in range(800)],
            "wet": ["yes" if one == "b" or i // 16 % 2 == 0 else "no" for i, one in enumerate(x)],
            "calm": ["u" if i // 32 % 2 else "v" for i in range(800)],
        }
    )


def opened(source: Source, **parts: object) -> Study:
    reference = SourceRef(path=source.name, sha256=source.sha256)
    return open_study(Design.model_validate({"name": "d", "source": reference, "rows": 800, **parts}), source)


def parts(found: Why) -> dict[str, float]:
    return {str(one.control): round(one.part, 6) for one in found.causes}


def test_one_control_brings_the_whole_shift(source: Source) -> None:
    # wet: of a's rows half are, of b's all: 5/8 becomes 3/4.
    found = why(opened(source, factors={"x": {"role": "target", "target": HALVES}}), "wet")
    assert found.shift.tv == pytest.approx(0.125)
    assert parts(found) == {"target x": 0.125}
    (cause,) = found.causes
    assert (cause.alone, cause.without) == (pytest.approx(0.125), pytest.approx(0.0))
    assert (cause.direct, cause.beside) == (False, ("x",))
    assert found.rest == pytest.approx(0.0, abs=1e-9)


def test_a_control_that_has_nothing_to_do_with_it_has_no_part(source: Source) -> None:
    targets = {name: {"role": "target", "target": HALVES} for name in ("x", "y")}
    assert parts(why(opened(source, factors=targets), "wet")) == {"target x": 0.125, "target y": 0.0}


def test_a_control_that_holds_it_back_has_a_part_below_none(source: Source) -> None:
    study = opened(
        source,
        factors={"x": {"role": "target", "target": HALVES}},
        events={"dry": {"when": "wet = 'no' AND y = 'b'", "rate": 0.2}},
    )
    found = why(study, "wet")
    # Of two controls the parts are Shapley values, and sum to the whole; what each moves alone does not.
    assert sum(parts(found).values()) == pytest.approx(found.shift.tv, abs=1e-4)
    assert found.rest == pytest.approx(0.0, abs=1e-4)
    assert sum(one.alone for one in found.causes) != pytest.approx(found.shift.tv, abs=0.001)
    assert {str(one.control): one.part > 0 for one in found.causes} == {"target x": True, "event dry": False}
    assert {str(one.control): one.direct for one in found.causes} == {"target x": False, "event dry": True}


def test_the_neighbour_that_takes_it_along_is_named(source: Source) -> None:
    found = why(opened(source, factors={"x": {"role": "target", "target": HALVES}}), "wet")
    assert found.neighbours[0].factor == "x"
    assert found.neighbours[0].part == pytest.approx(0.125)
    assert "calm" not in [one.factor for one in found.causes[0].through]


def test_a_way_leads_through_what_goes_with_both(table_source: Table) -> None:
    # x decides middle in nine of ten rows, and middle decides end in nine of ten: end goes with x by way of it.
    x = [i % 2 for i in range(2000)]
    middle = [one if i // 2 % 10 else 1 - one for i, one in enumerate(x)]
    end = [one if i // 20 % 10 else 1 - one for i, one in enumerate(middle)]
    columns = {"x": x, "middle": middle, "end": end}
    source = table_source({name: ["ab"[one] for one in values] for name, values in columns.items()})
    study = opened(source, factors={"x": {"role": "hold", "value": "b"}})
    (cause,) = why(study, "end").causes
    assert [one.factor for one in cause.through] == ["middle"]


def test_in_a_supplement_the_parts_are_of_all_rows_together(source: Source) -> None:
    study = opened(source, mode="supplement", factors={"x": {"role": "target", "target": HALVES}})
    found = why(study, "wet")
    assert parts(found) == {"target x": round(found.shift.tv, 6)}


def test_reserved_rows_are_the_rest(source: Source) -> None:
    study = opened(source, floors=[{"factors": ["x", "y", "wet"], "strength": 2, "at_least": 60}])
    found = why(study, "wet")
    assert found.causes == ()
    assert found.rest == pytest.approx(found.shift.tv)


def test_a_factor_that_rows_have_not_is_refused_by_name(source: Source) -> None:
    with pytest.raises(InputError, match=r"no factor `wett`.*wet"):
        why(opened(source), "wett")


def test_without_a_fit_there_is_no_reason(source: Source) -> None:
    study = opened(
        source, factors={"x": {"role": "hold", "value": "b"}}, events={"dry": {"when": "wet = 'no'", "rate": 0.5}}
    )
    with pytest.raises(ConflictsError, match="dry"):
        why(study, "wet")
