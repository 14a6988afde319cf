"""Start without data: factors declared by hand, the design on them, edits with and without a new table."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from trimtab.core.changes.factors import sculpted
from trimtab.core.cli import main
from trimtab.core.declared.drafting import (
    EXAMPLE,
    EXAMPLE_NAME,
    declarable_families,
    declared_factor,
    drafted,
    undeclared,
)
from trimtab.core.design.design import Design
from trimtab.core.projection.projection import project
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.data.declaring import KINDS, LEVELS, read_levels
from trimtab.ui.session.library import refreshed, stays, study_after, study_of

from .looking import sound, steps, text_of, undo

Start = Callable[..., AppTest]
HOSTILE = "<b>x</b> *y*"


def small() -> Design:
    return drafted("small", {name: EXAMPLE[name] for name in ("age", "plan")}).changed(rows=500)


@pytest.fixture
def design_id(home: Workspace) -> str:
    return home.save_design(small())


def begin(start: Start) -> AppTest:
    return sound(start().button(key="tt_declare_start").click().run())


def tables(home: Workspace) -> int:
    return len(list((home.home / "sources").glob("*.parquet")))


def of_factor(app: AppTest, field: str) -> str:
    return f"{field} {app.session_state['tt_factor']}"


def test_the_example_opens_a_design_in_two_clicks(start: Start, home: Workspace) -> None:
    app = begin(start)
    assert app.button(key="tt_declare_open").disabled
    sound(app.button(key="tt_declare_example").click().run())
    assert "Poisson: mu 3" in text_of(app)
    sound(app.button(key="tt_declare_open").click().run())
    (entry,) = home.designs()
    assert (entry.name, entry.source, app.query_params["design"]) == (EXAMPLE_NAME, "", entry.id)
    design = home.load_design(entry.id)
    assert design.source is None
    assert dict(design.factors) == EXAMPLE
    assert "<b>No real data</b> 5 declared factors" in text_of(app)


def test_the_next_factor_begins_anew(start: Start) -> None:
    app = begin(start)
    app.text_input(key="tt_new_name").input("age").run()
    app.text_input(key="tt_new_unit").input("years").run()
    app.text_input(key="tt_new_continuous_uniform_low").input("16").run()
    app.text_input(key="tt_new_continuous_uniform_high").input("99").run()
    sound(app.button(key="tt_new_add").click().run())
    assert list(app.session_state["tt_declared"]) == ["age"]
    begun = begin(start)
    for field in ("name", "unit", "continuous_uniform_low", "continuous_uniform_high"):
        assert app.text_input(key=f"tt_new_{field}").value == begun.text_input(key=f"tt_new_{field}").value


def test_factors_are_declared_one_by_one_and_what_is_wrong_is_told(start: Start, home: Workspace) -> None:
    app = begin(start)
    sound(app.button(key="tt_new_add").click().run())
    assert "A factor needs a name" in text_of(app)
    app.text_input(key="tt_new_name").input(HOSTILE).run()
    app.text_input(key="tt_new_continuous_uniform_low").input("200").run()
    sound(app.button(key="tt_new_add").click().run())
    assert "low" in text_of(app)
    assert not app.session_state["tt_declared"]
    app.text_input(key="tt_new_continuous_uniform_low").input("20").run()
    sound(app.button(key="tt_new_add").click().run())
    assert "&lt;b&gt;x&lt;/b&gt; *y*" in text_of(app)
    assert "<b>x</b>" not in text_of(app)
    app.text_input(key="tt_new_name").input("tier").run()
    app.selectbox(key="tt_new_kind").select("categorical").run()
    app.text_input(key="tt_new_levels_categorical").input("free: 6, pro: many").run()
    sound(app.button(key="tt_new_add").click().run())
    assert "the weight of <b>pro</b> must be a number" in text_of(app)
    app.text_input(key="tt_new_levels_categorical").input("free: 6, pro").run()
    app.text_input(key="tt_new_missing").input("5 %").run()
    sound(app.button(key="tt_new_add").click().run())
    app.text_input(key="tt_new_name").input("tier").run()
    sound(app.button(key="tt_new_add").click().run())
    assert "There is a factor <b>tier</b> already" in text_of(app)
    sound(app.button(key=f"tt_drafted_remove_{HOSTILE}").click().run())
    sound(app.button(key="tt_declare_open").click().run())
    (entry,) = home.designs()
    (factor,) = home.load_design(entry.id).factors.values()
    assert (factor.kind, factor.missing) == ("categorical", 0.05)
    assert factor.target.weights == {"free": 6.0, "pro": 1.0}  # type: ignore[union-attr]


@pytest.mark.parametrize("page", ["data", "design", "coverage", "generate"])
def test_every_page_opens_from_its_address_and_says_that_there_are_no_data(
    start: Start, design_id: str, page: str
) -> None:
    assert "<b>No real data</b> 2 declared factors" in text_of(start(page, design_id))


def test_the_sculptor_calls_grey_bars_declared_and_all_of_them_ungrounded(start: Start, design_id: str) -> None:
    app = start("design", design_id)
    sent = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    (data,) = [one for one in sent if "ungrounded" in one]
    assert (data["before"], set(data["ungrounded"])) == ("declared", {True})
    assert app.button_group(key=of_factor(app, "tt_role")).options == ["Target", "Hold", "Derive"]


def test_moved_bars_keep_the_table_until_the_page_is_opened_again(
    home: Workspace, design_id: str, start: Start
) -> None:
    before = small()
    moved = before.with_factor("plan", target={"family": "categorical", "weights": {"free": 1, "pro": 3, "team": 6}})
    other = before.with_factor("plan", target={"family": "categorical", "weights": {"free": 1, "pro": 3, "none": 6}})
    never = before.with_factor("plan", target={"family": "categorical", "weights": {"free": 1, "pro": 3, "team": 0}})
    assert stays(before, moved)
    assert stays(before, before.with_event("old", when="age > 70", rate=0.1))
    assert stays(before, before.with_factor("age", unit="a"))
    assert not stays(before, other)
    assert not stays(before, never)
    assert not stays(before, before.with_factor("age", missing=0.1))
    assert not stays(before, before.with_pair(factors=("age", "plan"), rank_correlation=0.5))
    app = start("design", design_id)
    study = app.session_state["trimtab_session"].document.study
    kept = study_after(study, moved, home)
    assert kept.source == study.source
    assert project(kept).shifts[1].after[:3] == pytest.approx([0.1, 0.3, 0.6], abs=1e-3)
    fresh = refreshed(kept, home)
    assert fresh.source != kept.source
    assert fresh.real_shares("plan")[fresh.axes["plan"].levels.index("team")] == pytest.approx(0.6, abs=1e-4)
    assert refreshed(fresh, home) is fresh


def test_a_sculpted_factor_keeps_its_kind(home: Workspace) -> None:
    design = drafted("counts", {"visits": EXAMPLE["visits"]}).with_factor("visits", kind=None)
    study = study_of(design, home)
    assert study.columns["visits"].kind == "count"
    drawn = sculpted(study, "visits", [1.0] * study.axes["visits"].size)
    after = study_after(study, drawn, home)
    assert after.columns["visits"].kind == "count"
    assert after.columns["visits"].values.type == study.columns["visits"].values.type


def test_other_edits_declare_a_new_table_and_undo_finds_the_old_one(
    start: Start, home: Workspace, design_id: str
) -> None:
    app = start("design", design_id)
    assert tables(home) == 1
    app.text_input(key=of_factor(app, "tt_parameter_mean")).input("55").run()
    assert tables(home) == 2
    assert app.session_state["trimtab_session"].document.study.columns["age"].numbers.mean() == pytest.approx(55, abs=1)
    undo(app)
    assert tables(home) == 2
    document = app.session_state["trimtab_session"].document
    assert (document.design, document.study.columns["age"].numbers.mean()) == (small(), pytest.approx(41, abs=1))


def test_a_factor_is_added_and_removed_on_the_design_page(start: Start, home: Workspace, design_id: str) -> None:
    app = start("design", design_id)
    app.session_state["tt_declare_menu"] = True
    sound(app.run())
    app.text_input(key="tt_new_name").input("plan").run()
    sound(app.button(key="tt_new_add").click().run())
    assert "There is a factor <b>plan</b> already" in text_of(app)
    app.text_input(key="tt_new_name").input("tenure").run()
    app.selectbox(key="tt_new_kind").select("count").run()
    sound(app.button(key="tt_new_add").click().run())
    assert home.load_design(design_id).factor("tenure").kind == "count"
    assert app.session_state["tt_factor"] == "tenure"
    sound(app.button(key="tt_undeclare tenure").click().run())
    assert home.load_design(design_id) == small()
    assert steps(app)[0][0] == "remove tenure"


def test_a_factor_that_an_event_names_is_not_removed(start: Start, home: Workspace) -> None:
    design = small().with_event("old", when="age > 70", rate=0.1)
    id_ = home.save_design(design)
    sound(start("design", id_).button(key="tt_undeclare age").click().run())
    assert home.load_design(id_) == design


def test_the_rows_are_those_of_the_command_line(
    start: Start, home: Workspace, design_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = start("generate", design_id)
    sound(app.button(key="generate_start").click().run())
    for thread in threading.enumerate():
        if thread.name == f"generate {design_id}":
            thread.join(timeout=PATIENCE)
    sound(app.run())
    assert "There is no real data, so no row is a copy" in text_of(app)
    assert "not kept" not in re.sub("<[^>]*>", "", text_of(app))
    (made,) = (home.home / "outputs" / design_id).glob("*.parquet")
    assert pq.read_table(made)["_ungrounded"].to_pylist() == [True] * 500
    (tmp_path / f"{made.stem}.yaml").write_bytes(made.with_suffix(".yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIMTAB_HOME")
    monkeypatch.setattr(sys, "argv", app.code[0].value.split())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert (tmp_path / made.name).read_bytes() == made.read_bytes()


def test_every_family_of_the_form_can_be_declared_as_it_begins() -> None:
    for kind in KINDS:
        for family in declarable_families(kind):
            levels = {"family": "categorical", "weights": read_levels(LEVELS.get(kind, "a"), owner="x")}
            target = levels if kind in LEVELS else undeclared(family, kind)
            assert declared_factor("x", {"kind": kind, "target": target}, {}).kind == kind
