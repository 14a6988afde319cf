"""What pages know of the session: the document, edits that can be undone, the projection, the bar on top.

One door to the document (the state) and the header (the bar), so that a page needs one import.
"""

from __future__ import annotations

import streamlit as st

from trimtab.ui.session.beginning import read_again
from trimtab.ui.session.callbacks import callbacks_run_whole
from trimtab.ui.session.document import (
    PARAMETER,
    Document,
    catch_up,
    close,
    document,
    edit,
    history,
    open_design,
    redo,
    refresh,
    refusal,
    refuse,
    remember,
    restore,
    settle,
    undo,
    undo_labels,
    workspace,
)
from trimtab.ui.session.fields import choices, give, heard, own, run_ends, show
from trimtab.ui.session.outcome import Outcome, costs, feasible, projection
from trimtab.ui.shell.entry import through_app
from trimtab.ui.shell.header import header
from trimtab.ui.shell.opening import empty_page
from trimtab.ui.signin.person import may_edit, require_person

__all__ = [
    "PARAMETER",
    "Document",
    "Outcome",
    "callbacks_run_whole",
    "choices",
    "close",
    "costs",
    "document",
    "edit",
    "feasible",
    "give",
    "header",
    "heard",
    "history",
    "may_edit",
    "open_design",
    "own",
    "projection",
    "read_again",
    "redo",
    "refresh",
    "refusal",
    "refuse",
    "remember",
    "require_document",
    "require_person",
    "restore",
    "run_ends",
    "settle",
    "show",
    "undo",
    "undo_labels",
    "workspace",
]


def require_document() -> Document:
    """The document as it stands now, whoever edited it; without one, says how to get one and ends the page."""
    through_app()
    require_person()
    catch_up()
    found = document()
    if found is None:
        empty_page()
        st.stop()
    return found
