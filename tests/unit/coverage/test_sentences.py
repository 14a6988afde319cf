"""A sentence for every kind of control, with the numbers of the real data in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.files import load, loads
from trimtab.core.projection.projection import project
from trimtab.core.projection.shifts import Shift
from trimtab.core.review.difference import control_changes
from trimtab.core.review.overview import moved, moved_along, summary
from trimtab.core.review.sentences import sentences
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]
Table = Callable[[dict[str, list[object]]], Source]
SAMPLES = Path(__file__).parents[3] / "sample_data" / "designs"


@pytest.fixture
def trips(table_source: Table) -> Source:
    """1,000 trips: 100 by night, 50 in fog, 20 of them both; each speed 20 times; 40 without a driver."""
    return table_source(
        {
            "night": [i < 100 for i in range(1000)],
            "fog": ["fog" if 80 <= i < 130 else "clear" for i in range(1000)],
            "speed": [10.5 + i % 50 for i in range(1000)],
            "driver": [None if i % 25 == 0 else "ab"[i % 2] for i in range(1000)],
            "month": [max(1, i % 8 - 3) for i in range(1000)],
        }
    )


def lines(study: Study) -> list[str]:
    return [one.line for one in sentences(study)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "events: {bad: {when: \"fog = 'fog' AND night\", rate: 0.05}}",
            "bad (fog is fog and night is true): from 1 in 50 rows to 1 in 20 (100 rows)",
        ),
        ("events: {bad_day: {when: fog = 'fog', rows: 1000}}", "bad day (fog is fog): from 5 % of the rows to 50 %"),
        ("events: {warp: {when: speed > 60, rate: 0}}", "warp (speed above 60): never, as in reality"),
        (
            "events: {odd: {when: speed > 50 OR night, rate: 0.5}}",
            "odd (speed > 50 OR night): from 28 % of the rows to 50 % (1,000 rows)",
        ),
        (
            "factors: {speed: {unit: mph}}\nevents: {slow: {when: speed BETWEEN 0 AND 20, rate: 0.4}}",
            "slow (speed from 0 to 20 mph): from 20 % of the rows to 40 % (800 rows)",
        ),
        (
            "factors: {fog: {role: target, target: {family: categorical, weights: {fog: 1, clear: 3}}}}",
            "fog: 25 % of the rows are fog, in reality 5 %",
        ),
        (
            "factors: {speed: {unit: mph, edges: [10, 20, 40, 60], role: target, "
            "target: {family: histogram, weights: [5, 3, 2]}}}",
            "speed: 50 % of the rows below 20 mph, in reality 20 %",
        ),
        (
            "factors: {speed: {role: target, target: {family: normal, mean: 20, sd: 4}}}",
            "speed: a normal distribution; ",
        ),
        (
            "factors: {month: {role: target, edges: [1, 2, 3, 4, 4], target: {family: histogram, "
            "weights: [1, 1, 1, 1]}}}",
            "month: 1 to 4 equally often, 25 % each; in reality from ",
        ),
        ("factors: {fog: {role: keep}}", "fog: as in reality, whatever else moves"),
        ("factors: {night: {role: drop}}", "night: left out of the rows"),
        ("factors: {fog: {role: hold, value: fog}}", "fog: always fog, in reality in 5 % of the rows"),
        ("factors: {month: {role: hold, values: [2, 3, 4]}}", "month: only 2 to 4, in reality in 38 % of the rows"),
        ("factors: {twice: {role: derive, expression: '2 * speed'}}", "twice: computed in every row as 2 * speed"),
        ("factors: {driver: {missing: 0.2}}", "driver: no value in 20 % of the rows, in reality 4 %"),
        ("factors: {fog: {missing: 0.03}}", "fog: no value in 3 % of the rows, never in reality"),
        (
            "pairs: [{factors: [night, fog], target: independent}]",
            "night and fog: independent: the one tells nothing of the other; in reality clear ranges from ",
        ),
        (
            "pairs: [{factors: [speed, month], rank_correlation: -0.4}]",
            "speed and month: one falls as the other rises, clearly (rank correlation −0.4); in reality they ",
        ),
        (
            "pairs: [{factors: [night, fog], weights: {'true': {fog: 1, clear: 1}, 'false': {fog: 1, clear: 3}}}]",
            "night and fog: together as in a designed table; in reality ",
        ),
        (
            "levels: {pace: {score: speed, cuts: [20, 50], shares: {slow: 0.5, middle: 0.3, fast: 0.2}}}",
            "pace (speed, cut at 20 and 50): 50 % slow, 30 % middle, 20 % fast; in reality 20 %, 60 % and 20 %",
        ),
        (
            "labels: {late: {rule: \"CASE WHEN night THEN 'late' ELSE 'fine' END\", noise: 0.02}}",
            "late (CASE WHEN night THEN 'late' ELSE 'fine' END): computed by its rule in every row; "
            "wrong on purpose in 2 % of the rows",
        ),
        (
            "labels: {claim: {probability: speed / 100}}",
            "claim (speed / 100): drawn with this probability in every row",
        ),
        ("rules: [speed < 50]", "speed below 50: in every row, in reality in 80 % of the rows"),
        (
            "sweeps: [{factor: speed, values: [10.5, 30.5], groups: 7}]",
            "speed: 7 groups of 2 rows, with 10.5 and 30.5 in turn; nothing but it differs",
        ),
        (
            "floors: [{factors: [night, fog, month], strength: 2, at_least: 5}]",
            "night, fog and month: at least 5 rows of every combination of 2 of them there can be",
        ),
        ("floors: [{factors: [month], strength: 1}]", "month: at least 1 row of every value there can be"),
        (
            "mode: supplement",
            "A supplement: all shares are of the 3,000 rows that 1,000 real ones and these are together",
        ),
    ],
)
def test_every_control_has_a_sentence(trips: Source, open_: Open, text: str, line: str) -> None:
    (said,) = sentences(open_(trips, f"rows: 2000\n{text}"))
    assert said.line.startswith(line)
    assert said.asked in said.text


def test_an_event_of_a_supplement_counts_the_rows_of_both(trips: Source, open_: Open) -> None:
    _, event = lines(open_(trips, "rows: 1000\nmode: supplement\nevents: {dark: {when: night, rate: 0.2}}"))
    assert event == "dark (night is true): from 10 % of the rows to 20 % (400 rows)"


def test_a_design_without_controls_says_so(trips: Source, open_: Open) -> None:
    study = open_(trips, "rows: 1\nfactors: {speed: {unit: mph}}")
    assert sentences(study) == ()
    assert summary(study) == (
        "1 row, made from the 1,000 real rows of table.parquet. Nothing is set: they are as real rows are."
    )


def test_the_summary_counts_what_is_set(trips: Source, open_: Open) -> None:
    study = open_(
        trips,
        "rows: 2000\nfactors: {fog: {role: keep}, night: {role: keep}, month: {role: drop}, driver: {missing: 0}}\n"
        "events: {x: {when: speed > 20, rate: 0.5}}\n"
        "levels: {pace: {score: speed, cuts: [20], shares: {a: 0.2, b: 0.8}}}",
    )
    assert summary(study) == (
        "2,000 rows, made from the 1,000 real rows of table.parquet. 2 factors are kept as in reality; "
        "1 factor is left out; 1 event, 1 missing share and 1 level mix are asked for. "
        "Everything else stays as real as it can be."
    )
    more = open_(trips, "rows: 50\nmode: supplement")
    assert summary(more).startswith("50 rows to add to the 1,000 real rows of table.parquet: together they are")


def test_without_data_nothing_is_called_real(tmp_path: Path) -> None:
    text = """
