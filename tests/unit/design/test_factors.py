"""Factors: each role has what it needs and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import Normal
from trimtab.core.errors import InputError


def test_a_factor_follows_unless_told_otherwise() -> None:
    assert Factor() == Factor(role="follow")
    assert Factor().held == ()
    assert Factor().edge_numbers is None


def test_held_values_and_edges_as_the_engine_wants_them() -> None:
    assert Factor(role="hold", value=2013).held == (2013,)
    assert Factor(role="hold", value=False).held == (False,)
    assert Factor(role="hold", values=["LGA", "JFK"]).held == ("LGA", "JFK")
    assert Factor(role="hold", value=date(2013, 5, 31)).held == ("2013-05-31",)
    # 3.0 and 3 are one value.
    assert isinstance(Factor(role="hold", value=3.0).value, int)
    assert Factor(edges=[0, 1, 2.5]).edge_numbers == (0, 1, 2.5)
    assert Factor(edges=["1970-01-01", "1970-01-02 00:00:01"]).edge_numbers == (0, 86_401e6)
    assert Factor(edges=[1, 2, 2]).edge_numbers == (1, 2, 2)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"role": "target"}, "role target needs a `target` with a family. Known: .*normal"),
        ({"role": "keep", "target": Normal(mean=0, sd=1)}, "`target` goes with role target, not with role keep"),
        ({"target": Normal(mean=0, sd=1)}, "`target` goes with role target, not with role follow"),
        ({"role": "hold"}, "role hold needs a `value` or a list of `values` "),
        ({"role": "hold", "value": 1, "values": [1]}, "role hold needs .*, not both"),
        ({"role": "hold", "values": []}, "at least 1 item"),
        ({"role": "hold", "values": [1, 1.0]}, r"`values` must differ, got \[1, 1\]"),
        ({"role": "hold", "value": [1]}, "must be one number, text, date, true or false"),
        ({"value": 3}, "`value` goes with role hold, not with role follow"),
        ({"role": "keep", "missing": 0.1}, "`missing` can't be set with role keep"),
        ({"role": "drop", "missing": 0.1}, "`missing` can't be set with role drop"),
        ({"role": "derive"}, "role derive needs an `expression`"),
        ({"role": "derive", "expression": ""}, "at least 1 character"),
        ({"role": "derive", "expression": "a", "missing": 0.1}, "`missing` can't be set with role derive"),
        ({"role": "derive", "expression": "a", "value": 1}, "`value` goes with role hold, not with role derive"),
        (
            {"role": "derive", "expression": "a", "target": Normal(mean=0, sd=1)},
            "`target` goes with role target, not with role derive",
        ),
        ({"expression": "a"}, "`expression` goes with role derive, not with role follow"),
        ({"missing": 1.1}, "less than or equal to 1"),
        ({"missing": -0.1}, "greater than or equal to 0"),
        ({"missing": "10%"}, "valid number"),
        ({"edges": [1]}, "at least 2 items"),
        ({"edges": [1, 3, 2]}, r"`edges` must be ascending .*got 2\.0 after 3\.0"),
        ({"edges": [1, 1, 2]}, r"`edges` must be ascending"),
        ({"edges": [1, "2013-01-01"]}, "`edges` must be all numbers or all dates"),
        ({"edges": [1, float("inf")]}, "must be a number, or a date"),
        ({"kind": "boolean", "edges": [0, 1]}, "`edges` are for numbers and dates, not for kind boolean"),
        (
            {"kind": "categorical", "role": "target", "target": Normal(mean=0, sd=1)},
            "family normal does not suit kind categorical; these do: empirical, categorical, constant",
        ),
        ({"kind": "text"}, "'continuous', 'count', 'categorical', 'boolean' or 'datetime'"),
        ({"unit": ""}, "at least 1 character"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_refuses(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Factor(**fields)


def test_a_derived_factor_may_say_how_it_is_shown() -> None:
    factor = Factor(role="derive", expression="a - b", kind="count", unit="min", edges=[0, 1, 2])
    assert (factor.expression, factor.edge_numbers) == ("a - b", (0, 1, 2))


def test_edges_of_dates_are_dates() -> None:
    dates, numbers = Factor(edges=["2013-01-01", "2013-02-01"]), Factor(edges=[0, 1])
    dates.check_edges("day", "datetime")
    numbers.check_edges("visib", "count")
    Factor().check_edges("visib", "count")
    with pytest.raises(InputError, match=r"^Factor `x`: edges must be numbers for a count factor, got '2013-01-01'\.$"):
        dates.check_edges("x", "count")
    with pytest.raises(InputError, match=r"^Factor `x`: edges must be dates for a datetime factor, got 0\.0\.$"):
        numbers.check_edges("x", "datetime")


def test_true_and_one_are_two_values() -> None:
    assert Factor(role="hold", values=[True, 1]).held == (True, 1)


def test_several_faults_are_told_together() -> None:
    with pytest.raises(
        ValidationError, match=r"`target` goes with .*; `value` goes with .*; `edges` must be ascending"
    ):
        Factor(target=Normal(mean=0, sd=1), value=3, edges=[2, 1])


def test_a_factor_can_not_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Factor().role = "keep"  # type: ignore[misc]
