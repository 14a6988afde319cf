"""Relations beside other controls: what contradicts one is told by name, all else is made so that it keeps them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.design.patching import with_part
from trimtab.core.projection.check import check, check_json
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.ways_out import ways_out
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]

CODE = "relations: [{determines: [code, name]}]"
SUM = 'relations: [{equation: "total = yes + no"}]'
ORDER = "relations: [{order: [low, high]}]"
GAPS = "relations: [{missing_together: [one, two]}]"
BEYOND = "{role: target, target: {family: uniform, low: 0, high: 20}}"


@pytest.fixture
def source(table_source: Callable[[dict[str, list[object]]], Source]) -> Source:
    """400 rows: ten codes with five names, yes + no = total, low ≤ high, one and two missing together in every
    twentieth row."""
    i = np.arange(400)
    yes, no = i % 7, i * 3 % 11
    low = i % 40
    return table_source(
        {
            "code": [f"C{k}" for k in i % 10],
            "name": [f"N{k // 2}" for k in i % 10],
            "group": ["a" if k % 20 < 15 else "b" for k in i],
            "yes": yes.tolist(),
            "no": no.tolist(),
            "total": (yes + no).tolist(),
            "low": low.tolist(),
            "high": (low + i % 13).tolist(),
            "big": (yes > 3).tolist(),
            "one": [None if k % 20 == 0 else float(k % 9) for k in i],
            "two": [None if k % 20 == 0 else "xyz"[k % 3] for k in i],
        }
    )


def refused(study: Study) -> ConflictsError:
    with pytest.raises(ConflictsError, match="relation") as told:
        project(study)
    return told.value


def made(study: Study, folder: Path) -> tuple[pa.Table, Projection]:
    """The rows of a design, which keep every promise."""
    projection = project(study)
    table = pa.concat_tables(generate(study, projection=projection))
    pq.write_table(table, folder / "rows.parquet")
    told = receipt(folder / "rows.parquet", study, plans=lambda _: projection.floors)
    assert [one for one in told if not one.kept] == []
    return table, projection


CONTRADICTIONS = {
    "target beyond": (SUM, f"factors: {{yes: {BEYOND}}}", "target yes"),
    "target of the lower one": (
        ORDER,
        "factors: {low: {role: target, target: {family: uniform, low: 0, high: 60}}}",
        "target low",
    ),
    "missing share": (CODE, "factors: {name: {missing: 0.2}}", "missing name"),
    "event": (CODE, "events: {odd: {when: code = 'C0' AND name = 'N3', rate: 0.1}}", "event odd"),
    "event out of order": (ORDER, "events: {odd: {when: low > high, rate: 0.1}}", "event odd"),
    "event of a gap": (GAPS, "events: {odd: {when: one IS NULL AND two IS NOT NULL, rate: 0.1}}", "event odd"),
    "pair": (CODE, "pairs: [{factors: [code, name], target: independent}]", "pair code × name"),
    "sweep": (CODE, "sweeps: [{factor: code, values: [C0, C9], groups: 3}]", "sweep code"),
    "sweep beyond": (SUM, "sweeps: [{factor: yes, values: [3, 30], groups: 3, others: condition}]", "sweep yes"),
}


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_what_contradicts_a_relation_is_told_by_name_and_letting_it_go_settles_it(
    contradiction: str, source: Source, open_: Open
) -> None:
    relation, control, name = CONTRADICTIONS[contradiction]
    study = open_(source, f"rows: 500\n{relation}\n{control}")
    told = refused(study)
    named = {str(one) for conflict in told.conflicts for one in conflict.controls}
    assert {one for one in named if not one.startswith("relation ")} == {name}
    assert len(named) == 2
    (let_go,) = [way for way in ways_out(study, told.conflicts) if way.title == "Let the relation go"]
    free = open_study(with_part(study.design, let_go.patch), source, previous=study)
    assert free.design.relations == ()
    assert project(free).rows == 500


def test_a_target_can_be_cut_to_where_a_relation_is_kept(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(
        source, f"rows: 500\n{SUM}\nfactors: {{yes: {{role: target, target: {{family: normal, mean: 4, sd: 3}}}}}}"
    )
    (cut, *others) = ways_out(study, refused(study).conflicts)
    assert [way.title for way in (cut, *others)] == ["Cut yes to 0 and 6", "Let yes follow", "Let the relation go"]
    made(open_study(with_part(study.design, cut.patch), source, previous=study), tmp_path)


def test_a_sweep_can_let_the_others_go_along(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, f"rows: 500\n{CODE}\nsweeps: [{{factor: code, values: [C0, C9], groups: 3}}]")
    (along, *others) = ways_out(study, refused(study).conflicts)
    assert [way.title for way in (along, *others)] == [
        "Draw the other factors anew",
        "Remove the sweep of code",
        "Let the relation go",
    ]
    made(open_study(with_part(study.design, along.patch), source, previous=study), tmp_path)


def test_check_tells_it_as_every_other_conflict(source: Source, open_: Open) -> None:
    study = open_(source, f"{CODE}\nevents: {{odd: {{when: code = 'C0' AND name = 'N3', rate: 0.1}}}}")
    found = check_json(check(study))
    assert not found["feasible"]
    assert [one["control"] for one in found["conflicts"]] == ["event odd", "relation code decides name"]
    assert [one["message"] for one in found["conflicts"]] == [
        "Event `odd` asks for 10 %, but relation `code decides name` leaves no room: the most that works is 0 %.",
        "Relation `code decides name` is to hold in every row, but event `odd` leaves no room: at most 90 % of the "
        "rows could keep it.",
    ]
    assert found["conflicts"][1]["ways"] == [{"relations": [{"remove": {"determines": ["code", "name"]}}]}]


@pytest.mark.parametrize(
    ("relation", "controls", "told"),
    [
        (
            GAPS,
            "factors: {one: {role: keep}, two: {missing: 0.9}}",
            "Keep `one` asks for 5 % at `missing`, but the missing share of `two` leaves no room: the least that works "
            "is 90 %. Without relation `one and two are missing in the same rows` it could be met.",
        ),
        (
            CODE,
            "factors: {name: {role: hold, value: N4}}\nevents: {odd: {when: code = 'C1' AND low = 2, rate: 0.1}}",
            "Event `odd` asks for 10 %, but hold `name` leaves no room: the most that works is 0 %. "
            "Without relation `code decides name` it could be met.",
        ),
    ],
)
def test_a_relation_is_named_too_where_two_others_clash_because_of_it(
    relation: str, controls: str, told: str, source: Source, open_: Open
) -> None:
    study = open_(source, f"rows: 500\n{relation}\n{controls}")
    conflicts = refused(study).conflicts
    assert conflicts[0].message == told
    assert [way.title for way in ways_out(study, conflicts)].count("Let the relation go") == 1


def test_the_command_ends_with_the_code_of_conflicts(source: Source, folder: Path, trimtab: Callable[..., Any]) -> None:
    event = "events: {odd: {when: low > high, rate: 0.1}}"
    (folder / "d.yaml").write_text(f"trimtab: 1\nname: d\nsource: {{path: {source.path}}}\n{ORDER}\n{event}\n")
    told = trimtab("check", "d.yaml", "--json")
    assert told.code == 3
    assert [one["control"] for one in told.json["conflicts"]] == ["event odd", "relation low ≤ high"]
    assert trimtab("sample", "d.yaml", "-o", "rows.parquet").code == 3
    assert not (folder / "rows.parquet").exists()


def test_a_target_beyond_the_source_says_where(source: Source, open_: Open) -> None:
    told = refused(open_(source, f"{SUM}\nfactors: {{yes: {BEYOND}}}"))
    assert str(told) == (
        "Target `yes`: `yes` would have values in 7, where no real row shows what keeps relation `total = yes + no`. "
        "Ask for nothing there, or let the relation go."
    )


@pytest.mark.parametrize(
    ("relation", "control"),
    [
        (ORDER, "factors: {high: {role: target, target: {family: uniform, low: 0, high: 80}}}"),
        (ORDER, "factors: {low: {role: target, target: {family: normal, mean: 0, sd: 20, low: -30, high: 39}}}"),
        (SUM, "factors: {no: {missing: 0.3}}"),
        ("relations: [{determines: [yes, big]}]", f"factors: {{yes: {BEYOND}}}"),
        (GAPS, "factors: {two: {missing: 0.9}}"),
        (GAPS, "factors: {one: {role: target, target: {family: uniform, low: 0, high: 30}}}"),
        (CODE, "factors: {code: {role: target, target: {family: categorical, weights: {C0: 1, C7: 9}}}}"),
        (CODE, "events: {rare: {when: code = 'C3' AND low > 38, rate: 0.2}}"),
        (CODE, "pairs: [{factors: [code, low], target: independent}]"),
        (CODE, "floors: [{factors: [code, low], at_least: 2}]\nrows: 3000"),
        (CODE, "sweeps: [{factor: code, values: [C0, C9], groups: 3, others: condition}]"),
        (ORDER, "pairs: [{factors: [high, group], target: independent}]"),
        (ORDER, "sweeps: [{factor: high, values: [40, 90], groups: 5, others: condition}]"),
        (ORDER, "sweeps: [{factor: low, values: [3.0, 20], groups: 5, others: condition}]"),
    ],
)
def test_whatever_is_not_refused_keeps_it(
    relation: str, control: str, source: Source, open_: Open, tmp_path: Path
) -> None:
    rows = "" if "rows:" in control else "rows: 500\n"
    made(open_(source, f"{rows}{relation}\n{control}"), tmp_path)


def test_a_total_follows_from_parts_that_no_real_row_has_together(
    table_source: Callable[[dict[str, list[object]]], Source], open_: Open, tmp_path: Path
) -> None:
    parts = [(a, b) for a in range(7) for b in range(9) if (a, b) != (3, 4)] * 3
    source = table_source(
        {
            "yes": [a for a, _ in parts],
            "no": [b for _, b in parts],
            "total": [a + b for a, b in parts],
            "group": ["x", "y", "z"] * 62,
        }
    )
    event = "events: {both: {when: yes = 3 AND no = 4, rate: 0.2}}"
    table, projection = made(open_(source, f"rows: 300\n{SUM}\n{event}"), tmp_path)
    assert projection.ungrounded == pytest.approx(0.2)
    assert [row["total"] for row in table.to_pylist() if (row["yes"], row["no"]) == (3, 4)] == [7] * 60
    floor = "floors: [{factors: [yes, no], at_least: 2}]"
    _, projection = made(open_(source, f"rows: 300\n{SUM}\n{floor}"), tmp_path)
    assert [(plan.constructed, plan.impossible) for plan in projection.floors] == [(2, ())]


def test_cells_of_a_floor_that_a_relation_forbids_are_impossible(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, f"rows: 500\n{CODE}\nfloors: [{{factors: [code, name], at_least: 2}}]")
    _, projection = made(study, tmp_path)
    (plan,) = projection.floors
    assert (plan.constructed, len(plan.impossible)) == (0, 40)


def test_a_relation_that_some_real_rows_break_is_kept_all_the_same(
    table_source: Callable[[dict[str, list[object]]], Source], open_: Open, tmp_path: Path
) -> None:
    b = [k + 1 if k % 10 else k - 1 for k in range(100)]
    source = table_source({"a": list(range(100)), "b": b, "c": ["x", "y"] * 50})
    table, projection = made(open_(source, "rows: 300\nrelations: [{order: [a, b]}]"), tmp_path)
    assert all(row["a"] <= row["b"] for row in table.to_pylist())
    assert projection.cost_bits == pytest.approx(-np.log2(0.9))


def test_a_key_can_not_be_kept_and_that_is_told(source: Source, open_: Open) -> None:
    told = refused(open_(source, "relations: [{key: [low, high]}]"))
    assert [one.control.kind for one in told.conflicts] == ["relation"]
    assert "they would repeat them" in str(told)


def test_a_relation_of_a_dropped_factor_stands_in_nobodys_way(source: Source, open_: Open) -> None:
    study = open_(source, f"{CODE}\nfactors: {{code: {{role: drop}}, name: {{missing: 0.2}}}}")
    assert project(study).rows == 10_000


def test_where_nothing_breaks_it_it_costs_nothing_and_is_not_told(source: Source, open_: Open) -> None:
    study = open_(source, f"{CODE}\nfactors: {{name: {{role: keep}}}}")
    found = check_json(check(study))
    assert [one["name"] for one in found["controls"]] == ["keep name"]
    assert found["relations"][0]["text"] == "code decides name"
