"""The supplement in closed form: source counts 700, 200, 80, 20 and shares .4, .3, .2, .1.

By hand: 700 / .4 = 1750 rows in all are the fewest, so 750 more, 0, 325, 270 and 155 of them. With 500 rows the first
code keeps 700 of 1500, .46667 instead of .4, and the others share the rest in proportion: total variation .06667.
"""

from __future__ import annotations

import numpy as np
import pytest

from trimtab.core.projection.solver.supplement import closest_mix, residual, smallest_supplement

COUNTS = np.array([700, 200, 80, 20])
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def test_the_fewest_rows_and_what_they_are() -> None:
    rows, binding = smallest_supplement(COUNTS, SHARES)
    assert (rows, binding) == (750, 0)
    assert COUNTS.sum() + 750 == 1750
    assert residual(COUNTS, SHARES, 750) * 750 == pytest.approx([0, 325, 270, 155], abs=1e-9)
    assert closest_mix(COUNTS, SHARES, 750) == pytest.approx([0, 325, 270, 155], abs=1e-9)


def test_with_500_rows() -> None:
    assert residual(COUNTS, SHARES, 500)[0] < 0
    mix = closest_mix(COUNTS, SHARES, 500)
    assert mix == pytest.approx([0, 200, 560 / 3, 340 / 3], abs=1e-9)
    assert np.abs((COUNTS + mix) / 1500 - SHARES).sum() / 2 == pytest.approx(1 / 15, abs=1e-12)
