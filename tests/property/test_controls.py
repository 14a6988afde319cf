"""Every control alone, and any two or three together, on real rows: either `project` says what can't be, naming a
control of the design, or the rows that are made keep every promise."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

CRASHES = Path(__file__).parents[2] / "sample_data" / "crashes.csv"
SETTINGS = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

Parts = dict[str, Any]
"""What one control adds to a design: parts of it by their names."""


@cache
def neutral() -> Study:
    """Every 13th crash, some 2,000 rows, with the year as a date and the airbag as a boolean too: all five kinds."""
    folder = Path(mkdtemp(prefix="trimtab-controls-"))
    atexit.register(rmtree, folder)
    duckdb.sql(
        "COPY (SELECT * EXCLUDE (n, weight), make_date(yearacc, 1, 1) AS accident, deploy = 1 AS deployed, "
        "CASE WHEN injSeverity IS NOT NULL THEN weight END AS weight "
        f"FROM (SELECT *, row_number() OVER () AS n FROM read_csv('{CRASHES}', nullstr='')) WHERE n % 13 = 1 "
        f"ORDER BY n) TO '{folder / 'small.parquet'}'"
    )
    source = spool(folder / "small.parquet", folder / "home")
    return open_study(Design(name="neutral", source={"path": "small.parquet", "sha256": source.sha256}), source)


# --- one control each ------------------------------------------------------------------------------------------------

NUMBERS = ["weight", "ageOFocc", "yearacc", "yearVeh", "injSeverity"]
LEVELS = ["dvcat", "dead", "airbag", "seatbelt", "sex", "abcat", "occRole", "deployed"]
SMALL = [
    "dvcat",
    "dead",
    "airbag",
    "seatbelt",
    "sex",
    "abcat",
    "occRole",
    "deployed",
    "yearacc",
    "injSeverity",
    "accident",
]
MISSING = {"missing": st.sampled_from([0.0, 0.05, 0.3])}
SHARES = st.sampled_from([0.0, 0.002, 0.05, 0.2, 1 / 3, 0.5, 0.8, 1.0])


def texts(column: Column) -> list[str]:
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in column.values.to_pylist()]


@st.composite
def target(draw: st.DrawFn) -> Parts:
    name = draw(st.sampled_from([*NUMBERS, *LEVELS, "accident"]))
    column, axis = neutral().columns[name], neutral().axes[name]
    if name in LEVELS:
        weights = st.dictionaries(st.sampled_from(texts(column)), st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=1)
        shape = st.fixed_dictionaries(
            {"family": st.just("categorical"), "weights": weights}, optional={"rest": st.sampled_from([0.0, 0.3])}
        )
    else:
        bars = st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0]), min_size=axis.size, max_size=axis.size)
        shape = st.fixed_dictionaries({"family": st.just("histogram"), "weights": bars})
        if name != "accident":
            low, high = float(column.numbers[0]), float(column.numbers[-1])
            width = high - low
            shape |= st.fixed_dictionaries(
                {
                    "family": st.just("normal"),
                    "mean": st.sampled_from([low, low + width / 2, high]),
                    "sd": st.sampled_from([0.1 * width, 0.3 * width]),
                    "low": st.sampled_from([low, low - 0.2 * width]),
                    "high": st.sampled_from([high, high + 0.2 * width]),
                }
            )
    return {
        "factors": {
            name: {"role": "target", "target": draw(shape), **draw(st.fixed_dictionaries({}, optional=MISSING))}
        }
    }


def keep() -> st.SearchStrategy[Parts]:
    return st.sampled_from([*NUMBERS, *LEVELS, "accident"]).map(lambda name: {"factors": {name: {"role": "keep"}}})


@st.composite
def hold(draw: st.DrawFn) -> Parts:
    name = draw(st.sampled_from(SMALL))
    values = neutral().columns[name].values.to_pylist()
    values = [str(one) if name == "accident" else one for one in values]
    kept = draw(st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True))
    return {"factors": {name: {"role": "hold", "values": kept, **draw(st.fixed_dictionaries({}, optional=MISSING))}}}


@st.composite
def missing(draw: st.DrawFn) -> Parts:
    return {
        "factors": {draw(st.sampled_from([*NUMBERS, *LEVELS])): {"missing": draw(st.sampled_from([0.0, 0.1, 0.4]))}}
    }


def drop() -> st.SearchStrategy[Parts]:
    return st.sampled_from([*NUMBERS, *LEVELS]).map(lambda name: {"factors": {name: {"role": "drop"}}})


DERIVED = {
    "car_age": "yearacc - yearVeh",
    "old": "ageOFocc > 60",
    "risk": "CASE WHEN seatbelt = 'none' THEN 'high' WHEN ageOFocc < 25 THEN 'some' ELSE 'low' END",
    "heavy": "ln(weight + 1)",
}


def derive() -> st.SearchStrategy[Parts]:
    return st.sampled_from(list(DERIVED)).map(
        lambda name: {"factors": {name: {"role": "derive", "expression": DERIVED[name]}}}
    )


@st.composite
def leaf(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(st.sampled_from(TWO_COLUMNS))
    if kind <= 2:
        name = draw(st.sampled_from([one for one in LEVELS if one != "deployed"]))
        return f"{name} {draw(st.sampled_from(['=', '<>']))} '{draw(st.sampled_from(texts(neutral().columns[name])))}'"
    if kind == 3:
        return f"{draw(st.sampled_from(['injSeverity', 'weight', 'yearVeh']))} IS NULL"
    name = draw(st.sampled_from(NUMBERS))
    number = draw(st.sampled_from(neutral().columns[name].numbers.tolist()))
    return f"{name} {draw(st.sampled_from(['<', '>=', '=']))} {number!r}"


TWO_COLUMNS = [
    "yearacc - yearVeh > 12",
    "ageOFocc > 2 * (yearacc - yearVeh) + 40",
    "yearVeh > yearacc",
    "ageOFocc + injSeverity > 80",
    "weight > 10 * ageOFocc",
    "(sex = 'f') = (ageOFocc > 50)",
    "yearacc - yearVeh < 0 AND ageOFocc < 18",
]


@st.composite
def condition(draw: st.DrawFn) -> str:
    first = draw(leaf())
    if draw(st.booleans()):
        first = f"{first} {draw(st.sampled_from(['AND', 'OR', 'AND NOT']))} {draw(leaf())}"
    return first


@st.composite
def occurrence(draw: st.DrawFn) -> Parts:
    name = draw(st.sampled_from(["event_a", "event_b", "event_c"]))
    asked = draw(
        st.one_of(SHARES.map(lambda r: {"rate": r}), st.sampled_from([0, 1, 30, 90]).map(lambda k: {"rows": k}))
    )
    return {"events": {name: {"when": draw(condition()), **asked}}}


@st.composite
def pair_of(draw: st.DrawFn, names: list[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True))


def independent() -> st.SearchStrategy[Parts]:
    return pair_of([*SMALL, "ageOFocc"]).map(lambda two: {"pairs": [{"factors": two, "target": "independent"}]})


@st.composite
def rank_correlation(draw: st.DrawFn) -> Parts:
    two = draw(pair_of([*NUMBERS, "accident", "deployed"]))
    return {"pairs": [{"factors": two, "rank_correlation": draw(st.sampled_from([-0.5, 0.0, 0.2, 0.4, 0.95]))}]}


@st.composite
def weights(draw: st.DrawFn) -> Parts:
    two = draw(pair_of(SMALL))
    one, other = (neutral().axes[name].labels for name in two)
    if draw(st.booleans()):
        row = st.lists(st.sampled_from([0.0, 1.0, 1.0, 4.0]), min_size=len(other), max_size=len(other))
        table = draw(st.lists(row, min_size=len(one), max_size=len(one)).filter(lambda rows: any(map(any, rows))))
        return {"pairs": [{"factors": two, "weights": table}]}
    some = st.dictionaries(st.sampled_from(other), st.sampled_from([1.0, 0.0, 3.0]), min_size=1)
    named = st.dictionaries(st.sampled_from(one), some, min_size=1)
    table = draw(named.filter(lambda rows: any(any(row.values()) for row in rows.values())))
    return {"pairs": [{"factors": two, "weights": table}]}


@st.composite
def levels(draw: st.DrawFn) -> Parts:
    score = draw(st.sampled_from(["ageOFocc", "abs(yearacc - yearVeh)", "weight", "injSeverity * 10 + ageOFocc"]))
    cuts = draw(st.lists(st.sampled_from([5, 20, 45, 70, 300]), min_size=1, max_size=3, unique=True))
    parts = draw(st.lists(st.sampled_from([0, 1, 2, 5]), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
    parts = parts if sum(parts) else [1] * len(parts)
    shares = {f"level {i}": part / sum(parts) for i, part in enumerate(parts)}
    return {"levels": {"mix": {"score": score, "cuts": sorted(cuts), "shares": shares}}}


@st.composite
def label(draw: st.DrawFn) -> Parts:
    noise = draw(st.sampled_from([0.0, 0.02, 0.3]))
    if draw(st.booleans()):
        rule = draw(st.sampled_from([*DERIVED.values(), "coalesce(injSeverity, -1)", "dead = 'dead'"]))
        return {"labels": {"tag": {"rule": rule, "noise": noise}}}
    chance = ["1 / (1 + exp(3 - 0.05 * ageOFocc))", "injSeverity / 10.0", "0.25", "ageOFocc / 150.0"]
    return {"labels": {"tag": {"probability": draw(st.sampled_from(chance)), "noise": noise}}}


def rule() -> st.SearchStrategy[Parts]:
    return condition().map(lambda when: {"rules": [when]})


@st.composite
def sweep(draw: st.DrawFn) -> Parts:
    name = draw(st.sampled_from([*NUMBERS, *LEVELS]))
    known = neutral().columns[name].values.to_pylist()
    beyond = [] if name in LEVELS else [200.0, -5.0] if name == "weight" else [2050, 3]
    values = draw(st.lists(st.sampled_from([*beyond, *known]), min_size=2, max_size=4, unique=True))
    others = draw(st.sampled_from(["intervene", "condition"]))
    return {
        "sweeps": [{"factor": name, "values": values, "groups": draw(st.sampled_from([1, 7, 20])), "others": others}]
    }


@st.composite
def floor(draw: st.DrawFn) -> Parts:
    names = draw(st.lists(st.sampled_from(SMALL), min_size=1, max_size=3, unique=True))
    strength = draw(st.integers(1, min(2, len(names))))
    return {"floors": [{"factors": names, "strength": strength, "at_least": draw(st.sampled_from([1, 2, 6]))}]}


def supplement() -> st.SearchStrategy[Parts]:
    return st.sampled_from([500, 3000, 20000]).map(lambda rows: {"mode": "supplement", "rows": rows})


CONTROLS: dict[str, Callable[[], st.SearchStrategy[Parts]]] = {
    one.__name__: one
    for one in (
        target, keep, hold, missing, drop, derive, occurrence, independent, rank_correlation, weights, levels, label,
        rule, sweep, floor, supplement,
    )
}  # fmt: skip


@st.composite
def designs(draw: st.DrawFn, kinds: list[str]) -> Parts:
    asked: Parts = {"rows": draw(st.sampled_from([900, 400, 3000])), "seed": draw(st.integers(0, 2))}
    for kind in kinds:
        for name, part in draw(CONTROLS[kind]()).items():
            if isinstance(part, Mapping):
                asked[name] = {**part, **asked.get(name, {})}
            elif name == "sweeps":
                asked[name] = part  # two of one factor are no design
            elif isinstance(part, list):
                asked[name] = [*asked.get(name, []), *part]
            else:
                asked[name] = part
    return asked


# --- what must hold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CONTROLS)
@settings(SETTINGS, max_examples=4)
@given(data=st.data())
def test_each_control_alone(kind: str, data: st.DataObject) -> None:
    met_or_refused(data.draw(designs([kind])))


@settings(SETTINGS, max_examples=60)
@given(data=st.data())
def test_two_or_three_controls_together(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(CONTROLS)), min_size=2, max_size=3))
    met_or_refused(data.draw(designs(kinds)))


def met_or_refused(asked: Parts) -> None:
    study, refusal = attempt(asked)
    if isinstance(refusal, ConflictsError):
        event("conflict")
        for conflict in refusal.conflicts:
            check_names(conflict, controls_in(asked))
        check_nearest(neutral().design.changed(**asked), refusal.conflicts)
    elif refusal is not None:
        event("wrong input")
        assert isinstance(refusal, InputError)
        assert any(name in str(refusal) for name in names_in(asked)), refusal
    else:
        assert study is not None
        event("met")
        check_promises(study)


def attempt(asked: Parts) -> tuple[Study | None, TrimtabError | None]:
    """The study whose design can be met, or why it can't."""
    try:
        study = open_study(neutral().design.changed(**asked), neutral().source, previous=neutral())
        project(study)
    except TrimtabError as error:
        return None, error
    return study, None


