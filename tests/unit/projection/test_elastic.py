"""The elastic program on few cells against the whole one, solved by scipy as it stands."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.controls import named
from trimtab.core.projection.solver.elastic import Elastic, OutOfTimeError
from trimtab.core.projection.solver.fit import Constraint

FIRST, SECOND = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])


@pytest.mark.parametrize("seed", range(4))
def test_few_cells_give_the_distance_that_all_of_them_give(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [2, 9, 14, 25]
    codes = np.unique(np.stack([rng.integers(0, size, 3000) for size in sizes]), axis=1)
    codes = codes[:, (codes.sum(axis=0) % 3 > 0)]
    constraints = [
        Constraint(named(f"target {i}"), code, rng.dirichlet(np.ones(n)))
        for i, (code, n) in enumerate(zip(codes, sizes, strict=True))
    ]
    found = Elastic(rng.random(codes.shape[1]), constraints, 60.0).distance(range(4))
    whole = np.concatenate([(code == np.arange(n)[:, None]) for code, n in zip(codes, sizes, strict=True)]).astype(
        float
    )
    spare = np.eye(len(whole))
    least = linprog(
        np.append(np.zeros(whole.shape[1]), np.ones(2 * len(whole))),
        A_eq=np.vstack(
            [np.append(np.ones(whole.shape[1]), np.zeros(2 * len(whole))), np.hstack([whole, spare, -spare])]
        ),
        b_eq=np.append(1.0, np.concatenate([one.requested for one in constraints])),
    )
    assert sum(np.abs(off).sum() for off in found.off) == pytest.approx(least.fun, abs=1e-7)


def test_one_constraint_gives_way_and_the_others_stay() -> None:
    # The second event is true wherever the first is, which is asked for more often.
    first = Constraint(named("event a"), np.array([0, 0, 1]), np.array([0.4, 0.6]))
    second = Constraint(named("event b"), np.array([0, 1, 1]), np.array([0.7, 0.3]))
    program = Elastic(np.full(3, 1 / 3), [first, second], 60.0)
    assert program.distance([0, 1]).largest == pytest.approx(0.3)
    assert program.distance([0, 1]).pulling == (0, 1)
    assert program.distance([0, 1], loose=0).off[0] == pytest.approx([-0.3, 0.3], abs=1e-8)
    assert program.distance([0, 1], loose=1).off[1] == pytest.approx([0.3, -0.3], abs=1e-8)
    assert program.distance([0]).largest == pytest.approx(0.0, abs=1e-9)


def test_one_code_of_a_constraint_can_be_asked_for_alone() -> None:
    bins = Constraint(named("keep x"), np.array([0, 1, 2]), np.array([0.2, 0.3, 0.5]))
    event = Constraint(named("event e"), np.array([1, 0, 0]), np.array([0.4, 0.6]))
    program = Elastic(np.full(3, 1 / 3), [event, bins], 60.0)
    off = [program.narrowed(1, code).distance([0, 1], loose=1).off[1][1] for code in range(3)]
    # The first bin is the event: 60 % instead of 20. Of the others each could keep its share, but for the last one.
    assert off == pytest.approx([-0.4, 0.0, 0.1], abs=1e-8)


def test_a_strict_constraint_gives_way_last() -> None:
    held = Constraint(named("hold x"), FIRST, np.array([1.0, 0.0]), strict=True)
    event = Constraint(named("event e"), FIRST * SECOND, np.array([0.9, 0.1]))
    found = Elastic(np.full(4, 0.25), [event, held], 60.0).distance([0, 1])
    assert found.off[1] == pytest.approx([0.0, 0.0], abs=1e-8)
    assert found.largest == pytest.approx(0.1)
    other = Constraint(named("hold y"), FIRST, np.array([0.0, 1.0]), strict=True)
    assert Elastic(np.full(4, 0.25), [held, other], 60.0).distance([0, 1]).largest == np.inf


def test_cells_without_mass_take_no_part() -> None:
    event = Constraint(named("event e"), FIRST, np.array([0.5, 0.5]))
    assert Elastic(np.array([0.5, 0.5, 0.0, 0.0]), [event], 60.0).distance([0]).largest == pytest.approx(0.5)


def test_no_time_is_told() -> None:
    program = Elastic(np.full(4, 0.25), [Constraint(named("event e"), FIRST, np.array([0.5, 0.5]))], 0.0)
    with pytest.raises(OutOfTimeError, match="in time"):
        program.distance([0])
