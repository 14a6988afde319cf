"""Promises of floors and sweeps, on rows made by hand: kept, and each broken alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.controls import figures, named
from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import verify
from trimtab.core.projection.reserved.reserved import FloorPlan
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study

Make = Callable[..., Source]
Open = Callable[..., Study]
Rows = list[dict[str, Any]]

COLORS, SIZES, SHAPES = ["red", "blue"], [1, 2, 3], ["round", "flat"]
FLOOR = "floors: [{factors: [color, size, shape], strength: 2, at_least: 2}]"


def as_rows(cells: Any) -> Rows:
    return [dict(zip(("color", "size", "shape"), cell, strict=True)) for cell in cells]


def every_cell() -> Rows:
    return as_rows(product([*COLORS, None], SIZES, SHAPES))


@pytest.fixture
def source(table_source: Make) -> Source:
    rows = every_cell() * 3
    return table_source({name: [row[name] for row in rows] for name in rows[0]})


def measured(study: Study, rows: Rows, file: Path, plan: FloorPlan | None = None) -> dict[str, Promise]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    (pyarrow.csv.write_csv if file.suffix == ".csv" else pq.write_table)(table, file)
    found = verify(file, study) if plan is None else receipt(file, study, plans=lambda _: [plan])
    return {promise.promise: promise for promise in found}


def floor(study: Study, rows: Rows, folder: Path, plan: FloorPlan | None = None) -> Promise:
    return measured(study, rows, folder / "a.parquet", plan)["floor color, size, shape"]


def test_every_cell_often_enough_keeps_a_floor(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, FLOOR)
    # Color and size are in two rows of a cell each: one for each shape.
    for file in ("a.parquet", "a.csv"):
        found = measured(study, every_cell(), tmp_path / file)["floor color, size, shape"]
        assert figures(found) == ("floor color, size, shape", 0, 0, 0.0, True)


def test_cells_below_a_floor_are_counted(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, FLOOR)
    assert floor(study, every_cell()[1:], tmp_path).delivered == 1  # red, 1: only flat is left
    fewer = [row for row in every_cell() if row["size"] != 3]
    # Without size 3, four cells of two rows are empty, with either the colors or the shapes.
    assert figures(floor(study, fewer, tmp_path)) == ("floor color, size, shape", 0, 4, 0.0, False)
    missing = [{**row, "size": None if row["size"] == 3 else row["size"]} for row in every_cell()]
    assert floor(study, missing, tmp_path).delivered == 4
    unknown = [{**row, "size": 9 if row["size"] == 3 else row["size"]} for row in every_cell()]
    assert floor(study, unknown, tmp_path).delivered == 4


def test_what_a_hold_a_target_or_a_level_forbids_need_not_occur(source: Source, open_: Open, tmp_path: Path) -> None:
    fewer = [row for row in every_cell() if row["size"] != 3]
    for factor in (
        "size: {role: hold, values: [1, 2]}",
        "size: {role: target, target: {family: histogram, weights: [1, 1, 0]}}",
    ):
        study = open_(source, f"factors: {{{factor}}}\n{FLOOR}")
        assert floor(study, fewer, tmp_path).kept
        assert floor(study, fewer[1:], tmp_path).delivered == 2  # red, 1 and red, round
    study = open_(
        source,
        'levels: {share: {score: "size", cuts: [3], shares: {few: 1.0, many: 0.0}}}\n'
        "floors: [{factors: [color, share], strength: 2}]",
    )
    assert measured(study, fewer, tmp_path / "a.csv")["floor color, share"].delivered == 0
    target = "color: {role: target, target: {family: categorical, weights: {red: 1}}}"
    study = open_(source, f"factors: {{{target}}}\n{FLOOR}")
    red = [row for row in every_cell() * 2 if row["color"] == "red"]
    assert floor(study, red, tmp_path).kept


def test_cells_told_to_be_impossible_need_not_occur(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, FLOOR)
    names, blue = ("color", "size", "shape"), study.axes["color"].levels.index("blue")
    without = [row for row in every_cell() if not (row["color"] == "blue" and row["size"] == 2)]
    assert floor(study, without, tmp_path).delivered == 1

    def told(cell: tuple[tuple[str, ...], tuple[int, ...]], sizes: list[bool]) -> FloorPlan:
        needed = (np.array([True, True]), np.array(sizes), np.array([True, True]))
        return FloorPlan(named("floor color, size, shape"), names, 2, 2, needed, (cell,), 0, 0)

    every = [True, True, True]
    assert floor(study, without, tmp_path, told((("color", "size"), (blue, 1)), every)).delivered == 0
    # Another cell of the same numbers is not the one that was told.
    assert floor(study, without, tmp_path, told((("color", "shape"), (blue, 1)), every)).delivered == 1
    # Nor need a bin occur that does not count.
    plan = told((("color", "shape"), (blue, 1)), [True, False, True])
    assert floor(study, without, tmp_path, plan).delivered == 0


def test_a_rule_makes_cells_impossible(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, f"rules: [\"NOT (color = 'blue' AND size = 2) OR color IS NULL\"]\n{FLOOR}")
    without = [row for row in every_cell() if not (row["color"] == "blue" and row["size"] == 2)]
    assert figures(floor(study, without, tmp_path)) == ("floor color, size, shape", 0, 0, 0.0, True)
    assert floor(study, without[1:], tmp_path).delivered == 1
    # Of a design in conflict nothing is known, and every cell counts.
    study = open_(source, f'rules: ["size < 2 AND size > 2"]\n{FLOOR}')
    assert floor(study, without, tmp_path).delivered == 1


def test_a_floor_of_four_factors_at_a_time(table_source: Make, open_: Open, tmp_path: Path) -> None:
    cells = [dict(zip("abcd", cell, strict=True)) for cell in product((0, 1, 2), repeat=4)]
    study = open_(
        table_source({name: [cell[name] for cell in cells] for name in "abcd"}),
        "floors: [{factors: [a, b, c, d], strength: 4}]",
    )
    assert measured(study, cells, tmp_path / "a.parquet")["floor a, b, c, d"].kept
    assert measured(study, cells[:40] + cells[41:], tmp_path / "a.parquet")["floor a, b, c, d"].delivered == 1


def test_a_floor_without_one_of_its_columns_says_so(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, FLOOR)
    rows = [{"color": row["color"], "size": row["size"]} for row in every_cell()]
    assert floor(study, rows, tmp_path).delivered == "there is no column `shape` to measure it on"


SWEEP = """
factors: {twice: {role: derive, expression: "size * 2"}}
sweeps: [{factor: size, values: [3, 1], groups: 2}]
"""


def group(number: int, varied: str | None = "size", **values: Any) -> Rows:
    own = {"color": "red", "shape": None, "_group": number, "_varied": varied, **values}
    return [{"size": size, "twice": 2 * size, **own} for size in (3, 1)]


def plain_rows() -> Rows:
    return [{**row, "twice": 2 * row["size"], "_group": None, "_varied": None} for row in every_cell()]


def sweep(study: Study, rows: Rows, file: Path) -> Promise:
    return measured(study, rows, file)["sweep size"]


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
def test_groups_in_which_one_factor_varies_keep_a_sweep(source: Source, open_: Open, tmp_path: Path, file: str) -> None:
    study = open_(source, SWEEP)
    rows = [*plain_rows(), *group(0), *group(1, color="blue", shape="flat")]
    assert figures(sweep(study, rows, tmp_path / file)) == ("sweep size", 2, 2, 0.0, True)


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (0, {"size": 2}),
        (0, {"size": 1}),
        (0, {"size": None}),
        (0, {"color": "blue"}),
        (0, {"shape": "round"}),
        (1, {"color": None}),
        (0, {"_group": 7}),
        (0, {"_varied": None}),
        (0, {"_varied": "color"}),
    ],
)
def test_one_wrong_cell_breaks_a_group(
    source: Source, open_: Open, tmp_path: Path, place: int, values: dict[str, Any]
) -> None:
    study = open_(source, SWEEP)
    rows = [*group(0), *group(1), *plain_rows()]
    rows[place] = {**rows[place], **values}
    assert figures(sweep(study, rows, tmp_path / "a.parquet")) == ("sweep size", 2, 1, 0.0, False)


def test_too_few_too_many_and_damaged_groups(source: Source, open_: Open, tmp_path: Path) -> None:
    study, file = open_(source, SWEEP), tmp_path / "a.parquet"
    assert sweep(study, [*plain_rows(), *group(0)], file).delivered == 1
    assert sweep(study, [*group(0), *group(1), *group(2)], file).delivered == 3
    damaged = sweep(study, [*group(0), *group(1), *group(2)[:1]], file)
    assert figures(damaged) == ("sweep size", 2, "2 groups as they should be, and 1 that are not", 0.0, False)
    assert not sweep(study, [*group(0), *group(1), *group(1)], file).kept


def test_under_a_condition_the_others_may_change(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, SWEEP.replace("groups: 2", "groups: 2, others: condition"))
    rows = [*group(0), *group(1)]
    rows[0]["color"] = "blue"
    assert sweep(study, rows, tmp_path / "a.parquet").kept
    rows[0]["size"] = 2
    assert sweep(study, rows, tmp_path / "a.parquet").delivered == 1


@pytest.mark.parametrize(
    ("own", "listed", "places"),
    [
        (pa.array([0.1, 0.2, 0.7], pa.float32()), "[0.1, 0.7]", [0, 2]),
        (pa.array(["x", "it's", "z"]), '["it\'s", "z"]', [1, 2]),
        (pa.array([True, False, True]), "[true, false]", [0, 1]),
        (pa.array(["2020-01-01", "2020-01-02"]).cast(pa.date32()), '["2020-01-02", "2020-01-01"]', [1, 0]),
        (
            pa.array(["2020-01-01T05:30Z", "2020-01-02T00:00Z"]).cast(pa.timestamp("us", "UTC")),
            '["2020-01-01 05:30", "2020-01-02"]',
            [0, 1],
        ),
    ],
    ids=["float", "text", "truth", "day", "moment"],
)
def test_values_of_any_kind_are_found(
    home: Path, open_: Open, tmp_path: Path, own: pa.Array, listed: str, places: list[int]
) -> None:
    pq.write_table(pa.table({"v": own, "n": range(len(own))}), tmp_path / "source.parquet")
    study = open_(spool(tmp_path / "source.parquet", home), f"sweeps: [{{factor: v, values: {listed}, groups: 1}}]")
    rows = pa.table({"v": own.take(pa.array(places)), "n": [1, 1], "_group": [5, 5], "_varied": ["v", "v"]})
    for file, write in (("a.parquet", pq.write_table), ("a.csv", pyarrow.csv.write_csv)):
        write(rows, tmp_path / file)
        found = {promise.promise: promise for promise in verify(tmp_path / file, study)}
        assert figures(found["sweep v"]) == ("sweep v", 1, 1, 0.0, True)


def test_without_provenance_a_sweep_can_not_be_measured(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, SWEEP)
    rows = [{name: value for name, value in row.items() if name != "_group"} for row in group(0)]
    found = sweep(study, rows, tmp_path / "a.parquet")
    assert figures(found) == ("sweep size", 2, "there is no column `_group` to measure it on", 0.0, False)
    rows = [{name: value for name, value in row.items() if name != "size"} for row in group(0)]
    assert sweep(study, rows, tmp_path / "a.parquet").delivered == "there is no column `size` to measure it on"
