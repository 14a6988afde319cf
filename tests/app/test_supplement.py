"""Supplements on the pages: the mode, the sum, the fewest rows that work, and what every page says of both together."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.design.files import loads
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.study.study import open_study
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.coverage.comparing import TOGETHER

from .looking import sound, steps, undo

Start = Callable[..., AppTest]
REAL = 1000
DESIGN = """
trimtab: 1
name: more
rows: %d
mode: supplement
source: {path: lights.csv, sha256: %s}
factors:
  light: {role: target, target: {family: categorical, weights: {day: 1, night: 1}}}
events:
  wet_night: {when: "light = 'night' AND road = 'wet'", rate: 0.2}
"""


@pytest.fixture
def save(home: Workspace, tmp_path: Path) -> Callable[[int], str]:
    """`save(rows) -> id`: 900 of 1,000 real rows are at day, and half of all shall be at night."""
    light = ["day"] * 900 + ["night"] * 100
    road = (["dry"] * 3 + ["wet"]) * 250
    pd.DataFrame({"light": light, "road": road}).to_csv(tmp_path / "lights.csv", index=False)
    source = home.spool(tmp_path / "lights.csv")
    return lambda rows: home.save_design(loads(DESIGN % (rows, source.sha256)))


def body(app: AppTest) -> str:
    return re.sub("<[^>]*>", "", "\n".join(one.proto.body for one in app.get("html") if "<style" not in one.proto.body))


def test_the_mode_is_an_edit_of_the_design_and_the_sum_is_shown(
    start: Start, home: Workspace, save: Callable[[int], str]
) -> None:
    id_ = save(2000)
    app = start("generate", id_)
    assert "1,000 source rows + 2,000 rows = 3,000 together" in body(app)
    assert "wet night in exactly 600 of all 3,000 rows" in body(app)
    assert "supplement 2,000 rows" in body(app)
    sound(app.button_group(key="generate_mode").set_value("standalone").run())
    assert home.load_design(id_).mode == "standalone"
    assert "source rows +" not in body(app)
    undo(app)
    assert home.load_design(id_).mode == "supplement"


def test_too_few_rows_are_told_with_the_fewest_that_work(
    start: Start, home: Workspace, save: Callable[[int], str]
) -> None:
    id_ = save(500)
    app = start("generate", id_)
    assert app.button(key="generate_start").disabled
    # 900 rows at day are half of 1,800: 800 must be added.
    assert "The fewest rows that can are 800: that is where day binds." in body(app)
    design = home.load_design(id_)
    source = home.source(design.source.sha256)  # type: ignore[union-attr, arg-type]
    with pytest.raises(ConflictsError, match="fewest rows"):
        project(open_study(design.changed(rows=700), source))
    sound(app.button(key="generate_fewest").click().run())
    assert home.load_design(id_).rows == 800
    assert not app.button(key="generate_start").disabled
    assert "rows 800" in steps(app)[0][0]


def test_what_no_number_of_rows_mends_is_told_as_a_conflict(
    start: Start, home: Workspace, save: Callable[[int], str]
) -> None:
    id_ = save(500)
    design = home.load_design(id_)
    target = {"family": "categorical", "weights": {"day": 0, "night": 1}}
    home.save_design(design.with_factor("light", target=target), id_)
    app = start("generate", id_)
    assert not [one for one in app.button if one.key == "generate_fewest"]
    assert "no number of rows mends that" in body(app)


def test_the_design_page_counts_source_and_rows_together(start: Start, save: Callable[[int], str]) -> None:
    app = start("design", save(2000))
    assert "supplement 2,000 rows" in body(app)
    assert "What changes source and rows together" in body(app)
    assert re.search(r"1 in \d+.*\n.*\n?.*600", body(app)), "20 % of 3,000 rows"


def test_coverage_compares_source_and_rows_together_with_the_design(start: Start, save: Callable[[int], str]) -> None:
    id_ = save(2000)
    app = start("generate", id_)
    sound(app.button(key="generate_start").click().run())
    for thread in threading.enumerate():
        if thread.name == f"generate {id_}":
            thread.join(timeout=PATIENCE)
    assert "promises kept" in body(sound(app.run()))
    assert "not kept" not in body(app)
    page = sound(start("coverage", id_))
    assert f"{TOGETHER}: 0 % from design" in body(page)
