"""How a text file is read: what was recognised is told on the page Data, and a person can say something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

from trimtab.core.design.files import dumps, loads
from trimtab.core.workspace.workspace import Workspace

Start = Callable[..., AppTest]
WORKBOOK = Path(__file__).parents[1] / "unit" / "source" / "data" / "workbook.xls"
ROWS = b"town;n;day\n" + b"".join(
    b"%s;%d,5;0%d/04/2024\n" % (b"ABC"[i % 3 : i % 3 + 1], i, i % 9 + 1) for i in range(40)
)


def field(app: AppTest, label: str) -> object:
    return next(one for one in [*app.selectbox, *app.text_input] if one.label == label)


def body(app: AppTest) -> str:
    return unescape(re.sub("<[^>]*>", "", " ".join(one.proto.body for one in app.get("html"))))


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    return app.file_uploader(key="tt_upload").upload(name, content).run()


def test_what_was_recognised_is_told_and_can_be_said_otherwise(start: Start, home: Workspace) -> None:
    app = upload(start(), "towns.csv", ROWS)
    assert "between cells: semicolon" in body(app)
    assert "before fractions: comma: 12,5" in body(app)
    assert "(--dates %d/%m/%Y or %m/%d/%Y)" in body(app)
    (first,) = home.designs()
    app.button(key="tt_read_again").click().run()
    field(app, "Dates look like").select("%d/%m/%Y").run()
    field(app, "Lines of names").set_value("x").run()
    assert "Lines of names: it must be a whole number, got x." in body(app)
    field(app, "Lines of names").set_value("").run()
    app.button(key="tt_form_save").click().run()
    assert not app.exception
    (again,) = [one for one in home.designs() if one.id != first.id]
    design = home.load_design(again.id)
    assert design.source is not None
    assert design.source.dates == "%d/%m/%Y"
    assert loads(dumps(design), owner="a").source == design.source  # what the command line needs to read it so
    assert "(said)" in body(app)
    assert app.selectbox(key="tt_kind_day").options == ["datetime", "categorical"]
    assert home.load_design(first.id).source != design.source


def test_what_does_not_fit_the_file_is_told_in_the_form(start: Start, home: Workspace) -> None:
    app = upload(start(), "towns.csv", ROWS)
    app.button(key="tt_read_again").click().run()
    field(app, "Lines at the end that are no rows").set_value("99").run()
    app.button(key="tt_form_save").click().run()
    assert "footer: the file has not so many lines" in body(app)
    assert field(app, "Lines at the end that are no rows").value == "99"
    assert len(home.designs()) == 1


def test_a_refused_file_can_be_explained_where_it_is_brought_in(start: Start, home: Workspace) -> None:
    app = upload(start(), "sums.csv", b"town,n\nA,1\nB,2\nC,3\nA,4\nTotal,10\n")
    assert "is a sum, as its first word says" in body(app)
    field(app, "Lines at the end that are no rows").set_value("1").run()
    app.button(key="tt_form_save").click().run()
    assert not app.exception
    (entry,) = home.designs()
    source = home.load_design(entry.id).source
    assert source is not None
    assert source.footer == 1
    assert home.source(source.sha256 or "", source.dialect).rows == 4


def test_the_sheet_of_a_workbook_is_chosen(start: Start, home: Workspace) -> None:
    app = upload(start(), "book.xls", WORKBOOK.read_bytes())
    assert "3 sheets have values: Data, Errors, Merged. Say which is meant" in body(app)
    assert "Between cells" not in [one.label for one in app.selectbox]
    field(app, "Sheet").set_value("Merged").run()
    app.button(key="tt_form_save").click().run()
    assert not app.exception
    (entry,) = home.designs()
    source = home.load_design(entry.id).source
    assert source is not None
    assert source.sheet == "Merged"
    assert "sheet: Merged" in body(app)
    app.button(key="tt_read_again").click().run()
    field(app, "Where the table stands in it").set_value("B:B").run()
    app.button(key="tt_form_save").click().run()
    found = [home.load_design(one.id).source for one in home.designs()]
    assert {one and one.range for one in found} == {None, "B:B"}


def test_nothing_is_said_of_parquet(start: Start, home: Workspace, crashes: object) -> None:
    app = start()
    app.button(key="tt_sample_fog-and-wind").click().run()
    app.switch_page("pages/data.py").run()
    assert "How the file is read" not in body(app)
