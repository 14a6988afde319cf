"""Data: cards of all columns, kinds that are corrected, columns that are switched off, rare levels with intervals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.workspace.workspace import Workspace

from .looking import steps, undo

Start = Callable[..., AppTest]
HOSTILE = '*b* `c` [l](x) <img src=x onerror="alert(1)"> $x$'


def table(rows: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "speed": random.normal(50, 9, rows).round(1),
            "lanes": random.integers(1, 5, rows),
            "alarm": np.arange(rows) < 2,
            HOSTILE: np.where(np.arange(rows) == 0, "<b>rare</b>", "usual"),
            "nothing": pd.Series([None] * rows, dtype="string"),
            "id": [f"row {i}" for i in range(rows)],
        }
    )


@pytest.fixture
def design_id(home: Workspace, tmp_path: Path) -> str:
    file = tmp_path / "roads.parquet"
    table().to_parquet(file)
    source = home.spool(file)
    return home.save_design(Design(name="roads", source=SourceRef(path=source.name, sha256=source.sha256)))


def body(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def test_every_column_has_a_card(start: Start, design_id: str) -> None:
    app = start("data", design_id)
    assert [one.key for one in app.toggle] == [f"tt_use_{name}" for name in table().columns]
    text = body(app)
    assert "every value is missing" in text
    assert "looks like an identifier" in text
    assert "400" in text


def test_text_from_the_data_is_text(start: Start, design_id: str) -> None:
    text = body(start("data", design_id))
    assert "<img src=x" not in text
    assert "<b>rare</b>" not in text
    assert "&lt;b&gt;rare&lt;/b&gt;" in text


def test_rare_levels_come_with_wilsons_interval(start: Start, design_id: str) -> None:
    # 2 of 400: Wilson's 95 % interval is 0.137 % to 1.805 %.
    text = body(start("data", design_id))
    assert "<td>alarm</td><td>true</td><td>2</td><td>1 in 200</td><td>0.14–1.8 %</td>" in text


def test_a_kind_is_corrected_and_that_can_be_undone(start: Start, home: Workspace, design_id: str) -> None:
    app = start("data", design_id)
    app.selectbox(key="tt_kind_lanes").select("categorical").run()
    assert not app.exception
    assert home.load_design(design_id).factors["lanes"].kind == "categorical"
    assert steps(app)[0][0] == "kind of lanes"
    undo(app)
    assert home.load_design(design_id).factors == {}
    assert app.selectbox(key="tt_kind_lanes").value == "count"


def test_only_kinds_that_fit_are_offered(start: Start, design_id: str) -> None:
    app = start("data", design_id)
    assert app.selectbox(key="tt_kind_speed").options == ["continuous", "count", "categorical"]
    assert app.selectbox(key="tt_kind_alarm").options == ["boolean", "categorical"]
    assert app.selectbox(key="tt_kind_id").options == ["categorical"]  # or how its dates are written, typed


def test_a_kind_that_does_not_fit_is_refused_with_the_reason(start: Start, home: Workspace, design_id: str) -> None:
    app = start("data", design_id)
    app.selectbox(key="tt_kind_speed").select("count").run()
    assert "counts are whole numbers" in body(app)
    assert app.selectbox(key="tt_kind_speed").value == "continuous"
    assert home.load_design(design_id).factors == {}


def test_a_column_is_switched_off_and_on(start: Start, home: Workspace, design_id: str) -> None:
    app = start("data", design_id)
    app.toggle(key="tt_use_id").set_value(False).run()
    assert home.load_design(design_id).factors["id"].role == "carry"
    app.toggle(key="tt_use_id").set_value(True).run()
    assert home.load_design(design_id).factors == {}


def test_a_table_of_one_column_and_one_row_is_shown(start: Start, home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    source = home.spool(file)
    id_ = home.save_design(Design(name="one", source=SourceRef(path=source.name, sha256=source.sha256)))
    assert "always the same" in body(start("data", id_))


def test_how_the_file_was_read_is_told(start: Start, home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "dash.csv"
    file.write_text("a,<b>\n1,1000\n2,-\n3,2000\n", encoding="utf-8")
    source = home.spool(file)
    id_ = home.save_design(Design(name="dash", source=SourceRef(path=source.name, sha256=source.sha256)))
    assert "is read as missing, in" in (shown := body(start("data", id_)))
    assert "&lt;b&gt;" in shown


def test_sixty_columns_are_shown(start: Start, home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "wide.parquet"
    values = np.random.default_rng(1).normal(size=(200, 60))
    pd.DataFrame(values, columns=[f"a_rather_long_name_of_a_column_{i}" for i in range(60)]).to_parquet(file)
    source = home.spool(file)
    id_ = home.save_design(Design(name="wide", source=SourceRef(path=source.name, sha256=source.sha256)))
    app = start("data", id_)
    assert len(app.dataframe[0].value) == 60
    assert len(app.button_group(key="tt_columns_view").set_value("Cards").run().toggle) == 60


@pytest.fixture
def texts(home: Workspace, tmp_path: Path) -> str:
    """A design on texts, and on more columns than a person wants to switch one by one."""
    days = pd.date_range("2024-01-20", periods=80)
    columns = {"day": [f"{day:%d/%m/%Y}" for day in days], "price": [f"{x},50 €" for x in range(80)]}
    columns |= {f"m{place:02}": np.arange(80) % (place + 2) for place in range(25)}
    file = tmp_path / "texts.parquet"
    pd.DataFrame(columns).to_parquet(file)
    source = home.spool(file)
    design = Design(name="texts", source=SourceRef(path=source.name, sha256=source.sha256))
    return home.save_design(design.with_factor("day", role="carry"))


def test_texts_become_dates_and_numbers_and_texts_again(start: Start, home: Workspace, texts: str) -> None:
    app = start("data", texts)
    app.button_group(key="tt_columns_view").set_value("Cards").run()
    assert app.selectbox(key="tt_kind_day").options == ["categorical", "date, as 31/03/2024"]
    assert app.selectbox(key="tt_kind_price").options == ["categorical", "number, as 0,50 €"]
    app.selectbox(key="tt_kind_day").select("datetime %d/%m/%Y").run()
    assert not app.exception
    day = home.load_design(texts).factors["day"]
    assert (day.kind, day.format, day.role) == ("datetime", "%d/%m/%Y", "follow")
    assert "day</code> is read as dates" in body(app) or "day</b> is read as dates" in body(app)
    app.selectbox(key="tt_kind_price").select("continuous ,").run()
    assert home.load_design(texts).factors["price"].format == ","
    app.selectbox(key="tt_kind_day").select("text").run()
    assert home.load_design(texts).factor("day").kind is None
    assert app.selectbox(key="tt_kind_day").options == ["categorical", "date, as 31/03/2024"]
    undo(app)
    assert app.selectbox(key="tt_kind_day").value == "datetime %d/%m/%Y"


def test_many_columns_are_found_and_switched_in_one_step(start: Start, home: Workspace, texts: str) -> None:
    app = start("data", texts)
    assert list(app.dataframe[0].value["column"][:3]) == ["day", "price", "m00"]
    assert "dates as text: choose a kind" in list(app.dataframe[0].value["advice"])
    assert all(app.button(key=f"tt_columns_{role}").disabled for role in ("follow", "carry", "drop"))
    app.text_input(key="tt_columns_search").input("M1").run()
    assert list(app.dataframe[0].value["column"]) == [f"m1{place}" for place in range(10)]
    app.button(key="tt_columns_drop").click().run()
    assert not app.exception
    assert steps(app)[0][0] == "drop 10 columns"
    assert {one.role for name, one in home.load_design(texts).factors.items() if name.startswith("m1")} == {"drop"}
    app.button(key="tt_columns_follow").click().run()
    assert not [name for name in home.load_design(texts).factors if name.startswith("m1")]
    app.text_input(key="tt_columns_search").input("").run()
    app.toggle(key="tt_columns_advised").set_value(True).run()
    assert list(app.dataframe[0].value["column"]) == ["day", "price"]
