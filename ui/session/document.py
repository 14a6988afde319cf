"""What a browser session works on: its document, and edits that can be undone.

Everything that must survive lies in the workspace: each revision is saved as a step of the design's history, and
`?design=<id>` brings it back. Others may edit the same design: what they saved is merged and never written over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.design.files import revised
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.study.study import Study
from trimtab.core.workspace.edits import Stand, save_edit, stand_of, take_back
from trimtab.core.workspace.history import Entry, History, history_of, read_history
from trimtab.core.workspace.workspace import Workspace, default_home
from trimtab.ui.session.library import refreshed, study_after, study_of
from trimtab.ui.signin.person import person

PARAMETER = "design"
_SESSION = "trimtab_session"


@dataclass(frozen=True)
class Document:
    """A design that is open in this session, with its study. A new revision is a new document.

    `stand` is how the design reads in the workspace; it says another thing while an edit can't be saved.
    """

    design_id: str
    design: Design
    study: Study
    revision: int
    stand: Stand

    @property
    def saved(self) -> bool:
        """Whether the workspace has it."""
        return self.stand.design == self.design


@dataclass(frozen=True)
class Refusal:
    """Why the last edit was not made, and the place on the page that asked for it."""

    place: str
    message: str


@dataclass
class _Session:
    document: Document | None = None
    unsaved: list[tuple[str, Document]] = field(default_factory=list)
    """Edits that could not be saved: the name of each, and what was there before it."""
    refusal: Refusal | None = None
    news: str | None = None
    revisions: int = 0
    stamp: tuple[int, int] | None = None
    entries: dict[int, Entry] = field(default_factory=dict)


def _session() -> _Session:
    if _SESSION not in st.session_state:
        st.session_state[_SESSION] = _Session()
    return cast(_Session, st.session_state[_SESSION])


def workspace() -> Workspace:
    """The workspace of this server, for whoever is in front of the page: it refuses what they may not do."""
    return Workspace(default_home(), person())


# --- the document ---------------------------------------------------------------------------------------------------


def document() -> Document | None:
    """The document of this session, or None."""
    return _session().document


def restore() -> None:
    """Open the design that the address names, if it is another one. Called by app.py before any page."""
    asked = st.query_params.get(PARAMETER)
    found = document()
    if asked and (found is None or found.design_id != asked):
        try:
            open_design(asked)
        except TrimtabError as error:
            _session().refusal = Refusal("open", str(error))
            del st.query_params[PARAMETER]


def remember() -> None:
    """Put the design into the address again: changing the page drops it. Called by app.py before the page runs."""
    found = document()
    if found and st.query_params.get(PARAMETER) != found.design_id:
        st.query_params[PARAMETER] = found.design_id


def open_design(design_id: str) -> Document:
    """Open a design of the workspace. Raises InputError if it or its source can't be read."""
    design = workspace().load_design(design_id)
    with st.spinner("Opening the design…"):
        return begin(design_id, study_of(design, workspace()))


def begin(design_id: str, study: Study) -> Document:
    """Take a design of the workspace, with its study, as the document of this session. Raises InputError if it can't be
    read."""
    begun = _Session(revisions=_session().revisions + 1, stamp=workspace().stamp(design_id))
    stand = stand_of(workspace(), design_id)
    if stand.design != study.design:  # to learn the data took a while, and somebody else edits it, too
        study = study_after(study, stand.design, workspace())
    begun.document = Document(design_id, study.design, study, begun.revisions, stand)
    st.session_state[_SESSION] = begun
    return begun.document


def close() -> None:
    """Let go of the document: there is none any more."""
    st.session_state[_SESSION] = _Session(revisions=_session().revisions + 1)
    st.query_params.pop(PARAMETER, None)


def catch_up() -> None:
    """Show what somebody else, or another tab, made of the design; while something is not saved, the next edit does."""
    session, found = _session(), document()
    if found is None or not _still_open(found) or not found.saved:
        return
    try:
        stamp = workspace().stamp(found.design_id)
        if stamp == session.stamp:
            return
        before, refusal = found.stand, session.refusal
        now = follow()
        session.stamp, session.refusal = stamp, refusal
    except TrimtabError as error:
        session.refusal = Refusal("", str(error))
        return
    if now.stand.text != before.text and (done := history().done):
        session.news = _signed(done[-1])


def _still_open(found: Document) -> bool:
    """Whether whoever is in front of the page may still open the design; else it is let go of, with the reason."""
    try:
        workspace().check_open(found.design_id)
    except InputError as error:
        close()
        refuse(str(error), place="open")
        return False
    return True


def news() -> str | None:
    """By which step the design was changed elsewhere, told once; None if it was not."""
    session = _session()
    told, session.news = session.news, None
    return told


def follow() -> Document:
    """The design as it stands in the workspace as the document of this session. Raises InputError."""
    session, found = _session(), current()
    if workspace().design_text(found.design_id) != found.stand.text or not found.saved:
        stand = stand_of(workspace(), found.design_id)
        _take(session, found, stand, study_after(found.study, stand.design, workspace()))
    return current()


