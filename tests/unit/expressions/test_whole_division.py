"""`//` divides whole numbers, whatever they are stored as; of others it is refused, for it would keep the fraction."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from trimtab.core.errors import InputError
from trimtab.core.expressions import parse_predicate, parse_scalar
from trimtab.core.expressions.evaluate import evaluate

KINDS = {"n": "count", "m": "count", "x": "continuous"}


@pytest.mark.parametrize("type_", [pa.int8(), pa.int64(), pa.float32(), pa.float64()])
def test_whole_numbers_are_divided_whatever_they_are_stored_as(type_: pa.DataType) -> None:
    table = pa.table({"n": pa.array([7, 12, -7, None], type_), "m": pa.array([5, 5, 2, 2], type_)})
    found = parse_scalar("n // m", KINDS, owner="Factor")
    assert found.whole
    (values,) = evaluate([found.sql], table, owner="Factor")
    assert values.to_pylist() == [1, 2, -3, None]
    (values,) = evaluate([parse_scalar("n // 5 + n", KINDS, owner="Factor").sql], table, owner="Factor")
    assert values.to_pylist() == [8, 14, -8, None]


@pytest.mark.parametrize("text", ["x // 10", "n // 2.5", "(n + x) // 2", "10 // x"])
def test_of_others_another_form_is_offered(text: str) -> None:
    offered = f"Write floor({text.replace('//', '/')})."
    with pytest.raises(InputError, match=rf"// is for whole numbers.*{re.escape(offered)}"):
        parse_scalar(text, KINDS, owner="Factor")
    with pytest.raises(InputError, match="Write floor"):
        parse_predicate(f"{text} = 3", KINDS, owner="Event")
