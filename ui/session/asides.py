"""Edits that contradict what somebody else saved meanwhile: none is lost, each is asked about until it is settled."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.merging import Clash, Prefer
from trimtab.core.errors import TrimtabError
from trimtab.core.review.sentences import sentences
from trimtab.core.study.study import Study
from trimtab.core.workspace.edits import Aside, aside_of, settle_aside
from trimtab.core.workspace.history import Entry
from trimtab.ui.session import document as doc

_KEPT = "trimtab_aside"


def asked() -> Aside | None:
    """The newest edit that was put aside, as it stands beside the design; None if there is none."""
    found = doc.document()
    aside = doc.history().aside if found else ()
    if found is None or not aside:
        return None
    key = (found.design_id, found.revision, aside[-1].number)
    if st.session_state.get(_KEPT, (None,))[0] != key:
        opened = doc.Opened(found)
        try:
            now = aside_of(doc.workspace(), found.design_id, aside[-1], found.stand, opened)
            now = replace(now, clashes=tuple(_in_words(one, opened.study, found.study) for one in now.clashes))
        except TrimtabError as error:
            now = Aside(aside[-1], (), str(error))
        st.session_state[_KEPT] = (key, now)
    kept: Aside = st.session_state[_KEPT][1]
    return kept


def settle(entry: Entry, prefer: Prefer) -> None:
    """Make an edit that was put aside after all ("mine"), or let it be ("theirs")."""
    found = doc.document()
    if found is None:
        return
    opened = doc.Opened(found)
    try:
        stand = settle_aside(doc.workspace(), found.design_id, entry, found.stand, opened, prefer=prefer)
        doc.take(stand, opened.study)
    except TrimtabError as error:
        doc.refuse(str(error))


def _in_words(clash: Clash, mine: Study, theirs: Study) -> Clash:
    """A clash with sentences for people instead of what the file has, where both sides have one."""
    told = [text and _sentence(study, clash.name) for text, study in ((clash.mine, mine), (clash.theirs, theirs))]
    if all(text or was is None for text, was in zip(told, (clash.mine, clash.theirs), strict=True)):
        return replace(clash, mine=told[0], theirs=told[1])
    return clash


def _sentence(study: Study, name: ControlName) -> str | None:
    """What a control asks for, in words; of a factor's role, what that asks for."""
    for one in sentences(study):
        if one.name == name or (name.kind == "role" and one.name.of == name.of and one.name.kind == _role(study, name)):
            return one.text
    return None


def _role(study: Study, name: ControlName) -> str:
    return study.design.factor(name.of).role
