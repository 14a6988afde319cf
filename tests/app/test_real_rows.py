"""Real rows on the pages: the modes that take them, the curve along which one chooses how many, and what is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.design.files import loads
from trimtab.core.projection.real.frontier import Frontier, Point
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.delivery.frontier import stops

from .looking import sound

Start = Callable[..., AppTest]
DESIGN = """
trimtab: 1
name: lights
rows: 100
mode: blend
source: {path: lights.csv, sha256: %s}
factors: {id: {role: carry}}
events:
  night: {when: "light = 'night'", rate: 0.5}
"""


@pytest.fixture
def design_id(home: Workspace, tmp_path: Path) -> str:
    """Of 1,000 real rows 100 are at night, and half of all shall be: 201 rows can be real, of which half are 100."""
    lights = pd.DataFrame(
        {"id": range(1, 1001), "light": ["day"] * 900 + ["night"] * 100, "road": (["dry"] * 3 + ["wet"]) * 250}
    )
    lights.to_csv(tmp_path / "lights.csv", index=False)
    return home.save_design(loads(DESIGN % home.spool(tmp_path / "lights.csv").sha256))


def body(app: AppTest) -> str:
    return re.sub("<[^>]*>", "", "\n".join(one.proto.body for one in app.get("html") if "<style" not in one.proto.body))


def test_a_blend_says_how_many_rows_are_real(start: Start, home: Workspace, design_id: str) -> None:
    app = start("generate", design_id)
    assert "100 rows, exactly: whole real ones, each another one" in body(app)
    assert "201 rows can all be real, each another one." in body(app)
    app.text_input(key="generate_rows").set_value("400").run()
    sound(app)
    assert "400 rows, exactly: 300 whole real ones, each another one, and 100 made ones" in body(app)
    assert "Of 400 at least 100 (25.0 %) must be made, all with light = &#39;night&#39;." in body(app)
    assert "400 · 75.0 % real" in body(app)


def test_one_chooses_along_the_curve(start: Start, home: Workspace, design_id: str) -> None:
    app = start("generate", design_id)
    app.select_slider(key="generate_along").set_value(603).run()
    assert home.load_design(design_id).rows == 603
    app.button(key="generate_most_real").click().run()
    assert home.load_design(design_id).rows == 201
    sound(app)


def test_more_than_reality_holds_is_a_conflict_with_its_ways_out(start: Start, home: Workspace, design_id: str) -> None:
    app = start("generate", design_id)
    app.text_input(key="generate_rows").set_value("400").run()
    app.button_group(key="generate_mode").set_value("select").run()
    assert "201 rows can be real; you ask for 400: 100 must be made, all with light = &#39;night&#39;." in body(app)
    assert {"Use 201 rows", "Make rows where real ones run out"} <= {one.label for one in app.button}
    next(one for one in app.button if one.label == "Use 201 rows").click().run()
    assert home.load_design(design_id).rows == 201
    assert "201 rows, exactly: whole real ones" in body(app)
    sound(app)


def test_how_many_may_be_made(start: Start, home: Workspace, design_id: str) -> None:
    app = start("generate", design_id)
    app.text_input(key="generate_rows").set_value("400").run()
    app.text_input(key="generate_made").set_value("20 %").run()
    assert home.load_design(design_id).blend.made_at_most == 0.2
    assert "At most 20 % of the rows may be made, and 100 of 400 must be" in body(app)
    app.text_input(key="generate_made").set_value("most").run()
    assert "must be a percentage from 0 % to 100 %, got most." in body(app)
    app.button_group(key="generate_prefer").set_value("real").run()
    assert home.load_design(design_id).blend.prefer == "real"
    app.button_group(key="generate_mode").set_value("standalone").run()
    assert home.load_design(design_id).mode == "standalone"


def test_the_most_rows_are_a_word_in_the_design(start: Start, home: Workspace, design_id: str) -> None:
    app = start("generate", design_id)
    app.text_input(key="generate_rows").set_value("most").run()
    assert home.load_design(design_id).rows == "most"
    assert app.text_input(key="generate_rows").value == "most"
    assert "201 rows, exactly: whole real ones" in body(app)
    before = home.load_design(design_id)
    app = start("design", design_id)
    name = app.session_state["tt_factor"]
    app.button_group(key=f"tt_role {name}").set_value("keep").run()
    after = home.load_design(design_id)
    assert after.factor(name).role == "keep"
    assert (after.rows, after.blend) == ("most", before.blend)  # and no number in its place
    app = start("generate", design_id)
    app.button_group(key="generate_mode").set_value("standalone").run()
    assert (home.load_design(design_id).mode, home.load_design(design_id).rows) == ("standalone", 10_000)
    sound(app)


def test_a_carried_column_is_no_factor(start: Start, design_id: str) -> None:
    app = start("data", design_id)
    assert "id only tells rows apart, so it is no factor" in body(app)
    sound(start("design", design_id))
    sound(start("review", design_id))


def test_the_handle_stops_where_the_curve_bends_and_where_the_design_is() -> None:
    curve = Frontier(33_470, (Point(33_470, 0, ""), Point(53_018, 978, "x"), Point(100_410, 10_716, "y")))
    found = stops(curve, 50_001)
    assert {33_470, 53_018, 100_410, 50_001} <= set(found)
    assert found == sorted(set(found))
    assert len(found) < 60
