"""A division of whole numbers by zero: which rows, and a form that works."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.errors import InputError
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]
COLUMNS: dict[str, list[object]] = {"x": [7, 8, 9, 10] * 25, "y": [0, 1, 2, 0] * 25}


@pytest.mark.parametrize(
    ("said", "shown"), [("x // y", "//"), ("mod(x, y)", "mod|%"), ("x % y", "%"), ("x // (y * 2)", "//")]
)
def test_the_rows_are_counted_and_the_advice_can_be_followed(
    table_source: Callable[..., Source], open_: Open, said: str, shown: str
) -> None:
    source = table_source(COLUMNS)
    with pytest.raises(InputError, match=f"({shown}).*is 0 in 50 of 100 rows") as caught:
        project(open_(source, f'rules: ["{said} >= 0"]'))
    assert "TRY" not in str(caught.value)
    assert "Write CASE WHEN " in str(caught.value)
    divisor = "y * 2" if "*" in said else "y"
    project(open_(source, f'rules: ["CASE WHEN {divisor} <> 0 THEN {said} END >= 0"]'))
