"""Cells that a relation forbids count nowhere: not as gaps, not as combinations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trimtab.core.coverage.gaps.patterns import OPEN, find_gaps
from trimtab.core.coverage.gaps.possible import design_levels, possible_of
from trimtab.core.coverage.tway import t_way
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Make = Callable[[dict[str, list[object]]], Source]
Open = Callable[..., Study]
NAMES = ("name", "code", "size")
RELATION = "relations: [{determines: [code, name]}]"


@pytest.fixture
def source(table_source: Make) -> Source:
    """Six codes with three names, in two sizes, of which the last code has one only; the code of some is missing."""
    rows = [(f"C{k}", f"N{k // 2}", size) for k in range(6) for size in ("s", "l") if (k, size) != (5, "l")]
    rows += [(None, "N0", "s")]
    return table_source({"code": [r[0] for r in rows], "name": [r[1] for r in rows], "size": [r[2] for r in rows]})


def test_gaps_and_counts_are_without_them(source: Source, open_: Open) -> None:
    free, related = open_(source, "relations: []"), open_(source, RELATION)
    levels = design_levels(related, NAMES)
    assert possible_of(free, levels) is None
    room = possible_of(related, levels)
    assert room is not None
    # Of 7 codes (missing is one of them) each has one of 3 names.
    assert (room.cells((0, 1)), room.cells((0, 2)), room.cells((1, 2))) == (7, 6, 14)
    gaps = find_gaps(source, levels, 1, possible=room)
    found = {tuple(one.labels[i] for one, i in zip(levels, row, strict=True) if i != OPEN) for row in gaps.codes}
    assert found == {("C5", "l"), ("missing", "l")}
    counted = {one.factors: one.cells for one in t_way({"real": source}, levels, 2, possible=room).combinations}
    assert counted == {("name", "code"): 7, ("name", "size"): 6, ("code", "size"): 14}


def test_the_command_says_which(source: Source, folder: Path, trimtab: Callable[..., Any]) -> None:
    (folder / "d.yaml").write_text(f"trimtab: 1\nname: d\nsource: {{path: {source.path}}}\n{RELATION}\n")
    found = trimtab("gaps", source.path, "--design", "d.yaml", "--factors", "name,code,size", "--threshold", 1)
    assert found.code == 0, found
    assert "code decides name: 14 combinations of the two can't be; they count nowhere." in found.err
