"""Cells that reality seems to rule out do not count; those that are only rare do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trimtab.core.counting.levels import Levels, code_rows, declared_levels, own_axis
from trimtab.core.coverage.gaps.patterns import gaps_of
from trimtab.core.coverage.gaps.plausible import plausible_of
from trimtab.core.coverage.gaps.possible import Possible
from trimtab.core.coverage.gaps.remedy import remedy_of
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source

Make = Callable[[dict[str, list[object]]], Source]

# Every town has its own bridge; boats go everywhere, but one was hardly ever in the east.
TOWN = ["north", "south", "east"] * 400
BRIDGE = ["n1", "s1", "e1"] * 400
BOAT = ["blue" if i % 3 != 2 or i % 300 == 2 else "red" for i in range(1200)]


def levels_of(source: Source) -> list[Levels]:
    columns = read_columns(source)
    return [declared_levels(own_axis(one), one) for one in columns.values()]


def test_only_what_never_occurs_is_left_out(table_source: Make) -> None:
    source = table_source({"town": list(TOWN), "bridge": list(BRIDGE), "boat": list(BOAT)})
    levels = levels_of(source)
    coded = code_rows(source, levels)
    every = {tuple(one.levels.values()) for one in gaps_of(coded, levels, 10, max_level=2)}
    room = plausible_of(coded, levels)
    kept = {tuple(one.levels.values()) for one in gaps_of(coded, levels, 10, max_level=2, possible=room)}
    assert {("north", "s1"), ("north", "red")} <= every
    assert kept == {("east", "blue"), ("e1", "blue")}, "four blue boats were in the east: rare, not ruled out"
    remedy = remedy_of(coded, levels, 10, 2, possible=room)
    assert [one.levels for one in remedy.combinations] == [{"town": "east", "bridge": "e1", "boat": "blue"}]
    assert remedy.rows == 6


def test_it_adds_to_what_the_design_leaves_and_to_nothing_where_all_is_plausible(table_source: Make) -> None:
    source = table_source({"town": list(TOWN), "boat": ["blue", "red"] * 600})
    levels = levels_of(source)
    coded = code_rows(source, levels)
    assert plausible_of(coded, levels) is None
    cube = np.ones((4, 3), dtype=bool)
    cube[0, 0] = False
    room = Possible((3, 2), (((0, 1), cube),))
    found = plausible_of(coded, levels, room)
    assert found is not None
    assert np.array_equal(found.of([0, 1]), room.of([0, 1]))
