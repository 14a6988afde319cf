"""Examples of relations: a few real rows, those that tell the most, as texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trimtab.core.relations.union import relation_of
from trimtab.core.shown.examples import examples
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source

Make = Callable[[dict[str, list[Any]]], Source]


def shown(source: Source, most: int = 3, **entry: Any) -> tuple[str, ...]:
    return examples(relation_of(entry), read_columns(source), most)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"determines": ("st", "state")}, ("ME → Maine", "LA → Louisiana")),
        ({"determines": (("st", "no"), "yes")}, ("ME, 2 → 1", "LA, 3 → 2", "ME, 0 → 0")),
        ({"one_of": ("car", "bus")}, ("bus", "car")),
        ({"at_most_one_of": ("car", "wet")}, ("car", "wet", "none of them")),
        ({"equation": "total = yes + no"}, ("3 = 1 + 2", "5 = 2 + 3", "0 = 0 + 0")),
        ({"equation": 'total = 2 * "a b" - 1'}, ("5 = 2 * 2.5 - 1", "3 = 2 * 2 - 1", "0 = 2 * 0.5 - 1")),
        ({"order": ("yes", "no")}, ("1 ≤ 2", "2 ≤ 3", "0 ≤ 0")),
        ({"order": ("yes", "total"), "strict": True}, ("1 < 3", "2 < 5", "0 < 0")),
        ({"missing_together": ("wind", "gust")}, ("1.5, 4", "missing, missing")),
        ({"key": ("st", "total")}, ("LA, 5", "ME, 0", "ME, 3")),
    ],
)
def test_each_kind_shows_what_it_says(table_source: Make, entry: dict[str, Any], told: tuple[str, ...]) -> None:
    source = table_source(
        {
            "st": ["ME", "LA", "ME", "ME", "LA"],
            "state": ["Maine", "Louisiana", "Maine", "Maine", "Louisiana"],
            "yes": [1, 2, 0, 1, 2],
            "no": [2, 3, 0, 2, 3],
            "total": [3, 5, 0, 3, 5],
            "a b": [2.0, 2.5, 0.5, 2.0, 2.5],
            "car": [0, 1, 0, 0, 1],
            "bus": [1, 0, 1, 1, 0],
            "wet": [False, False, True, False, False],
            "wind": [1.5, None, None, 1.5, None],
            "gust": [4.0, None, None, 4.0, None],
        }
    )
    assert set(shown(source, **entry)) == set(told)


def test_dates_are_written_as_everywhere(table_source: Make) -> None:
    import datetime as dt

    days = [dt.datetime(2021, 5, 1 + i, 6) for i in range(4)]
    found = shown(table_source({"day": days, "month": [5] * 4}), parts={"month": "month(day)"})
    assert found[0] == "2021-05-01 06:00:00 → 5"


def test_what_follows_differs_if_it_can(table_source: Make) -> None:
    source = table_source({"a": [1, 1, 1, 2, 2, 3], "b": [0, 0, 0, 0, 0, 7]})
    assert shown(source, most=2, determines=("a", "b")) == ("1 → 0", "3 → 7")


def test_a_long_value_is_cut_not_what_follows_from_it(table_source: Make) -> None:
    source = table_source({"note": ["so " * 50] * 3, "b": [1, 1, 1]})
    assert shown(source, determines=("note", "b")) == (f"{'so ' * 12}so… → 1",)


def test_there_are_as_many_as_asked_for_the_frequent_ones_first(table_source: Make) -> None:
    source = table_source({"a": [1, 2, 2, 3, 3, 3, 4], "b": [5, 6, 6, 7, 7, 7, 8]})
    assert shown(source, most=2, determines=("a", "b")) == ("3 → 7", "2 → 6")


def test_a_missing_value_that_decides_is_shown_last(table_source: Make) -> None:
    source = table_source({"delay": [1, None, 2, 3, 4], "cancelled": [False, True, False, False, False]})
    assert shown(source, determines=("delay", "cancelled")) == ("1 → false", "2 → false", "missing → true")


def test_what_is_rare_is_found_in_a_long_table(table_source: Make) -> None:
    known = [i == 2_999 for i in range(6_000)]
    source = table_source({"a": [1 if one else None for one in known], "b": [2 if one else None for one in known]})
    assert shown(source, order=("a", "b")) == ("1 ≤ 2",)


def test_where_no_row_could_show_it_there_is_none(table_source: Make) -> None:
    source = table_source({"a": [1, None] * 5, "b": [None, 2] * 5})
    assert shown(source, order=("a", "b")) == ()
