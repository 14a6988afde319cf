"""Home: the sample in one click, uploads and what is wrong with them, recent designs, links."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.design.files import load
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.session.samples import SAMPLES

Start = Callable[..., AppTest]


def notices(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html") if "tt-notice" in one.proto.body)


def page_text(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_opens_its_design_as_a_copy_in_the_workspace(start: Start, home: Workspace, name: str) -> None:
    app = start()
    app.button(key=f"tt_sample_{name}").click().run()
    assert not app.exception
    (entry,) = home.designs()
    assert entry.name == name
    assert app.query_params["design"] == entry.id
    copy, sample = home.load_design(entry.id), load(SAMPLES[name].design)
    assert copy.fingerprint() == sample.fingerprint()
    assert copy.events.keys() == sample.events.keys()


def test_a_sample_nobody_changed_is_opened_again_instead_of_copied(start: Start, home: Workspace) -> None:
    def opened(app: AppTest) -> str:
        app.button(key="tt_sample_crashes-without-belts").click().run()
        return str(app.session_state["trimtab_session"].document.design_id)

    app = start()
    mine = opened(app)
    assert opened(app.switch_page("pages/home.py").run()) == mine
    assert opened(start()) != mine, "somebody else's"
    for entry in home.designs():
        os.utime(home.home / "designs" / entry.id / "current.yaml", (1e9, 1e9))
    opened(start())
    assert len(home.designs()) == 2, "it was left alone for a day"


def test_an_upload_begins_a_design_on_it(start: Start, home: Workspace) -> None:
    app = start()
    app.file_uploader(key="tt_upload").upload("ages.csv", b"age,sex\n1,m\n2,f\n3,m\n").run()
    assert not app.exception
    (entry,) = home.designs()
    assert (entry.name, entry.source) == ("ages", "ages.csv")
    assert home.source(home.load_design(entry.id).source.sha256).rows == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "it is empty"),
        ("header.csv", b"a,b\n", "no rows"),
        ("twice.csv", b"a,a\n1,2\n", "more than one column is called"),
        ("ragged.csv", b"a,b\n1,2\n3,4,5\n", "ragged.csv"),
        ("latin.csv", "a,b\nMünchen,2\n".encode("latin-1"), "latin.csv"),
        ("table.xlsx", b"PK\x03\x04", "the workbook can&#39;t be read"),
        ("table.docx", b"PK\x03\x04", "the kind of file is not known"),
        ("half.parquet", b"PAR1half", "half.parquet"),
        ("<b>x.csv", b"", "&lt;b&gt;x.csv"),
    ],
)
def test_a_bad_upload_is_explained_and_changes_nothing(
    start: Start, home: Workspace, name: str, content: bytes, message: str
) -> None:
    app = start()
    app.file_uploader(key="tt_upload").upload(name, content).run()
    assert not app.exception
    assert message in notices(app)
    assert home.designs() == ()
    assert not list(home.home.glob("sources/*"))
    # The next file is read.
    app.file_uploader(key="tt_upload").clear().upload("good.csv", b"a\n1\n2\n").run()
    assert [entry.name for entry in home.designs()] == ["good"]


def test_recent_designs_are_listed_the_last_one_first_and_open(start: Start, home: Workspace) -> None:
    for name in ("one", "two"):
        start().file_uploader(key="tt_upload").upload(f"{name}.csv", b"a\n1\n2\n").run()
    app = start()
    last, first = home.designs()
    assert (last.name, first.name) == ("two", "one")
    body = page_text(app)
    assert body.index("<b>two</b>") < body.index("<b>one</b>")
    app.button(key=f"tt_open_{first.id}").click().run()
    assert app.query_params["design"] == first.id


def test_a_link_to_a_design_that_is_not_there_says_so(start: Start) -> None:
    app = start(design="no-such-design")
    assert "it is not in this workspace" in notices(app)
    assert "design" not in app.query_params


def test_a_damaged_design_is_listed_with_its_fault_and_can_not_be_opened(start: Start, home: Workspace) -> None:
    start().file_uploader(key="tt_upload").upload("one.csv", b"a\n1\n2\n").run()
    (entry,) = home.designs()
    Path(home.home, "designs", entry.id, "current.yaml").write_text("rows: [", encoding="utf-8")
    app = start()
    assert app.button(key=f"tt_open_{entry.id}").disabled
    assert "no YAML" in page_text(app)


@pytest.mark.parametrize("page", ["data", "design"])
def test_pages_without_data_offer_the_sample(start: Start, page: str) -> None:
    app = start(page)
    assert app.button(key="tt_sample_fog-and-wind").label == "Try the sample data"


def test_a_design_is_duplicated_deleted_and_brought_back(start: Start, home: Workspace) -> None:
    app = start()
    app.file_uploader(key="tt_upload").upload("ages.csv", b"age,sex\n1,m\n2,f\n3,m\n").run()
    (entry,) = home.designs()
    app.switch_page("pages/home.py").run()
    app.session_state[f"tt_menu_{entry.id}"] = True
    app.run()
    app.button(key=f"tt_duplicate_{entry.id}").click().run()
    assert not app.exception
    assert sorted(one.name for one in home.designs()) == ["ages", "ages copy"]
    app.session_state[f"tt_menu_{entry.id}"] = True
    app.run()
    app.button(key=f"tt_delete_{entry.id}").click().run()
    assert not app.exception
    assert [one.name for one in home.designs()] == ["ages copy"]
    assert app.session_state["trimtab_session"].document is None, "it was open here"
    app.button(key="tt_restore").click().run()
    assert not app.exception
    assert sorted(one.name for one in home.designs()) == ["ages", "ages copy"]
    assert home.load_design(entry.id).name == "ages"
