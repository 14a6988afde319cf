"""Coverage of combinations: what it refuses, what lies outside, and that memory holds at many levels."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from trimtab.core.counting.levels import occurring_levels
from trimtab.core.coverage import tway
from trimtab.core.coverage.tway import t_way
from trimtab.core.errors import InputError
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source


@pytest.mark.parametrize("strength", [2, 3, 4])
def test_a_set_against_itself_as_pandas_counts(crashes: Source, strength: int) -> None:
    import pandas as pd

    names = ["dvcat", "dead", "airbag", "seatbelt", "abcat", "injSeverity"]
    columns = read_columns(crashes)
    levels = [occurring_levels(columns[name]) for name in names]
    found = t_way({"one": crashes, "other": crashes}, levels, strength)
    frame = pd.read_parquet(crashes.path)
    for one, group in zip(found.combinations, combinations(names, strength), strict=True):
        assert one.factors == group
        assert one.covered.tolist() == [frame.groupby(list(group), dropna=False).ngroups] * 2
    assert found.lacking.tolist() == [[0, 0], [0, 0]]
    assert found.set_difference("one", "other") == 0


def test_rows_outside_of_the_levels_count_for_no_cell(crashes: Source, tmp_path: Path) -> None:
    columns = read_columns(crashes)
    levels = [occurring_levels(columns[name]) for name in ("dead", "airbag", "sex")]
    other = tmp_path / "other.csv"
    other.write_text("dead,airbag,sex\nalive,none,m\nasleep,none,f\nalive,,m\n")
    found = t_way({"real": crashes, "other": other}, levels, 2)
    assert found.outside == (0, 2)
    assert [one.covered.tolist() for one in found.combinations] == [[4, 1], [4, 1], [4, 2]]


def test_a_list_of_cells_finds_what_a_map_finds(flights: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = read_columns(flights)
    levels = [occurring_levels(columns[name]) for name in ("dest", "carrier", "month", "hour")]
    mapped = t_way({"flights": flights}, levels, 3)
    monkeypatch.setattr(tway, "DENSE_CELLS", 0)
    listed = t_way({"flights": flights}, levels, 3)
    assert mapped.covered.tolist() == listed.covered.tolist()


@pytest.mark.parametrize(
    ("factors", "strength", "message"),
    [
        (2, 1, "the strength is 2, 3 or 4, got 1"),
        (5, 5, "the strength is 2, 3 or 4, got 5"),
        (1, 2, "strength 2 needs 2 factors, and there is 1"),
        (3, 4, "strength 4 needs 4 factors, and there are 3"),
    ],
)
def test_strengths_that_do_not_fit(crashes: Source, factors: int, strength: int, message: str) -> None:
    levels = [occurring_levels(column) for column in list(read_columns(crashes).values())[2 : 2 + factors]]
    with pytest.raises(InputError, match=message):
        t_way({"crashes": crashes}, levels, strength)
