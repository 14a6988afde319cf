"""Coarse levels and model bins: about equal mass, in order, nothing lost."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.grounding.coding import COARSE_LEVELS, MODEL_BINS, POINT_BINS, TAIL_BINS, code_factor
from trimtab.core.source.columns import Column, encode, groups_of


def column(values: object, type_: pa.DataType | None = None) -> Column:
    return encode("x", pa.chunked_array([pa.array(values, type_)]), None)


def test_few_values_are_groups_of_their_own_and_missing_is_one() -> None:
    assert groups_of(column([3.5, 1.5, None, 2.5]), 4).tolist() == [0, 1, 2, 3]
    assert groups_of(column(["a", "b", None]), 2).tolist() == [0, 1, 2]
    assert groups_of(column([None], pa.float64()), 4).tolist() == [0]


def test_many_numbers_are_cut_at_quantiles() -> None:
    groups = groups_of(column(list(range(100))), 4)
    assert groups.tolist() == [0] * 25 + [1] * 25 + [2] * 25 + [3] * 25 + [4]


def test_a_value_of_more_than_its_share_stands_alone() -> None:
    known = column([*range(5), *[5] * 50, *range(6, 51)])
    groups = groups_of(known, 4)
    assert np.count_nonzero(groups == groups[5]) == 1
    assert groups[4] < groups[5] < groups[6]
    assert (np.diff(groups) >= 0).all()


def test_tails_are_split_into_halves() -> None:
    groups = groups_of(column(list(range(1000))), 4, tails=3)
    # The first quarter as an eighth, a sixteenth and the rest; the last one likewise.
    sizes = np.bincount(groups[:-1]).tolist()
    assert sizes == [62, 63, 125, 250, 250, 125, 63, 62] or sizes == [63, 62, 125, 250, 250, 125, 62, 63]


def test_categories_share_a_group_for_the_rest() -> None:
    known = column([letter for i, letter in enumerate("abcdefghij") for _ in range(20 - i)])
    assert groups_of(known, 4).tolist() == [0, 1, 2, *[3] * 7, 4]


@pytest.mark.parametrize("distinct", [1, COARSE_LEVELS, COARSE_LEVELS + 1, POINT_BINS, POINT_BINS + 1, 5000])
def test_codes_are_dense_and_fit_their_types(distinct: int) -> None:
    coding = code_factor(column([*(i / 2 for i in range(distinct)), None]))
    coarse, bins = coding.coarse_of_value, coding.bin_of_value
    assert len(coarse) == len(bins) == distinct + 1
    assert sorted(set(coarse.tolist())) == list(range(coding.sizes[0]))
    assert sorted(set(bins.tolist())) == list(range(coding.sizes[1]))
    assert (coarse[-1], bins[-1]) == (coding.sizes[0] - 1, coding.sizes[1] - 1)
    assert coding.sizes[0] <= COARSE_LEVELS + 1
    assert coding.sizes[1] <= max(POINT_BINS + 1, MODEL_BINS + 2 * TAIL_BINS)


def test_a_hundred_thousand_texts() -> None:
    coding = code_factor(column([f"text {i}" for i in range(100_000)]))
    assert coding.sizes == (COARSE_LEVELS + 1, MODEL_BINS + 1)
    assert np.bincount(coding.coarse_of_value).tolist() == [*[1] * (COARSE_LEVELS - 1), 100_000 - COARSE_LEVELS + 1, 1]
