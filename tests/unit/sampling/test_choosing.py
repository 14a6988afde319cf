"""Which real rows are taken: each cell's number, none twice, all with the same chance, and together like all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.real.rows import real_rows_of
from trimtab.core.sampling.plan import Plan, make_plan
from trimtab.core.sampling.real.choosing import Balance, _halved, chosen_rows
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

DESIGN = """
rows: 2000
mode: select
factors: {sex: {role: target, target: {family: categorical, weights: {m: 1, f: 1}}}}
events: {dead: {when: "dead = 'dead'", rate: 0.2}}
"""


class Coin(Balance):
    """No balance: every pair is decided by a coin."""

    def __init__(self) -> None:
        self._weight = np.empty(0)


@pytest.fixture(scope="module")
def planned(crashes: Source, open_: Open) -> tuple[Study, Projection, Plan]:
    study = open_(crashes, DESIGN)
    projection = project(study)
    return study, projection, make_plan(projection, 1)


def chosen(study: Study, projection: Projection, plan: Plan) -> np.ndarray:
    real = real_rows_of(study, projection.pool, projection.cells, projection.controls)
    return chosen_rows(study, projection, real, plan)


def test_each_cell_gets_its_number_and_no_row_comes_twice(planned: tuple[Study, Projection, Plan]) -> None:
    _, projection, plan = planned
    rows = chosen(*planned)
    assert len(np.unique(rows)) == len(rows) == plan.real == 2000
    slots = np.repeat(np.arange(plan.slots.count), plan.quota)
    assert (projection.cells.cell_of_row[rows] == plan.slots.cell[slots]).all()


@pytest.mark.parametrize("quota", [1, 2, 7, 12, 19])
def test_every_row_of_a_cell_has_the_same_chance(quota: int) -> None:
    """4,000 draws of `quota` of 20 rows and 3 of 7: how often each row is taken is binomial."""
    draws, size, rng = 4_000, np.array([20, 7]), np.random.default_rng(quota)
    cell = np.repeat([0, 1], size)
    counts = np.zeros(27)
    for _ in range(draws):
        taken = _halved(cell, np.array([quota, 3]), size, Coin(), rng)
        assert np.bincount(cell[taken], minlength=2).tolist() == [quota, 3]
        counts += taken
    chance = np.where(cell == 0, quota / 20, 3 / 7)
    z = (counts / draws - chance) / np.sqrt(chance * (1 - chance) / draws)
    assert np.abs(z).max() < norm.isf(1e-4 / 27)


def test_what_decides_changes_no_chance(crashes: Source, open_: Open) -> None:
    """The most taken rows of 60 draws of 300 of 5,000 rows are not taken more often than by chance."""
    study = open_(crashes, "rows: 300\nmode: select\n")
    projection = project(study)
    counts = np.zeros(crashes.rows)
    for seed in range(60):
        counts[chosen(study, projection, make_plan(projection, seed))] += 1
    share = 300 / crashes.rows
    spread = (counts - 60 * share) / np.sqrt(60 * share * (1 - share))
    assert abs(spread.mean()) < 1e-9
    assert spread.std() == pytest.approx(1.0, abs=4 / np.sqrt(2 * crashes.rows))


def test_the_rows_are_nearer_to_all_than_chosen_by_chance(
    planned: tuple[Study, Projection, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mean total variation of single factors that nobody set at most 0.6 times, of pairs at most 0.7 times."""
    study, projection, _ = planned
    shares = projection.shares / np.diff(projection.cells.start)
    weight = shares[projection.cells.cell_of_row]

    def distances() -> tuple[float, float]:
        singles, pairs = [], []
        for seed in range(10):
            rows = chosen(study, projection, make_plan(projection, seed))
            names = [name for name in study.delivered if name not in ("sex", "dead")]
            for i, name in enumerate(names):
                singles.append(distance(study.display_codes(name).astype(np.int64), rows))
                for other in names[i + 1 :]:
                    coarse = study.grounding.coarse
                    pairs.append(distance(coarse[name].astype(np.int64) * 16 + coarse[other], rows))
        return float(np.mean(singles)), float(np.mean(pairs))

    def distance(codes: np.ndarray, rows: np.ndarray) -> float:
        size = int(codes.max()) + 1
        wanted = np.bincount(codes, weights=weight, minlength=size)
        return float(0.5 * np.abs(np.bincount(codes[rows], minlength=size) / len(rows) - wanted).sum())

    balanced = distances()
    monkeypatch.setattr("trimtab.core.sampling.real.choosing.Balance", lambda *_: Coin())
    by_chance = distances()
    assert balanced[0] < 0.6 * by_chance[0]
    assert balanced[1] < 0.7 * by_chance[1]
