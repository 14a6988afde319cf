"""Covering arrays and floors of small factors, each against all combinations written out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.maths import covering
from trimtab.core.maths.covering import covering_array
from trimtab.core.projection.reserved import completions
from trimtab.core.projection.reserved.floor_rows import FloorRows, floor_rows

Cell = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Case:
    """A floor over a few observed combinations; `made` are those that may be made."""

    sizes: tuple[int, ...]
    strength: int
    at_least: int
    observed: np.ndarray
    weight: np.ndarray
    needed: np.ndarray
    made: frozenset[tuple[int, ...]]

    def allowed(self, rows: np.ndarray) -> np.ndarray:
        return np.array([tuple(row) in self.made for row in rows.tolist()], dtype=bool)

    def run(self) -> FloorRows:
        return floor_rows(
            self.observed,
            self.weight,
            self.sizes,
            self.strength,
            self.at_least,
            allowed=self.allowed,
            needed=self.needed,
        )

    def required(self) -> list[Cell]:
        return [
            (chosen, levels)
            for chosen in combinations(range(len(self.sizes)), self.strength)
            for levels in product(*(np.flatnonzero(self.needed[i]).tolist() for i in chosen))
        ]


def has(row: tuple[int, ...], cell: Cell) -> bool:
    return all(row[factor] == level for factor, level in zip(*cell, strict=True))


@st.composite
def cases(draw: st.DrawFn, everything: bool = False) -> Case:
    sizes = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    # One code beyond the levels is a missing value.
    row = st.tuples(*(st.integers(0, size) for size in sizes))
    observed = draw(st.lists(row, max_size=12, unique=True))
    weight = draw(st.lists(st.integers(1, 9), min_size=len(observed), max_size=len(observed)))
    needed = np.arange(max(sizes)) < np.array(sizes)[:, None]
    all_of_them = list(product(*map(range, sizes)))
    made = frozenset(all_of_them)
    if not everything:
        lost = draw(st.sets(st.tuples(st.integers(0, len(sizes) - 1), st.integers(0, 3)), max_size=2))
        for factor, level in lost:
            needed[factor, level % sizes[factor]] &= needed[factor].sum() == 1
        made = frozenset(draw(st.sets(st.sampled_from(all_of_them))))
    return Case(
        sizes,
        draw(st.integers(1, len(sizes))),
        draw(st.integers(1, 12)),
        np.array(observed, dtype=np.int64).reshape(-1, len(sizes)),
        np.array(weight) / max(1, sum(weight)),
        needed,
        made,
    )


@settings(deadline=None, max_examples=60)
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=5), strength=st.integers(1, 4), seed=st.integers(0, 9))
def test_every_combination_is_in_a_covering_array(sizes: list[int], strength: int, seed: int) -> None:
    strength = min(strength, len(sizes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covering, "WORK", 2**18)
        rows = covering_array(sizes, strength, seed=seed)
    assert ((rows >= 0) & (rows < sizes)).all()
    for chosen in combinations(range(len(sizes)), strength):
        shown = {tuple(row) for row in rows[:, list(chosen)].tolist()}
        assert shown == set(product(*(range(sizes[i]) for i in chosen)))


@settings(deadline=None, max_examples=150)
@given(case=cases(), every=st.sampled_from([0, completions.EVERY]))
def test_a_floor_holds_wherever_it_can(case: Case, every: int) -> None:
    """Whether all combinations are tried or searched for: here the completions of a cell are few enough to try all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completions, "EVERY", every)
        found = case.run()
    observed = [tuple(row) for row in case.observed.tolist()]
    made = [tuple(row) for row in found.made.tolist()]
    useful = [row for row in case.made if all(case.needed[i, level] for i, level in enumerate(row))]
    impossible = {cell for cell in case.required() if not any(has(row, cell) for row in [*observed, *useful])}
    assert set(found.impossible) == impossible
    assert len(found.impossible) == len(impossible)
    assert found.proved.all()

    assert len(set(made)) == len(made)
    assert set(made) <= set(useful)
    assert not set(made) & set(observed)
    assert (found.made_rows > 0).all()
    unseen = [cell for cell in case.required() if not any(has(row, cell) for row in observed)]
    assert all(any(has(row, cell) for cell in unseen) for row in made)

    times = [*zip(observed, found.taken.tolist(), strict=True), *zip(made, found.made_rows.tolist(), strict=True)]
    rows_of = {
        cell: sum(count for row, count in times if has(row, cell)) for cell in case.required() if cell not in impossible
    }
    assert all(rows >= case.at_least for rows in rows_of.values())
    # No row can be left out.
    for row, count in times:
        assert count == 0 or any(rows == case.at_least and has(row, cell) for cell, rows in rows_of.items())


@settings(deadline=None, max_examples=60)
@given(case=cases(everything=True), every=st.sampled_from([0, completions.EVERY]))
def test_nothing_is_impossible_where_everything_is_allowed(case: Case, every: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completions, "EVERY", every)
        found = case.run()
    assert found.impossible == ()
    rows = np.repeat(np.concatenate([case.observed, found.made]), [*found.taken, *found.made_rows], axis=0)
    for chosen, levels in case.required():
        assert (rows[:, list(chosen)] == levels).all(axis=1).sum() >= case.at_least
