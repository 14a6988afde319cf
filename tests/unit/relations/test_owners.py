"""Owners, to whom several rows belong, are told: those of a key, and those that are called so."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from trimtab.core.relations.owners import owners_of
from trimtab.core.relations.union import relation_of
from trimtab.core.source.columns import Column, encode


def columns(**values: list[Any]) -> dict[str, Column]:
    return {name: encode(name, pa.chunked_array([pa.array(one)]), None) for name, one in values.items()}


def told(found: dict[str, Column], *relations: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(one.factor, one.owners, one.rows) for one in owners_of(found, [relation_of(one) for one in relations])]


def test_what_is_called_so_and_has_several_rows() -> None:
    table = columns(
        customer_id=[i // 5 for i in range(200)],
        patient=[f"P{i}" for i in range(200)],  # one row each
        order=["express" if i % 3 else "slow" for i in range(200)],  # two kinds
        amount=[float(i % 11) for i in range(200)],
    )
    assert told(table) == [("customer_id", 40, 200)]


def test_of_a_key_the_text_with_most_values() -> None:
    table = columns(place=[f"town {i // 4}" for i in range(200)], year=[i % 4 for i in range(200)])
    assert told(table, {"key": ("place", "year")}) == [("place", 50, 200)]
    assert told(table, {"order": ("place", "year")}) == []


def test_of_a_key_what_is_called_so_however_many_days_there_are() -> None:
    table = columns(id=[i // 4 for i in range(200)], day=[i % 4 + 4 * i for i in range(200)])
    assert told(table, {"key": ("id", "day")}) == [("id", 50, 200)]
    shop = columns(shop=[f"S{i % 9}" for i in range(200)], day=[i // 3 for i in range(200)])
    assert told(shop, {"key": ("shop", "day")}) == [("shop", 9, 200)]


def test_dates_as_texts_are_no_owners() -> None:
    table = columns(date=[f"2024-01-{1 + i // 8:02d}" for i in range(200)], code=[f"K{i % 8}" for i in range(200)])
    assert told(table, {"key": ("date", "code")}) == [("code", 8, 200)]


def test_of_two_texts_alike_nobody_knows() -> None:
    table = columns(one=[f"a{i // 20}" for i in range(200)], other=[f"b{i % 10}" for i in range(200)])
    assert told(table, {"key": ("one", "other")}) == []


def test_what_is_not_kept_is_said() -> None:
    (owner,) = owners_of(columns(user=[i // 2 for i in range(100)]), [])
    assert owner.text == (
        "Each user has several rows: 100 rows of 50. Rows are made one by one, so how many one has, their order and "
        "what they add up to are not kept."
    )
