"""Uncovered patterns: limits, refusals, and that a factor of 50,000 levels stays within memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.counting.levels import occurring_levels
from trimtab.core.coverage.gaps import patterns
from trimtab.core.coverage.gaps.patterns import find_gaps
from trimtab.core.coverage.gaps.remedy import find_remedy
from trimtab.core.errors import InputError
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source

Make = Callable[[dict[str, list[object]]], Source]


def test_the_cheapest_come_first_then_the_most_general(crashes: Source) -> None:
    columns = read_columns(crashes)
    gaps = find_gaps(crashes, [occurring_levels(columns[n]) for n in ("dvcat", "dead", "injSeverity")], 50)
    ranks = [(one.rows_to_close, one.level) for one in gaps]
    assert ranks == sorted(ranks)
    assert len(ranks) > 10
    assert sum(gaps.by_level.values()) == len(gaps)
    assert any(one.levels.get("injSeverity") == "missing" for one in gaps)


def test_one_factor(crashes: Source) -> None:
    columns = read_columns(crashes)
    gaps = find_gaps(crashes, [occurring_levels(columns["injSeverity"])], 200)
    assert [(one.levels, one.count, one.rows_to_close) for one in gaps] == [
        ({"injSeverity": "missing"}, 153, 47),
        ({"injSeverity": "5"}, 133, 67),
        ({"injSeverity": "6"}, 2, 198),
    ]


def test_50_000_levels(table_source: Make) -> None:
    n = 100_000
    source = table_source({"tail": [f"N{i // 2}" for i in range(n)], "side": [i % 2 for i in range(n)]})
    levels = [occurring_levels(column) for column in read_columns(source).values()]
    gaps = find_gaps(source, levels, 3)
    assert gaps.by_level == {1: 40}
    assert {one.levels["tail"] for one in gaps}.isdisjoint({"other levels (49960)"})


def test_beyond_the_cube_the_search_goes_as_deep_as_it_can(flights: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = read_columns(flights)
    levels = [occurring_levels(columns[name]) for name in ("carrier", "month", "hour", "dest", "origin")]
    monkeypatch.setattr(patterns, "MAX_CELLS", 150_000)  # of 3 factors there are 100,176 cells, of 4 more than 403,200
    gaps = find_gaps(flights, levels, 5)
    assert (gaps.searched, gaps.complete) == (3, False)
    monkeypatch.setattr(patterns, "MAX_VISITS", 10 * flights.rows - 1)  # 10 combinations of 3, 5 of 1
    assert find_gaps(flights, levels, 5).searched == 1
    assert find_gaps(flights, levels, 5, max_level=3).by_level == gaps.by_level
    with pytest.raises(InputError, match=r"Patterns of 4 of 5 factors: they have .* ask for level 3 at most, or name"):
        find_gaps(flights, levels, 5, max_level=4)
    monkeypatch.setattr(patterns, "MAX_CELLS", 10)
    with pytest.raises(
        InputError, match="Patterns of 1 of 5 factors: they have 156 cells, and 10 can be counted; name"
    ):
        find_gaps(flights, levels, 5)


def test_what_is_refused(crashes: Source) -> None:
    level = occurring_levels(read_columns(crashes)["sex"])
    with pytest.raises(InputError, match="threshold of 26,218 is above the 26,217 rows there are"):
        find_gaps(crashes, [level], 26_218)
    with pytest.raises(InputError, match="at least 1, got 0"):
        find_gaps(crashes, [level], 0)
    with pytest.raises(InputError, match="level is a number of factors, at least 1, got 0"):
        find_gaps(crashes, [level], 1, max_level=0)
    with pytest.raises(InputError, match="name at least one factor"):
        find_gaps(crashes, [], 1)
    with pytest.raises(InputError, match="Remedy: the level is 2, more than the number of factors, 1"):
        find_remedy(crashes, [level], 10, 2)
