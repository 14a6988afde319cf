"""Which factors a factor is redrawn from: what predicts it is found, chance is not, and donors stay many."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from trimtab.core.grounding.neighbours import (
    CANDIDATES,
    FEWEST_DONORS,
    LARGEST_BLOCK,
    MOST_NEIGHBOURS,
    Codes,
    Groups,
    Neighbour,
    Neighbourhood,
    learn_neighbours,
)

ROWS = 4_000


def codes(coarse: Mapping[str, np.ndarray], fine: Mapping[str, np.ndarray] | None = None) -> Codes:
    of = {}
    for name, values in coarse.items():
        of[Neighbour(name, False)] = values.astype(np.int64)
        of[Neighbour(name, True)] = (fine or {}).get(name, values).astype(np.int64)
    return Codes(of, {one: int(values.max()) + 1 for one, values in of.items()})


def learned(given: Codes, ordered: tuple[str, ...] = ()) -> dict[str, Neighbourhood]:
    found = learn_neighbours(given, rows=len(next(iter(given.of.values()))), ordered=ordered)
    return {name: one for one in found for name in one.factors}


def test_independent_factors_have_no_neighbours() -> None:
    rng = np.random.default_rng(0)
    found = learned(codes({name: rng.integers(0, 5, ROWS) for name in "abcdef"}))
    assert {name: one.neighbours for name, one in found.items()} == dict.fromkeys("abcdef", ())
    assert all(one.gain == 0.0 for one in found.values())


def test_what_predicts_a_factor_is_its_neighbour() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 4, ROWS), rng.integers(0, 4, ROWS)
    noisy = np.where(rng.random(ROWS) < 0.9, a, rng.integers(0, 4, ROWS))
    found = learned(codes({"a": a, "b": b, "noisy": noisy}))
    assert {v.factor for v in found["noisy"].neighbours} == {"a"}
    assert {v.factor for v in found["a"].neighbours} == {"noisy"}
    assert found["b"].neighbours == ()


def test_two_factors_that_predict_only_together_are_found_once_one_is_a_hint() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.integers(0, 3, ROWS), rng.integers(0, 3, ROWS)
    total = a + b
    assert {v.factor for v in learned(codes({"a": a, "b": b, "sum": total}))["sum"].neighbours} == {"a", "b"}


def test_detail_inside_coarse_levels_joins_factors_into_a_block() -> None:
    rng = np.random.default_rng(3)
    detail = rng.integers(0, 32, ROWS)
    near = np.clip(detail + rng.integers(-1, 2, ROWS), 0, 31)
    fine = {"out": detail, "in": near, **{name: rng.integers(0, 32, ROWS) for name in "cdefgh"}}
    given = codes({name: values // 8 for name, values in fine.items()}, fine)
    found = learned(given, ordered=tuple(fine))
    assert found["out"].factors == found["in"].factors == ("in", "out")
    assert all(one.factors == (name,) for name, one in found.items() if name not in ("in", "out"))
    # Factors without an order have no detail inside a level, and with few factors rows would hardly be mixed.
    assert learned(given)["out"].factors == ("out",)
    few = {name: fine[name] for name in ("out", "in", "c")}
    assert learned(codes({n: v // 8 for n, v in few.items()}, few), ordered=tuple(few))["out"].factors == ("out",)


@pytest.mark.parametrize("seed", range(3))
def test_donors_stay_many_and_neighbours_few(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=ROWS)
    fine = {f"x{i}": np.digitize(hidden + rng.normal(size=ROWS), np.linspace(-3, 3, 60)) for i in range(14)}
    given = codes({name: values // 8 for name, values in fine.items()}, fine)
    groups = Groups(given, ROWS)
    for one in learn_neighbours(given, rows=ROWS, ordered=tuple(fine)):
        assert 1 <= len(one.neighbours) <= MOST_NEIGHBOURS <= CANDIDATES
        assert len(one.factors) <= LARGEST_BLOCK
        assert not {v.factor for v in one.neighbours} & set(one.factors)
        assert groups.donors(frozenset(one.neighbours)) >= FEWEST_DONORS


def test_every_factor_is_in_one_block_and_the_least_predictable_block_comes_first() -> None:
    rng = np.random.default_rng(4)
    a = rng.integers(0, 4, ROWS)
    found = learn_neighbours(
        codes({"free": rng.integers(0, 4, ROWS), "a": a, "b": np.where(rng.random(ROWS) < 0.8, a, 0)}),
        rows=ROWS,
        ordered=(),
    )
    assert sorted(name for one in found for name in one.factors) == ["a", "b", "free"]
    assert found[0].factors == ("free",)
    assert [one.gain for one in found] == sorted(one.gain for one in found)


def test_donors_are_the_geometric_mean_of_the_rows_that_agree() -> None:
    one = Neighbour("a", False)
    groups = Groups(codes({"a": np.array([0, 0, 0, 1]), "b": np.array([0, 1, 1, 1])}), rows=40)
    # Each of three rows agrees with itself and two others, who stand for ten rows each; the last one is alone.
    assert groups.donors([one]) == pytest.approx((21**3 * 1) ** 0.25)
    assert groups.donors([]) == 40
    assert groups.donors([one, Neighbour("b", False)]) == pytest.approx((1 * 11 * 11 * 1) ** 0.25)


def test_a_prediction_leaves_its_own_row_out() -> None:
    given = codes({"a": np.array([0, 0, 0, 1]), "b": np.array([0, 0, 1, 1])})
    groups = Groups(given, rows=4)
    base = groups.marginal("b")
    assert base.tolist() == [0.5] * 4
    # Beside BACKOFF = 2 rows of the base: row 0 sees one 0 and one 1, row 2 two 0s, row 3 nobody.
    assert groups.predicted("b", [Neighbour("a", False)], base) == pytest.approx([2 / 4, 2 / 4, 1 / 4, 1 / 2])


def test_one_factor_and_one_row() -> None:
    (only,) = learn_neighbours(codes({"a": np.array([0])}), rows=1, ordered=("a",))
    assert (only.factors, only.neighbours, only.gain) == (("a",), (), 0.0)
    constant = {name: np.zeros(10, dtype=int) for name in "ab"}
    assert all(one.neighbours == () for one in learned(codes(constant)).values())


def test_what_one_neighbour_predicts_is_the_same_by_cells_and_by_rows() -> None:
    rng = np.random.default_rng(11)
    a = rng.integers(0, 5, ROWS)
    fine = rng.integers(0, 40, ROWS)
    groups = Groups(codes({"a": a, "b": (a + rng.integers(0, 2, ROWS)) % 5}, {"b": fine + 40 * (a > 2)}), ROWS)
    for given in (Neighbour("b", False), Neighbour("b", True)):
        by_rows = groups.gain("a", groups.predicted("a", {given}, groups.marginal("a")))
        assert groups.pair_gain("a", given) == pytest.approx(by_rows, abs=1e-12)
        assert by_rows > 0.1


def test_what_is_forgotten_is_found_again() -> None:
    rng = np.random.default_rng(12)
    groups = Groups(codes({name: rng.integers(0, 30, ROWS) for name in "abcd"}), 10 * ROWS)
    given = [Neighbour(name, False) for name in "abcd"]
    before = groups.donors(given), groups.information("a", given[1:3])
    groups.forget()
    assert (groups.donors(given), groups.information("a", given[1:3])) == pytest.approx(before, rel=1e-12)


def test_what_was_taken_coarsely_is_looked_at_finely_where_that_tells_more() -> None:
    rng = np.random.default_rng(7)
    # Grades in 40 steps decide the rate; of the coarse levels the last holds most steps, as of a category.
    step = np.minimum(rng.geometric(0.06, ROWS) - 1, 39)
    rate = np.minimum(step // 5, 7)
    term = np.where(rng.random(ROWS) < 0.8, rate > 2, rng.random(ROWS) < 0.5)
    given = codes({"step": np.minimum(step, 7), "rate": rate, "term": term}, {"step": step, "rate": rate})
    found = learned(given)["rate"]
    assert Neighbour("step", True) in found.neighbours
    assert Neighbour("step", False) not in found.neighbours
    assert len({one.factor for one in found.neighbours}) == len(found.neighbours)
