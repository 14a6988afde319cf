"""The sources that are open in this process: columns and grounding are learned once and shared by all sessions.

A design without data stands on the table that it declares. That table is made anew when something else is declared than
other weights of the same bins and levels: those the rows at hand can be given just as well, at once. So while bars are
dragged, the picture of what is declared stays what it was; `refreshed` brings it up to the design.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design, SourceRef
from trimtab.core.design.factors import Factor
from trimtab.core.errors import Progress
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import Workspace

MOST_SOURCES = 4
"""Sources kept open: the one used longest ago is closed first. Whoever works on it keeps it until they leave."""

DECLARING = "Declaring the factors anew, which takes a moment…"

Kinds = tuple[tuple[str, Kind], ...]


def kinds_of(design: Design) -> Kinds:
    """The kinds a design asks for: columns have to be read again when they change."""
    return tuple(sorted((name, factor.kind) for name, factor in design.factors.items() if factor.kind))


@dataclass
class Library:
    """Studies without any control, by source and kinds. Safe to use from the threads of several sessions."""

    _open: OrderedDict[tuple[str, Kinds], Study] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def study(self, design: Design, source: Source, *, progress: Progress | None = None) -> Study:
        """The study of a design on a source; all on the same one share what was computed.

        Raises InputError for what is wrong with the design.
        """
        return open_study(design, source, previous=self._base(source, kinds_of(design), progress))

    def _base(self, source: Source, kinds: Kinds, progress: Progress | None) -> Study:
        # One after the other: two people who open the same source at once learn it once.
        with self._lock:
            key = next((key for key, study in self._open.items() if _fits(key, study, source, kinds)), None)
            if key is None:
                key = (source.key, kinds)
                self._open[key] = open_study(_plain(source, kinds), source, progress=progress)
            self._open.move_to_end(key)
            while len(self._open) > MOST_SOURCES:
                self._open.popitem(last=False)
            return self._open[key]


def _fits(key: tuple[str, Kinds], study: Study, source: Source, kinds: Kinds) -> bool:
    """True if the study was read with these kinds: all that are asked for, and no other that was not."""
    wanted: Mapping[str, Kind] = dict(kinds)
    same = key[0] == source.key and all(name in wanted for name, _ in key[1])
    return same and all(study.columns[name].kind == kind for name, kind in kinds if name in study.columns)


def _plain(source: Source, kinds: Kinds) -> Design:
    factors = {name: Factor(kind=kind) for name, kind in kinds if name in source.columns}
    return Design(name="source", source=SourceRef(path=source.name, sha256=source.sha256), factors=factors)


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """The library of this process."""
    return Library()


@st.cache_resource(show_spinner=False)
def _declared_tables() -> Library:
    """The tables of designs without data: apart, since there are many, and a real source takes longer to open again."""
    return Library()


def study_of(design: Design, workspace: Workspace, *, progress: Progress | None = None) -> Study:
    """The study of a design on the source it names, or on the table that it declares. Raises InputError."""
    if design.source is None:
        source = declared_source(design, workspace.home, progress=progress)
        return _declared_tables().study(design, source, progress=progress)
    return library().study(
        design, workspace.source(design.source.sha256 or "", design.source.dialect), progress=progress
    )


def study_after(previous: Study, design: Design, workspace: Workspace) -> Study:
    """The study of the next revision of the design of `previous`. Raises InputError for what is wrong with it."""
    if stays(previous.design, design):
        return open_study(design, previous.source, previous=previous)
    if design.source is not None:
        return library().study(design, previous.source)
    with st.spinner(DECLARING):
        return study_of(design, workspace)


def copy_of(design: Design, text: str, home: Workspace) -> str:
    """The workspace's copy of a design: one that nobody has changed yet, else a new one, over its `text`."""
    for entry in home.designs():
        if entry.name == design.name and not entry.fault and home.load_design(entry.id) == design:
            return entry.id
    return home.save_design(design, over=text)


def stays(before: Design, after: Design) -> bool:
    """Whether what is known of the source of one design serves another: nothing needs to be read or declared anew."""
    if after.source is None:
        return before.source is None and _declared(before) == _declared(after)
    return kinds_of(before) == kinds_of(after)


def refreshed(study: Study, workspace: Workspace) -> Study:
    """The study on the table that its design declares now, if there are no data: the rows and every figure of them
    stand on that one. Itself if it does. Raises InputError."""
    if not study.declared:
        return study
    with st.spinner(DECLARING):
        source = declared_source(study.design, workspace.home)
        return study if source.sha256 == study.source.sha256 else study_of(study.design, workspace)


def _declared(design: Design) -> tuple[Any, ...]:
    """What a table must have been made of to serve a design without data: not the weights of what it has rows of."""
    factors = [(name, _form(one)) for name, one in design.factors.items() if one.role != "derive"]
    return factors, design.pairs


def _form(factor: Factor) -> dict[str, Any]:
    form = factor.model_dump(exclude={"unit"})
    if factor.target is not None and factor.target.drawn:
        weights = form["target"]["weights"]
        pairs = weights.items() if isinstance(weights, dict) else enumerate(weights)
        form["target"]["weights"] = {key: weight > 0 for key, weight in pairs}
    return form
