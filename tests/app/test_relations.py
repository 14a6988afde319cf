"""What always holds, on the page Data: what is found is shown and kept, a person lets go of it and takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.holding import KEPT, TOLD, holding_table
from trimtab.core.cli.commands.designs import write_neutral
from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.parts.control_rows import slug

from .looking import sound, steps, text_of, undo

Start = Callable[..., AppTest]
EVIL = "<b>x</b> *a*"


def uploaded(start: Start, table: pd.DataFrame) -> AppTest:
    """The page Data after an upload of a table."""
    app = start()
    sound(app.file_uploader(key="tt_upload").upload("table.csv", table.to_csv(index=False).encode()).run())
    return sound(app.switch_page("pages/data.py").run())


def saved(home: Workspace) -> Design:
    (entry,) = home.designs()
    return home.load_design(entry.id)


def kept(design: Design) -> list[str]:
    return [one.text for one in design.relations or ()]


def switches(app: AppTest) -> list[str]:
    return [str(one.key) for one in app.toggle if str(one.key).startswith("tt_keep_")]


def switch(text: str) -> str:
    """The key of a relation's switch."""
    return f"tt_keep_{slug(text)}"


def test_an_upload_begins_the_design_that_init_writes(start: Start, home: Workspace, tmp_path: Path) -> None:
    uploaded(start, holding_table())
    file = tmp_path / "table.csv"
    holding_table().to_csv(file, index=False)
    write_neutral(file, tmp_path / "table.yaml", dialect=Dialect(), force=False, as_json=False)
    written = load(tmp_path / "table.yaml")
    found = saved(home)
    assert found == written
    assert set(kept(found)) == set(KEPT)
    assert found.factor("row").role == "carry"


def test_a_design_begins_at_a_factor_that_rows_have(start: Start) -> None:
    app = uploaded(start, holding_table()[["row", "st", "state"]])
    sound(app.switch_page("pages/design.py").run())
    assert app.session_state["tt_factor"] == "st"


def test_all_is_shown_with_evidence_and_examples(start: Start) -> None:
    app = uploaded(start, holding_table())
    text = unescape(text_of(app))
    for told in (*KEPT, TOLD):
        assert f">{told}</b>" in text
    assert re.search(r"\d+ = \d+ \+ \d+", text)
    for example in ("S1 → Louisiana", "missing, missing", "none breaks it", "8 of 9 kept", "9 relations"):
        assert example in text
    assert len(switches(app)) == len(KEPT) + 1
    assert "row is left out. Kept, every row gets a new value of row, such as" in text
    assert "<b>row</b> only tells rows apart, so it is no factor" in text


def test_one_is_let_go_and_comes_back(start: Start, home: Workspace) -> None:
    app = uploaded(start, holding_table())
    before = saved(home)
    key = switch("total = yes + no")
    sound(app.toggle(key=key).set_value(False).run())
    assert kept(saved(home)) == [text for text in kept(before) if text != "total = yes + no"]
    assert steps(app)[0][0] == "let go total = yes + no"
    assert "7 of 9 kept" in text_of(app)
    sound(app.toggle(key=key).set_value(True).run())
    assert saved(home) == before
    undo(app)
    assert "total = yes + no" not in kept(saved(home))
    undo(app)
    assert saved(home) == before
    assert app.toggle(key=key).value


def test_an_identifier_is_there_while_its_key_is_kept(start: Start, home: Workspace) -> None:
    app = uploaded(start, holding_table())
    before = saved(home)
    key = switch(TOLD)
    sound(app.toggle(key=key).set_value(True).run())
    assert TOLD in kept(saved(home))
    assert saved(home).factor("row").role == "follow"
    assert "Every row gets a new value of row, such as" in text_of(app)
    sound(app.toggle(key=key).set_value(False).run())
    assert saved(home) == before


def test_owners_are_told(start: Start, home: Workspace) -> None:
    steps_of = np.arange(3, 9).repeat(40)
    owner = np.arange(len(steps_of)).repeat(steps_of)
    step = np.concatenate([np.arange(one) for one in steps_of])
    table = pd.DataFrame({"customer": [f"C{one:03d}" for one in owner], "step": step, "paid": owner * 7 % 11})
    app = uploaded(start, table)
    assert "customer and step together differ in every row" in kept(saved(home))
    text = text_of(app)
    assert "Rows that would repeat customer and step get a new value of customer, such as C240." in text
    assert "Each customer has several rows: 1,320 rows of 240." in text


def form_fields(app: AppTest) -> dict[str, Any]:
    """The fields of the open form by their labels."""
    every = [*app.selectbox, *app.text_input]
    return {one.label: one for one in every if str(one.key).startswith("tt_form_")}


