"""Rates, shares and what moves most, in words: nothing is told as equal that is not, and nothing rounded away."""

from __future__ import annotations

import numpy as np
import pytest

from trimtab.core.source.axes import Axis
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.rates import described, in_reality, most_moved, of_rows, rates, rounded_one_in

SIGHT = Axis("visib", "continuous", edges=(0.0, 1.0, 2.0, 5.0, 10.0, 10.0))
MONTH = Axis("month", "count", edges=(1.0, 2.0, 3.0, 4.0, 4.0), points=True)
AGE = Axis("age", "count", edges=(16.0, 25.0, 45.0, 97.0))
DAY = Axis("day", "datetime", edges=(0.0, 86_400e6, 2 * 86_400e6, 3 * 86_400e6))
SEX = Axis("sex", "categorical", levels=("m", "f"))
CARRIER = Axis("carrier", "categorical", levels=("UA", "B6", "EV"), rest=True, hidden=9)


def shares(*parts: float) -> np.ndarray:
    return np.array(parts) / sum(parts)


@pytest.mark.parametrize(
    ("real", "asked", "text"),
    [
        (0.005, 0.05, "from 1 in 200 rows to 1 in 20"),
        (1 / 54, 0.1, "from 1 in 54 rows to 1 in 10"),
        (0.17, 0.1, "from 17 % of the rows to 10 %"),
        (0.04, 0.2, "from 4 % of the rows to 20 %"),
        (0.0003, 0.25, "from 1 in 3,333 rows to 25 % of the rows"),
        (0.25, 0.0003, "from 25 % of the rows to 1 in 3,333"),
        (0.031, 0.075, "from 3.1 % of the rows to 7.5 %"),
        (0.0646, 0.0656, "from 6.5 % of the rows to 6.56 %"),
        (0.05, 0.05, "in 1 in 20 rows, as in reality"),
        (0.0, 0.05, "in 1 in 20 rows, never in reality"),
        (0.0, 1e-6, "in 1 in 1,000,000 rows, never in reality"),
        (0.05, 0.0, "never, in reality in 1 in 20 rows"),
        (0.0, 0.0, "never, as in reality"),
        (0.97, 1.0, "from 97 % of the rows to 100 %"),
    ],
)
def test_a_rate_is_told_from_what_it_is_to_what_it_is_asked_to_be(real: float, asked: float, text: str) -> None:
    assert rates(real, asked).text == text
    assert rates(real, asked).asked in text


def test_without_data_a_rate_is_told_beside_what_was_declared() -> None:
    assert rates(0.005, 0.05, reality="as declared").text == "from 1 in 200 rows as declared to 1 in 20"
    assert rates(0.0, 0.05, reality="as declared").text == "in 1 in 20 rows, never as declared"


@pytest.mark.parametrize("rate", [*np.geomspace(1e-6, 0.1, 200)])
def test_rounded_one_in_n_is_never_far_off(rate: float) -> None:
    text = rounded_one_in(rate)
    if text is not None:
        assert 1 / int(text.removeprefix("1 in ").replace(",", "")) == pytest.approx(rate, rel=0.021)
    else:
        assert rate > 0.02, "only large rates fall between two whole numbers"


@pytest.mark.parametrize("share", [1e-9, 0.00049, 0.05, 0.125, 0.5, 0.994, 0.9999, 1 - 1e-9])
def test_a_percentage_is_right_to_its_digits_at_both_ends(share: float) -> None:
    value = float(rounded_percent(share).removesuffix(" %")) / 100
    assert value == pytest.approx(share, rel=0.006)
    assert 1 - value == pytest.approx(1 - share, rel=0.006)


def test_shares_of_rows() -> None:
    assert [of_rows(x) for x in (0.0, 0.002, 0.03, 0.2, 1.0)] == [
        "no rows",
        "1 in 500 rows",
        "3 % of the rows",
        "20 % of the rows",
        "all rows",
    ]
    assert [in_reality(x, 0.2) for x in (0.0, 0.002, 0.04, 0.2004, 1.0)] == [
        "never",
        "1 in 500",
        "4 %",
        "20.04 %",
        "always",
    ]


def told(axis: Axis, before: np.ndarray, after: np.ndarray, unit: str = "") -> str:
    return most_moved(axis, before, after, unit).text


