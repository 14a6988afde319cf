"""However a design came about, by whatever edits: every answer about it is the one that opening it anew gives."""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from trimtab.core.coverage.dependence import dependence, joint
from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.design import Design
from trimtab.core.errors import TrimtabError
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.projection import Projection, control_costs, project
from trimtab.core.projection.rates import unknown_rows
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.memo import Memo
from trimtab.core.study.study import Study, open_study

ROWS = 400
SETTINGS = settings(
    max_examples=4,
    stateful_step_count=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def table(name: str) -> Source:
    """Roads, or parcels with gaps and two values that never come together: 400 rows each, spooled once."""
    generator = np.random.Generator(np.random.Philox(7))
    delay = np.maximum(generator.normal(10, 25, ROWS), -20).round()
    wind = generator.gamma(2, 5, ROWS).round(1)
    place = generator.choice(["EWR", "JFK", "LGA"], ROWS, p=[0.5, 0.3, 0.2])
    night = generator.random(ROWS) < 0.3
    columns = {"delay": pa.array(delay), "wind": pa.array(wind), "place": pa.array(place), "night": pa.array(night)}
    if name == "gaps":
        columns["wind"] = pa.array(wind, mask=generator.random(ROWS) < 0.1)
        columns["delay"] = pa.array(np.where(place == "LGA", np.minimum(delay, 30), delay), mask=delay < -15)
    folder = Path(mkdtemp(prefix="trimtab-edits-"))
    atexit.register(rmtree, folder)
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return spool(folder / f"{name}.parquet", folder / "home")


def plain(source: Source) -> Design:
    return Design(name="x", source={"path": "x.parquet", "sha256": source.sha256}, rows=60)


@cache
def neutral(name: str) -> Study:
    return open_study(plain(table(name)), table(name))


CONDITIONS = st.sampled_from(
    ["delay > 15", "delay > 30", "delay > 60", "wind >= 12", "night", "place = 'LGA' AND delay > 40", "wind IS NULL"]
)
NUMBERS = st.sampled_from(["delay / 60", "delay * 2", "wind + delay", "wind"])
RATES = st.sampled_from([0.0, 0.1, 0.3, 1.0])
TARGETS = st.sampled_from(
    [
        {"family": "normal", "mean": 10.0, "sd": 10.0},
        {"family": "normal", "mean": 20.0, "sd": 15.0, "low": -20.0, "high": 90.0},
        {"family": "uniform", "low": 0.0, "high": 40.0},
    ]
)
PARTS: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("factors", "place"): st.one_of(
        st.just({"role": "keep"}),
        st.sampled_from([["JFK"], ["EWR", "LGA"]]).map(lambda some: {"role": "hold", "values": some}),
        st.sampled_from([0.0, 0.2]).map(lambda share: {"role": "hold", "values": ["JFK"], "missing": share}),
    ),
    ("factors", "wind"): st.one_of(
        st.sampled_from([0.0, 0.05, 0.4]).map(lambda share: {"missing": share}),
        st.sampled_from([[0.0, 10.0, 100.0], [0.0, 5.0, 20.0, 100.0]]).map(lambda edges: {"edges": edges}),
        st.just({"role": "keep"}),
    ),
    ("factors", "delay"): TARGETS.map(lambda target: {"role": "target", "target": target}),
    ("factors", "hours"): NUMBERS.map(lambda text: {"role": "derive", "expression": text}),
    ("factors", "band"): CONDITIONS.map(
        lambda text: {"role": "derive", "expression": f"CASE WHEN {text} THEN 'yes' ELSE 'no' END"}
    ),
    ("labels", "late"): CONDITIONS.map(lambda text: {"rule": text}),
    ("labels", "risk"): st.sampled_from(["0.1", "0.5"]).map(
        lambda high: {"probability": f"CASE WHEN night THEN {high} ELSE 0.05 END"}
    ),
    ("events", "one"): st.builds(lambda when, rate: {"when": when, "rate": rate}, CONDITIONS, RATES),
    ("events", "two"): st.builds(lambda when, rate: {"when": when, "rate": rate}, CONDITIONS, RATES),
    ("levels", "hard"): st.builds(
        lambda score, cut, share: {"score": score, "cuts": [cut], "shares": {"easy": 1 - share, "hard": share}},
        NUMBERS,
        st.sampled_from([5.0, 15.0]),
        st.sampled_from([0.2, 0.5]),
    ),
}
LISTS: dict[str, st.SearchStrategy[list[Any]]] = {
    "pairs": st.lists(
        st.sampled_from(
            [
                {"factors": ["place", "night"], "independent": True},
                {"factors": ["place", "band"], "independent": True},
                {"factors": ["delay", "wind"], "rank_correlation": 0.5},
            ]
        ),
        max_size=1,
    ),
    "rules": st.lists(st.sampled_from(["delay < 60", "wind < 30", "NOT night OR delay > 0"]), max_size=1),
    "floors": st.lists(st.sampled_from([{"factors": ["place", "night"], "t": 2, "k": 2}]), max_size=1),
}