trimtab: 1
name: cold
rows: 500
factors:
  kind: {role: target, target: {family: categorical, weights: {a: 6, b: 3, c: 1}}}
  size: {kind: continuous, unit: cm, role: target, target: {family: uniform, low: 0, high: 10}}
  fixed: {role: hold, value: 3}
events:
  big: {when: "size > 9", rate: 0.5}
"""
    design = loads(text, owner="cold.yaml")
    study = open_study(design, declared_source(design, tmp_path))
    said = lines(study)
    assert summary(study).startswith("500 rows, made without real data from 3 declared factors.")
    assert said[0] == "big (size above 9 cm): from 10 % of the rows as declared to 50 % (250 rows)"
    assert said[1] == "kind: 60 % of the rows are a; 30 % of the rows are b; 10 % of the rows are c"
    assert said[2].startswith("size: a uniform distribution; ")
    assert said[3] == "fixed: always 3"
    assert not any("reality" in line for line in said)


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_sentences_go_by_the_names_of_the_difference(file: Path, flights: Source, crashes: Source, open_: Open) -> None:
    design = load(file)
    source = next(one for one in (flights, crashes) if design.source and one.sha256 == design.source.sha256)
    study = open_study(design, source, previous=open_(source))
    plain = open_study(
        design.changed(factors={}, pairs=(), events={}, levels={}, labels={}, rules=(), sweeps=(), floors=()),
        source,
        previous=study,
    )
    known = {one.name for one in control_changes(plain, study)}
    said = {one.control for one in sentences(study)}
    assert said <= known
    assert {name for name in known if not name.startswith(("edges ", "kind "))} == said


def test_what_moves_along_is_told_until_it_is_too_little(trips: Source, open_: Open) -> None:
    study = open_(trips, "rows: 2000\nfactors: {fog: {role: hold, value: fog}}")
    shifts = project(study).shifts
    told, rest = moved_along(shifts)
    assert told[0].factor == "night"
    assert moved(study, told[0]) == "40 % of the rows are true, in reality 10 %"
    assert len(told) + (int(rest.split()[0]) if rest else 0) == len(study.columns) - 1


def test_many_small_shifts_are_one_line() -> None:
    some = [Shift(f"f{i}", tv, i == 0, *2 * (np.zeros(2),)) for i, tv in enumerate((0.9, 0.3, 0.004, 0.001))]
    told, rest = moved_along(some)
    assert ([one.factor for one in told], rest) == (["f1"], "2 other factors move by less than 0.5 %.")
    many = [Shift(f"f{i}", 0.02 + i / 1000, False, *2 * (np.zeros(2),)) for i in range(20)]
    told, rest = moved_along(many)
    assert (len(told), told[0].factor, rest) == (12, "f19", "8 other factors move by at most 2.7 %.")
    assert moved_along([]) == ((), "")
    assert moved_along(some[3:])[1] == "1 factor moves by less than 0.5 %."
