"""The page review, versions side by side: what differs in the controls, and in the distributions they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import htpy as h
import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.people.people import WHY
from trimtab.core.review.controls.sentence import Sentence
from trimtab.core.review.difference import ControlChange, Difference, difference
from trimtab.core.review.sentences import sentences
from trimtab.core.study.study import Study
from trimtab.core.workspace.workspace import Version
from trimtab.ui.parts.parts import html, notice, quiet, section
from trimtab.ui.review.apart import apart
from trimtab.ui.review.parts import emphasised
from trimtab.ui.session.library import study_of
from trimtab.ui.session.reviewing import moment, standing_of
from trimtab.ui.shell import session

PLACE = "versions"
NOW = "now"
FIELDS = {"before": "Before", "after": "After"}
"""Fields of the comparison, which are parameters of the address too."""
SETTINGS = ("rows", "seed", "mode")
"""What a design has once, told as it is."""


@dataclass(frozen=True, eq=False)
class _Compared:
    """Two contents side by side: what differs, and the sentences of both by the names of their controls."""

    found: Difference
    before: Mapping[str, Sentence]
    after: Mapping[str, Sentence]


def versions(found: session.Document) -> None:
    """Two versions side by side, and the button that saves one."""
    section("Versions side by side")
    saved = session.workspace().versions(found.design_id)
    with st.container(horizontal=True, vertical_alignment="bottom", key="tt_review_versions"):
        picked = _choices(found, saved) if saved else None
        _save(found)
        if picked is not None and picked[0] != NOW and not _same(found, int(picked[0])):
            _back(int(picked[0]))
    message = session.refusal(PLACE)
    if message:
        notice(message)
    if picked is None:
        quiet("No version was saved yet, so there is nothing to compare. Approving saves one too.")
        return
    before, after = picked
    html(h.p(".tr-between")["From ", _called(before, saved), " to ", _called(after, saved)])
    if before == after:
        quiet("Both are the same. Choose two to see what differs.")
        return
    try:
        compared = _compared(found, before, after)
    except TrimtabError as error:
        notice(str(error))
        return
    reality = "what is declared" if found.study.declared else "reality"
    _show(compared, _short(before), _short(after), reality)


def _save(found: session.Document) -> None:
    same = session.workspace().version_of(found.design_id, found.design)
    label = "Save this version" if same is None else f"Saved as version {same}"
    editor = session.may_edit()
    why = None if editor else f"{WHY} Approving saves one too."
    st.button(label, key="review_save", disabled=same is not None or not editor, help=why, on_click=_keep)


def _keep() -> None:
    found = session.document()
    if found is None:
        return
    try:
        session.workspace().save_version(found.design_id, fingerprint=found.design.fingerprint())
        session.settle()
    except TrimtabError as error:
        session.refuse(str(error), place=PLACE)


def _same(found: session.Document, number: int) -> bool:
    """Whether the design is what a version says; also if that can't be read, which is told below."""
    try:
        return session.workspace().load_design(found.design_id, number) == found.design
    except TrimtabError:
        return True


def _back(number: int) -> None:
    """The button that makes a version the design again: a step like any other, which undo takes back."""
    label, editor = f"Go back to version {number}", session.may_edit()
    off, why = not editor, None if editor else WHY
    st.button(label, key="review_back", on_click=_go_back, args=(number,), disabled=off, help=why)


def _go_back(number: int) -> None:
    found = session.document()
    if found is not None:
        home, id_ = session.workspace(), found.design_id
        session.edit(f"go back to version {number}", lambda _: home.load_design(id_, number), place=PLACE)


