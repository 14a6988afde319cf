"""The promise of the product: what is set is met exactly, whatever else is set, and the same seed gives the same
bytes."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.maths.rounding import event_rows
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.marginal import marginals_of
from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import encode
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

RARE = """
rows: 50000
events:
  fog_and_wind: {when: "visib < 2 AND wind_speed > 15", rate: 0.05}
  jam: {when: "hour BETWEEN 16 AND 19 AND carrier = 'EV' AND dep_delay > 150 AND precip > 0.05", rate: 0.01}
  cold_or_windless: {when: "NOT (temp >= 20) OR wind_speed IN (0)", rate: 0.005}
"""


def made(study: Study, **options: int) -> pa.Table:
    return pa.concat_tables(list(generate(study, **options)))


def true_rows(table: pa.Table, condition: str) -> int:
    con = duckdb.connect()
    con.register("t", table)
    return int(con.execute(f"SELECT count(*) FROM t WHERE {condition}").fetchall()[0][0])


def off_by(table: pa.Table, study: Study) -> dict[str, tuple[float, float]]:
    """For each marginal control: its TV from what was asked, and the most rows a code is off."""
    found = {}
    for control in marginals_of(study):
        column = encode(control.factor, table.column(control.factor), study.columns[control.factor].kind)
        assert control.axis is not None
        counts = control.axis.histogram(column)
        n = table.num_rows
        off = float(np.abs(counts - control.requested * n).max())
        found[str(control.name)] = (float(0.5 * np.abs(counts / n - control.requested).sum()), off)
    return found


def expected_tv_of_draws(requested: np.ndarray, n: int) -> float:
    """Mean total variation of n independent draws: E|X - np| of a binomial is sqrt(2 np(1-p)/π), half of it per
    code."""
    return float(0.5 * np.sqrt(2 * requested * (1 - requested) / (np.pi * n)).sum())


def test_three_events_at_once_are_exact_to_the_row(flights: Source, open_: Open) -> None:
    study = open_(flights, RARE)
    projection = project(study)
    rates = {event.name: event.real for event in projection.events}
    assert 0.5e-4 < rates["jam"] < 2e-4, "the four-factor event must be near 1 in 10,000"
    table = made(study)
    assert table.num_rows == 50_000
    for event, count in zip(events_of(study), (2500, 500, 250), strict=True):
        assert true_rows(table, event.predicate.sql) == count == event_rows(event.rate, 50_000)


def test_one_target_is_exact_to_one_row(flights: Source, open_: Open) -> None:
    study = open_(
        flights,
        "rows: 99991\nfactors:\n"
        "  temp: {role: target, target: {family: normal, mean: 30, sd: 12, low: 11, high: 100}}\n",
    )
    (control,) = marginals_of(study)
    assert len(control.requested) > 30
    assert off_by(made(study), study)["target temp"][1] <= 1.0


def test_targets_and_keeps_beat_half_of_independent_draws(flights: Source, open_: Open) -> None:
    study = open_(
        flights,
        """
rows: 100000
factors:
  origin: {role: keep}
  hour: {role: keep}
  carrier: {role: target, target: {family: categorical, weights: {UA: 2, AA: 1}, rest: 0.4}}
  visib: {role: target, target: {family: uniform, low: 0, high: 10}}
  month: {role: target, target: {family: histogram, weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}}
