"""Wilson's interval against the figures of Newcombe (1998), Statistics in Medicine 17, 857–872, table I, method 3."""

from __future__ import annotations

import pytest

from trimtab.core.source.intervals import wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombe_1998(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=0.00005)


def test_more_confidence_is_wider_and_no_trial_says_nothing() -> None:
    narrow, wide = wilson(15, 148, 0.9), wilson(15, 148, 0.99)
    assert wide[0] < narrow[0] < 15 / 148 < narrow[1] < wide[1]
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [((5, 4), "between 0 and trials"), ((-1, 4), "between 0 and trials"), ((1, 4, 1.0), "confidence must lie between")],
)
def test_impossible_counts(arguments: tuple[int, int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        wilson(*arguments)
