"""Levels in an order that means something: on the axis, for presets, in the design file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trimtab.core.changes.factors import sculpted
from trimtab.core.changes.presets import with_preset
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder: Path = tmp_path_factory.mktemp("grades")
    grades = ["mid"] * 50 + ["high"] * 30 + ["low"] * 20
    pd.DataFrame({"grade": grades, "x": range(100)}).to_parquet(folder / "grades.parquet")
    source = spool(folder / "grades.parquet", folder / "home")
    return open_study(Design(name="grades", source=SourceRef(path=source.name, sha256=source.sha256)), source)


def ordered(study: Study, *order: str) -> Study:
    return open_study(study.design.with_factor("grade", order=order), study.source, previous=study)


def test_bins_follow_the_order(study: Study) -> None:
    assert study.axes["grade"].labels == ("mid", "high", "low")
    axis = ordered(study, "low", "mid", "high").axes["grade"]
    assert axis.labels == ("low", "mid", "high")
    assert axis.in_order
    assert ordered(study, "low", "mid", "high").real_shares("grade").tolist() == [0.2, 0.5, 0.3, 0]


def test_a_target_is_drawn_and_smoothed_in_it(study: Study) -> None:
    found = ordered(study, "low", "mid", "high")
    drawn = open_study(sculpted(found, "grade", [0.6, 0.3, 0.1]), study.source, previous=found)
    assert asked_shares(drawn, "grade") == pytest.approx([0.6, 0.3, 0.1])
    assert project(drawn).shifts[0].after[:3] == pytest.approx([0.6, 0.3, 0.1], abs=1e-6)
    smooth = with_preset(found, None, "grade", "smooth").factor("grade").target
    assert smooth is not None
    with pytest.raises(InputError, match="its levels have no neighbours"):
        with_preset(study, None, "grade", "smooth")


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (("low", "mid", "hihg"), "Factor `grade`, order: there is no level `hihg`. Did you mean `high`"),
        (("low", "mid"), "Factor `grade`, order: it must name every level, and lacks `high`."),
        (("low", "mid", "low"), "`order` must name each level once, got `low` twice"),
    ],
)
def test_what_is_no_order_is_refused(study: Study, order: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ordered(study, *order)


def test_numbers_have_an_order_already(study: Study) -> None:
    with pytest.raises(InputError, match="Factor `x`, order: it is for levels, and this factor is count"):
        open_study(study.design.with_factor("x", order=("1", "2")), study.source)
