"""Whoever edits one design at the same time: nobody's change is written over, and each step can be taken back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.workspace.edits import Stand, aside_of, save_edit, settle_aside, stand_of, take_back
from trimtab.core.workspace.history import FOLDER, MOST_STEPS, History, history_of, read_history
from trimtab.core.workspace.workspace import Workspace

Edit = Callable[[Design], Design]

BASE = Design(name="people", source={"path": "x.csv"}, events={"fog": {"when": "a < 2", "rate": 0.05}})


def lets_pass(design: Design) -> None:
    """Any design is fine."""


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def id_(home: Workspace) -> str:
    return home.save_design(BASE)


def edit(home: Workspace, id_: str, label: str, change: Edit, before: Stand | None = None) -> Stand | None:
    before = before or stand_of(home, id_)
    return save_edit(home, id_, label, before, change(before.design), lets_pass)


def history(home: Workspace, id_: str) -> History:
    return history_of(read_history(home.folder(id_)).values())


def labels(home: Workspace, id_: str) -> tuple[list[str], list[str], list[str]]:
    found = history(home, id_)
    return tuple([one.label for one in part] for part in (found.done, found.undone, found.aside))  # type: ignore[return-value]


def keeping(who: str) -> Edit:
    return lambda one: one.with_rule(f"a <> '{who}'")


def test_two_who_began_with_the_same_both_have_their_edit(home: Workspace, id_: str) -> None:
    seen = stand_of(home, id_)
    edit(home, id_, "keep adults", keeping("adult"), seen)
    edit(home, id_, "keep children", keeping("child"), seen)
    last = edit(home, id_, "keep babies", keeping("baby"), seen)
    assert last == stand_of(home, id_)
    assert last.design.rules == ("a <> 'adult'", "a <> 'child'", "a <> 'baby'")
    assert labels(home, id_) == (["keep adults", "keep children", "keep babies"], [], [])


def test_an_edit_that_contradicts_is_put_aside_and_asked_about(home: Workspace, id_: str) -> None:
    seen = stand_of(home, id_)
    edit(home, id_, "more fog", lambda one: one.with_event("fog", rate=0.2), seen)
    assert edit(home, id_, "much more fog", lambda one: one.with_event("fog", rate=0.4), seen) is None
    assert stand_of(home, id_).design.events["fog"].rate == 0.2
    (entry,) = history(home, id_).aside
    now = stand_of(home, id_)
    told = aside_of(home, id_, entry, now, lets_pass)
    assert [(one.what, one.mine, one.theirs) for one in told.clashes] == [
        ("event `fog`", "{when: a < 2, rate: 0.4}", "{when: a < 2, rate: 0.2}")
    ]
    settle_aside(home, id_, entry, now, lets_pass, prefer="mine")
    assert stand_of(home, id_).design.events["fog"].rate == 0.4
    assert labels(home, id_) == (["more fog", "much more fog"], [], [])


def test_an_edit_that_was_put_aside_can_be_let_be(home: Workspace, id_: str) -> None:
    seen = stand_of(home, id_)
    edit(home, id_, "more fog", lambda one: one.with_event("fog", rate=0.2), seen)
    edit(home, id_, "much more fog", lambda one: one.with_event("fog", rate=0.4), seen)
    (entry,) = history(home, id_).aside
    settle_aside(home, id_, entry, stand_of(home, id_), lets_pass, prefer="theirs")
    assert labels(home, id_) == (["more fog"], [], [])
    assert stand_of(home, id_).design.events["fog"].rate == 0.2


def test_what_together_can_not_be_opened_is_put_aside_with_the_reason(home: Workspace, id_: str) -> None:
    def refuses(design: Design) -> None:
        if len(design.rules) > 1:
            raise InputError("Rule `b`: there is no factor `b`.")

    seen = stand_of(home, id_)
    edit(home, id_, "first", keeping("a"), seen)
    assert save_edit(home, id_, "second", seen, keeping("b")(seen.design), refuses) is None
    (entry,) = history(home, id_).aside
    told = aside_of(home, id_, entry, stand_of(home, id_), refuses)
    assert (told.clashes, told.reason) == ((), "Rule `b`: there is no factor `b`.")
    with pytest.raises(InputError, match="there is no factor `b`"):
        settle_aside(home, id_, entry, stand_of(home, id_), refuses, prefer="mine")
    assert stand_of(home, id_).design.rules == ("a <> 'a'",)


def test_steps_are_taken_back_in_another_session_with_the_text_as_it_was(home: Workspace, id_: str) -> None:
    text = home.design_text(id_).replace("seed: 0", "seed: 0  # ours")
    (home.home / "designs" / id_ / "current.yaml").write_text(text)
    edit(home, id_, "one", keeping("x"))
    edit(home, id_, "two", lambda one: one.changed(seed=5))
    assert labels(home, id_) == (["one", "two"], [], [])
    for _ in range(2):
        take_back(home, id_, history(home, id_), history(home, id_).done[-1], stand_of(home, id_), lets_pass)
    assert home.design_text(id_) == text
    assert labels(home, id_) == ([], ["two", "one"], [])
    take_back(home, id_, history(home, id_), history(home, id_).undone[-1], stand_of(home, id_), lets_pass, again=True)
    assert stand_of(home, id_).design.rules == ("a <> 'x'",)
    assert labels(home, id_) == (["one"], ["two"], [])
    edit(home, id_, "three", lambda one: one.changed(rows=7))
    assert labels(home, id_) == (["one", "three"], [], [])


def test_a_step_is_taken_back_on_a_page_that_saw_no_later_one(home: Workspace, id_: str) -> None:
    edit(home, id_, "mine", keeping("x"))
    step, seen = history(home, id_).done[-1], stand_of(home, id_)
    edit(home, id_, "theirs", keeping("y"))
    after = take_back(home, id_, history(home, id_), step, seen, lets_pass)
    assert after.design.rules == ("a <> 'y'",)
    assert labels(home, id_) == (["theirs"], ["mine"], [])


def test_what_was_changed_again_since_is_not_taken_back(home: Workspace, id_: str) -> None:
    edit(home, id_, "mine", lambda one: one.with_event("fog", rate=0.2))
    step = history(home, id_).done[-1]
    edit(home, id_, "theirs", lambda one: one.with_event("fog", rate=0.3))
    with pytest.raises(InputError, match="`mine` can't be taken back: what it changed was changed since"):
        take_back(home, id_, history(home, id_), step, stand_of(home, id_), lets_pass)
    assert stand_of(home, id_).design.events["fog"].rate == 0.3


def test_a_file_that_was_changed_by_hand_is_a_step(home: Workspace, id_: str) -> None:
    edit(home, id_, "one", keeping("x"))
    home.save_design(stand_of(home, id_).design.changed(rows=5), id_)
    edit(home, id_, "two", keeping("y"))
    assert labels(home, id_) == (["one", "changed elsewhere", "two"], [], [])
    for _ in range(2):
        take_back(home, id_, history(home, id_), history(home, id_).done[-1], stand_of(home, id_), lets_pass)
    assert stand_of(home, id_).design.rows == BASE.rows


def test_the_history_is_bounded_and_its_beginning_is_no_step(home: Workspace, id_: str) -> None:
    for rows in range(1, MOST_STEPS + 20):
        edit(home, id_, f"rows {rows}", lambda one, rows=rows: one.changed(rows=rows))  # type: ignore[misc]
    files = sorted((home.home / "designs" / id_ / FOLDER).iterdir())
    assert len(files) == MOST_STEPS + 1
    done = history(home, id_).done
    assert len(done) == MOST_STEPS
    now = stand_of(home, id_)
    for step in reversed(done):
        now = take_back(home, id_, history(home, id_), step, now, lets_pass)
        if step.label == "rows 180":
            break
    assert now.design.rows == 179


def test_the_newest_step_without_its_text_stops_no_edit(home: Workspace, id_: str) -> None:
    edit(home, id_, "one", keeping("x"))
    file = home.folder(id_) / FOLDER / "000002.json"
    content = json.loads(file.read_text())
    del content["text"]
    file.write_text(json.dumps(content))
    edit(home, id_, "two", keeping("y"))
    assert stand_of(home, id_).design.rules == ("a <> 'x'", "a <> 'y'")
    assert labels(home, id_) == (["changed elsewhere", "two"], [], [])


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"time": "2026-01-01T00:00:00+00:00", "way": "x", "label": "y"}'])
def test_a_damaged_step_is_left_out(home: Workspace, id_: str, content: str) -> None:
    edit(home, id_, "one", keeping("x"))
    edit(home, id_, "two", keeping("y"))
    (home.home / "designs" / id_ / FOLDER / "000002.json").write_text(content)
    assert labels(home, id_) == (["two"], [], [])
    edit(home, id_, "three", keeping("z"))
    assert labels(home, id_) == (["two", "three"], [], [])
    assert len(stand_of(home, id_).design.rules) == 3


def test_two_hundred_edits_of_two_tabs_in_any_order_lose_none(home: Workspace, id_: str) -> None:
    chance = random.Random(5)
    seen = [stand_of(home, id_)] * 2
    wanted: set[str] = set()
    for i in range(200):
        tab = chance.randrange(2)
        rule = f"a <> {i}"
        after = edit(home, id_, f"edit {i}", lambda one, rule=rule: one.with_rule(rule), seen[tab])  # type: ignore[misc]
        assert after is not None
        seen[tab] = after
        wanted.add(rule)
        if chance.random() < 0.1:  # F5
            seen[tab] = stand_of(home, id_)
    assert set(stand_of(home, id_).design.rules) == wanted


def test_edits_at_the_very_same_time_lose_none(home: Workspace, id_: str) -> None:
    def tab(who: int) -> None:
        seen = stand_of(home, id_)
        for i in range(10):
            found = edit(home, id_, f"{who} {i}", keeping(f"{who} {i}"), seen)
            assert found is not None
            seen = found

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tab, range(4)))
    assert len(stand_of(home, id_).design.rules) == 40
    numbers = [entry.number for entry in read_history(home.folder(id_)).values()]
    assert numbers == sorted(set(numbers))


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trimtab.core.atomic._flush", fail)


def test_on_a_full_disk_nothing_is_said_to_be_saved(home: Workspace, id_: str, full: None) -> None:
    with pytest.raises(InputError, match="it can't be written: No space left on device"):
        edit(home, id_, "one", keeping("x"))
    assert stand_of(home, id_).design == BASE


def test_a_step_says_when_and_what(home: Workspace, id_: str) -> None:
    edit(home, id_, "drag visib", keeping("x"))
    found = json.loads((home.home / "designs" / id_ / FOLDER / "000002.json").read_text())
    assert (found["label"], found["way"], found["text"]) == ("drag visib", "edit", home.design_text(id_))


def test_a_save_that_was_killed_on_the_way_is_a_step(
    home: Workspace, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """What ends a process."""

    def kill(*_: object) -> None:
        raise Killed

    edit(home, id_, "one", keeping("x"))
    with monkeypatch.context() as patched:
        patched.setattr("trimtab.core.workspace.history._add", kill)
        with pytest.raises(Killed):  # the design is there, and its step is not
            edit(home, id_, "two", keeping("y"))
    assert stand_of(home, id_).design.rules == ("a <> 'x'", "a <> 'y'")
    edit(home, id_, "three", keeping("z"))
    assert labels(home, id_) == (["one", "changed elsewhere", "three"], [], [])
    for _ in range(2):
        take_back(home, id_, history(home, id_), history(home, id_).done[-1], stand_of(home, id_), lets_pass)
    assert stand_of(home, id_).design.rules == ("a <> 'x'",)
