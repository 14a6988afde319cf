"""Two designs that were made of one: nothing of either is lost, and what contradicts is told, not decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.design.design import Design
from trimtab.core.design.merging import clashes, merge
from trimtab.core.errors import InputError

Edit = Callable[[Design], Design]

BASE = Design(
    name="base",
    source={"path": "x.csv"},
    factors={
        "visib": {"role": "target", "target": {"family": "uniform", "low": 0, "high": 10}},
        "wind": {"unit": "kt"},
    },
    events={"fog": {"when": "visib < 2", "rate": 0.05}},
    rules=("visib >= 0", "wind < 100"),
    pairs=[{"factors": ["visib", "wind"], "rank_correlation": 0.1}],
    floors=[{"factors": ["wind"], "strength": 1, "at_least": 5}],
)


def both(mine: Edit, theirs: Edit) -> tuple[Design, Design]:
    return mine(BASE), theirs(BASE)


INDEPENDENT: dict[str, Edit] = {
    "a unit": lambda one: one.with_factor("wind", unit="m/s"),
    "a role": lambda one: one.with_factor("wind", role="keep"),
    "a target": lambda one: one.with_factor("visib", target={"family": "uniform", "low": 0, "high": 5}),
    "a missing share": lambda one: one.with_factor("visib", missing=0.1),
    "an event": lambda one: one.with_event("gale", when="wind > 40", rate=0.1),
    "a rate": lambda one: one.with_event("fog", rate=0.2),
    "a rule": lambda one: one.with_rule("wind > 1"),
    "another rule": lambda one: one.with_rule("wind > 2"),
    "no rule": lambda one: one.without_rule(one.rules.index("visib >= 0")),
    "a rule changed": lambda one: one.with_rule("wind < 80", one.rules.index("wind < 100")),
    "a pair": lambda one: one.with_pair(factors=["visib", "hour"], rank_correlation=0.2),
    "no pair": lambda one: one.without_pair("visib × wind"),
    "a floor": lambda one: one.with_floor(factors=["visib"], strength=1, at_least=2),
    "rows": lambda one: one.changed(rows=77),
    "a name": lambda one: one.changed(name="other"),
    "quantiles": lambda one: one.changed(quantiles=[{"factor": "wind", "at": {0.5: 3}}]),
    "a sweep": lambda one: one.with_sweep(factor="hour", values=[1, 2], groups=3),
    "a relation": lambda one: one.changed(relations=[{"order": ["dep", "arr"]}]),
    "a label": lambda one: one.with_label("late", rule="wind > 3"),
}


@pytest.mark.parametrize("first", INDEPENDENT)
@pytest.mark.parametrize("second", INDEPENDENT)
def test_independent_edits_are_both_there_whoever_comes_first(first: str, second: str) -> None:
    if first == second:
        return
    mine, theirs = both(INDEPENDENT[first], INDEPENDENT[second])
    assert clashes(BASE, mine, theirs) == ()
    merged, other = merge(BASE, mine, theirs, prefer="mine"), merge(BASE, theirs, mine, prefer="mine")
    assert merged.fingerprint() == other.fingerprint() or {"a rule", "another rule"} & {first, second}
    assert set(merged.rules) == set(other.rules)
    assert merged.changed(rules=()) == other.changed(rules=())
    assert merged.changed(rules=()) == INDEPENDENT[first](INDEPENDENT[second](BASE)).changed(rules=())


@given(
    mine=st.lists(st.sampled_from(sorted(INDEPENDENT)), max_size=4, unique=True),
    theirs=st.lists(st.sampled_from(sorted(INDEPENDENT)), max_size=4, unique=True),
)
def test_of_two_that_did_other_things_both_have_done_all(mine: Sequence[str], theirs: Sequence[str]) -> None:
    def made(names: Sequence[str], base: Design = BASE) -> Design:
        for name in names:
            base = INDEPENDENT[name](base)
        return base

    merged = merge(BASE, made(mine), made([one for one in theirs if one not in mine]), prefer="theirs")
    every = made(sorted({*mine, *theirs}))
    assert set(merged.rules) == set(every.rules)
    assert merged.changed(rules=()) == every.changed(rules=())
    assert merge(BASE, merged, merged, prefer="mine") == merged
    assert merge(merged, merged, BASE, prefer="mine") == BASE
    assert merge(merged, BASE, merged, prefer="mine") == BASE


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (
            lambda one: one.with_event("fog", rate=0.2),
            lambda one: one.with_event("fog", rate=0.3),
            ("event `fog`", "{when: visib < 2, rate: 0.2}", "{when: visib < 2, rate: 0.3}"),
        ),
        (
            lambda one: one.with_event("fog", rate=0.2),
            lambda one: one.without("fog"),
            ("event `fog`", "{when: visib < 2, rate: 0.2}", None),
        ),
        (
            lambda one: one.with_factor("visib", role="hold", value=3, target=None),
            lambda one: one.with_factor("visib", role="drop", target=None),
            ("the role of `visib`", "{role: hold, value: 3}", "{role: drop}"),
        ),
        (
            lambda one: one.with_factor("wind", unit="m/s"),
            lambda one: one.with_factor("wind", unit="km/h"),
            ("the unit of `wind`", "m/s", "km/h"),
        ),
        (
            lambda one: one.with_rule("wind < 80", 1),
            lambda one: one.with_rule("wind < 90", 1),
            ("rule `wind < 100`", "wind < 80", "wind < 90"),
        ),
        (
            lambda one: one.with_rule("wind < 80", 1),
            lambda one: one.without_rule(1),
            ("rule `wind < 100`", "wind < 80", None),
        ),
        (lambda one: one.changed(rows=5), lambda one: one.changed(rows=6), ("the number of rows", "5", "6")),
        (
            lambda one: one.with_pair(factors=["wind", "visib"], rank_correlation=0.3),
            lambda one: one.with_pair(factors=["wind", "visib"], rank_correlation=0.4),
            (
                "pair `visib × wind`",
                "{factors: [wind, visib], rank_correlation: 0.3}",
                "{factors: [wind, visib], rank_correlation: 0.4}",
            ),
        ),
        (
            lambda one: one.with_floor(0, at_least=6),
            lambda one: one.with_floor(0, at_least=7),
            (
                "floor `wind`",
                "{factors: [wind], strength: 1, at_least: 6}",
                "{factors: [wind], strength: 1, at_least: 7}",
            ),
        ),
    ],
)
def test_what_contradicts_is_told_and_either_can_be_taken(
    mine: Edit, theirs: Edit, told: tuple[str, str | None, str | None]
) -> None:
    mine, theirs = (edit(BASE).changed(seed=seed) for edit, seed in ((mine, 0), (theirs, 9)))  # type: ignore[assignment]
    assert isinstance(mine, Design)
    assert isinstance(theirs, Design)
    assert [(one.what, one.mine, one.theirs) for one in clashes(BASE, mine, theirs)] == [told]
    assert merge(BASE, mine, theirs, prefer="mine") == mine.changed(seed=9)
    assert merge(BASE, mine, theirs, prefer="theirs") == theirs


def test_what_together_is_no_design_is_refused() -> None:
    mine = BASE.with_event("fog", rows=500)
    with pytest.raises(InputError, match="events can't ask for more rows than the design's 100"):
        merge(BASE.changed(rows=1000), mine.changed(rows=1000), BASE.changed(rows=100), prefer="mine")


def test_the_same_edit_made_twice_is_made_once() -> None:
    mine = BASE.with_rule("wind > 1")
    assert clashes(BASE, mine, mine) == ()
    assert merge(BASE, mine, mine, prefer="mine") == mine


def test_relations_that_were_looked_for_and_none_found_are_not_those_that_nobody_looked_for() -> None:
    none, one = BASE.changed(relations=()), BASE.changed(relations=[{"order": ["dep", "arr"]}])
    assert BASE.relations is None
    assert merge(BASE, none, BASE.changed(rows=5), prefer="mine").relations == ()
    assert merge(none, one, none.changed(rows=5), prefer="mine").relations == one.relations
    assert merge(one, none, one.changed(rows=5), prefer="mine").relations == ()
    assert merge(none, BASE, none.changed(rows=5), prefer="mine").relations is None
