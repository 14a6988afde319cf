"""How many rows can be real: the integer optimum, the curve, and what is said where they run out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.projection.check import check, check_json
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.fitted import fitted, task_of
from trimtab.core.projection.projection import project
from trimtab.core.projection.real.first import Task
from trimtab.core.projection.real.frontier import Frontier, Point, frontier
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]
Table = Callable[[dict[str, list[Any]]], Source]

FOG = """
factors: {origin: {role: keep}}
events:
  fog: {when: "visib < 2 AND wind_speed > 15", rate: 0.05}
"""


def small_task(table_source: Table, open_: Open, seed: int) -> Task:
    """A design of two marginals and an event on a small random table."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(40, 300))
    columns = {
        "a": [f"a{i}" for i in rng.choice(3, rows, p=rng.dirichlet(np.ones(3)))],
        "b": [f"b{i}" for i in rng.choice(4, rows, p=rng.dirichlet(np.ones(4)))],
        "x": rng.integers(0, 5, rows).tolist(),
    }
    text = f"rows: {int(rng.integers(20, 2 * rows))}\nmode: blend\nfactors: {{a: {{role: keep}}, b: {{role: keep}}}}\n"
    text += f'events: {{e: {{when: "x = 1", rate: {rng.uniform(0.05, 0.6):.3f}}}}}\n'
    study = open_(table_source(columns), text)
    return task_of(study, fitted(study, study.design.rows))


@pytest.mark.parametrize("seed", range(12))
def test_the_fewest_made_rows_are_the_integer_optimum(table_source: Table, open_: Open, seed: int) -> None:
    task = small_task(table_source, open_, seed)
    codes, room, asked = task.cells.codes, task.real.room, [goal.rows for goal in task.goals]
    table = np.concatenate([one[None] == np.arange(len(goal))[:, None] for one, goal in zip(codes, asked, strict=True)])
    cells = len(room)
    whole = milp(
        np.append(np.zeros(cells), np.ones(cells)),
        integrality=np.ones(2 * cells),
        bounds=Bounds(np.zeros(2 * cells), np.append(room, np.full(cells, np.inf))),
        constraints=LinearConstraint(np.hstack([table, table]).astype(float), *[np.concatenate(asked)] * 2),
        options={"mip_rel_gap": 0.0},
    )
    fewest = task.program().fewest(task.rows)
    assert fewest is not None
    assert whole.x is not None
    assert int(np.ceil(fewest.made - 1e-6)) == round(whole.x[cells:].sum())


@pytest.mark.parametrize("seed", range(6))
def test_the_most_real_rows_work_and_one_more_does_not(table_source: Table, open_: Open, seed: int) -> None:
    task = small_task(table_source, open_, seed)
    most = task.program().most()
    works = [task.program().fewest(rows) for rows in range(1, task.study.source.rows + 1)]
    best = max((rows for rows, found in enumerate(works, 1) if found is not None and found.made < 1e-6), default=0)
    assert most in (best, 0)
    assert most or best < 20  # of which some goals are rounded to none


def test_fog_and_wind(flights: Source, open_: Open) -> None:
    """1,673 real rows are 5 % of 33,460, and of 33,470 too, where 5 % are rounded down."""
    found = frontier(open_(flights, f"rows: 50000\nmode: blend\nblend: {{prefer: real}}\n{FOG}"))
    assert found is not None
    assert found.most_real_rows == 33_470
    assert found.made(33_470) == 0
    assert found.made(50_000) == pytest.approx(827, abs=1)
    assert found.points[-1].binding.endswith("with visib < 2 AND wind_speed > 15")
    slopes = [(b.made - a.made) / (b.rows - a.rows) for a, b in zip(found.points, found.points[1:], strict=False)]
    assert slopes == sorted(slopes)


def test_too_many_rows_are_a_conflict_with_the_number_that_works(flights: Source, open_: Open) -> None:
    text = f"rows: 50000\nmode: select\n{FOG}"
    with pytest.raises(
        ConflictsError, match=r"33,470 rows can be real; you ask for 50,000: 827 must be made, all with"
    ):
        project(open_(flights, text))
    found = check(open_(flights, text))
    (conflict,), ((rows, blend),) = found.conflicts, found.ways
    assert conflict.nearest == 33_470
    assert (rows.patch, blend.patch) == ({"rows": 33_470}, {"mode": "blend"})
    for patch in ("rows: 33470\nmode: select\n", "rows: 50000\nmode: blend\n"):
        assert check(open_(flights, patch + FOG)).projection is not None


