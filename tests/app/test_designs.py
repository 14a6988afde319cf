"""Designs: another one is opened from the bar, a link says who can open it, a design file is taken in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.study.study import Study
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.shell.designs import who_can_open

from .looking import sound, text_of

Start = Callable[..., AppTest]


def with_menu(app: AppTest) -> AppTest:
    app.session_state["tt_design"] = True  # opened by a click: AppTest knows no popovers
    return sound(app.run())


def test_another_design_is_opened_on_the_same_page(start: Start, home: Workspace, study: Study, design_id: str) -> None:
    other = home.save_design(study.design.changed(name="other", rows=777))
    app = with_menu(start("review", design_id))
    field = app.selectbox(key="tt_other_design")
    assert len(field.options) == 1
    app = sound(field.set_value(other).run())
    assert app.query_params["design"] == other
    assert app.session_state["trimtab_session"].document.design_id == other
    assert "777 rows, made from" in text_of(app)
    assert home.load_design(design_id) == study.design, "nothing of the one before was changed"


def test_a_design_that_was_deleted_meanwhile_is_told(
    start: Start, home: Workspace, study: Study, design_id: str
) -> None:
    other = home.save_design(study.design.changed(name="other"))
    app = with_menu(start("review", design_id))
    home.delete_design(other)
    sound(app.selectbox(key="tt_other_design").set_value(other).run())
    assert "is not in this workspace" in text_of(app)
    assert app.session_state["trimtab_session"].document.design_id == design_id


def test_the_link_is_of_this_design_and_says_who_can_open_it(start: Start, design_id: str) -> None:
    app = with_menu(start("review", design_id))
    (code,) = [one.value for one in app.code]
    assert code.endswith(f"?design={design_id}")
    assert "Only this machine opens it: the app listens on localhost." in text_of(app)


@pytest.mark.parametrize("address", [None, "0.0.0.0", "10.1.2.3"])
def test_an_open_address_is_said_to_be_open(address: str | None) -> None:
    assert who_can_open(address).startswith("Everyone who reaches this machine opens it, and can edit")


def test_a_design_file_is_taken_in_with_its_comments(start: Start, home: Workspace, study: Study, sha256: str) -> None:
    text = f"""trimtab: 1
name: taken
# half of them
rows: 2000
source: {{path: data/crashes.csv, sha256: {sha256}}}
events:
  fast: {{when: "dvcat = '55+'", rate: 0.5}}
"""
    app = start()
    app.file_uploader(key="tt_upload").upload("taken.yaml", text.encode()).run()
    sound(app)
    (entry,) = home.designs()
    assert (entry.name, app.query_params["design"]) == ("taken", entry.id)
    assert "# half of them" in home.design_text(entry.id)
    assert home.load_design(entry.id).events["fast"].rate == 0.5


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"{{path: roads.csv, sha256: {'0' * 64}}}", "it stands on roads.csv (SHA-256 000000000000…), which was not"),
        ("{path: roads.csv}", "nobody knows which content of roads.csv the design was made for"),
        ("{pth: roads.csv}", "pth"),
    ],
)
def test_a_design_file_without_its_data_says_what_to_bring(
    start: Start, home: Workspace, source: str, said: str
) -> None:
    app = start()
    text = f"trimtab: 1\nname: taken\nsource: {source}\n"
    sound(app.file_uploader(key="tt_upload").upload("taken.yml", text.encode()).run())
    assert said in text_of(app)
    assert home.designs() == ()