def test_of_numbers_a_stretch_of_bins_is_told() -> None:
    real = shares(1, 3, 6, 20, 70, 0)
    low = shares(8, 12, 10, 20, 50, 0)
    assert told(SIGHT, real, low, "mi") == "30 % of the rows below 5 mi, in reality 10 %"
    assert told(SIGHT, low, real, "mi") == "70 % of the rows at 10 mi, in reality 50 %"
    assert told(SIGHT, real, shares(1, 3, 36, 20, 40, 0)) == "40 % of the rows below 5, in reality 10 %"
    assert told(MONTH, shares(1, 1, 1, 1, 0), shares(1, 3, 3, 1, 0)) == "75 % of the rows from 2 to 3, in reality 50 %"
    assert told(MONTH, shares(1, 1, 1, 1, 0), shares(0, 0, 0, 1, 0)) == "all rows at 4, in reality 25 %"
    assert told(AGE, shares(2, 6, 2, 0), shares(2, 3, 5, 0)) == "50 % of the rows at 45 or more, in reality 20 %"
    assert told(AGE, shares(2, 6, 2, 0), shares(6, 2, 2, 0)) == "60 % of the rows up to 24, in reality 20 %"
    assert told(DAY, shares(1, 1, 2, 0), shares(3, 1, 0, 0)) == "75 % of the rows before 1970-01-02, in reality 25 %"
    assert told(DAY, shares(3, 1, 0, 0), shares(1, 1, 2, 0)).startswith("50 % of the rows from 1970-01-03 on, never in")


def test_of_levels_those_that_move_most_are_told() -> None:
    assert told(SEX, shares(53, 47, 0), shares(75, 25, 0)) == "75 % of the rows are m, in reality 53 %"
    assert told(SEX, shares(75, 25, 0), shares(53, 47, 0)) == "47 % of the rows are f, in reality 25 %"
    assert told(CARRIER, shares(5, 3, 1, 1, 0), shares(2, 3, 4, 1, 0)) == (
        "40 % of the rows are EV, in reality 10 %; 20 % of the rows are UA, in reality 50 %"
    )
    assert told(CARRIER, shares(5, 4, 0, 1, 0), shares(1, 4, 0, 5, 0)).startswith("50 % of the rows are other levels")


def test_missing_is_told_where_it_is_what_moves() -> None:
    assert told(SEX, shares(1, 1, 0), shares(4, 4, 2)) == "20 % of the rows have no value, never in reality"
    assert told(SIGHT, shares(1, 1, 1, 1, 1, 0), shares(1, 1, 1, 1, 1, 5)) == (
        "50 % of the rows have no value, never in reality"
    )


def test_what_stays_is_said_to_stay() -> None:
    assert told(SEX, shares(1, 1, 0), shares(1, 1, 0)) == "as in reality"
    assert told(SEX, shares(0.5, 0.5, 0), shares(0.501, 0.499, 0)) == "50.1 % of the rows are m, in reality 50 %"


def test_without_data_what_moves_is_told_beside_what_was_declared() -> None:
    moved = most_moved(SEX, shares(1, 1, 0), shares(3, 1, 0), reality="as declared")
    assert moved.text == "75 % of the rows are m, as declared 50 %"
    assert most_moved(SEX, shares(1, 1, 0), shares(1, 1, 0), reality="as declared").text == "as declared"


def test_a_distribution_without_a_reality_is_described() -> None:
    assert described(CARRIER, shares(5, 3, 1, 1, 0)).text == (
        "50 % of the rows are UA; 30 % of the rows are B6; 10 % of the rows are EV"
    )
    text = described(SIGHT, shares(1, 1, 1, 1, 1, 0), "mi").text
    assert text == "all rows from 0 to 10 mi, the middle of them from 2 to 5 mi"


def test_levels_that_no_row_has_any_more_are_named() -> None:
    status = Axis("status", "categorical", levels=("a", "b", "c", "d", "e"))
    real, asked = shares(50, 30, 8, 7, 5, 0), shares(20, 80, 0, 0, 0, 0)
    text = most_moved(status, real, asked).text
    assert text.endswith("; no row is c or d and 1 more, in reality 20 %")