""",
    )
    found = off_by(made(study), study)
    assert len(found) == 5
    for control in marginals_of(study):
        assert found[str(control.name)][0] <= 0.5 * expected_tv_of_draws(control.requested, 100_000), control.name


def test_events_and_targets_together(flights: Source, open_: Open) -> None:
    study = open_(
        flights,
        RARE + "factors:\n  month: {role: target, target: {family: histogram, weights: [3,1,1,1,1,1,1,1,1,1,1,3]}}\n"
        "  origin: {role: keep}\n",
    )
    table = made(study)
    for event, count in zip(events_of(study), (2500, 500, 250), strict=True):
        assert true_rows(table, event.predicate.sql) == count
    for name, (_, rows) in off_by(table, study).items():
        assert rows <= 2.0, name


def test_the_same_seed_gives_the_same_rows_with_one_and_two_workers(flights: Source, open_: Open) -> None:
    study = open_(flights, RARE)
    one = made(study, rows=150_000, seed=3, workers=1)
    assert made(study, rows=150_000, seed=3, workers=2).equals(one)
    assert not made(study, rows=150_000, seed=4).equals(one)


def test_dropping_a_factor_leaves_all_others_as_they_were(flights: Source, open_: Open) -> None:
    whole = made(open_(flights, "rows: 20000\n"))
    for dropped in ("humid", "cancelled"):
        less = made(open_(flights, f"rows: 20000\nfactors:\n  {dropped}: {{role: drop}}\n"))
        assert dropped not in less.column_names
        assert less.equals(whole.drop_columns([dropped]))


def test_hold_to_a_value_and_to_a_set(flights: Source, open_: Open) -> None:
    study = open_(
        flights, "rows: 5000\nfactors:\n  origin: {role: hold, value: LGA}\n  month: {role: hold, values: [1, 2]}\n"
    )
    table = made(study)
    assert set(table.column("origin").to_pylist()) == {"LGA"}
    assert set(table.column("month").to_pylist()) == {1, 2}


@pytest.mark.parametrize("text", ["missing: 0.25", "role: target, missing: 0.25, target: {family: empirical}"])
def test_missing_shares_are_exact(flights: Source, open_: Open, text: str) -> None:
    table = made(open_(flights, f"rows: 8000\nfactors:\n  pressure: {{{text}}}\n"))
    assert table.column("pressure").null_count == 2000


def test_missing_where_the_source_has_none_is_made_and_marked(flights: Source, open_: Open) -> None:
    study = open_(flights, "rows: 8000\nfactors:\n  distance: {missing: 0.1}\n")
    assert project(study).ungrounded == pytest.approx(0.1)
    table = made(study)
    assert table.column("distance").null_count == 800
    ungrounded = np.asarray(table.column("_ungrounded"))
    assert ungrounded.sum() == 800
    assert (np.asarray(table.column("_weight"))[ungrounded] == 0).all()


def test_a_target_beyond_the_source_is_made_and_marked(flights: Source, open_: Open) -> None:
    study = open_(
        flights,
        "rows: 20000\nfactors:\n  temp: {role: target, target: {family: normal, mean: 90, sd: 15, high: 130}}\n",
    )
    highest = study.columns["temp"].numbers[-1]
    table = made(study)
    values = np.asarray(table.column("temp").drop_null())
    beyond = values > highest
    assert 0.2 < beyond.mean() < 0.4
    assert values.max() <= 130
    ungrounded = np.asarray(table.column("_ungrounded"))
    assert ungrounded.sum() == pytest.approx(beyond.sum(), abs=20)
    assert off_by(table, study)["target temp"][1] <= 1.0


def test_a_condition_that_changes_inside_an_ungrounded_bin_is_refused(flights: Source, open_: Open) -> None:
    text = """
rows: 1000
factors:
  temp: {edges: [10, 50, 101, 140], role: target, target: {family: histogram, weights: [1, 1, 1]}}
events:
  hot: {when: "temp > 120", rate: 0.1}
"""
    from trimtab.core.errors import InputError

    with pytest.raises(InputError, match=r"Event `hot`.*changes inside.*`temp`.*Add an edge there: 120"):
        project(open_(flights, text))
    settled = (
        text.replace("101, 140], role", "101, 120.5, 140], role")
        .replace("[1, 1, 1]", "[1, 1, 0, 1]")
        .replace("rate: 0.1", "rate: 0.25")
    )
    settled = settled.replace("[1, 1, 0, 1]", "[1.5, 1.5, 0, 1]").replace("> 120", ">= 120.5")
    table = made(open_(flights, settled))
    assert true_rows(table, "temp >= 120.5") == 250


def test_structure_of_the_source_survives(flights: Source, open_: Open) -> None:
    table = made(open_(flights, "rows: 100000\n"))
    assert true_rows(table, "cancelled AND (dep_delay IS NOT NULL OR arr_delay IS NOT NULL)") == 0
    assert true_rows(table, "NOT cancelled AND dep_delay IS NULL") == 0
    both = table.select(["dep_delay", "arr_delay"]).to_pandas().dropna().astype(float)
    assert both.corr().iloc[0, 1] > 0.88
    assert both[both.dep_delay > 180].arr_delay.median() > 200


def test_types_of_the_source_survive(flights: Source, open_: Open) -> None:
    study = open_(flights, "rows: 100\noutput: {provenance: false}\n")
    table = made(study)
    assert {f.name: f.type for f in table.schema} == {name: c.type for name, c in study.columns.items()}


def test_weights_undo_the_design(flights: Source, open_: Open) -> None:
    study = open_(flights, RARE)
    table = made(study)
    weight = np.asarray(table.column("_weight"))
    fog = np.asarray(table.column("visib")) < 2
    real = project(study)
    shift = next(s for s in real.shifts if s.factor == "visib")
    low = [i for i, label in enumerate(study.axes["visib"].labels) if float(label) < 2]
    # Kish: the standard error of a weighted share is that of the effective number of rows.
    effective = weight.sum() ** 2 / (weight**2).sum()
    share = (weight * fog).sum() / weight.sum()
    expected = shift.before[low].sum()
    assert abs(share - expected) < 3 * np.sqrt(expected * (1 - expected) / effective)


@pytest.mark.parametrize("rows", [1, 2, 7, 1000])
def test_any_number_of_rows(crashes: Source, open_: Open, rows: int) -> None:
    study = open_(crashes, "events:\n  dead: {when: \"dead = 'dead'\", rate: 0.5}\n")
    table = made(study, rows=rows)
    assert table.num_rows == rows
    assert true_rows(table, "dead = 'dead'") == event_rows(0.5, rows)
