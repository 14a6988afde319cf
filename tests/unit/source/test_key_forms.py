"""New keys have the form of a column's own, and differ from all of them and from each other; measures have no form."""

from __future__ import annotations

import re
import uuid
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.source.columns import Column, encode
from trimtab.core.source.key_forms import KeyForm, form_of


def column(values: Any, type_: pa.DataType | None = None) -> Column:
    return encode("key", pa.chunked_array([pa.array(values, type_)]), None)


def form(values: Any, type_: pa.DataType | None = None) -> KeyForm:
    found = form_of(column(values, type_))
    assert found is not None
    return found


def first(values: Any, count: int = 3) -> list[Any]:
    return form(values).keys(np.arange(count)).to_pylist()


def test_numbers_go_on() -> None:
    assert first([7, 9, 8]) == [10, 11, 12]
    assert first(["T001", "T999", "T500"]) == ["T1000", "T1001", "T1002"]
    assert first(["c1", "c10", "c9"]) == ["c11", "c12", "c13"]
    assert first(["0098", "0097", "0001"]) == ["0099", "0100", "0101"]


def test_they_have_the_type_of_the_column() -> None:
    assert form([1, 2], pa.int16()).keys(np.arange(2)).type == pa.int16()
    assert form([1.0, 2.0, None]).keys(np.arange(2)).to_pylist() == [3.0, 4.0]
    assert form([1, 120], pa.int8()).room == 7
    assert form([1, 250], pa.uint8()).room == 5
    assert form([1, 127], pa.int16()).room == 2**15 - 1 - 127


def test_numbers_that_no_float_holds_are_exact() -> None:
    last = 2**60 + 1
    assert first([last - 2, last - 1, last], 2) == [last + 1, last + 2]
    assert form_of(column([2**63 - 1, 5])) is None


def test_a_character_stands_where_it_stood() -> None:
    random = Random(4)
    own = [f"{random.choice('AB')}-{random.randrange(10**5):05d}{random.choice('xyz')}" for _ in range(300)]
    made = first(own, 5000)
    assert all(re.fullmatch(r"[AB]-\d{5}[xyz]", one) for one in made)
    assert len(set(made) | set(own)) == 5000 + len(set(own))


def test_a_uuid_keeps_its_version() -> None:
    random = Random(4)
    own = [str(uuid.UUID(int=random.getrandbits(128), version=4)) for _ in range(300)]
    made = [uuid.UUID(one) for one in first(own, 2000)]
    assert len(set(made)) == 2000
    assert {(one.version, one.variant) for one in made} == {(4, uuid.RFC_4122)}


@pytest.mark.parametrize(
    "values",
    [
        ["France", "Peru", "Chad"],
        ["USA", "PER", "CHA"],
        ["A1-B", "A1-C", "A2-B"],  # not many more of them than there are
        [f"2024-0{1 + i % 9}-1{i % 7}" for i in range(60)],  # dates as texts
        [f"{1 + i % 28}.{1 + i % 12}.20{10 + i % 60} 12:00" for i in range(60)],
        [1.5, 2.5, 3.25],
        [True, False],
        [None, None],
    ],
)
def test_names_and_measures_have_no_form(values: list[Any]) -> None:
    assert form_of(column(values)) is None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text("abc0123456789", min_size=7, max_size=7), min_size=30, max_size=60, unique=True))
def test_all_that_can_be_made_are_new_and_differ(own: list[str]) -> None:
    found = form_of(column(own))
    if found is not None:
        count = min(found.room, 20_000)
        made = found.keys(np.arange(found.room - count, found.room)).to_pylist()
        assert len(set(made)) == count
        assert set(made).isdisjoint(own)
