"""The joint tables that pairs ask for, in closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import spearmanr

from tests.controls import named
from trimtab.core.design.controls.pair import Pair
from trimtab.core.errors import InputError
from trimtab.core.maths.tables import rake, table_correlation
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.pair import PairControl, asking, pair_sides, supported
from trimtab.core.projection.features.side import side_of
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

LETTERS = {"a": ["x"] * 4 + ["y"] * 6, "b": ["p", "p", "p", "q"] + ["q"] * 5 + ["r"], "n": [*range(5)] * 2}
"""Joint shares of a and b: x 0.3, 0.1, 0; y 0, 0.5, 0.1."""


def opened(table_source: Callable[..., Source], open_: Open, text: str = "") -> Study:
    return open_(table_source(LETTERS), text)


def asked(study: Study, now: list[list[float]], **wish: object) -> np.ndarray:
    pair = Pair(factors=("a", "b"), **wish)
    return asked_of(study, pair, np.array(now)).table


def asked_of(study: Study, pair: Pair, now: np.ndarray) -> PairControl:
    return asking(study, PairControl(np.empty(0), (), pair, pair_sides(study, pair)), now)


# Levels by falling count: a has y, x; b has q, p, r; then missing.
NOW = [[0.5, 0.0, 0.1, 0.0], [0.1, 0.3, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]


# --- raking ----------------------------------------------------------------------------------------------------------


def test_raking_meets_both_margins_and_keeps_the_odds_ratio() -> None:
    found = rake(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 0.5]), np.array([0.3, 0.7]))
    assert found.sum(axis=1) == pytest.approx([0.5, 0.5])
    assert found.sum(axis=0) == pytest.approx([0.3, 0.7])
    assert found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0]) == pytest.approx(1 * 4 / (2 * 3))


def test_a_free_margin_stays_as_it_comes() -> None:
    table = np.array([[1.0, 3.0], [2.0, 2.0]])
    assert rake(table, np.array([8.0, 1.0]), None).tolist() == [[2.0, 6.0], [0.5, 0.5]]
    assert rake(table, None, np.array([6.0, 5.0])).tolist() == [[2.0, 3.0], [4.0, 2.0]]
    assert rake(table, None, None).tolist() == table.tolist()


def test_cells_that_are_not_possible_are_emptied_and_the_margins_stay() -> None:
    table = np.array([[0.2, 0.2, 0.1], [0.1, 0.1, 0.3]])
    found = supported(table, np.array([[True, True, True], [False, True, True]]))
    assert found[1, 0] == 0
    assert found.sum(axis=1) == pytest.approx(table.sum(axis=1))
    assert found.sum(axis=0) == pytest.approx(table.sum(axis=0))


# --- rank correlations -----------------------------------------------------------------------------------------------


def test_a_table_s_rank_correlation_is_spearman_s_of_its_rows() -> None:
    counts = np.array([[5, 1, 0], [2, 4, 3], [0, 2, 8]])
    first, second = np.nonzero(counts)
    times = counts[first, second]
    expected = spearmanr(np.repeat(first, times), np.repeat(second, times)).statistic
    assert table_correlation(counts / counts.sum()) == pytest.approx(expected)
    assert table_correlation(counts.T.astype(float)) == pytest.approx(expected)
    assert table_correlation(np.array([[0.5, 0.5]])) == 0.0


@pytest.mark.parametrize("wish", [-0.5, 0.0, 0.25, 0.6])
def test_a_two_by_two_table_has_one_answer(table_source: Callable[..., Source], open_: Open, wish: float) -> None:
    study = open_(table_source({"s": [0, 0, 1, 1], "t": [0, 1, 0, 1]}))
    pair = Pair(factors=("s", "t"), rank_correlation=wish)
    now = np.array([[0.4, 0.2, 0.0], [0.1, 0.2, 0.0], [0.0, 0.0, 0.1]])
    found = asked_of(study, pair, now).table
    # With shares p and q of the second bins, both of 0.9, the joint one is pq + r √(p(1-p) q(1-q)).
    p, q = 3 / 9, 4 / 9
    assert found[1, 1] == pytest.approx(0.9 * (p * q + wish * np.sqrt(p * (1 - p) * q * (1 - q))))
    assert found.sum(axis=1) == pytest.approx(now.sum(axis=1))
    assert found[2].tolist() == [0.0, 0.0, pytest.approx(0.1)]


@pytest.mark.parametrize("wish", [-0.9, -0.3, 0.0, 0.7, 0.97])
def test_the_nearest_table_is_a_tilted_one(table_source: Callable[..., Source], open_: Open, wish: float) -> None:
    numbers = list(range(12)) * 12
    study = open_(table_source({"s": sorted(numbers), "t": numbers}))
    now = np.zeros((13, 13))
    now[:12, :12] = np.random.Generator(np.random.Philox(4)).gamma(1.0, size=(12, 12))
    now /= now.sum()
    pair = Pair(factors=("s", "t"), rank_correlation=wish)
    found = asked_of(study, pair, now).table
    assert table_correlation(found[:-1, :-1]) == pytest.approx(wish, abs=1e-9)
    assert found.sum(axis=1) == pytest.approx(now.sum(axis=1), abs=1e-9)
    assert found.sum(axis=0) == pytest.approx(now.sum(axis=0), abs=1e-9)
    # log(found / now) = row + column + λ · rank · rank: its interaction is a product, so of rank one.
    change = np.log(found[:-1, :-1] / now[:-1, :-1])
    change = change - change.mean(axis=1, keepdims=True) - change.mean(axis=0) + change.mean()
    steepness = np.linalg.svd(change, compute_uv=False)
    assert steepness[1] <= 1e-4 * max(steepness[0], 1.0)


@pytest.mark.parametrize(("wish", "word"), [(1.0, "highest"), (-1.0, "lowest")])
def test_a_rank_correlation_out_of_reach_is_told_with_one_that_works(
    table_source: Callable[..., Source], open_: Open, wish: float, word: str
) -> None:
    study = open_(table_source({"s": [0, 0, 0, 1], "t": [0, 1, 2, 3]}))
    now = np.zeros((3, 5))
    now[:2, :4] = [[0.2, 0.1, 0.2, 0.1], [0.1, 0.1, 0.1, 0.1]]
    pair = Pair(factors=("s", "t"), rank_correlation=wish)
    with pytest.raises(ConflictsError, match=f"leave no room: the {word} that works is") as caught:
        asked_of(study, pair, now)
    (conflict,) = caught.value.conflicts
    assert conflict.controls == (named("pair s × t"),)
    # The most ordered table gives one value of s the lowest ranks of t.
    order = np.array([[0.3, 0.2, 0.1, 0.0], [0.0, 0.0, 0.2, 0.2]])
    if wish < 0:
        order = np.array([[0.0, 0.1, 0.3, 0.2], [0.3, 0.1, 0.0, 0.0]])
    assert conflict.nearest == pytest.approx(table_correlation(order), abs=0.0015)
    assert abs(conflict.nearest) <= abs(table_correlation(order))
    works = asking(
        study,
        PairControl(
            np.empty(0),
            (),
            pair.model_copy(update={"rank_correlation": conflict.nearest}),
            pair_sides(study, pair.model_copy(update={"rank_correlation": conflict.nearest})),
        ),
        now,
    ).table
    assert table_correlation(works[:-1, :-1]) == pytest.approx(conflict.nearest)


def test_what_only_one_table_can_have_may_be_asked_for(table_source: Callable[..., Source], open_: Open) -> None:
    study = open_(table_source({"s": [0, 1, 2], "t": [5, 6, 7]}))
    now = np.diag([0.2, 0.3, 0.5, 0.0])
    pair = Pair(factors=("s", "t"), rank_correlation=1.0)
    assert asked_of(study, pair, now).table == pytest.approx(now)
    with pytest.raises(ConflictsError, match=r"asks for a rank correlation of 0\.2, .* the lowest that works is 1\."):
        asking(
            study,
            PairControl(
                np.empty(0),
                (),
                Pair(factors=("s", "t"), rank_correlation=0.2),
                pair_sides(study, Pair(factors=("s", "t"), rank_correlation=0.2)),
            ),
            now,
        )


def test_a_limit_is_told_with_as_many_digits_as_it_needs(table_source: Callable[..., Source], open_: Open) -> None:
    study = open_(table_source({"s": [0, 1, 2], "t": [5, 6, 7]}))
    # A tree of cells: with these margins there is no other table.
    now = np.array([[0.2, 0.0, 0.0, 0.0], [0.1, 0.3, 0.1, 0.0], [0.0, 0.0, 0.3, 0.0], [0.0] * 4])
    only = table_correlation(now[:-1, :-1])
    for wish in (-0.3, 0.95):
        pair = Pair(factors=("s", "t"), rank_correlation=wish)
        with pytest.raises(ConflictsError, match="leave no room") as caught:
            asked_of(study, pair, now)
        nearest = caught.value.conflicts[0].nearest
        assert nearest == pytest.approx(only, abs=1e-6)
        works = pair.model_copy(update={"rank_correlation": nearest})
        assert asked_of(study, works, now).table == pytest.approx(now)


def test_no_row_with_both_values(table_source: Callable[..., Source], open_: Open) -> None:
    study = open_(table_source({"s": [1, 2, None], "t": [None, None, 3]}))
    pair = Pair(factors=("s", "t"), rank_correlation=0.2)
    now = np.array([[0.0, 0.4], [0.0, 0.4], [0.2, 0.0]])
    with pytest.raises(InputError, match="Pair `s × t`: no row has a value of both factors"):
        asked_of(study, pair, now)


# --- independence and weights ----------------------------------------------------------------------------------------


def test_independence_is_the_product_of_the_margins(table_source: Callable[..., Source], open_: Open) -> None:
    found = asked(opened(table_source, open_), NOW, target="independent")
    assert found == pytest.approx(np.outer([0.6, 0.4, 0.0], [0.6, 0.3, 0.1, 0.0]))


def test_weights_of_factors_that_follow_are_the_table(table_source: Callable[..., Source], open_: Open) -> None:
    found = asked(opened(table_source, open_), NOW, weights=[[1, 2, 3], [4, 5, 5]])
    assert found[:2, :3] == pytest.approx(np.array([[1, 2, 3], [4, 5, 5]]) / 20)
    assert found.sum() == pytest.approx(1.0)


def test_weights_are_raked_to_what_the_factors_are_asked_for(table_source: Callable[..., Source], open_: Open) -> None:
    study = opened(table_source, open_, "factors: {a: {role: keep}}")
    found = asked(study, NOW, weights=[[1, 2, 3], [4, 5, 5]])
    assert found[:2, :3] == pytest.approx(np.array([[0.1, 0.2, 0.3], [0.4 * 4 / 14, 0.4 * 5 / 14, 0.4 * 5 / 14]]))
    both = opened(table_source, open_, "factors: {a: {role: keep}, b: {role: keep}}")
    found = asked(both, NOW, weights=[[1, 1, 1], [1, 1, 1]])
    assert found[:2, :3] == pytest.approx(np.outer([0.6, 0.4], [0.6, 0.3, 0.1]))


def test_weights_of_some_levels_leave_all_others(table_source: Callable[..., Source], open_: Open) -> None:
    found = asked(opened(table_source, open_), NOW, weights={"x": {"p": 1, "q": 3}})
    # x with p and with q have 0.4 together; y is not spoken of.
    assert found == pytest.approx(np.array([[0.5, 0.0, 0.1, 0.0], [0.3, 0.1, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))


def test_zeros_that_leave_no_room_for_a_margin_are_told(table_source: Callable[..., Source], open_: Open) -> None:
    study = opened(table_source, open_, "factors: {b: {role: keep}}")
    with pytest.raises(
        ConflictsError, match=r"no room for the share of `r` that `b` has by itself\. Give that"
    ) as caught:
        asked(study, NOW, weights=[[1, 2, 0], [4, 5, 0]])
    assert caught.value.conflicts[0].controls == (named("pair a × b"), named("keep b"))


def test_combinations_that_no_row_would_have(table_source: Callable[..., Source], open_: Open) -> None:
    with pytest.raises(InputError, match="no row would have any of the combinations in its table"):
        asked(opened(table_source, open_), NOW, weights={"x": {"r": 1}})


def test_a_side_may_be_a_definition(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "factors: {windy: {role: derive, expression: wind > 10}}")
    side = side_of(study, "windy", "Pair `windy × origin`")
    assert (side.size, side.labels) == (3, ("false", "true", "missing"))
    assert side.feature is not None
    assert side.feature.columns == ("wind",)