def test_too_many_made_rows_are_a_conflict_with_the_share_that_works(flights: Source, open_: Open) -> None:
    text = "rows: 50000\nmode: blend\nblend: {made_at_most: %s}\n" + FOG
    with pytest.raises(
        ConflictsError, match=r"At most 1 % of the rows may be made, and 827 of 50,000 must be, all with"
    ):
        project(open_(flights, text % 0.01))
    found = check(open_(flights, text % 0.01))
    assert found.ways[0][0].patch == {"blend": {"made_at_most": pytest.approx(0.01654, abs=1e-5)}}
    assert project(open_(flights, text % 0.01654)).slots.made == 827
    closest = project(open_(flights, text % 1.0)).slots.made
    assert closest is not None
    assert 827 <= closest < 900


def test_what_the_source_never_shows_must_be_made(table_source: Table, open_: Open) -> None:
    source = table_source({"a": [1, 2, 3, 4] * 30, "b": ["u", "v"] * 60})
    text = "rows: 100\nmode: {}\nevents: {{e: {{when: \"a = 1 AND b = 'v'\", {}}}}}\n"
    with pytest.raises(ConflictsError, match=r"No number of rows can all be real: of 100 rows 10 must be made"):
        project(open_(source, text.format("select", "rows: 10")))
    # Of 5 rows one in ten is half a row, and half a row is none; nobody means that.
    with pytest.raises(ConflictsError, match=r"No number of rows can all be real: of 100 rows 10 must be made"):
        project(open_(source, text.format("select", "rate: 0.1")))
    assert project(open_(source, text.format("blend", "rate: 0.1"))).slots.made == 10


def test_check_tells_the_frontier_in_every_mode_but_a_supplement(flights: Source, open_: Open) -> None:
    for mode in ("standalone", "select", "blend"):
        told = check_json(check(open_(flights, f"rows: 20000\nmode: {mode}\n{FOG}")))
        assert told["most_real_rows"] == 33_470
        assert told["frontier"][0] == {"rows": 33_470, "made": 0, "binding": ""}
    told = check_json(check(open_(flights, "rows: 20000\nmode: supplement\n")))
    assert (told["most_real_rows"], told["frontier"]) == (None, [])


def test_between_its_points_the_curve_is_straight() -> None:
    found = Frontier(100, (Point(100, 0, ""), Point(200, 10, "x"), Point(300, 60, "y")))
    assert [found.made(rows) for rows in (50, 100, 150, 200, 250, 400)] == [0, 0, 5, 10, 35, 160]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mode: select\nsweeps: [{factor: visib, values: [1, 3], groups: 5}]", "sweeps (`visib`) change a value"),
        ("mode: select\nfloors: [{factors: [origin, carrier]}]", "mode select can't keep `floors`"),
        ("blend: {made_at_most: 0.2}", "`blend` goes with mode blend, not with mode standalone"),
        ("mode: blend\nblend: {prefer: reals}", "Did you mean `real`"),
        ("factors: {dest: {role: carry}}\nrules: [\"dest = 'X'\"]", "`dest` has role carry: it is no factor"),
        ("factors: {dest: {role: carry, missing: 0.1}}", "`missing` can't be set with role carry"),
    ],
)
def test_what_goes_together_with_nothing_is_refused(flights: Source, open_: Open, text: str, problem: str) -> None:
    with pytest.raises(InputError) as error:
        open_(flights, text + "\n")
    assert problem in str(error.value)


def test_without_a_source_there_are_no_real_rows() -> None:
    with pytest.raises(InputError, match="mode blend takes real rows: it needs a `source`"):
        Design(name="t", mode="blend", factors={"a": {"role": "hold", "value": 1, "kind": "count"}})


@pytest.mark.parametrize("mode", ["select", "blend"])
def test_the_most_rows_are_as_many_as_can_be_real(flights: Source, open_: Open, mode: str) -> None:
    study = open_(flights, f"rows: most\nmode: {mode}\n{FOG}")
    assert (study.design.rows, study.size) == ("most", 33_470)
    assert project(study).made == 0


def test_where_no_number_works_the_conflict_is_told(table_source: Table, open_: Open) -> None:
    source = table_source({"a": [1, 2, 3, 4] * 30, "b": ["u", "v"] * 60})
    text = "rows: most\nmode: select\nevents: {e: {when: \"a = 1 AND b = 'v'\", rate: 1}}\n"
    with pytest.raises(ConflictsError, match="No number of rows can all be real: of 120 rows 120 must be made"):
        project(open_(source, text))


def test_the_most_rows_of_a_mode_that_makes_them_are_refused(flights: Source, open_: Open) -> None:
    with pytest.raises(InputError, match="`rows: most` goes with the modes select and blend, not with mode standalone"):
        open_(flights, "rows: most\n")