# --- edits ----------------------------------------------------------------------------------------------------------


class Opened:
    """Opens designs on the data of a document; `study` is the last one. Raises InputError for what can't be opened."""

    def __init__(self, found: Document) -> None:
        self.study = found.study

    def __call__(self, design: Design) -> None:
        if self.study.design != design:
            self.study = study_after(self.study, design, workspace())


def edit(label: str, change: Callable[[Design], Design], *, place: str = "") -> bool:
    """Make the next revision; False if it is refused: nothing changes, and `refusal(place)` says why.

    `label` names the step for undo ("drag visib"). `change` returns another design and may raise TrimtabError. What
    others changed meanwhile is there afterwards, too; an edit that contradicts it is put aside, and the page asks.
    """
    session = _session()
    before = session.document
    if before is None:
        return False
    opened = Opened(before)
    try:
        workspace().check_edit()
        design = change(before.design)
        if design == before.design:
            session.refusal = None
            return True
        opened(design)
    except TrimtabError as error:
        # Here there is only one design: its name in every line would say nothing.
        session.refusal = Refusal(place, str(error).replace(f"Design `{before.design.name}`: ", ""))
        return False
    try:
        stand = save_edit(workspace(), before.design_id, label, before.stand, design, opened)
        if stand is None:
            session.refusal, session.unsaved = None, []
            follow()
            return False
        _take(session, before, stand, opened.study)
    except (TrimtabError, OSError) as error:
        session.unsaved.append((label, before))
        _take(session, before, before.stand, opened.study)
        session.refusal = Refusal("save", str(error))
    return True


def undo() -> None:
    """Take the last step back, whoever made it and when."""
    session, found = _session(), document()
    if found is not None and session.unsaved:
        _, before = session.unsaved.pop()
        _take(session, found, before.stand, before.study)
    elif found is not None and (done := history().done):
        _step(found, done[-1], again=False)


def redo() -> None:
    """Make the step again that was taken back last."""
    found = document()
    if found is not None and (undone := history().undone):
        _step(found, undone[-1], again=True)


def _step(found: Document, step: Entry, *, again: bool) -> None:
    session, opened = _session(), Opened(found)
    try:
        stand = take_back(workspace(), found.design_id, history(), step, found.stand, opened, again=again)
    except TrimtabError as error:
        session.refusal = Refusal("", str(error))
        return
    _take(session, found, stand, opened.study)


def history() -> History:
    """What was done to the design that is open, in this session and in others; nothing if its history can't be read."""
    session, found = _session(), current()
    try:
        session.entries = read_history(workspace().folder(found.design_id), session.entries)
    except (TrimtabError, OSError):
        session.entries = {}
    return history_of(session.entries.values())


def text_of(found: Document) -> str:
    """The text of a document, with the comments and the form it has in the workspace."""
    return found.stand.text if found.saved else revised(found.stand.text, found.design)


def undo_labels() -> list[str]:
    """The names of the steps that `undo` takes back, the next one first."""
    unsaved = [label for label, _ in reversed(_session().unsaved)]
    return unsaved + [_signed(step) for step in reversed(history().done)]


def redo_labels() -> list[str]:
    """The names of the steps that `redo` makes again, the next one first."""
    return [_signed(step) for step in reversed(history().undone)]


def _signed(step: Entry) -> str:
    """The name of a step, and who made it if that was somebody else."""
    return f"{step.label}, by {step.by}" if step.by and step.by != workspace().by else step.label


def refusal(place: str = "") -> str | None:
    """Why the last edit asked for at `place` was refused; None if it was made."""
    found = _session().refusal
    return found.message if found and found.place == place else None


def refuse(message: str, *, place: str = "") -> None:
    """Say at `place` why something was not done; it stays until the next edit."""
    _session().refusal = Refusal(place, message)


def settle() -> None:
    """Forget the last refusal: the person went on to something else."""
    _session().refusal = None


def refresh() -> None:
    """Let a design without data stand on the table it declares now: edits that only move bars keep the one before."""
    session, found = _session(), document()
    if found is not None:
        try:
            study = refreshed(found.study, workspace())
        except TrimtabError as error:
            session.refusal = Refusal("", str(error))
            return
        if study is not found.study:
            _take(session, found, found.stand, study)


def take(stand: Stand, study: Study) -> None:
    """What was saved as the next revision of the document: how it stands, and its study."""
    _take(_session(), current(), stand, study)


def _take(session: _Session, before: Document, stand: Stand, study: Study) -> None:
    """The next revision: what a study is of, and how the design stands in the workspace."""
    session.revisions += 1
    session.refusal = None
    session.document = Document(before.design_id, study.design, study, session.revisions, stand)
    if session.document.saved:
        session.unsaved = []


def current() -> Document:
    """The document of this session. Raises InputError if there is none."""
    if (found := document()) is None:
        raise InputError("No design is open.")
    return found
