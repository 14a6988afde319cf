"""Who may only review can write nothing, by any way there is into a workspace; a private design is there for few."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.errors import InputError, NotAllowedError
from trimtab.core.people.people import NOBODY, Person
from trimtab.core.source.delimited.dialect import OPEN
from trimtab.core.workspace import access, edits, workspace
from trimtab.core.workspace.access import access_of, set_access
from trimtab.core.workspace.edits import save_edit, settle_aside, stand_of, take_back
from trimtab.core.workspace.history import history_of, read_history
from trimtab.core.workspace.workspace import Workspace

DESIGN = (
    "trimtab: 1\nname: few\nfactors:\n  mood: {role: target, target: {family: categorical, weights: {a: 1, b: 1}}}\n"
)
ANN, CAT = (Person(f"{name}@example.org", name.title(), "edit") for name in ("ann", "cat"))
BOB = Person("bob@example.org", "Bob", "review")
READS = {
    "access_of",
    "aside_of",
    "by",
    "check_edit",
    "check_open",
    "default_home",
    "design_text",
    "designs",
    "folder",
    "keeps",
    "load_design",
    "output",
    "reviews",
    "source",
    "stamp",
    "stand_of",
    "version_of",
    "versions",
}
REVIEWS = {"review"}
OF_THE_SERVER = {"clean"}


@pytest.fixture
def ann(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home", ANN)


@pytest.fixture
def id_(ann: Workspace) -> str:
    """A design with a step that can be taken back, a step that was, one put aside, and a deleted design beside it."""
    id_ = ann.save_design(loads(DESIGN))
    before = stand_of(ann, id_)
    edit(ann, id_, "more rows", rows=1_000)
    edit(ann, id_, "seed", seed=5)
    assert save_edit(ann, id_, "fewer rows", before, before.design.changed(rows=10), nothing) is None
    gone = ann.save_design(loads(DESIGN).changed(name="gone"))
    ann.delete_design(gone)
    return id_


def nothing(_: Design) -> None:
    """Every design can be opened."""


def edit(home: Workspace, id_: str, label: str, **fields: object) -> None:
    now = stand_of(home, id_)
    assert save_edit(home, id_, label, now, now.design.changed(**fields), nothing) is not None


def on(home: Workspace, person: Person | None) -> Workspace:
    return Workspace(home.home, person)


def routes(home: Workspace, id_: str) -> dict[str, Callable[[], object]]:
    """A call of everything that writes, for whoever works with the workspace."""
    file = home.home / "table.csv"
    file.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    maker = on(home, None)
    source = maker.spool(file, keep=True)
    now, history = stand_of(maker, id_), history_of(read_history(maker.folder(id_)).values())
    gone = next((home.home / "deleted").iterdir()).name
    return {
        "spool": lambda: home.spool(file),
        "spool_again": lambda: home.spool_again(source, OPEN),
        "spool_table": lambda: home.spool_table(pa.table({"a": [1]}), "table"),
        "save_design": lambda: home.save_design(now.design, id_),
        "save_version": lambda: home.save_version(id_),
        "touch": lambda: home.touch(id_),
        "delete_design": lambda: home.delete_design(id_),
        "restore_design": lambda: home.restore_design(gone),
        "save_edit": lambda: save_edit(home, id_, "x", now, now.design.changed(description="x"), nothing),
        "take_back": lambda: take_back(home, id_, history, history.done[-1], now, nothing),
        "settle_aside": lambda: settle_aside(home, id_, history.aside[-1], now, nothing, prefer="theirs"),
        "set_access": lambda: set_access(home, id_, private=True),
    }


def offered(module: ModuleType) -> set[str]:
    """The public functions that a module defines, and the methods of the workspace."""
    found = {name for name, one in inspect.getmembers(module, inspect.isfunction) if one.__module__ == module.__name__}
    found |= {name for name in vars(Workspace) if callable(getattr(Workspace, name)) or name == "by"}
    return {name for name in found if not name.startswith("_")}


def test_every_way_into_a_workspace_is_looked_at_here(ann: Workspace, id_: str) -> None:
    all_ = offered(workspace) | offered(edits) | offered(access)
    assert all_ == READS | REVIEWS | OF_THE_SERVER | routes(ann, id_).keys()


def contents(home: Workspace) -> dict[str, bytes | None]:
    return {str(one): one.read_bytes() if one.is_file() else None for one in sorted(home.home.rglob("*"))}


@pytest.mark.parametrize("person", [BOB, NOBODY], ids=["who reviews", "who is nobody"])
def test_who_may_not_edit_changes_nothing_by_any_route(ann: Workspace, id_: str, person: Person) -> None:
    calls = routes(on(ann, person), id_)
    before = contents(ann)
    for name, call in calls.items():
        with pytest.raises(NotAllowedError, match=r"not edit them|Sign in first"):
            call()
        assert contents(ann) == before, name


def test_who_may_edit_can_by_every_route(ann: Workspace, id_: str) -> None:
    calls = routes(ann, id_)
    for name in sorted(calls, key=lambda name: name == "delete_design"):
        calls[name]()


def test_who_reviews_looks_and_speaks_under_their_own_name(ann: Workspace, id_: str) -> None:
    bob = on(ann, BOB)
    design = bob.load_design(id_)
    said = bob.review(id_, "Ann (ann@example.org)", "approved", "", fingerprint=design.fingerprint())
    assert (said.name, said.version) == ("Bob (bob@example.org)", 1)
    ann.review(id_, "", "comment", "thanks", fingerprint=design.fingerprint())
    assert [one.name for one in bob.reviews(id_).said] == ["Bob (bob@example.org)", "Ann (ann@example.org)"]


def test_steps_say_who_made_them(ann: Workspace, id_: str) -> None:
    edit(on(ann, CAT), id_, "seed", seed=7)
    edit(on(ann, None), id_, "seed", seed=8)
    history = history_of(read_history(ann.folder(id_)).values())
    whose = [one.by for one in history.done]
    assert whose == ["Ann (ann@example.org)", "Ann (ann@example.org)", "Cat (cat@example.org)", ""]
    assert [one.by for one in history.aside] == ["Ann (ann@example.org)"]


def test_a_private_design_is_there_for_its_maker_and_those_named(ann: Workspace, id_: str) -> None:
    assert access_of(ann, id_).maker == "ann@example.org"
    assert [one.id for one in on(ann, BOB).designs()] == [id_], "shared at first"
    set_access(ann, id_, private=True)
    for person in (BOB, CAT, NOBODY):
        other = on(ann, person)
        assert other.designs() == ()
        for look in (
            other.load_design,
            other.versions,
            other.reviews,
            other.stamp,
            other.check_open,
            other.design_text,
        ):
            with pytest.raises(
                NotAllowedError, match=r"it is private\. Ask ann@example.org, who made it|Sign in first"
            ):
                look(id_)
        with pytest.raises(NotAllowedError, match=r"private|Sign in first"):
            other.output(id_, "rows.parquet")
        with pytest.raises(InputError, match=r"it is not in this workspace\.$"):
            on(ann, CAT).folder(f"{id_}-x")
    set_access(ann, id_, private=True, people=["BOB@example.org", "*@lab.example.org"])
    assert on(ann, BOB).load_design(id_) == ann.load_design(id_)
    assert on(ann, Person("dan@lab.example.org", role="review")).designs()
    with pytest.raises(NotAllowedError, match="private"):
        on(ann, CAT).load_design(id_)
    assert on(ann, None).load_design(id_), "who has the folder has the files"


def test_a_private_design_that_was_deleted_comes_back_to_few(ann: Workspace, id_: str) -> None:
    set_access(ann, id_, private=True)
    ann.delete_design(id_)
    with pytest.raises(NotAllowedError, match="private"):
        on(ann, CAT).restore_design(id_)
    ann.restore_design(id_)
    assert access_of(ann, id_).private


def test_only_its_maker_says_to_whom_a_design_is_open(ann: Workspace, id_: str) -> None:
    with pytest.raises(NotAllowedError, match=r"Only ann@example\.org says"):
        set_access(on(ann, CAT), id_, private=True)
    by_hand = on(ann, None).save_design(loads(DESIGN))
    with pytest.raises(NotAllowedError, match="its maker, who is not known, says"):
        set_access(ann, by_hand, private=True)
    with pytest.raises(InputError, match=r"Open to\[1\]: must be an address .* got 'bob'"):
        set_access(ann, id_, private=True, people=["bob@example.org", "bob"])
    assert not access_of(ann, id_).private


@pytest.mark.parametrize(
    "text", ["private: yes", "[", "maker: 5", "private: true\npeople: bob@example.org", "x: 1", ""]
)
def test_who_may_open_a_design_whose_file_is_damaged_is_nobody(ann: Workspace, id_: str, text: str) -> None:
    (ann.folder(id_) / "access.yaml").write_text(text, encoding="utf-8")
    assert on(ann, BOB).designs() == ()
    with pytest.raises(InputError, match=r"access\.yaml"):
        ann.load_design(id_)
