"""Combinations that rules forbid are those that no row of the source's values can have, by trying every one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from trimtab.core.counting.levels import code_rows
from trimtab.core.coverage import tway
from trimtab.core.coverage.gaps import patterns
from trimtab.core.coverage.gaps import possible as module
from trimtab.core.coverage.gaps.patterns import find_gaps
from trimtab.core.coverage.gaps.possible import Possible, design_levels, possible_of
from trimtab.core.coverage.gaps.remedy import find_remedy, remedy_of, uncovered
from trimtab.core.coverage.tway import t_way
from trimtab.core.errors import InputError
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Make = Callable[[dict[str, list[object]]], Source]
Open = Callable[..., Study]
NAMES = ("a", "b", "x", "y")


@pytest.fixture
def source(table_source: Make) -> Source:
    draw = np.random.Generator(np.random.Philox(3))
    n = 400
    x = draw.integers(0, 40, n).tolist()
    return table_source(
        {
            "a": draw.choice(["p", "q", "r"], n).tolist(),
            "b": [None if u < 0.1 else bool(u < 0.5) for u in draw.random(n).tolist()],
            "x": x,
            "y": [one + int(k) for one, k in zip(x, draw.integers(-3, 4, n), strict=True)],
        }
    )


def by_hand(study: Study, conditions: list[str]) -> set[tuple[str, ...]]:
    """Labels of all combinations of values that keep all conditions, over all of the source's values."""
    columns = [study.columns[name] for name in NAMES]
    values = [[*range(one.distinct), *([one.distinct] if one.counts[-1] else [])] for one in columns]
    codes = np.array(list(product(*values)))
    table = study.rows_of(NAMES, {name: codes[:, i] for i, name in enumerate(NAMES)})
    kept = np.ones(len(codes), dtype=bool)
    for found in evaluate([f"coalesce({one}, false)" for one in conditions], table, owner="test"):
        kept &= found.to_numpy(zero_copy_only=False)
    labels = []
    for i, levels in enumerate(design_levels(study, NAMES)):
        place = levels.codes_of(columns[i].values)[codes[kept, i]]
        labels.append([levels.labels[one] for one in place])
    return set(zip(*labels, strict=True))


def shown(study: Study, found: Possible | None) -> set[tuple[str, ...]]:
    levels = design_levels(study, NAMES)
    cells = np.ones([one.size for one in levels], dtype=bool)
    if found is not None:
        cells &= found.of(range(len(levels)))
        assert np.count_nonzero(cells) == found.cells(range(len(levels)))
        assert found.keeps(range(len(levels)), np.argwhere(np.ones_like(cells))).tolist() == cells.ravel().tolist()
    return {tuple(one.labels[i] for one, i in zip(levels, cell, strict=True)) for cell in np.argwhere(cells)}


CUT = {"x": {"edges": [0, 5, 6, 20, 40]}}
CASES: dict[str, tuple[list[str], dict[str, object]]] = {
    "one factor": (["x >= 12"], {"rules": ["x >= 12"]}),
    "a bin in part": (["x % 7 <> 3"], {"rules": ["x % 7 <> 3"]}),
    "comparison": (["y > x + 2"], {"rules": ["y > x + 2"]}),
    "two factors": (["NOT (a = 'p' AND b)"], {"rules": ["NOT (a = 'p' AND b)"]}),
    "not missing": (["b IS NOT NULL"], {"rules": ["b IS NOT NULL"]}),
    "chained": (rules := ["y <= x", "x < 9 OR a = 'r'", "a <> 'q'"], {"rules": rules}),
    "a hold": (
        ["a IN ('p', 'q')", "y <> x"],
        {"rules": ["y <> x"], "factors": {**CUT, "a": {"role": "hold", "values": ["p", "q"]}}},
    ),
    "no missing": (["b IS NOT NULL"], {"factors": {**CUT, "b": {"missing": 0}}}),
    "a bin of share 0": (
        ["x >= 5 AND x < 20"],
        {"factors": {"x": {**CUT["x"], "role": "target", "target": {"family": "histogram", "weights": [0, 1, 2, 0]}}}},
    ),
    "never": (
        ["NOT (x > 30 AND a = 'p')"],
        {"events": {"e": {"when": "x > 30 AND a = 'p'", "rate": 0}}},
    ),
    "always": (["x > 30 OR b"], {"events": {"e": {"when": "x > 30 OR b", "rate": 1}}}),
    "a level of share 0": (
        ["x + y < 10 OR x + y >= 50"],
        {"levels": {"l": {"score": "x + y", "cuts": [10, 50], "shares": {"low": 0.5, "mid": 0, "high": 0.5}}}},
    ),
}


@pytest.mark.parametrize(("conditions", "said"), CASES.values(), ids=list(CASES))
@pytest.mark.parametrize("most", [2**22, 1_500], ids=["all values", "some values"])
def test_as_by_hand(
    source: Source,
    open_: Open,
    monkeypatch: pytest.MonkeyPatch,
    conditions: list[str],
    said: dict[str, object],
    most: int,
) -> None:
    monkeypatch.setattr(module, "MOST_CANDIDATES", most)
    monkeypatch.setattr(module, "BATCH", 1_000)
    study = opened(open_, source, {"factors": CUT, **said})
    assert shown(study, possible_of(study, design_levels(study, NAMES))) == by_hand(study, conditions)


def opened(open_: Open, source: Source, said: dict[str, object]) -> Study:
    # A line of JSON is YAML too.
    return open_(source, "".join(f"{key}: {json.dumps(part)}\n" for key, part in said.items()))


