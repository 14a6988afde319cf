"""A planted relation of every kind under a random design: every row keeps it, or what can't be is told before a row is
drawn, and where a relation is why, by its name."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.property.planted import PLANTS
from trimtab.core.delivery.measuring.opening import open_rows
from trimtab.core.delivery.promises.relation import relation_promises
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.relations.finding import find_relations
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import Column, read_columns
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
ROWS = 900

Parts = dict[str, Any]


@cache
def planted(kind: str) -> tuple[Study, Study]:
    """A table with a relation of this kind, which is found and kept; and the same with no word of relations."""
    folder = Path(mkdtemp(prefix="trimtab-kept-"))
    atexit.register(rmtree, folder)
    generator = np.random.default_rng(3)
    columns, _ = PLANTS[kind](generator, 1500)
    beside = {"n_level": generator.choice(list("pqrs"), 1500), "n_count": generator.poisson(4, 1500)}
    table = {name: pa.array(values, from_pandas=True) for name, values in {**columns, **beside}.items()}
    pq.write_table(pa.table(table), folder / "table.parquet")
    source = spool(folder / "table.parquet", folder / "home")
    found = tuple(one.relation for one in find_relations(read_columns(source), source))
    assert kind in {one.kind for one in found}
    design = Design(name="kept", source={"path": "x", "sha256": source.sha256}, rows=ROWS, relations=found)
    return open_study(design, source), open_study(design.changed(relations=()), source)


# --- one control each, of any factor ---------------------------------------------------------------------------------


def written(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return f"DATE '{value:%Y-%m-%d}'" if hasattr(value, "isoformat") else str(value).lower()


def plain(value: Any) -> Any:
    return f"{value:%Y-%m-%d}" if hasattr(value, "isoformat") else value


def some(draw: st.DrawFn, column: Column, least: int = 1, most: int = 3) -> list[Any]:
    least = min(least, column.distinct)
    return draw(st.lists(st.sampled_from(column.values.to_pylist()), min_size=least, max_size=most, unique=True))


def two(draw: st.DrawFn, study: Study) -> list[str]:
    return draw(st.lists(st.sampled_from(list(study.columns)), min_size=2, max_size=2, unique=True))


def target(draw: st.DrawFn, study: Study, name: str) -> Parts:
    column, axis = study.columns[name], study.axes[name]
    weights = draw(st.lists(st.sampled_from([0.0, 1.0, 4.0]), min_size=axis.size, max_size=axis.size))
    shape: Parts = {"family": "histogram", "weights": weights if any(weights) else [1.0] * axis.size}
    if column.kind in ("categorical", "boolean"):
        named = {plain(one) if isinstance(one, str) else written(one): 1.0 for one in some(draw, column)}
        shape = {"family": "categorical", "weights": named}
    elif column.kind != "datetime" and draw(st.booleans()):
        low, high = float(column.numbers[0]), float(column.numbers[-1])
        beyond = draw(st.sampled_from([0.0, 0.4])) * (high - low)
        side = draw(st.booleans())
        ends = [low - beyond * side, high + beyond * (not side)]
        ends = [max(0, round(ends[0])), round(ends[1])] if column.kind == "count" else ends
        shape = {"family": "uniform", "low": float(ends[0]), "high": float(ends[1])}
    return {"factors": {name: {"role": "target", "target": shape}}}


def hold(draw: st.DrawFn, study: Study, name: str) -> Parts:
    return {"factors": {name: {"role": "hold", "values": list(map(plain, some(draw, study.columns[name])))}}}


def keep(draw: st.DrawFn, study: Study, name: str) -> Parts:
    return {"factors": {name: {"role": draw(st.sampled_from(["keep", "drop"]))}}}


def missing(draw: st.DrawFn, study: Study, name: str) -> Parts:
    return {"factors": {name: {"missing": draw(st.sampled_from([0.0, 0.05, 0.9]))}}}


def occurrence(draw: st.DrawFn, study: Study, name: str) -> Parts:
    other = draw(st.sampled_from([one for one in study.columns if one != name]))
    one, another = some(draw, study.columns[name], 1, 1)[0], some(draw, study.columns[other], 1, 1)[0]
    sign = draw(st.sampled_from(["=", ">=", "<="])) if len(study.columns[name].numbers) else "="
    when = f"{name} {sign} {written(one)} AND {other} = {written(another)}"
    if draw(st.booleans()):
        when = f"{name} {sign} {written(one)}"
    return {"events": {"happens": {"when": when, "rate": draw(st.sampled_from([0.02, 0.3]))}}}


def gap(draw: st.DrawFn, study: Study, name: str) -> Parts:
    other = draw(st.sampled_from([one for one in study.columns if one != name]))
    return {"events": {"gap": {"when": f"{name} IS NULL AND {other} IS NOT NULL", "rate": 0.1}}}


def rule(draw: st.DrawFn, study: Study, name: str) -> Parts:
    return {"rules": [f"{name} <> {written(some(draw, study.columns[name], 1, 1)[0])}"]}


def pair(draw: st.DrawFn, study: Study, name: str) -> Parts:
    names = two(draw, study)
    numbers = all(study.columns[one].kind in ("continuous", "count") for one in names)
    asked = [{"target": "independent"}, *([{"rank_correlation": 0.3}] if numbers else [])]
    return {"pairs": [{"factors": names, **draw(st.sampled_from(asked))}]}


def table(draw: st.DrawFn, study: Study, name: str) -> Parts:
    names = two(draw, study)
    rows, columns = (study.axes[one].size for one in names)
    step = draw(st.integers(1, 3))
    weights = [[float((i * step + j) % 3) for j in range(columns)] for i in range(rows)]
    return {"pairs": [{"factors": names, "weights": weights}]}


def floor(draw: st.DrawFn, study: Study, name: str) -> Parts:
    return {"floors": [{"factors": two(draw, study), "strength": draw(st.integers(1, 2))}], "rows": 3 * ROWS}


def sweep(draw: st.DrawFn, study: Study, name: str) -> Parts:
    column = study.columns[name]
    values = list(map(plain, some(draw, column, 2, 3)))
    if column.kind in ("continuous", "count") and draw(st.booleans()):
        values[0] = type(values[0])(column.numbers[-1] + 3)
    others = draw(st.sampled_from(["intervene", "condition"]))
    return {"sweeps": [{"factor": name, "values": values, "groups": 4, "others": others}]}


def supplement(draw: st.DrawFn, study: Study, name: str) -> Parts:
    return {"mode": "supplement", "rows": 2 * ROWS}


Make = Callable[[st.DrawFn, Study, str], Parts]
CONTROLS: tuple[Make, ...] = (
    target, target, hold, keep, missing, occurrence, occurrence, gap, rule, pair, table, floor, sweep, supplement,
)  # fmt: skip


@st.composite
def designs(draw: st.DrawFn, study: Study, most: int) -> Parts:
    related = sorted({name for one in study.design.relations or () for name in one.factors})
    asked: Parts = {}
    for make in draw(st.lists(st.sampled_from(CONTROLS), min_size=1, max_size=most)):
        for part, own in make(draw, study, draw(st.sampled_from(related))).items():
            asked[part] = {**own, **asked.get(part, {})} if isinstance(own, dict) else asked.get(part, own)
    return asked


# --- what must hold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PLANTS)
@settings(SETTINGS, max_examples=7)
@given(data=st.data())
def test_one_control_keeps_a_relation_or_the_conflict_names_it(kind: str, data: st.DataObject) -> None:
    study, free = planted(kind)
    asked = data.draw(designs(study, 1))
    refusal = refused_or_kept(study, asked)
    if isinstance(refusal, ConflictsError) and not any(
        name.kind == "relation" for conflict in refusal.conflicts for name in conflict.controls
    ):
        event("other conflict")
        with pytest.raises(ConflictsError, match=r"\w"):
            project(open_study(free.design.changed(**asked), free.source, previous=free))


@pytest.mark.parametrize("kind", PLANTS)
@settings(SETTINGS, max_examples=7)
@given(data=st.data())
def test_several_controls_keep_a_relation_or_are_refused(kind: str, data: st.DataObject) -> None:
    study, _ = planted(kind)
    refused_or_kept(study, data.draw(designs(study, 3)))


def refused_or_kept(neutral: Study, asked: Parts) -> Exception | None:
    try:
        study = open_study(neutral.design.changed(**asked), neutral.source, previous=neutral)
        projection = project(study)
    except (ConflictsError, InputError) as error:
        event(type(error).__name__)
        return error
    event("kept")
    rows = pa.concat_tables(generate(study, projection=projection))
    file = Path(mkdtemp(prefix="trimtab-kept-")) / "rows.parquet"
    try:
        pq.write_table(rows, file)
        with open_rows(file, study) as data:
            assert [one for one in relation_promises(study, data) if not one.kept] == []
    finally:
        rmtree(file.parent)
    return None
