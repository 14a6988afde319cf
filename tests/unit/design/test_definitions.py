"""Derived factors, level mixes and labels: expressions over the source's columns, in an order that can be computed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from trimtab.core.database import connect
from trimtab.core.design.definition import Definition
from trimtab.core.design.definitions import definitions_of, event_predicate, rule_predicates
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column, encode

ROWS: dict[str, list[Any]] = {
    "dep": [1.5, 20.0, None, 300.0, 40.0],
    "arr": [3.0, 4.0, 5.0, None, 7.0],
    "p": [0.45, 0.9, None, float("nan"), 0.2],
    "origin": ["a", "b", None, "d", "e"],
    "day": pa.array([0, 1, 2, None, 4], pa.date32()),
    "spare": [1, 2, 3, 4, 5],
}
MIX = {"score": "abs(p - 0.5)", "cuts": [0.1, 0.35], "shares": {"hard": 0.2, "medium": 0.4, "easy": 0.4}}


@pytest.fixture(scope="module")
def columns() -> dict[str, Column]:
    return {name: encode(name, pa.chunked_array([pa.array(values)]), None) for name, values in ROWS.items()}


def design(derive: dict[str, str] | None = None, **parts: Any) -> Design:
    factors = {name: {"role": "derive", "expression": text} for name, text in (derive or {}).items()}
    return Design(name="x", source={"path": "x.csv"}, **{**parts, "factors": {**factors, **parts.get("factors", {})}})


def computed(found: Definition) -> list[Any]:
    con = connect()
    con.register("t", pa.table(ROWS))
    values = [value for (value,) in con.sql(f"SELECT {found.scalar.sql} FROM t").fetchall()]
    con.close()
    return values


def test_each_definition_is_over_columns_of_the_source(columns: dict[str, Column]) -> None:
    found = definitions_of(
        design(
            {"speed": "gain / 2", "gain": "dep - arr", "late": "gain > 15"},
            levels={"difficulty": MIX},
            labels={
                "grade": {"rule": "CASE WHEN late AND difficulty = 'hard' THEN 'bad' ELSE 'fine' END", "noise": 0.1},
                "claimed": {"probability": "1 / (1 + exp(-speed))"},
            },
        ),
        columns,
    )
    assert [(one.name, one.role, one.kind) for one in found.values()] == [
        ("gain", "derive", "continuous"),
        ("speed", "derive", "continuous"),
        ("late", "derive", "boolean"),
        ("difficulty", "level", "categorical"),
        ("grade", "label", "categorical"),
        ("claimed", "probability", "continuous"),
    ]
    assert found["speed"].scalar.sql == '("dep" - "arr") / 2'
    assert found["grade"].scalar.columns == ("dep", "arr", "p")
    assert computed(found["late"]) == [False, True, None, None, True]
    assert computed(found["grade"]) == ["fine"] * 5


def test_levels_hold_scores_from_one_cut_to_the_next(columns: dict[str, Column]) -> None:
    rows = {**MIX, "score": "arr", "cuts": [4, 5]}
    assert computed(definitions_of(design(levels={"d": rows}), columns)["d"]) == [
        "hard",
        "medium",
        "easy",
        None,  # no score, no level
        "easy",
    ]
    found = definitions_of(design(levels={"d": MIX}), columns)["d"]
    # |0.45 - 0.5| is 0.05, 0.4 and 0.3; the missing and the NaN score have no level.
    assert computed(found) == ["hard", "easy", None, None, "medium"]
    assert found.scalar.text == "abs(p - 0.5)"


def test_level_names_are_texts(columns: dict[str, Column]) -> None:
    odd = {"score": "arr", "cuts": [-1.5, 4.5], "shares": {"o'ne": 0, 't"w o': 0.5, "'; DROP TABLE t": 0.5}}
    assert computed(definitions_of(design(levels={"d": odd}), columns)["d"])[:3] == [
        't"w o',
        't"w o',
        "'; DROP TABLE t",
    ]


def test_a_derived_factor_may_take_the_place_of_a_column(columns: dict[str, Column]) -> None:
    asked = design({"dep": "arr * 2"}, events={"e": {"when": "dep > 9", "rate": 0.1}})
    assert event_predicate(asked, "e", columns).sql == '("arr" * 2) > 9'
    assert computed(definitions_of(asked, columns)["dep"]) == [6, 8, 10, None, 14]


@pytest.mark.parametrize(
    ("expression", "kind", "found"),
    [
        ("arr + 1", None, "count"),
        ("dep / 2", None, "continuous"),
        ("arr + 1", "continuous", "continuous"),
        ("dep > 2", None, "boolean"),
        ("lower(origin)", None, "categorical"),
        ("day", None, "datetime"),
    ],
)
def test_kinds(columns: dict[str, Column], expression: str, kind: str | None, found: str) -> None:
    asked = design(factors={"x": {"role": "derive", "expression": expression, "kind": kind}})
    assert definitions_of(asked, columns)["x"].kind == found


def test_a_derived_number_may_be_a_category(columns: dict[str, Column]) -> None:
    asked = design(
        factors={"x": {"role": "derive", "expression": "spare + 1", "kind": "categorical"}},
        events={"e": {"when": "x = '3'", "rate": 0.1}},
    )
    found = definitions_of(asked, columns)["x"]
    assert computed(found) == ["2", "3", "4", "5", "6"]
    assert found.scalar.type == "text"
    assert event_predicate(asked, "e", columns).leaves[0].columns == ("spare",)


def test_events_and_rules_name_definitions_and_several_columns(columns: dict[str, Column]) -> None:
    asked = design(
        {"gain": "dep - arr"},
        labels={"late": {"rule": "gain > 3", "noise": 0.5}},
        events={"e": {"when": "late AND arr > spare", "rate": 0.1}},
        rules=["gain > -90", "NOT (late AND origin = 'a')"],
    )
    event = event_predicate(asked, "e", columns)
    assert [leaf.columns for leaf in event.leaves] == [("dep", "arr"), ("arr", "spare")]
    first, second = rule_predicates(asked, columns)
    assert first.sql == '("dep" - "arr") > -90'
    assert second.columns == ("dep", "arr", "origin")
    assert first.text == "gain > -90"


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"derive": {"a": "b + 1", "b": "a + 1"}}, "Factor `b`: no column can be computed from itself: a → b → a."),
    ({"derive": {"a": "A + 1"}}, "Factor `a`: no column can be computed from itself: a → a."),
    ({"derive": {"dep": "dep + 1"}}, "Factor `dep`: no column can be computed from itself: dep → dep."),
    ({"derive": {"a": "1 + 1"}}, "Factor `a`: `1 + 1` names no column: it is the same for every row."),
    ({"derive": {"a": "arrr + 1"}}, "Factor `a`: there is no column `arrr`. Did you mean `arr`? Known: dep, arr, p"),
    ({"derive": {"a": "gian", "gain": "dep - arr"}}, "Factor `a`: there is no column `gian`. Did you mean `gain`?"),
    ({"derive": {"a": "sum(dep)"}}, "Factor `a`: the function `sum` is not allowed."),
    ({"derive": {"a": "NULL"}}, "Factor `a`: `NULL` names no column"),
    (
        {"derive": {"a": "spare + 1"}, "factors": {"spare": {"role": "drop"}}},
        "Factor `a`: `spare` has role drop, so the rows don't have it and nothing can name it.",
    ),
    (
        {"factors": {"a": {"role": "derive", "expression": "dep", "kind": "boolean"}}},
        "Factor `a`: an expression of kind continuous can be continuous or count or categorical, not boolean.",
    ),
    (
        {"factors": {"a": {"role": "derive", "expression": "dep > 1", "kind": "count"}}},
        "Factor `a`: an expression of kind boolean can be boolean or categorical, not count.",
    ),
    (
        {"factors": {"a": {"role": "derive", "expression": "dep", "edges": ["2013-01-01", "2013-02-01"]}}},
        "Factor `a`: edges must be numbers for a continuous factor, got '2013-01-01'.",
    ),
    ({"levels": {"d": {**MIX, "score": "origin"}}}, "Level mix `d`, score: `origin` must be a number for each row."),
    ({"levels": {"d": {**MIX, "score": "1 + 2"}}}, "Level mix `d`: the score `1 + 2` names no column"),
    ({"levels": {"d": {**MIX, "score": "length(d)"}}}, "Level mix `d`, score: no column can be computed from itself"),
    ({"labels": {"l": {"probability": "origin"}}}, "Label `l`, probability: `origin` must be a number for each row."),
    ({"labels": {"l": {"probability": "dep > 1"}}}, "Label `l`, probability: `dep > 1` must be a number for each row."),
    ({"labels": {"l": {"rule": "'late'"}}}, "Label `l`: `'late'` names no column"),
    ({"labels": {"l": {"rule": "day"}}}, "Label `l`: a label must be a text, a number, true or false, not a date."),
    (
        {"labels": {"l": {"rule": "claimed"}, "claimed": {"probability": "0.5"}}},
        "Label `l`: the label `claimed` is drawn with a probability once all conditions are decided, so none can name",
    ),
]


@pytest.mark.parametrize(("parts", "message"), FAULTS)
def test_what_can_t_be_computed_is_refused(columns: dict[str, Column], parts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=r"^(Factor|Level mix|Label) `") as caught:
        definitions_of(design(**parts), columns)
    assert str(caught.value).startswith(message)


def test_a_cycle_is_told_once_and_by_whatever_names_it(columns: dict[str, Column]) -> None:
    asked = design(
        {"a": "b + 1", "b": "c + 1", "c": "a + 1", "d": "a * 2"}, events={"e": {"when": "d > 1", "rate": 0.1}}
    )
    message = r"^Factor `c`: no column can be computed from itself: a → b → c → a\.$"
    with pytest.raises(InputError, match=message):
        definitions_of(asked, columns)
    with pytest.raises(InputError, match=message):
        event_predicate(asked, "e", columns)


def test_every_fault_has_a_line(columns: dict[str, Column]) -> None:
    with pytest.raises(InputError, match="`a`") as caught:
        definitions_of(design({"a": "nope", "b": "1"}, labels={"l": {"rule": "b"}, "m": {"rule": "day"}}), columns)
    assert [line.split(":")[0] for line in str(caught.value).split("\n")] == ["Factor `a`", "Factor `b`", "Label `m`"]


def test_a_chain_of_definitions_has_an_end(columns: dict[str, Column]) -> None:
    chain = {"d0": "arr", **{f"d{i}": f"d{i - 1} + 1" for i in range(1, 2000)}}
    with pytest.raises(InputError, match="more than 30 columns are computed one from the other") as caught:
        event_predicate(design(chain, events={"e": {"when": "d1999 > 1", "rate": 0.1}}), "e", columns)
    assert str(caught.value).startswith("Factor `d1970`: ")
    short = dict(list(chain.items())[:30])
    assert event_predicate(design(short, events={"e": {"when": "d29 > 1", "rate": 0.1}}), "e", columns).columns == (
        "arr",
    )


def test_dropped_columns_and_drawn_labels_are_named_by_nothing(columns: dict[str, Column]) -> None:
    asked = design(
        factors={"spare": {"role": "drop"}},
        labels={"claimed": {"probability": "0.5"}},
        events={"e": {"when": "spare > 1", "rate": 0.1}, "f": {"when": "claimed", "rate": 0.1}},
        rules=["SPARE > dep"],
    )
    with pytest.raises(InputError, match=r"^Event `e`: `spare` has role drop, so the rows don't have it"):
        event_predicate(asked, "e", columns)
    with pytest.raises(InputError, match=r"^Event `f`: the label `claimed` is drawn with a probability"):
        event_predicate(asked, "f", columns)
    with pytest.raises(InputError, match=r"^Rule `SPARE > dep`: `spare` has role drop"):
        rule_predicates(asked, columns)