def check_promises(study: Study) -> None:
    projection = project(study)
    file = neutral().source.path.parent / "made.parquet"
    pq.write_table(pa.concat_tables(list(generate(study, projection=projection))), file)
    promises = receipt(file, study, rows=study.design.rows, plans=lambda _: projection.floors)
    broken = [one for one in promises if not one.kept]
    assert not broken, broken


def check_names(conflict: Conflict, known: set[str]) -> None:
    assert set(map(str, conflict.controls)) <= known, conflict
    assert conflict.control in conflict.controls, conflict
    assert "`" in conflict.message


def check_nearest(design: Design, conflicts: tuple[Conflict, ...], steps: int = 2) -> None:
    """If there is one conflict only, giving way as it says resolves it, in two steps at most if there are sweeps or
    floors, whose rows are set after the others were fitted. Another conflict may come to light then.

    Not beside a pair: what it asks follows from the shares of its factors, which move when another control gives way.
    """
    if len({frozenset(one.controls) for one in conflicts}) > 1:
        return
    if len(conflicts[0].controls) > 1 and any(name.kind == "pair" for name in conflicts[0].controls):
        return
    for conflict in conflicts:
        mended = changed(design, conflict)
        if mended is not None:
            event("gave way")
            _, refusal = attempt(dict(mended))
            still = refusal.conflicts if isinstance(refusal, ConflictsError) else ()
            still = tuple(one for one in still if one.nearest is not None)
            if {frozenset(one.controls) for one in still} == {frozenset(conflict.controls)}:
                assert steps > 1, refusal
                assert design.sweeps or design.floors, refusal
                check_nearest(mended, still, steps - 1)


