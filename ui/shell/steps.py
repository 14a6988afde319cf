"""Undo and redo: every click and keystroke is a step, also those that are made while Python is busy."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from trimtab.core.errors import InputError
from trimtab.ui.parts.assets import asset
from trimtab.ui.parts.inbox import Inbox
from trimtab.ui.parts.parts import short
from trimtab.ui.session import document as doc

_INBOX = "tt_steps_inbox"
MOST_NAMED = 20
"""Steps whose names the browser knows: it shows the next one at once."""
STEPS = {"undo": doc.undo, "redo": doc.redo}

# Streamlit's own buttons don't count: those clicked twice during one run were clicked once.
_component = st.components.v2.component(
    "trimtab_steps",
    html='<div class="steps" data-testid="steps"></div>\n',
    css=asset("shell/steps.css"),
    js=asset("parts/component.js", "parts/outbox.js", "shell/presses.js", "shell/steps.js"),
)


def steps(*, key: str) -> None:
    """Draw the two buttons; Ctrl+Z and Ctrl+Shift+Z are theirs. Always call it with the same `key`."""
    data = {
        "undo": [short(label) for label in doc.undo_labels()[:MOST_NAMED]],
        "redo": [short(label) for label in doc.redo_labels()[:MOST_NAMED]],
        "acks": _inbox().acks,
    }

    def taken() -> None:
        _inbox().receive(st.session_state[key].get("ops"), lambda step: STEPS[step]())

    _component(key=key, data=data, on_ops_change=taken, width="content")


def _inbox() -> Inbox[str]:
    if _INBOX not in st.session_state:
        st.session_state[_INBOX] = Inbox("undo and redo", _step)
    found: Inbox[str] = st.session_state[_INBOX]
    return found


def _step(seq: int, raw: Mapping[str, object]) -> str:
    step = raw.get("step")
    if not isinstance(step, str) or step not in STEPS:
        raise InputError(f"Operation {seq}: `step` must be undo or redo, got {step!r}.")
    return step
