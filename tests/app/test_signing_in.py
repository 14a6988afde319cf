"""Pages where people sign in: nothing without, nobody edits who may not, and everybody speaks under their own name.

A click of a button that is off is what a browser sends that was tampered with: Streamlit does not look at that itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
import streamlit as st
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from trimtab.core.people.people import FILE, WHY
from trimtab.core.workspace.access import set_access
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.delivery.jobs import JOBS
from trimtab.ui.session import document as doc
from trimtab.ui.shell.pages import EDITING, PAGES
from trimtab.ui.signin import settings
from trimtab.ui.signin.person import known

from .conftest import Start
from .looking import sound, text_of

AUTH = {
    "auth": {
        "redirect_uri": "http://localhost:8501/oauth2callback",
        "cookie_secret": "s" * 40,
        "client_id": "trimtab",
        "client_secret": "x",
        "server_metadata_url": "http://localhost/.well-known/openid-configuration",
    }
}
ANN, BOB, CAT = (
    {"is_logged_in": True, "email": f"{name.lower()}@example.org", "name": name} for name in ("Ann", "Bob", "Cat")
)
PEOPLE = "edit: [ann@example.org, cat@example.org]\nreview: [bob@example.org]\n"
OUT = {"is_logged_in": False}


@pytest.fixture(autouse=True)
def _signing_in(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SINCE", settings._Since())
    monkeypatch.setattr(secrets_singleton, "_secrets", AUTH)
    home.home.mkdir(exist_ok=True)
    (home.home / FILE).write_text(PEOPLE, encoding="utf-8")


@pytest.fixture
def few(home: Workspace, design_id: str) -> str:
    """A design that Ann made."""
    (home.folder(design_id) / "access.yaml").write_text("maker: ann@example.org\nprivate: false\n", encoding="utf-8")
    return design_id


def fields(at: AppTest) -> list[str]:
    """The keys of all that can be clicked or filled in."""
    kinds = ("button", "text_input", "text_area", "selectbox", "segmented_control", "file_uploader", "download_button")
    keys = [str(one.key) for kind in kinds for one in at.get(kind)]
    return [key for key in keys if not key.startswith("tt_seen_")]


@contextmanager
def in_front_of(at: AppTest) -> Iterator[None]:
    """What callbacks know of the session and of who is in front of it."""
    someone = known(at.user)[0]
    with patch.object(st, "session_state", at.session_state), patch.object(doc, "person", lambda: someone):
        yield


def edit(at: AppTest, label: str = "seed") -> bool:
    """An edit as any callback makes it."""
    with in_front_of(at):
        return doc.edit(label, lambda design: design.changed(seed=design.seed + 1))


def forced(at: AppTest, button: Button) -> None:
    """A click of a button that is off."""
    assert button.disabled
    button.proto.disabled = False
    button.click()
    sound(at.run())


@pytest.mark.parametrize("page", [one.name for one in PAGES])
def test_without_signing_in_a_page_is_a_line(start: Start, few: str, page: str) -> None:
    at = start(page, few, OUT)
    assert fields(at) == []
    assert [one.value for one in at.markdown] == ["You are not signed in any more. Load the page again to sign in."]
    assert "few" not in text_of(at)


@pytest.mark.parametrize("page", EDITING)
def test_pages_for_editing_are_not_for_those_who_review(start: Start, few: str, page: str) -> None:
    at = start(page, few, BOB)
    assert "for those who edit" in text_of(at)
    assert set(fields(at)) == {"tt_sign_out"}


def test_who_reviews_finds_no_way_to_begin(start: Start, few: str) -> None:
    at = start(user=BOB)
    assert WHY in text_of(at)
    assert set(fields(at)) == {"tt_sign_out", f"tt_open_{few}"}
    sound(at.button(key=f"tt_open_{few}").click().run())
    assert at.button(key="review_comment"), "it opens where one reviews"


@pytest.mark.parametrize(
    ("page", "button"),
    [("review", "review_save"), ("generate", "generate_start")],
)
def test_no_click_of_one_who_reviews_changes_anything(
    start: Start, home: Workspace, few: str, page: str, button: str
) -> None:
    at, before = start(page, few, BOB), home.design_text(few)
    assert "tt_name" not in fields(at) or at.text_input(key="tt_name").disabled
    forced(at, at.button(key=button))
    at.session_state["tt_name"] = "stolen"
    sound(at.run())
    assert not edit(at)
    assert home.design_text(few) == before
    assert home.versions(few) == ()
    assert JOBS.get(home, few) is None


def test_an_edit_of_one_who_reviews_says_why_it_is_refused(start: Start, home: Workspace, few: str) -> None:
    ann, bob = start("design", few, ANN), start("review", few, BOB)
    assert edit(ann)
    now = home.design_text(few)
    assert not edit(bob)
    with in_front_of(bob):
        doc.undo()
    assert "knows bob@example.org as one who reviews" in text_of(sound(bob.run()))
    assert home.design_text(few) == now


def test_outputs_stay_as_they_are_for_those_who_review(start: Start, few: str, generated: Path) -> None:
    at = start("generate", few, BOB)
    files = sorted(generated.parent.iterdir())
    for one in at.button:
        if str(one.key).startswith(("delete-", "write-")):
            forced(at, one)
    assert sorted(generated.parent.iterdir()) == files
    assert [one for one in fields(at) if one.startswith("download-")], "they may take what is there"


def test_two_people_stand_under_their_own_words(start: Start, home: Workspace, few: str) -> None:
    for who, text in ((ANN, "Fine with me."), (BOB, "More fog.")):
        at = start("review", few, who)
        assert "review_name" not in fields(at)
        at.text_area(key="review_text").set_value(text)
        at.session_state["review_name"] = "Somebody Else"
        sound(at.button(key="review_comment").click().run())
    said = [(one.name, one.text) for one in home.reviews(few).said]
    assert said == [("Ann (ann@example.org)", "Fine with me."), ("Bob (bob@example.org)", "More fog.")]
    assert "As Bob (bob@example.org)" in text_of(at)


def test_a_step_of_somebody_else_says_whose_it_is(start: Start, few: str) -> None:
    ann, cat = start("design", few, ANN), start("design", few, CAT)
    assert edit(ann, "drag sex")
    label = "drag sex, by Ann (ann@example.org)"
    sound(cat.run())
    assert [one.value.replace("\N{WORD JOINER}", "") for one in cat.toast] == [f"Changed elsewhere: {label}"]
    with in_front_of(cat):
        assert doc.undo_labels() == [label]
    with in_front_of(ann):
        assert doc.undo_labels() == ["drag sex"]


def test_what_becomes_private_goes_from_the_screens_of_others(start: Start, home: Workspace, few: str) -> None:
    cat = start("design", few, CAT)
    assert "few" in text_of(cat) or cat.session_state["trimtab_session"].document
    set_access(home, few, private=True)
    sound(cat.run())
    assert cat.session_state["trimtab_session"].document is None
    assert "Ask ann@example.org, who made it" in text_of(cat)
    linked = start("review", few, CAT)
    assert "it is private" in text_of(linked)
    assert few not in " ".join(fields(start(user=CAT)))
    assert f"tt_open_{few}" in fields(start(user=ANN))


def test_who_leaves_the_list_leaves_the_pages(start: Start, home: Workspace, few: str) -> None:
    at = start("design", few, CAT)
    (home.home / FILE).write_text("edit: [ann@example.org]\n", encoding="utf-8")
    assert not edit(at)
    sound(at.run())
    assert fields(at) == []
    assert [one.value for one in at.markdown] == ["You are not signed in any more. Load the page again to sign in."]


def test_signing_out_is_one_click(start: Start, few: str) -> None:
    at = start("review", few, ANN)
    assert "Signed in as Ann (ann@example.org). You may edit and review." in text_of(at)
    sound(at.button(key="tt_sign_out").click().run())
    assert at.user == {"is_logged_in": False}
    assert fields(at) == []