def changed(design: Design, conflict: Conflict) -> Design | None:
    """The design with one control as near as works; None for what is not one number."""
    kind, name = conflict.control.kind, conflict.control.of
    nearest = conflict.nearest
    if nearest is None:
        return None
    if kind == "event":
        return design.with_event(name, rate=nearest)
    if kind == "missing":
        return design.with_factor(name, missing=nearest)
    if kind == "rows":
        return design.changed(rows=int(nearest))
    if kind == "pair" and "rank correlation" in conflict.message:
        factors = next(one.factors for one in design.pairs if one.name == name)
        return design.with_pair(factors=factors, rank_correlation=nearest)
    if kind == "sweep":
        at = next(i for i, one in enumerate(design.sweeps) if one.factor == name)
        return design.with_sweep(at, groups=int(nearest)) if nearest >= 1 else design.without_sweep(at)
    return None


def controls_in(asked: Parts) -> set[str]:
    found = {"rows supplement"} if asked.get("mode") else set()
    for name, factor in asked.get("factors", {}).items():
        found |= {f"{factor.get('role', 'missing')} {name}", f"missing {name}"}
    found |= {f"event {name}" for name in asked.get("events", {})}
    found |= {f"pair {' × '.join(pair['factors'])}" for pair in asked.get("pairs", [])}
    found |= {f"level {name}" for name in asked.get("levels", {})} | {
        f"label {name}" for name in asked.get("labels", {})
    }
    found |= {f"rule {rule}" for rule in asked.get("rules", [])}
    found |= {f"sweep {one['factor']}" for one in asked.get("sweeps", [])}
    floors = {f"floor {', '.join(one['factors'])}" for one in asked.get("floors", [])}
    return found | floors | ({"rows design"} if floors or asked.get("sweeps") else set())


def names_in(asked: Parts) -> set[str]:
    return {one.split(" ", 1)[1] for one in controls_in(asked)} - {"design", "supplement"}