def _choices(found: session.Document, saved: tuple[Version, ...]) -> tuple[str, str]:
    """The two versions: as the address or the person says, else the approved one, or the newest, and now."""
    options = [NOW, *(str(one.number) for one in saved)]
    stands = standing_of(found)
    approved = str(stands.review.version) if stands.state == "changed" and stands.review else ""
    default = {"before": approved if approved in options else options[1], "after": NOW}
    picked = []
    for name, label in FIELDS.items():
        key = f"review_{name}_{found.design_id}"
        if st.session_state.get(key) not in options:
            asked = st.query_params.get(name, "")
            st.session_state[key] = asked if asked in options else default[name]
        texts = {one: _option(one, saved) for one in options}
        choice = st.selectbox(
            label, options, format_func=texts.__getitem__, key=key, width=270, persist_state="session"
        )
        st.query_params[name] = choice
        picked.append(choice)
    return picked[0], picked[1]


def _option(one: str, saved: tuple[Version, ...]) -> str:
    when = next((f" · {moment(version.saved)}" for version in saved if str(version.number) == one), "")
    return f"{_short(one)}{when}"


def _short(one: str) -> str:
    return NOW if one == NOW else f"version {one}"


def _called(one: str, saved: tuple[Version, ...]) -> h.Fragment:
    when = next((f" ({moment(version.saved)})" for version in saved if str(version.number) == one), "")
    return h.fragment[h.b[_short(one)], when]


def _compared(found: session.Document, before: str, after: str) -> _Compared:
    studies = [_study(found, one) for one in (before, after)]
    key = tuple(study.design.content for study in studies)

    def make() -> _Compared:
        with st.spinner("Comparing…"):
            first, second = ({one.control: one for one in sentences(study)} for study in studies)
            return _Compared(difference(studies[0], studies[1]), first, second)

    return found.study.memo.of("review versions", key, make)


def _study(found: session.Document, one: str) -> Study:
    if one == NOW:
        return found.study
    home = session.workspace()
    return study_of(home.load_design(found.design_id, int(one)), home)


def _show(compared: _Compared, before: str, after: str, reality: str) -> None:
    """What differs: the controls in words, then the distributions."""
    changes = [*compared.found.controls, *_follows(compared)]
    if not changes:
        quiet("Nothing that decides the rows differs.")
        return
    html(
        h.table(".td-table.tr-controls", data_testid="changes")[
            h.thead[h.tr[[h.th(scope="col")[title] for title in ("control", before, after)]]],
            h.tbody[[_row(change, compared) for change in changes]],
        ]
    )
    for name, conflicts in ((before, compared.found.before_conflicts), (after, compared.found.after_conflicts)):
        if conflicts:
            notice(f"The design can't be met as it is in “{name}”.\n" + "\n".join(one.message for one in conflicts))
            return
    apart(compared.found.factors, before, after, reality)


def _follows(compared: _Compared) -> list[ControlChange]:
    """Controls that say the same in the file, and come to something else: 1,000 rows of a larger number of rows."""
    known = {one.name for one in compared.found.controls}
    both = [name for name in compared.before if name in compared.after and name not in known]
    return [ControlChange(name, "changed", "", "") for name in both if compared.before[name] != compared.after[name]]


def _row(one: ControlChange, compared: _Compared) -> h.Element:
    was, now = compared.before.get(one.name), compared.after.get(one.name)
    subject = next((sentence.subject for sentence in (now, was) if sentence), one.name)
    before, after = _text(one.before, was), _text(one.after, now)
    if one.name in SETTINGS:
        before, after = _setting(one.before), _setting(one.after)
    elif str(before) == str(after):  # what differs is too fine for words
        before, after = _plain(one.before), _plain(one.after)
    return h.tr(class_=one.change, data_control=one.name)[h.th(scope="row")[h.b[subject]], h.td[before], h.td[after]]


def _text(text: str | None, said: Sentence | None) -> h.Renderable:
    """A control in words; that it is not asked for where it is not."""
    if text is None or said is None:
        return _plain(text)
    return h.fragment[emphasised(said.text, said.asked), said.detail and h.small[said.detail]]


def _setting(text: str | None) -> h.Renderable:
    return h.fragment[f"{int(text):,}" if text and text.isdigit() else text]


def _plain(text: str | None) -> h.Renderable:
    return h.i["not asked for"] if text is None else h.code[text]
