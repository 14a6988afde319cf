"""Quantiles from the file to the rows: met exactly, told in the receipt and the review, refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.receipt import deliver, verify
from trimtab.core.design.files import dumps, loads
from trimtab.core.design.patching import with_part
from trimtab.core.errors import InputError
from trimtab.core.projection.check import check
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.projection.ways_out import working
from trimtab.core.review.sentences import sentences
from trimtab.core.source.spool import Source
from trimtab.core.study.study import open_study

Open = Callable[..., Any]

AGES = "quantiles: [{factor: ageOFocc, at: {0.5: 40, 0.95: 70}}]\n"


def shares(file: Path, name: str, *cuts: float) -> list[float]:
    values = pq.read_table(file).column(name).drop_null().to_numpy()
    return [float((values <= cut).mean()) for cut in cuts]


def test_they_are_exact_to_a_row_beside_other_controls(crashes: Source, open_: Open, tmp_path: Path) -> None:
    text = "rows: 3000\nfactors: {sex: {role: keep}}\nevents: {old: {when: ageOFocc >= 60, rate: 0.15}}\n" + AGES
    delivery = deliver(open_(crashes, text), tmp_path / "a.parquet")
    assert delivery.kept, [promise for promise in delivery.promises if not promise.kept]
    # Missing values don't count: of the others a half is at most 40, to within a row.
    assert np.abs(np.array(shares(delivery.path, "ageOFocc", 40, 70)) - [0.5, 0.95]).max() <= 1.5 / 2900
    told = [promise.promise for promise in delivery.promises if promise.control.kind == "quantiles"]
    assert told == ["quantiles ageOFocc at most 40", "quantiles ageOFocc at most 70"]


def test_a_file_that_does_not_have_them_is_told(crashes: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(crashes, "rows: 3000\n" + AGES)
    table = pq.read_table(deliver(study, tmp_path / "a.parquet").path)
    ages = table.column("ageOFocc").to_numpy(zero_copy_only=False)
    young = np.flatnonzero(ages <= 40)[:300]
    ages = ages.copy()
    ages[young] = 75
    broken = table.set_column(table.schema.get_field_index("ageOFocc"), "ageOFocc", pa.array(ages, from_pandas=True))
    pq.write_table(broken.cast(table.schema), tmp_path / "b.parquet")
    kept = {one.promise: one.kept for one in verify(tmp_path / "b.parquet", study) if one.control.kind == "quantiles"}
    assert kept == {"quantiles ageOFocc at most 40": False, "quantiles ageOFocc at most 70": False}


def test_they_stand_in_the_file_and_the_review(crashes: Source, open_: Open) -> None:
    study = open_(crashes, AGES)
    again = loads(dumps(study.design), owner="again.yaml")
    assert again == study.design
    assert again.quantiles[0].points == ((0.5, 40.0), (0.95, 70.0))
    (sentence,) = sentences(study)
    assert (sentence.control, sentence.subject) == ("quantiles ageOFocc", "ageOFocc")
    assert sentence.text.startswith("50 % at most 40 (in reality ")


def test_a_conflict_names_them_and_its_way_out_works(crashes: Source, open_: Open) -> None:
    study = open_(crashes, AGES + "events: {old: {when: ageOFocc > 70, rate: 0.2}}\n")
    told = "Event `old` asks for 20 %, but the quantile target of `ageOFocc` leaves no room: the most that works is 5 %"
    with pytest.raises(ConflictsError, match=told):
        project(study)
    found = check(study)
    assert {str(one.control) for one in found.conflicts} == {"event old", "quantiles ageOFocc"}
    ways = [way for ways in found.ways for way in ways if way.title == "Let the quantiles of ageOFocc be"]
    mended = with_part(study.design, working(study, ways[0], found.conflicts).patch)
    assert project(open_study(mended, crashes, previous=study)).rows == study.design.rows


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("{factor: sex, at: {0.5: 1}}", "a categorical factor has no order"),
        ("{factor: nobody, at: {0.5: 1}}", "there is no factor `nobody`"),
        ("{factor: ageOFocc, at: {0.5: 40, 0.9: 30}}", "a larger value for a larger share"),
        ("{factor: ageOFocc, at: {50: 40}}", "must be a share from 0 to 1, got 50"),
        ("{factor: ageOFocc, at: {0.9: 500}}", "0.1 of the values are to be above 500, but no real one is"),
        ("{factor: ageOFocc, at: {}}", "must have at least 1 entries"),
        ("{factor: ageOFocc, at: {0.5: half}}", "must be a number, or a date"),
        ("{factor: ageOFocc, at: {0.5: 40}}, {factor: ageOFocc, at: {0.9: 60}}", "must be of different factors"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_the_reason(crashes: Source, open_: Open, asked: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_(crashes, f"quantiles: [{asked}]")