class Edits(RuleBasedStateMachine):
    """Edits of one design in a running session, each opened on what the one before it leaves; some are refused."""

    @initialize(name=st.sampled_from(["whole", "gaps"]), most=st.sampled_from([None, None, 150_000]))
    def begin(self, name: str, most: int | None) -> None:
        known = neutral(name)
        # With a small bound much is forgotten between two edits: what is made again must be the same too.
        memo = Memo((known.columns, known.grounding), most=most)
        self.known = known
        self.study = Study(
            known.design, known.source, known.columns, known.definitions, known.axes, known.grounding, memo
        )

    @rule(data=st.data(), part=st.sampled_from(sorted(PARTS)))
    def set_part(self, data: st.DataObject, part: tuple[str, str]) -> None:
        kind, name = part
        self._edit(kind, {**getattr(self.study.design, kind), name: data.draw(PARTS[part])})

    @rule(part=st.sampled_from(sorted(PARTS)))
    def take_away(self, part: tuple[str, str]) -> None:
        kind, name = part
        self._edit(kind, {key: one for key, one in getattr(self.study.design, kind).items() if key != name})

    @rule(data=st.data(), kind=st.sampled_from(sorted(LISTS)))
    def set_list(self, data: st.DataObject, kind: str) -> None:
        self._edit(kind, data.draw(LISTS[kind]))

    @rule(rows=st.sampled_from([60, 37, 90]))
    def set_rows(self, rows: int) -> None:
        self._edit("rows", rows)

    @rule(mode=st.sampled_from(["standalone", "supplement"]))
    def set_mode(self, mode: str) -> None:
        self._edit("mode", mode)

    @invariant()
    def edited_equals_fresh(self) -> None:
        fresh = Study(
            self.study.design,
            self.study.source,
            self.known.columns,
            self.study.definitions,
            self.study.axes,
            self.known.grounding,
            Memo((self.known.columns, self.known.grounding)),
        )
        # Opened anew but for what was read and learned, which no design changes.
        fresh = open_study(fresh.design, fresh.source, previous=fresh)
        edited, anew = answers(self.study), answers(fresh)
        for name, one in anew.items():
            assert same(edited[name], one), name
        assert self.study.memo.size <= self.study.memo.most

    def _edit(self, part: str, value: Any) -> None:
        try:
            design = self.study.design.changed(**{part: value})
            self.study = open_study(design, self.study.source, previous=self.study)
        except TrimtabError:
            return


def answers(study: Study) -> dict[str, Any]:
    """All that a study is asked for: what it shows of the source, what the design comes to, rows and their receipt."""
    names = list(study.axes)
    found: dict[str, Any] = {
        "axes": dict(study.axes),
        "real shares": {name: study.real_shares(name) for name in names},
        "codes": {name: study.display_codes(name) for name in names},
        "dependence": dependence(study).strength,
        "joint": joint(study, names[0], names[-1]).shares,
        "asked": {name: asked_shares(study, name) for name in names},
    }
    try:
        projection = project(study)
    except TrimtabError as error:
        return found | {"refused": str(error)}
    found |= {
        "projection": figures(projection),
        "costs": control_costs(study),
        "unknown": [unknown_rows(study, event) for event in events_of(study)],
    }
    return found | delivered(study)


def figures(projection: Projection) -> dict[str, Any]:
    names = ("rows", "total", "shares", "cost_bits", "effective_share", "shifts", "events", "ungrounded", "floors")
    return {
        **{name: getattr(projection, name) for name in names},
        "cells": projection.cells,
        "outcomes": projection.outcomes,
        "controls": [control.name for control in projection.controls],
    }


def delivered(study: Study) -> dict[str, Any]:
    folder = Path(mkdtemp(prefix="trimtab-edited-"))
    try:
        made = deliver(study, folder / "rows.csv")
        return {"rows": made.path.read_bytes(), "receipt": json.loads(made.receipt_path.read_text(encoding="utf-8"))}
    except TrimtabError as error:
        return {"not delivered": str(error)}
    finally:
        rmtree(folder)


def same(one: Any, other: Any) -> bool:
    """Whether two answers are equal to the last bit."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    return bool(one == other)


def test_edited_equals_fresh() -> None:
    run_state_machine_as_test(Edits, settings=SETTINGS)


COMPUTED: dict[str, Callable[[int], dict[str, Any]]] = {
    "label": lambda x: {"labels": {"late": {"rule": f"delay > {x}"}}},
    "truth": lambda x: {"factors": {"late": {"role": "derive", "expression": f"delay > {x}"}}},
    "text": lambda x: {
        "factors": {"late": {"role": "derive", "expression": f"CASE WHEN delay > {x} THEN 'b' ELSE 'a' END"}}
    },
}


@pytest.mark.parametrize("computed", COMPUTED)
def test_nothing_moves_when_the_expression_of_what_is_computed_is_another(computed: str) -> None:
    """The design asks for nothing, so what is computed has the shares that it has in reality."""
    study = neutral("whole")
    delay = study.columns["delay"].numbers[study.columns["delay"].codes]
    for threshold in (15, 60, 15, 30):
        design = study.design.changed(**COMPUTED[computed](threshold))
        study = open_study(design, study.source, previous=study)
        (shift,) = [one for one in project(study).shifts if one.factor == "late"]
        late = float(np.mean(delay > threshold))
        assert sorted(shift.before) == pytest.approx(sorted([late, 1 - late, 0]))
        assert shift.after == pytest.approx(shift.before, abs=1e-12)
        assert shift.tv == pytest.approx(0, abs=1e-12)
