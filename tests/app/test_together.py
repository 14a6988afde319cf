"""Two tabs or two people on one design: what each of them did is there, and what contradicts is asked about."""

from __future__ import annotations

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

from .looking import redo, sound, steps, text_of, undo


@pytest.fixture
def design_id(home: Workspace, tmp_path: Path) -> str:
    file = tmp_path / "people.csv"
    ages = [i % 90 for i in range(600)]
    groups = ["baby" if age < 2 else "child" if age < 18 else "adult" for age in ages]
    pd.DataFrame({"age": ages, "people": groups, "size": [age % 7 for age in ages]}).to_csv(file, index=False)
    source = home.spool(file)
    design = Design(name="people", source=SourceRef(path=source.name, sha256=source.sha256))
    return home.save_design(design.with_event("old", when="age > 60", rate=0.2))


def edit(at: AppTest, label: str, change: object) -> None:
    """An edit of a page that has not heard of the others, as its callback makes it."""
    with patch.object(st, "session_state", at.session_state):
        doc.edit(label, change)  # type: ignore[arg-type]


def keep(at: AppTest, group: str) -> None:
    edit(at, f"keep {group}", lambda design: design.with_rule(f"people <> '{group}' OR size < 6"))


def test_edits_of_two_tabs_are_all_there(start: object, home: Workspace, design_id: str) -> None:
    first, second = (start("design", design_id) for _ in range(2))  # type: ignore[operator]
    keep(first, "adult")
    keep(second, "child")
    keep(first, "baby")
    assert [rule.split("'")[1] for rule in home.load_design(design_id).rules] == ["adult", "child", "baby"]
    sound(second.run())
    assert steps(second)[0] == ["keep baby", "keep child", "keep adult"]
    assert [one.value for one in second.toast] == ["Changed elsewhere: keep baby"]
    undo(second)
    sound(first.run())
    assert steps(first) == (["keep child", "keep adult"], ["keep baby"])
    redo(first)
    assert len(home.load_design(design_id).rules) == 3


def test_an_edit_that_contradicts_is_asked_about(start: object, home: Workspace, design_id: str) -> None:
    first, second, third = (start("design", design_id) for _ in range(3))  # type: ignore[operator]
    edit(first, "rate of old", lambda design: design.with_event("old", rate=0.3))
    edit(second, "rate of old", lambda design: design.with_event("old", rate=0.4))
    sound(second.run())
    assert "“rate of old” was not made" in text_of(second)
    assert "from 29 % of the rows to 40 % (4,000 rows)" in text_of(second), "it is told in words"
    assert "to 30 % (3,000 rows)" in text_of(second)
    assert home.load_design(design_id).events["old"].rate == 0.3
    sound(third.run())
    assert third.button(key="tt_aside_take"), "nothing is lost with the tab that asked first"
    sound(second.button(key="tt_aside_take").click().run())
    assert home.load_design(design_id).events["old"].rate == 0.4
    assert "was not made" not in text_of(second)
    assert "was not made" not in text_of(sound(third.run()))


def test_an_edit_that_contradicts_can_be_let_be(start: object, home: Workspace, design_id: str) -> None:
    first, second = (start("design", design_id) for _ in range(2))  # type: ignore[operator]
    edit(first, "no event", lambda design: design.without("old"))
    edit(second, "rate of old", lambda design: design.with_event("old", rate=0.4))
    sound(second.run())
    assert "taken away" in text_of(second)
    sound(second.button(key="tt_aside_leave").click().run())
    assert home.load_design(design_id).events == {}
    assert "was not made" not in text_of(second)
    assert steps(second)[0] == ["no event"]


def test_what_is_not_saved_is_kept_and_saved_with_the_next_edit(
    start: object, home: Workspace, design_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    at = start("design", design_id)  # type: ignore[operator]
    with monkeypatch.context() as patched:
        patched.setattr("trimtab.core.atomic._flush", full)
        keep(at, "adult")
        keep(at, "child")
        sound(at.run())
        assert "not saved" in text_of(at)
        assert "No space left on device" in text_of(at)
        assert steps(at)[0] == ["keep child", "keep adult"]
        undo(at)
        assert steps(at)[0] == ["keep adult"]
    other = start("design", design_id)  # type: ignore[operator]
    keep(other, "baby")
    edit(at, "rate of old", lambda design: design.with_event("old", rate=0.4))
    sound(at.run())
    assert "not saved" not in text_of(at)
    now = home.load_design(design_id)
    assert (len(now.rules), now.events["old"].rate) == (2, 0.4)


def test_two_people_who_open_a_sample_have_a_design_each(start: object, home: Workspace) -> None:
    def opened() -> AppTest:
        at = start("")  # type: ignore[operator]
        return sound(at.button(key="tt_sample_crashes-without-belts").click().run())

    first, second = opened(), opened()
    ids = [at.session_state["trimtab_session"].document.design_id for at in (first, second)]
    assert len(set(ids)) == 2
    edit(first, "fewer", lambda design: design.changed(rows=50_000))
    assert home.load_design(ids[1]).rows != 50_000
