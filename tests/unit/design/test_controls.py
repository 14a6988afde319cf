"""Events: a condition and one size."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from core.design.controls import Event


@pytest.mark.parametrize("size", [{"rate": 0}, {"rate": 0.05}, {"rate": 1}, {"rows": 0}, {"rows": 1000}])
def test_an_event_has_a_rate_or_rows(size: dict[str, Any]) -> None:
    event = Event(when="visib < 2", **size)
    assert (event.rate, event.rows) == (size.get("rate"), size.get("rows"))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"when": "a"}, "needs a `rate` or a number of `rows`"),
        ({"when": "a", "rate": 0.1, "rows": 3}, "needs a `rate` or a number of `rows`, not both"),
        ({"when": "a", "rate": 1.01}, "less than or equal to 1"),
        ({"when": "a", "rate": -0.1}, "greater than or equal to 0"),
        ({"when": "a", "rate": float("nan")}, "finite"),
        ({"when": "a", "rows": 1.5}, "valid integer"),
        ({"when": "a", "rows": -1}, "greater than or equal to 0"),
        ({"when": "", "rows": 1}, "at least 1 character"),
        ({"rows": 1}, "Field required"),
    ],
)
def test_refuses(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Event(**fields)
