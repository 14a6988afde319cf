"""What pages say of a design is so, and stays so while it is edited."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.session import document as doc

from .looking import sound, text_of, undo

Start = Callable[..., AppTest]


@pytest.fixture
def design_id(home: Workspace, tmp_path: Path) -> str:
    file = tmp_path / "trips.csv"
    columns = {"id": [f"T{i:04}" for i in range(900)], "speed": [i % 90 for i in range(900)]}
    columns["town"] = [f"town {i % 60}" for i in range(900)]
    pd.DataFrame({**columns, "wet": ["yes" if i % 300 == 0 else "no" for i in range(900)]}).to_csv(file, index=False)
    source = home.spool(file)
    described = "A trip in 300 is wet; here it is one in 50."
    return home.save_design(
        Design(
            name="trips",
            description=described,
            source=SourceRef(path=source.name, sha256=source.sha256),
            factors={"id": {"role": "drop"}},
        ).with_event("wet", when="wet = 'yes'", rate=0.02)
    )


def edit(at: AppTest, label: str, change: Callable[[Design], Design]) -> AppTest:
    with patch.object(st, "session_state", at.session_state):
        doc.edit(label, change)
    return sound(at.run())


def words_of(at: AppTest) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text_of(at)))


def test_figures_written_by_hand_say_how_old_they_are(start: Start, design_id: str) -> None:
    at = start("review", design_id)
    assert "As its author wrote: A trip in 300 is wet" in words_of(at)
    edit(at, "rate of wet", lambda design: design.with_event("wet", rate=0.5))
    assert "As its author wrote, before the last change: A trip" in words_of(at)
    edit(at, "rate of wet", lambda design: design.with_event("wet", rate=0.4))
    assert "As its author wrote, before the last 2 changes: A trip" in words_of(at)
    edit(at, "describe", lambda design: design.changed(description="Wet trips."))
    assert "As its author wrote: Wet trips." in words_of(at)


def test_a_version_that_was_edited_is_not_called_that_version(start: Start, home: Workspace, design_id: str) -> None:
    home.save_version(design_id)
    at = start("design", design_id)

    def called() -> list[str]:
        return re.findall(r"\*\*trips\*\*[^\"]*", str([block.proto for block in at.get("popover")]))

    assert called() == ["**trips** v1"]
    edit(at, "rate of wet", lambda design: design.with_event("wet", rate=0.5))
    edit(at, "rate of wet", lambda design: design.with_event("wet", rate=0.4))
    assert called() == ["**trips** v1 + 2 changes"]
    undo(at)
    undo(at)
    assert called() == ["**trips** v1"]


def test_a_design_that_leans_on_few_rows_warns(start: Start, design_id: str) -> None:
    at = start("design", design_id)
    assert re.search(r"leans on \d+ of 900 rows", words_of(at))
    assert 'class="tt-chip warn"' not in text_of(at)
    edit(at, "rate of wet", lambda design: design.with_event("wet", rate=0.9))
    assert re.search(r'<span class="tt-chip warn"[^>]*>leans on <b>4 of 900 rows', text_of(at))


def test_what_can_not_be_met_is_not_generated(start: Start, design_id: str) -> None:
    at = start("design", design_id)
    assert not at.button(key="tt_generate").disabled
    edit(at, "no wet", lambda design: design.with_rule("wet = 'no'"))
    assert at.button(key="tt_generate").disabled


def test_design_opens_on_what_rows_have_and_comes_back_to_what_was_chosen(start: Start, design_id: str) -> None:
    at = start("design", design_id)
    assert at.query_params["factor"] == "speed"
    at.session_state["tt_factor"] = "wet"
    sound(at.run())
    assert at.query_params["factor"] == "wet"
    again = AppTest.from_file(at._script_path, default_timeout=240)  # F5, or a link
    again.query_params.update({"design": design_id, "factor": "wet"})
    again.run()
    sound(again.switch_page("pages/design.py").run())
    assert again.session_state["tt_factor"] in ("wet", "speed")
    sound(at.switch_page("pages/data.py").run())
    edit(at, "drop wet", lambda design: design.changed(events={}).with_factor("wet", role="drop"))
    sound(at.switch_page("pages/design.py").run())
    assert at.session_state["tt_factor"] == "speed"


def test_levels_that_share_a_bin_are_told_where_pairs_are_counted(start: Start, design_id: str) -> None:
    at = start("coverage", design_id)
    at.query_params.update({"tab": "Pairs", "factors": ["town", "wet"], "first": "town", "second": "wet"})
    sound(at.run())
    told = "The rarest levels of town are one row or column here."
    assert told in words_of(at)
    at.query_params.update({"factors": ["speed", "wet"], "first": "speed", "second": "wet"})
    again = AppTest.from_file(at._script_path, default_timeout=240)
    again.query_params.update(
        {"design": design_id, "tab": "Pairs", "factors": ["speed", "wet"], "first": "speed", "second": "wet"}
    )
    again.switch_page("pages/coverage.py")
    assert told not in words_of(sound(again.run()))


def test_a_version_becomes_the_design_again_and_undo_takes_that_back(
    start: Start, home: Workspace, design_id: str
) -> None:
    home.save_version(design_id)
    at = start("review", design_id)
    assert "review_back" not in [one.key for one in at.button]
    edit(at, "rate of wet", lambda design: design.with_event("wet", rate=0.5))
    assert at.button(key="review_back").label == "Go back to version 1"
    sound(at.button(key="review_back").click().run())
    assert home.load_design(design_id) == home.load_design(design_id, 1)
    assert "review_back" not in [one.key for one in at.button]
    undo(at)
    assert home.load_design(design_id).events["wet"].rate == 0.5
