"""Rows needed to see events of a rate; Wilson's interval is held by its published figures."""

from __future__ import annotations

import pytest

from trimtab.core.source.intervals import rows_needed


def test_what_always_happens_needs_as_many_rows_as_events() -> None:
    assert rows_needed(7, 1.0) == 7


def test_more_confidence_more_events_and_rarer_ones_need_more_rows() -> None:
    base = rows_needed(5, 0.01, 0.9)
    assert base < rows_needed(5, 0.01, 0.99)
    assert base < rows_needed(6, 0.01, 0.9)
    assert base < rows_needed(5, 0.009, 0.9)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ((0, 0.1), "events must be at least 1, got 0"),
        ((1, 0.0), "rate must be more than 0 and at most 1, got 0.0"),
        ((1, 1.5), "rate must be more than 0 and at most 1, got 1.5"),
        ((1, 0.1, 1.0), "confidence must lie between 0 and 1, got 1.0"),
    ],
)
def test_impossible_questions(arguments: tuple[int, float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        rows_needed(*arguments)
