"""What a browser session works on: its document, edits that can be undone, and the projection of each revision.

Everything that must survive lies in the workspace: each revision is saved, and `?design=<id>` brings it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, revised
from trimtab.core.errors import ConflictError, InputError, TrimtabError
from trimtab.core.projection.projection import ControlCost, Projection, control_costs, project
from trimtab.core.study.study import Study
from trimtab.core.workspace.workspace import Workspace, default_home
from trimtab.ui.session.library import refreshed, study_after, study_of

PARAMETER = "design"
_SESSION = "trimtab_session"
MOST_STEPS = 200
"""Steps that can be undone."""

Outcome = Projection | TrimtabError
"""What a revision comes to: its projection, or why there is none (ConflictsError, InputError)."""


@dataclass(frozen=True)
class Document:
    """A design that is open in this session, with its study. A new revision is a new document."""

    design_id: str
    design: Design
    study: Study
    revision: int
    saved: bool


@dataclass(frozen=True)
class Refusal:
    """Why the last edit was not made, and the place on the page that asked for it."""

    place: str
    message: str


@dataclass(frozen=True)
class Step:
    """A revision that can be come back to: the step's name, the design, and its text as it was saved."""

    label: str
    design: Design
    text: str | None


@dataclass
class _Session:
    document: Document | None = None
    undo: list[Step] = field(default_factory=list)
    redo: list[Step] = field(default_factory=list)
    refusal: Refusal | None = None
    revisions: int = 0
    outcome: tuple[int, Outcome] | None = None
    feasible: Projection | None = None
    costs: tuple[int, dict[ControlName, float]] | None = None


def _session() -> _Session:
    if _SESSION not in st.session_state:
        st.session_state[_SESSION] = _Session()
    return cast(_Session, st.session_state[_SESSION])


def workspace() -> Workspace:
    """The workspace of this server."""
    return Workspace(default_home())


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
        return begin(design_id, design, study_of(design, workspace()))


def begin(design_id: str, design: Design, study: Study) -> Document:
    """Take a design that is on disk as the document of this session; what was there before is no step of it."""
    session = _session()
    begun = _Session(revisions=session.revisions + 1)
    begun.document = Document(design_id, design, study, begun.revisions, saved=True)
    st.session_state[_SESSION] = begun
    return begun.document


# --- edits ----------------------------------------------------------------------------------------------------------


def edit(label: str, change: Callable[[Design], Design], *, place: str = "") -> bool:
    """Make the next revision; False if it is refused: nothing changes, and `refusal(place)` says why.

    `label` names the step for undo ("drag visib"). `change` returns another design and may raise TrimtabError.
    """
    session = _session()
    before = session.document
    if before is None:
        return False
    try:
        design = change(before.design)
        if design == before.design:
            session.refusal = None
            return True
        study = study_after(before.study, design, workspace())
    except TrimtabError as error:
        # Here there is only one design: its name in every line would say nothing.
        session.refusal = Refusal(place, str(error).replace(f"Design `{before.design.name}`: ", ""))
        return False
    session.undo = [*session.undo, Step(label, before.design, _saved_text(before))][-MOST_STEPS:]
    session.redo = []
    _take(session, before, design, study)
    return True


def undo() -> None:
    """Take the last step back."""
    session = _session()
    _step(session, session.undo, session.redo)


def redo() -> None:
    """Make the step again that was taken back last."""
    session = _session()
    _step(session, session.redo, session.undo)


def _step(session: _Session, steps: list[Step], way_back: list[Step]) -> None:
    before = session.document
    if not steps or before is None:
        return
    step = steps[-1]
    try:
        study = study_after(before.study, step.design, workspace())
    except TrimtabError as error:  # a table without data that can't be made again, such as on a full disk
        session.refusal = Refusal("", str(error))
        return
    steps.pop()
    way_back.append(Step(step.label, before.design, _saved_text(before)))
    _take(session, before, step.design, study, over=step.text)


def _saved_text(found: Document) -> str | None:
    """The text of a document in the workspace; None if it can't be read."""
    try:
        return workspace().design_text(found.design_id)
    except TrimtabError:
        return None


def text_of(found: Document) -> str:
    """The text of a document, with the comments and the form it has in the workspace."""
    text = _saved_text(found)
    return dumps(found.design) if text is None else revised(text, found.design)


def undo_labels() -> list[str]:
    """The names of the steps that `undo` takes back, the next one first."""
    return [step.label for step in reversed(_session().undo)]


def redo_labels() -> list[str]:
    """The names of the steps that `redo` makes again, the next one first."""
    return [step.label for step in reversed(_session().redo)]


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
            _take(session, found, found.design, study)


def _take(session: _Session, before: Document, design: Design, study: Study, *, over: str | None = None) -> None:
    """The next revision, saved at once: over the text it has in the workspace, or over another one."""
    session.revisions += 1
    session.refusal = None
    after = Document(before.design_id, design, study, session.revisions, saved=True)
    try:
        workspace().save_design(design, before.design_id, over=over)
    except (TrimtabError, OSError) as error:
        session.refusal = Refusal("save", str(error))
        after = replace(after, saved=False)
    session.document = after


def _current() -> Document:
    if (found := document()) is None:
        raise InputError("No design is open.")
    return found


# --- what a revision comes to ---------------------------------------------------------------------------------------


def projection() -> Outcome:
    """The projection of the current revision, or the error that says why there is none; computed once."""
    session = _session()
    now = _current()
    if session.outcome is None or session.outcome[0] != now.revision:
        outcome: Outcome
        try:
            outcome = project(now.study)
        except (ConflictError, InputError) as error:
            outcome = error
        session.outcome = (now.revision, outcome)
    return session.outcome[1]


def feasible() -> Projection | None:
    """The projection of this revision, or in a conflict the last one there was: pictures keep their place meanwhile."""
    outcome = projection()
    session = _session()
    if isinstance(outcome, Projection):
        session.feasible = outcome
    return session.feasible


def costs() -> dict[ControlName, float]:
    """Bits that each control costs, by its name; empty while there is a conflict."""
    session = _session()
    now = _current()
    if session.costs is None or session.costs[0] != now.revision:
        found: tuple[ControlCost, ...] = ()
        if isinstance(projection(), Projection):
            found = control_costs(now.study)
        session.costs = (now.revision, {one.name: one.cost_bits for one in found})
    return session.costs[1]
