"""Equations: in the fewest digits that keep every row, in decimals, and not between coarse or copied columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from trimtab.core.relations.equation import Equation
from trimtab.core.relations.finding import count
from trimtab.core.relations.formulas.of_one import _line

Texts = Callable[[Mapping[str, Any] | str], list[str]]
RANDOM = np.random.default_rng(12)
A, B, C, D = (RANDOM.integers(1, 500, 2000) for _ in range(4))


@pytest.mark.parametrize(
    ("columns", "holds"),
    [
        ({"a": A, "b": B, "c": C, "total": A + B + C}, "total = a + b + c"),
        ({"a": A, "b": B, "c": C, "rest": A + B - C}, "rest = a + b - c"),
        ({"price": A / 100, "pieces": B, "due": A * B / 100}, "due = price * pieces"),
        ({"miles": A / 10, "km": np.round(A / 10 * 1.609344, 1)}, "miles = 0.6214 * km, to ±0.05"),
        ({"x": A / 7, "square": (A / 7) ** 2}, "x = sqrt(square)"),
        ({"wage": A / 4 + 1, "lwage": np.log(A / 4 + 1)}, "lwage = ln(wage)"),
        ({"share": A / 500, "other": 1 - A / 500}, "other = 1 - share"),
        ({"a": A, "b": B, "ratio": np.round(A / B, 2)}, "ratio = a / b, to ±0.005"),
    ],
)
def test_formulas(texts: Texts, columns: dict[str, np.ndarray], holds: str) -> None:
    found = [text for text in texts(columns) if "=" in text]
    assert len(found) == 1
    assert found[0] == holds


def test_sums_of_copies_are_told_once(texts: Texts) -> None:
    found = texts({"a": A, "b": B, "again": 2 * A, "sum": A + B, "more": A + B + D, "d": D})
    assert sorted(text for text in found if "=" in text) == ["again = 2 * a", "more = sum + d", "sum = a + b"]


def test_a_coarse_side_fits_no_line(texts: Texts) -> None:
    day = RANDOM.integers(1, 183, 3000)
    assert not [one for one in texts({"day": day, "month": np.round(0.0326 * day + 0.57)}) if "=" in one]


def test_missing_values_are_no_exceptions(texts: Texts) -> None:
    gaps = RANDOM.random(2000) < 0.2
    columns = {"a": pa.array(A, mask=gaps), "b": pa.array(B), "sum": pa.array(A + B, mask=gaps)}
    assert texts(columns) == ["sum = a + b", "a and sum are missing in the same rows"]


def test_a_logarithm_of_nothing_is_not_tested(tmp_path: Any) -> None:
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": [0.0, 1.0, -1.0, 10.0], "y": [0.0, 0.0, 0.0, 2.0]}), file)
    relation = Equation(equation="y = ln(x)")
    assert count(file, [relation], {"x": "continuous", "y": "continuous"}) == [(2, 1)]


@pytest.mark.parametrize(
    ("equation", "told"),
    [
        ("a + b", "must be `column = expression over other columns`, got `a \\+ b`"),
        ("a = a + 1", "must compute `a` from other columns"),
        ("a = ", "must be `column = expression"),
    ],
)
def test_what_is_no_equation_is_refused(equation: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Equation(equation=equation)


def test_lines_read_as_people_write_them() -> None:
    assert _line("x", -2.0, 1.5) == "-2 * x + 1.5"
