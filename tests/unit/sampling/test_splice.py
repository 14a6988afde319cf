"""Splicing: values from real rows that agree in what matters, no promise of the plan undone, and no copies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trimtab.core.grounding.ruled_out import RuledOut
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.marginal import MarginalControl
from trimtab.core.sampling.run import Generator, prepare
from trimtab.core.sampling.splice import _needed
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

DESIGN = """
rows: 5000
factors:
  ageOFocc: {edges: [16, 25, 45, 65, 97], role: target, target: {family: histogram, weights: [1, 2, 2, 4]}}
  sex: {role: keep}
events:
  old_in_old_car: {when: "ageOFocc >= 70 AND NOT (yearVeh > 1990)", rate: 0.2}
"""


@pytest.fixture
def made(crashes: Source, open_: Open) -> Generator:
    return prepare(open_(crashes, DESIGN))


def test_a_row_starts_and_stays_in_the_bins_and_truths_of_its_cell(made: Generator) -> None:
    drawn = made.splicer.rows(0)
    at, cell = drawn.at, drawn.cell
    codes, study = made.projection.cells.codes, made.study
    for row, control in enumerate(made.projection.controls):
        if not isinstance(control, MarginalControl):
            continue
        values = study.columns[control.factor].codes[at[control.factor]]
        assert (control.code_of_value[values] == codes[row, cell]).all(), control.name
    (event,) = events_of(made.study)
    truths = [
        feature.of_values(study)[study.columns[feature.columns[0]].codes[at[feature.columns[0]]]]
        for feature in event.features
    ]
    assert (event.from_features(truths) == (codes[0, cell] == 1)).all()


def test_rows_are_no_copies(made: Generator) -> None:
    at = made.splicer.rows(0).at
    table = np.stack([column.codes[at[name]] for name, column in made.study.columns.items()])
    real = np.stack([column.codes for column in made.study.columns.values()])
    known = {row.tobytes() for row in np.ascontiguousarray(real.T)}
    copies = sum(row.tobytes() in known for row in np.ascontiguousarray(table.T))
    assert copies / table.shape[1] < 0.05


def test_factors_redrawn_together_come_from_one_row(flights: Source, open_: Open) -> None:
    study = open_(flights, "rows: 3000\n")
    blocks = [one.factors for one in study.grounding.neighbourhoods if len(one.factors) > 1]
    assert ("arr_delay", "dep_delay") in blocks
    at = prepare(study).splicer.rows(0).at
    for block in blocks:
        assert all((at[name] == at[block[0]]).all() for name in block)


def test_only_what_is_written_and_what_that_depends_on_is_redrawn(
    table_source: Callable[..., Source], open_: Open
) -> None:
    rng = np.random.default_rng(0)
    speed = rng.integers(0, 4, 2000)
    source = table_source({"speed": speed, "noise": speed + rng.integers(0, 2, 2000), "day": rng.integers(0, 7, 2000)})

    def redrawn(text: str) -> set[str]:
        return {one.factors[0] for one in _needed(open_(source, text), ())}

    assert redrawn("") == {"speed", "noise", "day"}
    # Nothing depends on the day; the noise depends on the speed, which is redrawn for it even if nobody writes it.
    assert redrawn("factors: {day: {role: drop}}") == {"speed", "noise"}
    assert redrawn("factors: {speed: {role: drop}, day: {role: drop}}") == {"speed", "noise"}
    assert redrawn("factors: {speed: {role: drop}, noise: {role: drop}}") == {"day"}
    # What rules out values of another factor is redrawn beside it.
    ruled = [RuledOut(("speed", "day"), np.zeros((4, 7), dtype=bool))]
    study = open_(source, "factors: {speed: {role: drop}, noise: {role: drop}}")
    assert {one.factors[0] for one in _needed(study, ruled)} == {"speed", "day", "noise"}


@pytest.mark.parametrize("rows", [1, 3])
def test_tables_too_small_to_mix_are_left_as_they_are(
    table_source: Callable[..., Source], open_: Open, rows: int
) -> None:
    source = table_source({"speed": [10.0, 20.0, None][:rows], "road": ["dry", "wet", None][:rows]})
    generator = prepare(open_(source, "rows: 12\n"))
    drawn = generator.splicer.rows(0)
    at = drawn.at
    assert len(drawn.cell) == 12
    for name in ("speed", "road"):
        assert np.bincount(at[name], minlength=rows).sum() == 12
        assert at[name].max() < rows
