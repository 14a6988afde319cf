"""What is found in real files: all of what holds, with its evidence, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from trimtab.core.relations.at_hand import KINDS
from trimtab.core.source.spool import Source

Texts = Callable[[Mapping[str, Any] | str], list[str]]


@pytest.mark.parametrize(
    ("file", "holds"),
    [
        ("states.csv", ["st decides state", "state decides st"]),
        (
            "panel.csv",
            [
                "country decides iso",
                "iso decides country",
                "country and year together differ in every row",
                "iso and year together differ in every row",
            ],
        ),
        ("twins.csv", ["fahrenheit = 1.8 * celsius + 32"]),
        ("parts.csv", ["total = yes + no"]),
        ("sum.parquet", ["total = rooms + board"]),
        ("cents.csv", ["gross = net + vat"]),
        ("times.csv", ["start ≤ end"]),
        ("birth.parquet", ["age = floor(date_diff('day', birth, death) / 365.25)"]),
        ("onehot.parquet", ["exactly one of is_a, is_b, is_c, is_d, is_e and is_f is true"]),
        ("rows.csv", ["row differs in every row"]),
        ("income.csv", []),
        ("towns.csv", []),
    ],
)
def test_what_holds_is_found_and_nothing_else(texts: Texts, file: str, holds: list[str]) -> None:
    assert sorted(texts(file)) == sorted(holds)


def test_the_evidence_is_that_of_the_whole_file(find: Any) -> None:
    (total,) = find("parts.csv")
    assert (total.rows, total.exceptions) == (600, 0)
    assert total.surprise > 100
    assert total.relation.factors == ("total", "yes", "no")
    first, _ = find("states.csv")
    assert (first.rows, first.exceptions) == (1000 - 20, 0)  # the first row of each of 20 states can't break it


def test_one_exception_anywhere_is_enough(texts: Texts) -> None:
    generator = np.random.default_rng(3)
    code = generator.integers(0, 30, 30_000)
    name = np.array([f"name {one}" for one in code])
    assert texts({"code": code, "name": name}) == ["code decides name", "name decides code"]
    code[17] = (code[17] + 1) % 30
    assert texts({"code": code, "name": name}) == []


def test_three_exceptions_in_a_million_rows_are_seen(texts: Texts) -> None:
    generator = np.random.default_rng(4)
    rows = 1_000_400
    a, b = generator.integers(0, 1000, rows), generator.integers(0, 1000, rows)
    total = a + b
    assert texts({"a": a, "b": b, "total": total}) == ["total = a + b"]
    total[-3:] += 1
    assert texts({"a": a, "b": b, "total": total}) == ["a ≤ total", "b ≤ total"]


def test_flights_are_cancelled_where_no_delay_is_known(flights: Source) -> None:
    from trimtab.core.relations.finding import find_relations
    from trimtab.core.source.columns import read_columns

    found = find_relations(read_columns(flights), flights)
    assert [one.relation.text for one in found] == ["dep_delay decides cancelled"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_named_as_in_a_design(kind: str) -> None:
    assert kind in KINDS[kind].model_fields


@pytest.mark.parametrize(
    "columns",
    [
        {"x": [1, 1, 1]},
        {"x": [None, 1], "y": [1, None]},
        {"x": ["a"]},
        {"when": np.array(["2020-01-01", "2020-01-02"], "datetime64[us]"), "text": ["a", None]},
    ],
)
def test_tables_too_small_to_tell(texts: Texts, columns: dict[str, Any]) -> None:
    assert texts(columns) == []
