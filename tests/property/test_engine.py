"""Any design of the built controls on real rows: every promise is kept to the row, or it is refused before the first
row, in its own words."""

from __future__ import annotations

import atexit
import string
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from trimtab.core.delivery.tolerance import marginal_tolerance
from trimtab.core.design.design import Design
from trimtab.core.errors import ConflictError, InputError, TrimtabError
from trimtab.core.maths.rounding import event_rows
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.marginal import MarginalControl, marginals_of
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

CRASHES = Path(__file__).parents[2] / "sample_data" / "crashes.csv"
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
RATES = [0.0, 0.003, 0.05, 0.2, 1 / 3, 0.5, 0.9, 1.0]


@cache
def neutral() -> Study:
    """Every 65th crash, with the year as a date and the airbag as a boolean too: all five kinds, opened once."""
    folder = Path(mkdtemp(prefix="trimtab-crashes-"))
    atexit.register(rmtree, folder)
    duckdb.sql(
        "COPY (SELECT * EXCLUDE (n, weight), make_date(yearacc, 1, 1) AS accident, deploy = 1 AS deployed, "
        "CASE WHEN injSeverity IS NOT NULL THEN weight END AS weight "
        f"FROM (SELECT *, row_number() OVER () AS n FROM read_csv('{CRASHES}', nullstr='')) WHERE n % 65 = 1 "
        f"ORDER BY n) TO '{folder / 'small.parquet'}'"
    )
    source = spool(folder / "small.parquet", folder / "home")
    return open_study(Design(name="neutral", source={"path": "small.parquet", "sha256": source.sha256}), source)


# --- designs ---------------------------------------------------------------------------------------------------------


def texts(column: Column) -> list[str]:
    values = column.values.to_pylist()
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def targets(name: str) -> st.SearchStrategy[dict[str, Any]]:
    column, axis = neutral().columns[name], neutral().axes[name]
    if column.kind in ("categorical", "boolean"):
        weights = st.dictionaries(
            st.sampled_from(texts(column)), st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=4
        )
        return st.fixed_dictionaries(
            {"family": st.just("categorical"), "weights": weights},
            optional={"rest": st.sampled_from([0.0, 0.1, 0.4])},
        )
    bars = st.lists(st.sampled_from([0.0, 1.0, 1.0, 5.0]), min_size=axis.size, max_size=axis.size)
    histogram = st.fixed_dictionaries({"family": st.just("histogram"), "weights": bars})
    if column.kind == "datetime":
        return histogram
    low, high = float(column.numbers[0]), float(column.numbers[-1])
    width = high - low
    # The ends of the source and beyond: what lies further out is ungrounded.
    cut = {
        "low": st.sampled_from([low, low - 0.2 * width, low + 0.3 * width]),
        "high": st.sampled_from([high, high + 0.2 * width, high - 0.3 * width]),
    }
    uniform = st.fixed_dictionaries({"family": st.just("uniform"), **cut})
    spread = {
        "mean": st.sampled_from([low, low + width / 2, high]),
        "sd": st.sampled_from([0.05 * width, 0.2 * width, width]),
    }
    return histogram | uniform | st.fixed_dictionaries({"family": st.just("normal"), **spread, **cut})


@cache
def factors(name: str) -> st.SearchStrategy[dict[str, Any]]:
    column = neutral().columns[name]
    values = [str(one) if column.kind == "datetime" else one for one in column.values.to_pylist()]
    missing = {"missing": st.sampled_from([0.0, 0.1, 0.5])}
    held = {"role": st.just("hold"), "values": st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True)}
    target = {"role": st.just("target"), "target": targets(name)}
    return st.one_of(
        st.just({"role": "keep"}),
        st.just({"role": "drop"}),
        st.fixed_dictionaries(missing),
        st.fixed_dictionaries(held, optional=missing),
        st.fixed_dictionaries(target, optional=missing),
    )


@cache
def conditions() -> st.SearchStrategy[str]:
    def of(name: str) -> st.SearchStrategy[str]:
        column = neutral().columns[name]
        if column.kind == "boolean":
            return st.sampled_from([f'"{name}"', f'NOT "{name}"', f'"{name}" IS NULL'])
        if column.kind in ("categorical", "datetime"):
            operators = ["=", "<>"] if column.kind == "categorical" else ["<", ">=", "="]
            plain = st.builds(
                "\"{}\" {} '{}'".format, st.just(name), st.sampled_from(operators), st.sampled_from(texts(column))
            )
        else:
            numbers = st.sampled_from(column.numbers.tolist())
            plain = st.builds('"{}" {} {!r}'.format, st.just(name), st.sampled_from(["<", ">=", "=", "<>"]), numbers)
        return plain | plain | st.just(f'"{name}" IS NULL')

    leaf = st.one_of(*map(of, neutral().columns))
    more = st.tuples(st.sampled_from(["AND", "OR", "AND NOT", "OR NOT"]), leaf)
    return st.builds(joined, st.sampled_from(["", "", "NOT "]), leaf, st.lists(more, max_size=3))