def test_a_relation_that_a_person_knows_of_is_added(start: Start, home: Workspace) -> None:
    app = uploaded(start, holding_table())
    before = kept(saved(home))
    sound(app.button(key="tt_add_relation").click().run())
    sound(app.button(key="tt_form_save").click().run())
    assert "Choose what it is about." in text_of(app)
    sound(form_fields(app)["The smaller one"].select("yes").run())
    sound(form_fields(app)["The larger one"].select("no").run())
    assert re.search(r"[\d,]+ of [\d,]+ real rows break it\.", text_of(app))
    sound(app.button(key="tt_form_save").click().run())
    assert kept(saved(home)) == [*before, "yes ≤ no"]
    assert app.toggle(key=switch("yes ≤ no")).value
    assert app.button(key="tt_add_relation")
    undo(app)
    assert kept(saved(home)) == before


def test_an_equation_is_typed_and_its_faults_are_told(start: Start, home: Workspace) -> None:
    app = uploaded(start, holding_table())
    sound(app.toggle(key=switch("total = yes + no")).set_value(False).run())
    sound(app.button(key="tt_add_relation").click().run())
    sound(form_fields(app)["What holds"].select("equation").run())
    sound(form_fields(app)["Equation"].set_value("total = yes + nope").run())
    assert "there is no column <b>nope</b>" in text_of(app)
    sound(form_fields(app)["Equation"].set_value("total = no + yes").run())
    assert "real rows could break it; none does." in text_of(app)
    sound(app.button(key="tt_form_save").click().run())
    assert kept(saved(home))[-1] == "total = no + yes"


def test_what_a_person_wrote_is_shown_with_its_exceptions(start: Start, home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    holding_table().to_parquet(file)
    source = home.spool(file)
    where = {"path": source.name, "sha256": source.sha256}
    id_ = home.save_design(Design(name="t", source=where, relations=({"order": ("yes", "no")},)))
    app = start("data", id_)
    assert ">yes ≤ no</b>" in (text := text_of(app))
    assert "break it" in text.split(">yes ≤ no</b>")[1]
    assert "1 of 10 kept" in text
    (key,) = [one for one in switches(app) if app.toggle(key=one).value]
    sound(app.toggle(key=key).set_value(False).run())
    assert saved(home).relations == ()
    assert "yes ≤ no" not in text_of(app)
    undo(app)
    assert kept(saved(home)) == ["yes ≤ no"]


def test_generate_says_how_many_are_promised(start: Start) -> None:
    app = uploaded(start, holding_table())
    sound(app.toggle(key="tt_use_total").set_value(False).run())
    told = text_of(app.switch_page("pages/generate.py").run())
    assert told.count("in every row, as in reality") == 5
    assert "(2 more relations: see the page Review)" in told


def test_an_older_design_is_looked_at_when_asked(start: Start, home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    holding_table().to_parquet(file)
    source = home.spool(file)
    where = {"path": source.name, "sha256": source.sha256}
    home.save_design(Design(name="t", source=where, factors={"state": {"role": "drop"}}))
    (entry,) = home.designs()
    app = start("data", entry.id)
    assert switches(app) == []
    assert "Nobody has looked yet" in text_of(app)
    sound(app.button(key="tt_relations_look").click().run())
    assert set(kept(saved(home))) == {text for text in KEPT if "state" not in text}
    assert "state is left out, so there is nothing to keep." in text_of(app)
    undo(app)
    assert saved(home).relations is None
    assert app.button(key="tt_relations_look")


def test_a_computed_factor_can_not_be_kept(start: Start, home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    holding_table().to_parquet(file)
    source = home.spool(file)
    factors = {"total": {"role": "derive", "expression": "yes * 2"}}
    where = {"path": source.name, "sha256": source.sha256}
    id_ = home.save_design(Design(name="t", source=where, factors=factors, relations=()))
    app = start("data", id_)
    assert "total is computed by the design" in text_of(app)
    assert len(switches(app)) == len(KEPT)


def test_that_nothing_holds_is_said(start: Start, home: Workspace) -> None:
    random = np.random.default_rng(2)
    app = uploaded(start, pd.DataFrame(random.normal(size=(300, 3)).round(3), columns=list("abc")))
    assert "Nothing was found" in text_of(app)
    assert saved(home).relations == ()
    assert switches(app) == []


@pytest.mark.parametrize("name", [EVIL, "a:red[b]", "$x$"])
def test_names_and_values_are_text(start: Start, name: str) -> None:
    random = np.random.default_rng(3)
    places = random.integers(0, 5, 400)
    values = np.array([f"<u>{place}</u>" for place in range(5)])
    app = uploaded(start, pd.DataFrame({name: places, "b": values[places], "c": random.normal(size=400)}))
    assert "<u>" not in text_of(app)
    assert EVIL not in text_of(app)
    assert f"{name} decides b" in unescape(text_of(app))


def test_a_kind_in_which_it_can_not_hold_is_refused_with_the_way_out(start: Start, home: Workspace) -> None:
    app = uploaded(start, holding_table())
    before = saved(home)
    sound(app.selectbox(key="tt_kind_total").select("categorical").run())
    assert "let it go on the page Data" in text_of(app)
    assert saved(home) == before
    sound(app.toggle(key=switch("total = yes + no")).set_value(False).run())
    sound(app.selectbox(key="tt_kind_total").select("categorical").run())
    assert saved(home).factor("total").kind == "categorical"
    assert "total = yes + no" not in unescape(text_of(app))