def test_nothing_is_forbidden(source: Source, open_: Open) -> None:
    study = opened(open_, source, {"events": {"e": {"when": "x > 30", "rate": 0.1}}, "rules": ["x >= 0"]})
    assert possible_of(study, design_levels(study, NAMES)) is None


def test_a_derived_factor_is_tied_to_what_it_is_computed_from(source: Source, open_: Open) -> None:
    study = opened(open_, source, {"factors": {"late": {"role": "derive", "expression": "x > 20"}}})
    levels = design_levels(study, ["x", "late"])
    found = possible_of(study, levels)
    assert found is not None
    for label, late in product(levels[0].labels, ("false", "true")):
        cell = np.array([[levels[0].labels.index(label), levels[1].labels.index(late)]])
        assert found.keeps([0, 1], cell)[0] == ((int(label) > 20) == (late == "true"))


def test_a_bin_without_values_is_possible_unless_the_factor_is_held(source: Source, open_: Open) -> None:
    edges = [0, 20, 40, 60]
    rule = {"rules": ["a <> 'p' OR x < 10"], "factors": {"x": {"edges": edges}}}
    study = opened(open_, source, rule)
    levels = design_levels(study, ["a", "x"])
    found = possible_of(study, levels)
    assert found is not None
    a = levels[0].labels
    expected = [[True, label != "p", True] for label in a]
    assert found.of([0, 1]).tolist() == expected
    held = opened(open_, source, {"factors": {"x": {"edges": edges, "role": "hold", "value": 25}}})
    found = possible_of(held, design_levels(held, ["a", "x"]))
    assert found is not None
    assert found.of([1]).tolist() == [False, True, False]
    assert (found.cells([0, 1]), found.cells([0])) == (3, 3)


def test_no_row_keeps_all(source: Source, open_: Open) -> None:
    study = opened(open_, source, {"rules": ["x < y", "y < x"]})
    with pytest.raises(InputError, match="No row that was tried keeps all that is asked of `x`; see trimtab check"):
        possible_of(study, design_levels(study, ["x"]))


def test_too_much_is_tied_together(source: Source, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    study = opened(open_, source, {"rules": ["x < y"]})
    for limit in ("MOST_CELLS", "MOST_CANDIDATES"):
        with monkeypatch.context() as patched:
            patched.setattr(module, limit, 100)
            with pytest.raises(InputError, match="Rules tie `x`, `y` together, with too many combinations to try"):
                possible_of(study, design_levels(study, ["x", "y"]))


def test_what_is_forbidden_is_no_gap_and_no_cell(source: Source, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    study = opened(open_, source, {"factors": CUT, "rules": ["NOT (a = 'p' AND x < 6)", "b IS NOT NULL"]})
    levels = design_levels(study, ["a", "b", "x"])
    possible = possible_of(study, levels)
    assert possible is not None
    gaps = find_gaps(source, levels, 30, possible=possible)
    every = find_gaps(source, levels, 30)
    named = {tuple(one.levels.items()) for one in every}
    for one in gaps:
        assert one.levels.get("b") != "missing"
        assert not (one.levels.get("a") == "p" and one.levels.get("x") in ("0–4", "5"))
        assert tuple(one.levels.items()) in named
    assert 0 < len(gaps) < len(every)
    with monkeypatch.context() as patched:
        patched.setattr(patterns, "MAX_CELLS", 60)  # the cube has 4 · 4 · 5 = 80 cells
        searched = find_gaps(source, levels, 30, possible=possible)
    assert [one.levels for one in searched] == [one.levels for one in gaps]
    found = t_way({"one": source}, levels, 2, possible=possible)
    cells = {one.factors: one.cells for one in found.combinations}
    assert cells == {("a", "b"): 6, ("a", "x"): 10, ("b", "x"): 8}
    assert found.coverage("one") <= 1.0
    with monkeypatch.context() as patched:
        patched.setattr(tway, "DENSE_CELLS", 0)
        listed = t_way({"one": source}, levels, 2, possible=possible)
    assert listed.covered.tolist() == found.covered.tolist()


def test_a_remedy_adds_nothing_that_is_forbidden(source: Source, open_: Open) -> None:
    study = opened(open_, source, {"factors": CUT, "rules": ["NOT (a = 'p' AND x < 6)", "b IS NOT NULL"]})
    levels = design_levels(study, ["a", "b", "x"])
    possible = possible_of(study, levels)
    coded = code_rows(source, levels)
    remedy = remedy_of(coded, levels, 60, 2, possible=possible)
    for one in remedy.combinations:
        assert one.levels.get("b") != "missing"
        assert not (one.levels.get("a") == "p" and one.levels.get("x") in ("0–4", "5"))
    codes, needs = uncovered(coded, levels, 60, 2, possible)
    for code, need in zip(codes, needs, strict=True):
        named = {one.factor: one.labels[c] for one, c in zip(levels, code.tolist(), strict=True) if c >= 0}
        added = sum(one.rows for one in remedy.combinations if named.items() <= one.levels.items())
        assert added >= need > 0
    assert len(codes) < len(uncovered(coded, levels, 60, 2)[0])


def test_patterns_that_only_values_outside_of_the_levels_allow(source: Source, open_: Open) -> None:
    study = opened(open_, source, {"rules": ["b IS NULL"]})
    levels = [replace(one, missing=False) for one in design_levels(study, ["a", "b"])]
    # The rule asks for a value that is no level here: the other factor stays open.
    remedy = find_remedy(source, levels, 400, 1, possible=possible_of(study, levels))
    assert sorted(one.levels["a"] for one in remedy.combinations) == ["p", "q", "r"]
    assert all(list(one.levels) == ["a"] for one in remedy.combinations)
