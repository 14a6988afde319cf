"""Pairs between the page and the design: what is offered, what a choice writes, and how weights read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trimtab.core.changes.pairs import (
    can_type,
    choice_of,
    choices,
    chosen,
    offered,
    pair_of,
    typed_shares,
    weighted,
    weights_on,
    with_pair,
    without_pair,
)
from trimtab.core.coverage.dependence import Joint, joint
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, loads
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study
from trimtab.ui.controls.pair import asked_text

ROWS = 1000


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder: Path = tmp_path_factory.mktemp("roads")
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "speed": random.gamma(9.0, 6.0, ROWS).round(1),
            "lanes": random.integers(1, 5, ROWS),
            "belt": random.random(ROWS) < 0.9,
            "road": random.choice(["town", "country", "other"], ROWS, p=[0.6, 0.3, 0.1]),
            "wet": random.choice(["yes", "no", None], ROWS, p=[0.3, 0.5, 0.2]),
            "city": [f"c{i}" for i in random.integers(0, 60, ROWS)],
        }
    )
    frame.to_parquet(folder / "roads.parquet")
    source = spool(folder / "roads.parquet", folder / "home")
    return open_study(Design(name="roads", source=SourceRef(path=source.name, sha256=source.sha256)), source)


def reopened(study: Study, design: Design) -> Study:
    return open_study(design, study.source, previous=study)


def test_what_the_design_computes_is_offered_a_probability_is_not(study: Study) -> None:
    design = study.design.with_factor("excess", role="derive", expression="speed - lanes").changed(
        levels={"pace": {"score": "speed", "cuts": [50], "shares": {"slow": 0.5, "fast": 0.5}}},
        labels={"risky": {"rule": "speed > 60"}, "claimed": {"probability": "lanes / 10"}},
    )
    found = offered(reopened(study, design.with_factor("city", role="drop")))
    assert found == ["speed", "lanes", "belt", "road", "wet", "excess", "pace", "risky"]


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("lanes", "belt"), ["real", "independent", "rank", "table"]),
        (("road", "wet"), ["real", "independent", "table"]),
        (("speed", "lanes"), ["real", "independent", "rank"]),
        (("city", "road"), ["real", "independent"]),
    ],
)
def test_choices_are_those_that_suit_the_pair(study: Study, pair: tuple[str, str], expected: list[str]) -> None:
    assert choices(joint(study, *pair), None) == expected


@pytest.mark.parametrize("pair", [("lanes", "belt"), ("road", "wet"), ("belt", "road"), ("lanes", "wet")])
@pytest.mark.parametrize("choice", ["independent", "rank", "table"])
def test_a_choice_is_met_by_the_file_and_reads_back(study: Study, pair: tuple[str, str], choice: Any) -> None:
    table = joint(study, *pair)
    if choice not in choices(table, None):
        return
    design = chosen(study, table, choice)
    assert loads(dumps(design), owner="x.yaml") == design
    after = reopened(study, design)
    control = pair_of(after.design, *reversed(pair))
    assert choice_of(control) == choice
    assert asked_text(control) if control else False
    assert chosen(after, joint(after, *pair), "real").pairs == ()


@pytest.mark.parametrize("pair", [("lanes", "belt"), ("road", "wet"), ("belt", "road"), ("lanes", "wet")])
def test_a_table_begins_at_the_real_shares_whichever_way_it_is_looked_at(study: Study, pair: tuple[str, str]) -> None:
    table = joint(study, *pair)
    after = reopened(study, chosen(study, table, "table"))
    control = after.design.pairs[0]
    assert weights_on(control, table) == pytest.approx(table.shares, abs=1e-7)
    turned = joint(study, *reversed(pair))
    assert weights_on(control, turned) == pytest.approx(turned.shares, abs=1e-7)
    inner = table.shares[:-1, :-1]
    assert typed_shares(control, table) == pytest.approx(inner / inner.sum(), abs=1e-7)


def test_typed_weights_replace_those_before_in_their_place(study: Study) -> None:
    design = with_pair(study.design, "road", "belt", target="independent")
    design = with_pair(design, "lanes", "belt", target="independent")
    first = reopened(study, design)
    shares = np.array([[0.1, 0.2], [0.3, 0.1], [0.2, 0.1]])
    after = weighted(first, joint(first, "road", "belt"), shares)
    assert [pair.name for pair in after.pairs] == ["road × belt", "lanes × belt"]
    assert after.pairs[0].weights == {
        "town": {"false": 10, "true": 20},
        "country": {"false": 30, "true": 10},
        "other": {"false": 20, "true": 10},
    }
    assert typed_shares(after.pairs[0], joint(first, "road", "belt")) == pytest.approx(shares)
    assert [pair.name for pair in without_pair(after, "belt", "road").pairs] == ["lanes × belt"]


def test_weights_for_other_bins_are_refused_and_not_shown(study: Study) -> None:
    table = joint(study, "lanes", "belt")
    with pytest.raises(InputError, match="other bins now"):
        weighted(study, table, np.ones((2, 2)))
    pair = with_pair(study.design, "lanes", "belt", weights=[[1.0, 2.0], [3.0, 4.0]]).pairs[0]
    assert weights_on(pair, table) is None
    assert typed_shares(pair, table) is None
    named = with_pair(study.design, "road", "belt", weights={"village": {"true": 1.0}}).pairs[0]
    assert weights_on(named, joint(study, "road", "belt")) is None


def test_weights_that_name_missing_or_a_part_are_shown_on_the_real_rest(study: Study) -> None:
    table = joint(study, "road", "wet")
    some = {"town": {"yes": 1.0, "missing": 3.0}}
    control = with_pair(study.design, "road", "wet", weights=some).pairs[0]
    shares = weights_on(control, table)
    assert shares is not None
    town = table.shares[0]
    assert shares[0, -1] == pytest.approx(0.75 * (town[list(table.second.labels).index("yes")] + town[-1]))
    assert shares[1:] == pytest.approx(table.shares[1:])
    assert typed_shares(control, table) is None


def test_large_tables_are_not_typed(study: Study) -> None:
    assert can_type(joint(study, "lanes", "road"))
    assert not can_type(joint(study, "lanes", "speed"))
    empty = Joint(study.axes["road"], study.axes["road"], np.zeros((4, 4)))
    assert can_type(empty)


def test_what_is_asked_is_said_in_a_few_words(study: Study) -> None:
    made = [
        with_pair(study.design, "lanes", "belt", **wish).pairs[0]
        for wish in ({"target": "independent"}, {"rank_correlation": -0.4}, {"weights": np.ones((4, 2)).tolist()})
    ]
    assert [asked_text(pair) for pair in made] == ["independent", "rank correlation -0.40", "a table of 4 × 2"]
    json.dumps([pair.model_dump() for pair in made])