def joined(negation: str, first: str, more: list[tuple[str, str]]) -> str:
    """Conditions joined one after the other: NOT ((a AND b) OR NOT c)."""
    whole = first
    for word, leaf in more:
        whole = f"({whole} {word} {leaf})"
    return f"{negation}({whole})"


@st.composite
def designs(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(list(neutral().columns)), max_size=4, unique=True))
    whens = draw(st.lists(conditions(), max_size=3))
    return {
        "rows": draw(st.sampled_from([400, 37, 5000, 2, 1])),
        "seed": draw(st.integers(0, 3)),
        "factors": {name: draw(factors(name)) for name in names},
        "events": {
            f"event_{letter}": {"when": when, "rate": draw(st.sampled_from(RATES))}
            for letter, when in zip(string.ascii_lowercase, whens, strict=False)
        },
    }


# --- what must hold --------------------------------------------------------------------------------------------------


@SETTINGS
@given(asked=designs())
def test_a_design_is_met_to_the_row_or_refused_before_the_first(asked: dict[str, Any]) -> None:
    try:
        study = opened(asked)
        tables = generate(study)
    except (ConflictError, InputError) as error:
        event(type(error).__name__)
        check_refusal(error, asked)
        return
    event("met")
    check_promises(study, pa.concat_tables(list(tables)))


def check_refusal(error: TrimtabError, asked: dict[str, Any]) -> None:
    """It names a control of the design; a conflict none that is not in the design."""
    names = {*asked["factors"], *asked["events"]}
    assert any(f"`{name}`" in str(error) or f".{name}." in str(error) for name in names), error
    assert isinstance(error, ConflictsError) == isinstance(error, ConflictError)
    for conflict in error.conflicts if isinstance(error, ConflictsError) else ():
        assert conflict.control in conflict.controls
        assert {name.of for name in conflict.controls} <= names
        assert conflict.nearest is None or 0 <= conflict.nearest <= 1


def check_promises(study: Study, table: pa.Table) -> None:
    rows = study.design.rows
    assert table.num_rows == rows
    con = duckdb.connect()
    con.register("made", table)
    for one in events_of(study):
        (count,) = con.sql(f"SELECT count(*) FROM made WHERE {one.predicate.sql}").fetchall()[0]
        assert count == event_rows(one.rate, rows), one.name
    for control in marginals_of(study):
        counts = counts_of(control, study.columns[control.factor], table)
        off = np.abs(counts - control.requested * rows)
        assert off.max() <= 2, f"{control.name}: a bin is {off.max():.2f} rows off"
        assert off.sum() / 2 / rows <= marginal_tolerance(control.requested, rows) + 1e-12, control.name
        if control.kind == "hold":
            assert counts[1] == 0, f"{control.name}: {counts[1]} rows have another value"


def counts_of(control: MarginalControl, known: Column, table: pa.Table) -> np.ndarray:
    """Rows of each of the control's codes, measured on the values that were made."""
    made = encode(control.factor, table.column(control.factor).cast(known.type), known.kind)
    if control.axis is not None:
        return control.axis.histogram(made)
    code = dict(zip(known.values.to_pylist(), control.code_of_value[:-1].tolist(), strict=True))
    codes = [*(code[value] for value in made.values.to_pylist()), int(control.code_of_value[-1])]
    return np.bincount(codes, weights=made.counts, minlength=len(control.requested))


@settings(SETTINGS, max_examples=20)
@given(asked=designs())
def test_the_same_seed_gives_the_same_rows_whatever_was_opened_before(asked: dict[str, Any]) -> None:
    try:
        study = opened(asked)
        made = pa.concat_tables(list(generate(study, rows=100)))
    except (ConflictError, InputError):
        return
    fresh = open_study(study.design, study.source)
    assert pa.concat_tables(list(generate(fresh, rows=100, workers=2))).equals(made)


def opened(asked: dict[str, Any]) -> Study:
    return open_study(neutral().design.changed(**asked), neutral().source, previous=neutral())
