"""Sizes of pairwise covering arrays as published: PICT's column at https://www.pairwise.org/efficiency.html.

An array may be at most 10 % larger than PICT's. 3^4 has nine rows in every column, the fewest that can be.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from trimtab.core.maths.covering import covering_array


@pytest.mark.parametrize(
    ("sizes", "pict"),
    [
        ([3] * 4, 9),
        ([3] * 13, 18),
        ([4] * 15 + [3] * 17 + [2] * 29, 37),
        ([4] + [3] * 39 + [2] * 35, 27),
        ([2] * 100, 15),
        ([10] * 20, 210),
    ],
    ids=["3^4", "3^13", "4^15 3^17 2^29", "4^1 3^39 2^35", "2^100", "10^20"],
)
def test_pairwise_sizes(sizes: list[int], pict: int) -> None:
    rows = covering_array(sizes)
    for i, j in combinations(range(len(sizes)), 2):
        pairs = np.unique(rows[:, i] * sizes[j] + rows[:, j])
        assert np.array_equal(pairs, np.arange(sizes[i] * sizes[j]))
    assert len(rows) <= 1.1 * pict
