"""What every test of a page does: see that no exception is shown, and read our own markup."""

from __future__ import annotations

from unittest.mock import patch

import streamlit as st
from streamlit.testing.v1 import AppTest

from trimtab.ui.session import document as doc


def sound(at: AppTest) -> AppTest:
    """The page, which shows no exception."""
    assert not at.exception, [one.value for one in at.exception]
    return at


def text_of(at: AppTest) -> str:
    """All our own markup on the page, without the styles."""
    bodies = [element.proto.body for element in at.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style"))


def form_key(at: AppTest, name: str) -> str:
    """The key of a field of the form that was opened last."""
    return f"tt_form_{name} {at.session_state['tt_form_number']}"


def save_in_vain(at: AppTest) -> AppTest:
    """Click the button of a form that can't be taken over: the design stays as it is, and the form open."""
    before = at.session_state["trimtab_session"].document
    sound(at.button(key="tt_form_save").click().run())
    assert at.session_state["trimtab_session"].document is before
    assert at.button(key="tt_form_save")
    return at


def undo(at: AppTest) -> AppTest:
    """The session as a click on undo leaves it. (The buttons themselves are for the tests in a browser.)"""
    with patch.object(st, "session_state", at.session_state):
        doc.undo()
    return sound(at.run())


def redo(at: AppTest) -> AppTest:
    """The session as a click on redo leaves it."""
    with patch.object(st, "session_state", at.session_state):
        doc.redo()
    return sound(at.run())


def steps(at: AppTest) -> tuple[list[str], list[str]]:
    """The names of the steps that can be undone and of those that can be made again, the next one first."""
    with patch.object(st, "session_state", at.session_state):
        return doc.undo_labels(), doc.redo_labels()
