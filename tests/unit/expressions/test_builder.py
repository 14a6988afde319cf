"""Conditions as rows of a form, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.errors import InputError
from trimtab.core.expressions import Condition, Predicate, build_predicate, parse_predicate

KINDS = {
    "visib": "continuous",
    "hour": "count",
    "origin": "categorical",
    "late": "boolean",
    "moment": "datetime",
    "wind gust": "continuous",
}


def parse(text: str) -> Predicate:
    return parse_predicate(text, KINDS, owner="Event `fog`")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("visib < 2", [Condition("visib", "<", 2)]),
        (
            "(2.5 >= visib) and hour in (1, -2) AND origin <> 'O''Hare'",
            [Condition("visib", "<=", 2.5), Condition("hour", "in", (1, -2)), Condition("origin", "!=", "O'Hare")],
        ),
        ("late AND NOT late", [Condition("late", "=", True), Condition("late", "=", False)]),
        ("late = false AND visib IS NULL", [Condition("late", "=", False), Condition("visib", "is null")]),
        ("hour BETWEEN 6 AND 9", [Condition("hour", "between", (6, 9))]),
        ("origin NOT IN ('LGA')", [Condition("origin", "not in", ("LGA",))]),
        ('"wind gust" IS NOT NULL', [Condition("wind gust", "is not null")]),
        ("moment >= TIMESTAMP '2013-05-31 10:00'", [Condition("moment", ">=", "2013-05-31 10:00")]),
    ],
)
def test_an_and_of_plain_conditions_is_rows_of_a_form(text: str, rows: list[Condition]) -> None:
    assert parse(text).builder_rows() == rows
    assert parse(build_predicate(rows)).builder_rows() == rows


@pytest.mark.parametrize(
    "text",
    [
        *("late OR visib < 2", "NOT visib < 2", "visib < hour", "abs(visib) < 2", "origin LIKE 'L%'"),
        *("visib NOT BETWEEN 1 AND 2", "visib IN (1, NULL)", "visib = NULL", "late IS TRUE", "visib < 1 + 1"),
    ],
)
def test_anything_else_is_no_form(text: str) -> None:
    assert parse(text).builder_rows() is None


def test_build_predicate_quotes_names_and_texts() -> None:
    rows = [Condition('a "b"', "=", "x' OR '1'='1"), Condition("select", ">", 1.5), Condition("hour", "=", True)]
    name, text = '"a ""b"""', "'x'' OR ''1''=''1'"
    assert build_predicate(rows) == f'{name} = {text} AND "select" > 1.5 AND hour = true'


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Condition("x", "=>", 1), "Condition on `x`: unknown operator `=>`"),
        (lambda: Condition("x", "between", (1,)), r"`between` does not take the value \(1,\)"),
        (lambda: Condition("x", "between", (1, 2, 3)), "`between` does not take"),
        (lambda: Condition("x", "between", 1), "`between` does not take"),
        (lambda: Condition("x", "in", ()), r"`in` does not take the value \(\)"),
        (lambda: Condition("x", "in"), "`in` does not take the value None"),
        (lambda: Condition("x", "<"), "`<` does not take the value None"),
        (lambda: Condition("x", "<", (1,)), "`<` does not take"),
        (lambda: Condition("x", "is null", 3), "`is null` does not take the value 3"),
        (lambda: build_predicate([]), "needs at least one condition"),
        (lambda: build_predicate([Condition("x", "<", float("inf"))]), "needs a finite number"),
    ],
)
def test_rows_that_say_nothing_are_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build()
