"""The key `relations` of a design: written and read, every fault named, and none without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, loads
from trimtab.core.errors import InputError
from trimtab.core.relations.determines import Determines
from trimtab.core.source.spool import Source
from trimtab.core.study.study import open_study

HEAD = f"trimtab: 1\nname: t\nsource: {{path: x, sha256: {'0' * 64}}}\n"
ALL = """relations:
- {determines: [st, state]}
- determines:
  - [a, b]
  - c
- {one_of: [is_car, is_bus, is_tram]}
- {at_most_one_of: [x, y]}
- {equation: total = yes + no}
- {equation: f = 1.8 * c + 32, tolerance: 0.05}
- {order: [start, middle, end]}
- {order: [low, high], strict: true}
- parts:
    month: month(date)
- {missing_together: [a, b]}
- {key: [customer, step]}
"""


def test_every_kind_comes_back_as_it_was_written() -> None:
    design = loads(HEAD + ALL)
    assert [one.text for one in design.relations or ()] == [
        "st decides state",
        "a and b decide c",
        "exactly one of is_car, is_bus and is_tram is true",
        "at most one of x and y is true",
        "total = yes + no",
        "f = 1.8 * c + 32, to ±0.05",
        "start ≤ middle ≤ end",
        "low < high",
        "month = month(date)",
        "a and b are missing in the same rows",
        "customer and step together differ in every row",
    ]
    assert loads(dumps(design)) == design


def test_nothing_found_is_not_nothing_said() -> None:
    silent, none = loads(HEAD), loads(HEAD + "relations: []\n")
    assert (silent.relations, none.relations) == (None, ())
    assert loads(dumps(none)).relations == ()
    assert silent.fingerprint() != none.fingerprint()
    assert "relations" not in dumps(silent)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{determine: [a, b]}", "relations.0: there is no kind of relation 'determine'. Did you mean `determines`?"),
        ("{}", "relations.0: must say what holds, such as"),
        ("[a, b]", "relations.0: must say what holds, such as"),
        ("{order: [a]}", "relations.0.order: must have at least 2 entries"),
        ("{order: [a, b], stric: true}", "relations.0.stric: unknown key. Did you mean `strict`?"),
        ("{equation: a + b}", "must be `column = expression over other columns`, got `a + b`"),
        ("{equation: a = b, tolerance: -1}", "relations.0.tolerance: must be at least 0, got -1"),
    ],
)
def test_faults_are_named(entry: str, told: str) -> None:
    with pytest.raises(InputError) as fault:
        loads(f"{HEAD}relations: [{entry}]\n", owner="d.yaml")
    assert told in str(fault.value)
    assert str(fault.value).startswith("d.yaml: ")


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        ({"determines": ["stat", "b"]}, "Relation `stat decides b`: there is no column `stat`. Did you mean `state`?"),
        ({"one_of": ["state", "yes"]}, "`state` is categorical; it must be count or boolean"),
        ({"order": ["yes", "day"]}, "dates can't be compared with numbers"),
        ({"equation": "yes = power(day, 2)"}, "`day` is datetime; it must be continuous or count"),
        ({"parts": {"yes": "mont(day)"}}, "the function `mont` is not allowed. Did you mean `month`?"),
        ({"equation": "yes = sum(no)"}, "the function `sum` is not allowed"),
    ],
)
def test_what_does_not_fit_the_source_is_refused(
    table_source: Callable[[dict[str, list[Any]]], Source], relation: dict[str, Any], told: str
) -> None:
    import datetime as dt

    days = [dt.date(2020, 1, 1 + i) for i in range(20)]
    source = table_source({"state": ["a", "b"] * 10, "yes": [0, 1] * 10, "no": [1, 0] * 10, "day": days})
    design = Design(name="t", source={"path": "x", "sha256": source.sha256}, relations=(relation,))
    with pytest.raises(InputError) as fault:
        open_study(design, source)
    assert told in str(fault.value)


def test_a_person_lets_go_and_takes_back() -> None:
    design = loads(HEAD + ALL)
    free = design.without_relation("st decides state")
    assert len(free.relations or ()) == len(design.relations or ()) - 1
    back = free.with_relation(Determines(determines=("st", "state")))
    assert sorted(one.text for one in back.relations or ()) == sorted(one.text for one in design.relations or ())
    assert back.with_relation(Determines(determines=("st", "state"))) == back
    assert free.with_relation(Determines(determines=("st", "state")), at=0) == design
    with pytest.raises(InputError, match=r"there is no relation `st decides stat`\. Did you mean `st decides state`\?"):
        design.without_relation("st decides stat")


def test_a_design_of_which_nothing_is_left_is_refused(
    table_source: Callable[[dict[str, list[Any]]], Source],
) -> None:
    source = table_source({"a": [1, 2], "b": [3, 4]})
    design = Design(name="t", source={"path": "x"}, factors={"a": {"role": "drop"}, "b": {"role": "drop"}})
    with pytest.raises(InputError, match="every column has role drop, carry or derive; at least one must be a factor"):
        open_study(design, source)
