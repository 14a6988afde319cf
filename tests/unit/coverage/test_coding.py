"""Codes are the positions of levels: what the source has, what only another file has, and what is no level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trimtab.core.counting import batches
from trimtab.core.counting import levels as coding
from trimtab.core.counting.levels import code_rows, declared_levels, occurring_levels, widened
from trimtab.core.errors import InputError
from trimtab.core.source.axes import default_axis
from trimtab.core.source.columns import Column, read_columns
from trimtab.core.source.spool import Source

Make = Callable[[dict[str, list[object]]], Source]


def columns_of(source: Source) -> dict[str, Column]:
    return read_columns(source)


def test_every_kind_and_missing(table_source: Make) -> None:
    source = table_source(
        {
            "code": [0, 2, None, 2],
            "amount": [0.5, None, 1.5, 0.5],
            "flag": [True, False, True, None],
            "day": [date(2020, 1, 1), None, date(2020, 1, 3), date(2020, 1, 1)],
            "name": ["b", "a", "b", None],
            "full": ["x", "y", "x", "x"],
        }
    )
    levels = [occurring_levels(column) for column in columns_of(source).values()]
    coded = code_rows(source, levels)
    assert coded.rows == 4
    read = {one.factor: [one.labels[code] for code in coded.codes[one.factor]] for one in levels}
    assert read == {
        "code": ["0", "2", "missing", "2"],
        "amount": ["0.5", "missing", "1.5", "0.5"],
        "flag": ["true", "false", "true", "missing"],
        "day": ["2020-01-01", "missing", "2020-01-03", "2020-01-01"],
        "name": ["b", "a", "b", "missing"],
        "full": ["x", "y", "x", "x"],
    }
    assert levels[-1].labels == ("x", "y")  # missing is a level only where it occurs


def test_batches_give_the_same_codes(flights: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = columns_of(flights)
    names = ["dest", "temp", "cancelled", "dep_delay"]
    levels = [occurring_levels(columns[name]) for name in names]
    monkeypatch.setattr(batches, "BATCH_ROWS", 10_000)
    coded = code_rows(flights, levels)
    for one in levels:
        column = columns[one.factor]
        expected = one.codes_of(column.values)[column.codes]
        assert np.array_equal(coded.codes[one.factor], expected)
        assert len(one.labels) == one.size == len(np.unique(expected))


def test_numbers_lie_on_their_axis_and_empty_bins_are_left_out(flights: Source) -> None:
    column = columns_of(flights)["dep_delay"]
    axis = default_axis(column)
    counts = axis.histogram(column)
    assert declared_levels(axis, column).size == axis.size + 1
    assert occurring_levels(column).size == np.count_nonzero(counts)


def test_categories_keep_their_levels_up_to_a_limit(table_source: Make) -> None:
    source = table_source(
        {
            "many": [f"level {i}" for i in range(coding.MAX_OWN_LEVELS)] + ["level 0"],
            "too_many": [f"level {i}" for i in range(coding.MAX_OWN_LEVELS + 1)],
        }
    )
    columns = columns_of(source)
    assert occurring_levels(columns["many"]).size == coding.MAX_OWN_LEVELS
    few = occurring_levels(columns["too_many"])
    assert (few.size, few.labels[-1]) == (41, "other levels (961)")
    assert code_rows(source, [few]).codes["too_many"].max() == 40


def test_a_value_between_two_points_is_outside(table_source: Make, tmp_path: Path) -> None:
    source = table_source({"x": [0, 2, 2], "s": ["a", "b", "b"]})
    levels = [occurring_levels(column) for column in columns_of(source).values()]
    other = tmp_path / "other.csv"
    other.write_text("x,s\n0,a\n1,c\n2,\n,b\n3,b\n")
    coded = code_rows(other, levels)
    assert coded.codes["x"].tolist() == [0, 2, 1, 2, 2]
    assert coded.codes["s"].tolist() == [1, 2, 2, 0, 0]


def test_levels_that_only_another_set_has(table_source: Make, tmp_path: Path) -> None:
    source = table_source({"x": [0, 2, 2], "y": [1.5, 1.5, None], "s": ["a", "b", "b"], "none": [None, None, None]})
    levels = [declared_levels(default_axis(column), column) for column in columns_of(source).values()]
    other = tmp_path / "other.csv"
    other.write_text("x,y,s,none\n1,0.5,d,\n5,2.5,c,\n0,,a,\n")
    wide = widened(levels, [other])
    assert [one.labels for one in wide] == [
        ("0", "1", "2", "5"),
        ("0.5", "1.5", "2.5", "missing"),
        ("b", "a", "c", "d"),
        ("missing",),
    ]
    assert code_rows(other, wide).codes["x"].tolist() == [1, 3, 0]
    assert widened(wide, [other, source]) == wide


def test_intervals_grow_by_a_bin_at_their_ends(flights: Source, tmp_path: Path) -> None:
    column = columns_of(flights)["temp"]
    levels = declared_levels(default_axis(column), column)
    other = tmp_path / "other.csv"
    other.write_text("temp\n-40\n50\n140\n")
    (wide,) = widened([levels], [other])
    assert wide.axis.edges[0] == -40
    assert wide.axis.edges[-1] == 140
    assert wide.size == levels.size + 2
    codes = code_rows(other, [wide]).codes["temp"]
    assert (codes[0], codes[2]) == (0, wide.axis.size - 1)


def test_a_set_that_lacks_a_factor(table_source: Make, tmp_path: Path) -> None:
    levels = [occurring_levels(column) for column in columns_of(table_source({"x": [0, 2, 2]})).values()]
    (tmp_path / "other.csv").write_text("xx,y\n0,1\n")
    with pytest.raises(InputError, match=r"other.csv: there is no factor `x`. Did you mean `xx`\? Known: xx, y"):
        code_rows(tmp_path / "other.csv", levels)
    with pytest.raises(InputError, match=r"other.csv: there is no factor `x`"):
        widened(levels, [tmp_path / "other.csv"])
