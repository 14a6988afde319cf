"""Rows that go back, so that bins keep about the rows they began with."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.sampling.shares import SLACK, rows_going_back


def test_a_bin_that_lost_rows_to_another_gets_them_back() -> None:
    before = np.repeat([0, 1, 2], [400, 400, 400])
    drawn = before.copy()
    drawn[:100] = 2
    back = rows_going_back(before, drawn, np.ones(1200, dtype=bool), 3)
    # Of 100 rows 0.4 · √400 = 8 are what chance does.
    assert back.sum() == 92
    assert np.flatnonzero(back).max() < 100


def test_rows_that_were_not_changed_stay_and_chance_is_let_be() -> None:
    before, drawn = np.zeros(100, dtype=np.int64), np.ones(100, dtype=np.int64)
    assert not rows_going_back(before, drawn, np.zeros(100, dtype=bool), 2).any()
    drawn[4:] = 0
    assert not rows_going_back(before, drawn, np.ones(100, dtype=bool), 2).any()


def test_a_way_round_over_a_third_bin_is_found() -> None:
    # 0 lost to 1, and 1 to 2: no row went from 0 to 2, which won. 0.4 · √900 = 12.
    before, drawn = np.repeat([0, 1, 2], [900, 900, 900]), np.repeat([0, 1, 2], [900, 900, 900])
    drawn[:200], drawn[900:1100] = 1, 2
    back = rows_going_back(before, drawn, np.ones(2700, dtype=bool), 3)
    counts = np.bincount(np.where(back, before, drawn), minlength=3)
    # Each bin may lack what chance does, and the third has what both others lack.
    assert counts.tolist() == [888, 888, 924]


@given(st.data())
def test_no_bin_is_further_off_than_before(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 300))
    before, drawn = (np.array(data.draw(st.lists(st.integers(0, 4), min_size=rows, max_size=rows))) for _ in range(2))
    changed = np.array(data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows)))
    back = rows_going_back(before, drawn, changed, 5)
    began = np.bincount(before, minlength=5)
    off = [
        np.abs(np.bincount(one, minlength=5) - began).sum()
        for one in (np.where(changed, drawn, before), np.where(changed & ~back, drawn, before))
    ]
    assert off[1] <= off[0] + 2 * int((SLACK * np.sqrt(began)).sum())
