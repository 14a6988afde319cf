"""The plan: every row once, every quota whole, every promise to the row, and any block on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.real.slots import Slots
from trimtab.core.sampling.plan import BLOCK, Plan, _systematic, make_plan
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

SEVERAL = """
factors:
  dvcat: {role: target, target: {family: categorical, weights: {"10-24": 1, "25-39": 1, "40-54": 1}}}
  sex: {role: keep}
  ageOFocc: {edges: [16, 25, 45, 65, 97], role: target, target: {family: histogram, weights: [1, 1, 1, 1]}}
  seatbelt: {role: hold, value: none}
events:
  dead: {when: "dead = 'dead'", rate: 0.123}
  late: {when: "yearacc >= 2001 AND airbag = 'airbag'", rate: 0.077}
"""


def plan(rows: int, *quota: int) -> Plan:
    slots = Slots.plain(np.array(quota) / rows)
    return Plan(rows=rows, drawn=rows, seed=3, slots=slots, quota=np.array(quota), ends=np.cumsum(quota))


def reached(projection: Projection, made: Plan, row: int, size: int) -> np.ndarray:
    return np.bincount(projection.cells.codes[row], weights=made.quota, minlength=size)


@pytest.mark.parametrize("rows", [1, 2, 10, BLOCK, BLOCK + 1, 3 * BLOCK - 7])
def test_every_stratum_is_one_row(rows: int) -> None:
    made = plan(rows, rows)
    strata = [made.strata(block) for block in range(made.blocks)]
    assert [len(one) for one in strata[:-1]] == [BLOCK] * (made.blocks - 1)
    assert np.sort(np.concatenate(strata)).tolist() == list(range(rows))


def test_a_block_needs_no_other_block() -> None:
    made = plan(3 * BLOCK, 3 * BLOCK)
    alone = made.strata(2)
    assert (alone == made.strata(2)).all()
    assert not (alone[:100] == np.arange(100)).all()
    other = replace(made, seed=4)
    assert not (other.strata(2) == alone).all()


def test_cells_come_as_often_as_their_quota_and_evenly_over_the_blocks() -> None:
    made = plan(4 * BLOCK, BLOCK // 2, 0, 3 * BLOCK, BLOCK // 2)
    counts = np.array([np.bincount(made.slot(made.strata(block)), minlength=4) for block in range(4)])
    assert counts.sum(axis=0).tolist() == made.quota.tolist()
    # By steps of the golden section every block gets its part of each cell to a few rows.
    assert np.abs(counts - made.quota / 4).max() <= 4


@pytest.mark.parametrize("total", [0, 1, 7, 10_001])
def test_systematic_rounding_is_within_one_and_never_fills_what_has_no_share(total: int) -> None:
    rng = np.random.default_rng(total)
    shares = rng.dirichlet(np.full(500, 0.1)) * (rng.random(500) < 0.7)
    shares[-20:] = 0.0
    made = _systematic(shares, total, 0.37)
    assert made.sum() == total
    assert np.abs(made - shares / shares.sum() * total).max() < 1
    assert made[shares == 0].sum() == 0


@pytest.mark.parametrize("rows", [1, 9, 500, 100_003])
def test_events_holds_and_bins_get_the_rows_they_were_promised(crashes: Source, open_: Open, rows: int) -> None:
    projection = project(open_(crashes, SEVERAL), rows=rows)
    made = make_plan(projection, seed=1)
    assert made.quota.sum() == made.rows == rows
    assert made.quota.min() >= 0
    assert made.quota[projection.shares == 0].sum() == 0
    for row, event in enumerate(projection.events):
        assert reached(projection, made, row, 2).tolist() == [rows - event.rows, event.rows]
    for row, control in enumerate(projection.controls):
        have = reached(projection, made, row, len(control.requested))
        assert np.abs(have - control.requested * rows).max() <= (0 if control.kind == "hold" else 2), control.name


def test_the_bins_of_one_target_are_exact(crashes: Source, open_: Open) -> None:
    text = "factors: {ageOFocc: {role: target, target: {family: normal, mean: 60, sd: 9, low: 16, high: 97}}}"
    projection = project(open_(crashes, text), rows=12_345)
    (control,) = projection.controls
    have = reached(projection, make_plan(projection, seed=0), 0, len(control.requested))
    assert np.abs(have - control.requested * 12_345).max() < 1


def test_another_seed_rounds_other_cells_up(crashes: Source, open_: Open) -> None:
    projection = project(open_(crashes, SEVERAL), rows=500)
    assert make_plan(projection, seed=1).quota.tolist() == make_plan(projection, seed=1).quota.tolist()
    assert make_plan(projection, seed=1).quota.tolist() != make_plan(projection, seed=2).quota.tolist()
