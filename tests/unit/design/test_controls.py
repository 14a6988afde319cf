"""Controls beside the factors: each says one thing, within its ranges."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from trimtab.core.design.controls.event import Event
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.label import Label
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.fields import Model

MIX: dict[str, Any] = {"score": "p", "cuts": [0.1, 0.3], "shares": {"hard": 0.2, "medium": 0.4, "easy": 0.4}}
WEIGHTS = {"a": {"x": 1, "y": 2}, "b": {"x": 0.5}}


@pytest.mark.parametrize("size", [{"rate": 0}, {"rate": 0.05}, {"rate": 1}, {"rows": 0}, {"rows": 1000}])
def test_an_event_has_a_rate_or_rows(size: dict[str, Any]) -> None:
    event = Event(when="visib < 2", **size)
    assert (event.rate, event.rows) == (size.get("rate"), size.get("rows"))


@pytest.mark.parametrize(
    "wish",
    [
        {"target": "independent"},
        {"rank_correlation": -1},
        {"rank_correlation": 0},
        {"weights": [[1, 0], [0, 2]]},
        {"weights": WEIGHTS},
    ],
)
def test_a_pair_has_one_wish_and_its_target_may_hold_it(wish: dict[str, Any]) -> None:
    pair = Pair(factors=("carrier", "late"), **wish)
    assert pair.name == "carrier × late"
    assert pair == (pair if "target" in wish else Pair(factors=("carrier", "late"), target=wish))


def test_a_table_of_weights_is_rows_or_levels() -> None:
    assert Pair(factors=("a", "b"), weights=[[1, 2]]).weights == ((1.0, 2.0),)
    assert Pair(factors=("a", "b"), weights={True: {1: 2}}).weights == {"true": {"1": 2.0}}


def test_the_order_of_levels_is_that_of_the_score() -> None:
    mix = LevelMix(**MIX)
    assert list(mix.shares) == ["hard", "medium", "easy"]
    turned = LevelMix(**{**MIX, "shares": dict(reversed(MIX["shares"].items()))})
    assert mix == LevelMix(**MIX)
    assert mix != turned
    assert mix != Label(rule="x")


def test_a_label_is_clean_unless_told_otherwise() -> None:
    assert Label(rule="x > 1").noise == 0
    assert Label(probability="0.5", noise=0.1).rule is None


def test_sweeps_and_floors_have_defaults() -> None:
    sweep = Sweep(factor="visib", values=(1, 0.25, True, "a"), groups=5)
    assert (sweep.others, sweep.values) == ("intervene", (1, 0.25, True, "a"))
    floor = Floor(factors=("origin", "carrier"))
    assert (floor.strength, floor.at_least, floor.name) == (2, 1, "origin, carrier")


@pytest.mark.parametrize(
    ("model", "fields", "fault"),
    [
        (Event, {"when": "a"}, "needs a `rate` or a number of `rows`"),
        (Event, {"when": "a", "rate": 0.1, "rows": 3}, "needs a `rate` or a number of `rows`, not both"),
        (Event, {"when": "a", "rate": 1.01}, "less than or equal to 1"),
        (Event, {"when": "a", "rate": -0.1}, "greater than or equal to 0"),
        (Event, {"when": "a", "rate": float("nan")}, "finite"),
        (Event, {"when": "a", "rows": 1.5}, "valid integer"),
        (Event, {"when": "a", "rows": -1}, "greater than or equal to 0"),
        (Event, {"when": "", "rows": 1}, "at least 1 character"),
        (Event, {"rows": 1}, "Field required"),
        (Pair, {"factors": ("a", "b")}, "needs `target: independent`, a `rank_correlation` or a table of `weights`$"),
        (
            Pair,
            {"factors": ("a", "b"), "target": "independent", "rank_correlation": 0.1},
            "table of `weights`, not target and rank_correlation",
        ),
        (Pair, {"factors": ("a", "a"), "target": "independent"}, "must be two different ones, got `a` twice"),
        (Pair, {"factors": ("a",), "target": "independent"}, "Field required"),
        (Pair, {"factors": ("a", "b"), "rank_correlation": 1.1}, "less than or equal to 1"),
        (Pair, {"factors": ("a", "b"), "rank_correlation": float("nan")}, "finite"),
        (Pair, {"factors": ("a", "b"), "target": {"strength": 2}}, "strength"),
        (Pair, {"factors": ("a", "b"), "target": {"target": "independent"}}, "independent"),
        (Pair, {"factors": ("a", "b"), "weights": [[1], [1, 2]]}, "`weights` must have rows of one length"),
        (Pair, {"factors": ("a", "b"), "weights": [[0, 0]]}, "`weights` must not all be 0"),
        (Pair, {"factors": ("a", "b"), "weights": {"a": {"x": 0}}}, "`weights` must not all be 0"),
        (Pair, {"factors": ("a", "b"), "weights": []}, "at least 1 item"),
        (Pair, {"factors": ("a", "b"), "weights": {"a": {}}}, "at least 1 item"),
        (Pair, {"factors": ("a", "b"), "weights": [[-1]]}, "greater than or equal to 0"),
        (LevelMix, {**MIX, "cuts": [0.3, 0.1]}, r"`cuts` must be ascending, got \[0.3, 0.1\]"),
        (LevelMix, {**MIX, "cuts": [0.1, 0.1]}, "`cuts` must be ascending"),
        (LevelMix, {**MIX, "cuts": [0.1]}, "1 cuts make 2 levels, but `shares` names 3"),
        (LevelMix, {**MIX, "cuts": []}, "at least 1 item"),
        (LevelMix, {**MIX, "shares": {"hard": 0.2, "medium": 0.4, "easy": 0.5}}, "`shares` must add up to 1, got 1.1"),
        (LevelMix, {**MIX, "score": ""}, "at least 1 character"),
        (Label, {}, "needs a `rule` or a `probability`$"),
        (Label, {"rule": "a", "probability": "b"}, "needs a `rule` or a `probability`, not both"),
        (Label, {"rule": "a", "noise": 1.1}, "less than or equal to 1"),
        (Sweep, {"factor": "a", "values": (1,), "groups": 1}, "at least 2 items"),
        (Sweep, {"factor": "a", "values": (1, 1.0), "groups": 1}, r"`values` must differ, got \[1, 1\]"),
        (Sweep, {"factor": "a", "values": (1, 2), "groups": 0}, "greater than or equal to 1"),
        (Sweep, {"factor": "a", "values": (1, None), "groups": 1}, "must be one number, text, date, true or false"),
        (Floor, {"factors": ("a",)}, "`strength` must be at most the number of factors, 1, got 2"),
        (Floor, {"factors": ("a", "b", "a")}, "`factors` must differ, got a, b, a"),
        (Floor, {"factors": tuple("abcdef"), "strength": 5}, "less than or equal to 4"),
        (Floor, {"factors": ("a", "b"), "at_least": 0}, "greater than or equal to 1"),
    ],
)
def test_refuses(model: type[Model], fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError) as caught:
        model(**fields)
    text = "\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in caught.value.errors())
    assert re.search(fault, text, re.MULTILINE)


@pytest.mark.parametrize("table", [[[1, 2], [3, 4]], {"town": {"wet": 1}}])
def test_a_table_under_target_is_meant_as_weights(table: object) -> None:
    with pytest.raises(ValueError, match="a table of weights stands under `weights`, not under `target`"):
        Pair.model_validate({"factors": ["road", "wet"], "target": table})
