"""A number that is typed means the same in every field: as the app writes it, or with a decimal comma."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.ui.conditions.condition_rows import _typed
from trimtab.ui.controls.quantiles import _value
from trimtab.ui.parts.control_rows import read_number

Table = Callable[[dict[str, list[Any]]], Source]
NUMBERS = {"1,000": 1000.0, "12,500.5": 12500.5, "1,5": 1.5, "0,125": 0.125, "10 000": 10000.0, "-2,500": -2500.0}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_means_the_same_in_every_field(table_source: Table, open_: Callable[..., Study], text: str) -> None:
    column = open_(table_source({"miles": [float(i) for i in range(50)]})).columns["miles"]
    found = [_typed(column, text), _value(text), read_number(text, owner="x")]
    assert found == [NUMBERS[text]] * 3
