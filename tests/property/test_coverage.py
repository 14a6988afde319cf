"""Patterns, combinations and slices of tiny tables, each against the definition computed cell by cell."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.counting.datasets import Reading
from trimtab.core.counting.levels import Coded, Levels
from trimtab.core.coverage import tway
from trimtab.core.coverage.gaps import patterns
from trimtab.core.coverage.gaps.patterns import gaps_of
from trimtab.core.coverage.gaps.remedy import MAX_COMBINATIONS, remedy_of, uncovered
from trimtab.core.coverage.tway import t_way_of
from trimtab.core.source.axes import Axis

SETTINGS = settings(deadline=None, derandomize=True)

Table = tuple[list[int], np.ndarray]


@st.composite
def tables(draw: st.DrawFn, least: int = 1) -> Table:
    """(sizes of the factors, codes (n, F)); a code may be one beyond the levels."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=least, max_size=4))
    beyond = draw(st.booleans())
    row = st.tuples(*(st.integers(0, size - (not beyond)) for size in sizes))
    return sizes, np.array(draw(st.lists(row, min_size=1, max_size=12)))


def levels_of(sizes: list[int]) -> list[Levels]:
    return [
        Levels(
            Axis(f"f{i}", "categorical", levels=tuple(map(str, range(size)))),
            Reading("text", "VARCHAR"),
            tuple(range(size)),
            missing=False,
        )
        for i, size in enumerate(sizes)
    ]


def coded(rows: np.ndarray) -> Coded:
    return Coded(len(rows), {f"f{i}": codes.astype(np.uint8) for i, codes in enumerate(rows.T)}, {})


def rows_with(rows: np.ndarray, pattern: tuple[int | None, ...]) -> int:
    return sum(all(want is None or want == code for want, code in zip(pattern, row, strict=True)) for row in rows)


def brute_force(sizes: list[int], rows: np.ndarray, threshold: int) -> dict[tuple[int | None, ...], int]:
    found = {}
    for pattern in product(*([None, *range(size)] for size in sizes)):
        parents = [(*pattern[:i], None, *pattern[i + 1 :]) for i, code in enumerate(pattern) if code is not None]
        count = rows_with(rows, pattern)
        if count < threshold and all(rows_with(rows, parent) >= threshold for parent in parents):
            found[pattern] = count
    return found


@settings(SETTINGS, max_examples=150)
@given(tables(), st.integers(1, 6), st.booleans(), st.integers(1, 4))
def test_maximal_uncovered_patterns(table: Table, threshold: int, dense: bool, depth: int) -> None:
    sizes, rows = table
    threshold, depth = min(threshold, len(rows)), min(depth, len(sizes))
    expected = {
        pattern: count
        for pattern, count in brute_force(sizes, rows, threshold).items()
        if sum(code is not None for code in pattern) <= depth
    }
    with pytest.MonkeyPatch.context() as patch:
        if not dense:  # the smallest limit that lets the search go so deep
            cells = [sum(int(np.prod(own)) for own in combinations(sizes, k)) for k in range(1, depth + 1)]
            patch.setattr(patterns, "MAX_CELLS", max(cells))
        gaps = gaps_of(coded(rows), levels_of(sizes), threshold, max_level=depth)
    found = {tuple(None if code < 0 else int(code) for code in one) for one in gaps.codes}
    assert found == expected.keys()
    assert len(gaps) == len(expected)
    for pattern, one in zip(gaps.codes, gaps, strict=True):
        count = expected[tuple(None if code < 0 else int(code) for code in pattern)]
        assert (one.count, one.rows_to_close) == (count, threshold - count)
    assert gaps.outside == sum(any(code == size for code, size in zip(row, sizes, strict=True)) for row in rows)


@settings(SETTINGS, max_examples=100)
@given(tables(), st.integers(1, 6), st.integers(1, 4))
def test_a_remedy_covers_its_level(table: Table, threshold: int, level: int) -> None:
    sizes, rows = table
    threshold, level = min(threshold, len(rows)), min(level, len(sizes))
    remedy = remedy_of(coded(rows), levels_of(sizes), threshold, level)
    # A factor that is left open gets a value beyond the levels, which closes nothing.
    added = [
        [int(one.levels.get(f"f{i}", size)) for i, size in enumerate(sizes)]
        for one in remedy.combinations
        for _ in range(one.rows)
    ]
    closed = np.array([*rows.tolist(), *added])
    left = brute_force(sizes, closed, threshold)
    assert all(sum(code is not None for code in pattern) > level for pattern in left)


def test_more_combinations_than_anyone_reads_are_not_looked_for() -> None:
    sizes = [8] * 6
    rows = np.random.default_rng(7).integers(0, 8, (199, 6))
    remedy = remedy_of(coded(rows), levels_of(sizes), 3, 3)
    closes = [one.closes for one in remedy.combinations]
    assert len(closes) == MAX_COMBINATIONS
    assert closes[0] > closes[-1] > 0
    assert remedy.patterns == len(uncovered(coded(rows), levels_of(sizes), 3, 3)[1])
    assert 0 < remedy.left == remedy.patterns - sum(closes)


@settings(SETTINGS, max_examples=150)
@given(tables(least=2), st.data(), st.integers(2, 4), st.booleans())
def test_t_way(table: Table, data: st.DataObject, strength: int, dense: bool) -> None:
    sizes, a = table
    strength = min(strength, len(sizes))
    b = np.array(data.draw(st.lists(st.tuples(*(st.integers(0, size) for size in sizes)), min_size=1, max_size=12)))
    with pytest.MonkeyPatch.context() as patch:
        if not dense:
            patch.setattr(tway, "DENSE_CELLS", 0)
        found = t_way_of({"a": coded(a), "b": coded(b)}, levels_of(sizes), strength)
    groups = list(combinations(range(len(sizes)), strength))
    universe = [{(group, cell) for cell in product(*(range(sizes[i]) for i in group))} for group in groups]
    assert [one.cells for one in found.combinations] == [len(cells) for cells in universe]
    in_a, in_b = (
        {(group, tuple(row[i] for i in group)) for row in rows.tolist() for group in groups} & set().union(*universe)
        for rows in (a, b)
    )
    assert found.covered.tolist() == [len(in_a), len(in_b)]
    assert found.lacking.tolist() == [[0, len(in_a - in_b)], [len(in_b - in_a), 0]]
    assert found.set_difference("a", "b") == (len(in_a - in_b) / len(in_a) if in_a else None)
