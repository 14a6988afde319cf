"""Where numbers and dates are cut: covered from end to end, round, readable, never more than forty bins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.source.edges import MAX_BINS, bin_width, number_edges, quantiles, round_step, time_edges

DAY = 86_400_000_000
Y2013 = 15_706 * DAY


def distinct(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(np.asarray(values, dtype=np.float64), return_counts=True)


def cut(values: np.ndarray, *, whole: bool = False) -> list[float]:
    return number_edges(*distinct(values), whole=whole)


def shares(values: np.ndarray, edges: list[float]) -> np.ndarray:
    return np.histogram(values, edges)[0] / len(values)


def moments(*texts: str) -> list[float]:
    return [float(np.datetime64(text, "us").astype(np.int64)) for text in texts]


def test_equal_round_bins_where_the_data_reach_evenly() -> None:
    values = np.random.default_rng(0).uniform(0.3, 99.2, 5000)
    edges = cut(values)
    assert edges == list(range(0, 101, 10))


def test_edges_carry_no_noise_of_binary_fractions() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.1, 5000)
    assert all(edge == round(edge, 3) for edge in cut(values))


def test_a_heavy_tail_gets_wider_bins_and_the_body_stays_readable() -> None:
    rng = np.random.default_rng(0)
    delays = np.concatenate([rng.normal(-3, 5, 200_000), rng.exponential(40, 120_000), [-43, 1301]]).round()
    edges = cut(delays, whole=True)
    widths = np.diff(edges)
    assert len(widths) <= MAX_BINS
    assert edges[0] <= -43
    assert 1301 <= edges[-1] <= 1500
    assert shares(delays, edges).max() < 1 / 3
    assert widths[-1] >= 10 * widths.min()
    body = np.flatnonzero(widths == np.median(widths))
    assert shares(delays, edges)[body].sum() > 0.9
    assert all(edge == int(edge) for edge in edges)


@pytest.mark.parametrize("sigma", [1, 2, 3])
def test_over_orders_of_magnitude_no_bin_hides_half_of_the_rows(sigma: float) -> None:
    values = np.random.default_rng(0).lognormal(0, sigma, 20_000)
    assert shares(values, cut(values)).max() < 0.5


def test_an_atom_does_not_decide_the_width() -> None:
    rng = np.random.default_rng(0)
    rest = rng.exponential(1, 10_000)
    edges = cut(np.concatenate([np.zeros(90_000), rest]))
    assert edges[:3] == [0, 0.25, 0.5]
    assert shares(rest, edges).max() < 1 / 3


def test_one_sentinel_does_not_hide_the_rest() -> None:
    values = np.append(np.random.default_rng(0).normal(0, 1, 5000), 1e308)
    edges = cut(values)
    assert edges[-1] == 1e308
    assert shares(values, edges).max() < 1 / 3


def test_two_far_clusters() -> None:
    rng = np.random.default_rng(0)
    edges = cut(np.concatenate([rng.normal(0, 0.1, 5000), rng.normal(1000, 0.1, 5000)]))
    assert len(edges) - 1 <= MAX_BINS


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=80, unique=True),
    st.booleans(),
)
def test_any_numbers_are_covered_by_rising_edges(values: list[float], whole: bool) -> None:
    numbers = np.unique(np.round(values) if whole else values)
    counts = np.random.default_rng(len(values)).integers(1, 1000, len(numbers))
    edges = number_edges(numbers, counts, whole=whole)
    assert 2 <= len(edges) <= MAX_BINS + 1
    assert all(low < high for low, high in pairwise(edges))
    assert edges[0] <= numbers[0] <= numbers[-1] <= edges[-1]
    assert np.isfinite(edges).all()
    if whole:
        assert all(edge == int(edge) for edge in edges)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999), min_size=1, max_size=80, unique=True))
def test_any_moments_are_covered_by_rising_edges(values: list[int]) -> None:
    numbers, counts = distinct(np.array(values))
    edges = time_edges(numbers, counts)
    assert 2 <= len(edges) <= MAX_BINS + 1
    assert all(low < high for low, high in pairwise(edges))
    assert edges[0] <= numbers[0] <= numbers[-1] <= edges[-1]


def test_a_year_of_hours_is_cut_at_months() -> None:
    values = Y2013 + np.random.default_rng(0).integers(0, 8760, 30_000) * 3_600_000_000
    months = [f"2013-{month:02}-01" for month in range(1, 13)]
    assert time_edges(*distinct(values)) == moments(*months, "2014-01-01")


def test_weeks_begin_on_monday() -> None:
    values = Y2013 + np.arange(140) * DAY
    edges = time_edges(*distinct(np.repeat(values, 200)))
    assert edges[:2] == moments("2012-12-31", "2013-01-07")


def test_a_far_date_for_never_gets_a_bin_of_its_own() -> None:
    values = np.append(Y2013 + np.random.default_rng(0).integers(0, 3650, 30_000) * DAY, moments("9999-12-31"))
    edges = time_edges(*distinct(values))
    assert edges[0] == moments("2013-01-01")[0]
    assert shares(values, edges).max() < 0.1
    assert edges[-1] >= values.max()


def test_centuries_begin_in_years_with_round_numbers() -> None:
    values = np.random.default_rng(0).integers(-171_661, 2_932_896, 3000) * DAY
    assert time_edges(*distinct(values))[:2] == moments("1500-01-01", "2000-01-01")


def test_below_a_second() -> None:
    edges = time_edges(*distinct(np.random.default_rng(0).integers(0, 1_000_000, 3000)))
    assert edges == [i * 100_000.0 for i in range(11)]


def test_round_step_for_whole_numbers() -> None:
    assert [float(round_step(width, True)) for width in (0.2, 2.4, 24, 70)] == [1, 2, 25, 50]


def test_bin_width_is_the_wider_of_freedman_diaconis_and_doane() -> None:
    rng = np.random.default_rng(0)
    for values in (rng.normal(0, 1, 200), rng.exponential(1, 20_000), rng.uniform(0, 1, 30)):
        expected = max(
            np.diff(np.histogram_bin_edges(values, bins=rule))[0] for rule in ("fd", "doane")
        )  # numpy rounds the number of bins up, so its bins are narrower by less than one in that number
        bins = np.ptp(values) / expected
        assert bin_width(*distinct(values)) == pytest.approx(expected, rel=1.5 / bins)


def test_quantiles_are_values_of_the_data() -> None:
    assert quantiles(np.array([1.0, 2, 10]), np.array([2, 1, 1]), (0.0, 0.5, 0.51, 0.75, 1.0)) == [1, 1, 2, 2, 10]
