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
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import streamlit as st

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.parts.source_ref import reference
from trimtab.core.errors import Progress
from trimtab.core.grounding.ties import Ties, ties_of
from trimtab.core.learned.relations import learned_relations
from trimtab.core.relations.relation import Found
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source
from trimtab.core.study.neutral import begin_design
from trimtab.core.study.study import Study, asked_kinds, open_study
from trimtab.core.study.texts import as_design_says
from trimtab.core.workspace.workspace import Entry, Workspace

K = TypeVar("K")
V = TypeVar("V")

MOST_SOURCES = 4
"""Studies kept open: the one used longest ago is closed first. Whoever works on it keeps it until they leave."""

MOST_FOUND = 32
"""Sources of which is known what always holds in them: so little that it outlives what was learned."""

_COPIES = "trimtab_copies"
A_DAY = timedelta(days=1)

DECLARING = "Declaring the factors anew, which takes a moment…"

Kinds = tuple[tuple[str, Kind], ...]


def kinds_of(design: Design) -> tuple[tuple[str, Kind, str], ...]:
    """The kinds and forms a design asks for: columns have to be read again when they change."""
    asked = ((name, one.kind, one.format or "") for name, one in design.factors.items() if one.kind)
    return tuple(sorted(asked))


@dataclass
class Library:
    """The studies learned last, one for each source, kinds and ties between columns; and what holds in each source.

    Safe to use from the threads of several sessions: two people who open the same source at once learn it once.
    """

    _open: list[Study] = field(default_factory=list)
    _found: OrderedDict[tuple[str, Kinds], tuple[Found, ...]] = field(default_factory=OrderedDict)
    _begun: OrderedDict[str, Design] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def study(self, design: Design, source: Source, *, progress: Progress | None = None) -> Study:
        """The study of a design on a source; all on the same one share what was computed.

        Raises InputError for what is wrong with the design.
        """
        with self._lock:
            return self._study(design, source, progress)

    def begin(self, source: Source, *, name: str, progress: Progress | None = None) -> Study:
        """The study of the neutral design of a source; what always holds in it is looked for once.

        Raises InputError if no design can be begun on it.
        """
        with self._lock:
            if source.key in self._begun:
                design = self._begun[source.key].changed(name=name, source=reference(source.name, source))
                return self._study(design, source, progress)
            begun = begin_design(source, name=name, path=source.name, progress=progress)
            study = open_study(begun.design, source, columns=begun.columns, progress=progress)
            self._hold(study)
            _keep(self._begun, source.key, begun.design)
            _keep(self._found, _as_read(study), begun.found)
            return study

    def knows(self, study: Study) -> bool:
        """Whether `found` answers at once."""
        return _as_read(study) in self._found

    def found(self, study: Study, *, progress: Progress | None = None) -> tuple[Found, ...]:
        """What always holds in the source of a study, as its columns are read; looked for once."""
        key = _as_read(study)
        if key in self._found:  # whoever learns something else meanwhile is not waited for
            return self._found[key]
        with self._lock:
            if key not in self._found:
                _keep(self._found, key, learned_relations(study.source, study.columns, progress=progress))
            return self._found[key]

    def _study(self, design: Design, source: Source, progress: Progress | None) -> Study:
        source = as_design_says(design, source)
        asked = asked_kinds(design, source)
        fit = [one for one in self._open if _fits(one, source, asked)]
        tied = [one for one in fit if _ties(design, one) == one.grounding.ties]
        lender = next(iter((*tied, *fit)), None)
        columns = lender.columns if lender else None
        study = open_study(design, source, previous=lender, columns=columns, progress=progress)
        # Of two that share what was learned the first one lends on: it asks for the fewest kinds, so it serves most.
        self._hold(lender if lender and lender.grounding is study.grounding else study)
        return study

    def _hold(self, study: Study) -> None:
        self._open = [study, *(one for one in self._open if one is not study)][:MOST_SOURCES]


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    while len(kept) > MOST_FOUND:
        kept.popitem(last=False)


def _as_read(study: Study) -> tuple[str, Kinds]:
    """What decides what can be found: the source, and the kinds that its columns have."""
    return study.source.key, tuple((name, column.kind) for name, column in study.columns.items())


def _fits(study: Study, source: Source, asked: Mapping[str, Kind]) -> bool:
    """Whether a study was read with these kinds: all that are asked for, and no other that was not."""
    same = study.source.key == source.key and asked_kinds(study.design, source).keys() <= asked.keys()
    return same and all(study.columns[name].kind == kind for name, kind in asked.items())


def _ties(design: Design, study: Study) -> Ties | None:
    """The ties of a design on the columns of a study; of a relation that names others, a fault is told later."""
    known = [one for one in design.relations or () if study.columns.keys() >= set(one.factors)]
    return ties_of(None if design.relations is None else known, study.columns)


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
    source = workspace.source(design.source.sha256 or "", design.source.dialect)
    return library().study(design, source, progress=progress)


def study_after(previous: Study, design: Design, workspace: Workspace) -> Study:
    """The study of the next revision of the design of `previous`. Raises InputError for what is wrong with it."""
    if stays(previous.design, design):
        return open_study(design, previous.source, previous=previous)
    if design.source is not None:
        return library().study(design, previous.source)  # the page says that it takes a moment
    with st.spinner(DECLARING):
        return study_of(design, workspace)


def copy_of(design: Design, text: str, home: Workspace) -> str:
    """The workspace's copy of a design: one that this session, or nobody for a day, has open and nobody has changed;
    else a new one, over its `text`. Two people who open a sample have a design each."""
    own: set[str] = st.session_state.setdefault(_COPIES, set())

    def free(entry: Entry) -> bool:
        # Where people sign in, what somebody else has opened stays theirs.
        alone = entry.id in own or (home.person is None and datetime.now(UTC) - entry.saved > A_DAY)
        return entry.name == design.name and alone and not entry.fault and home.load_design(entry.id) == design

    found = next((entry.id for entry in home.designs() if free(entry)), None)
    if found is None:
        found = home.save_design(design, over=text)
    else:
        home.touch(found)
    own.add(found)
    return found


def stays(before: Design, after: Design) -> bool:
    """Whether what is known of the source of one design serves another: nothing needs to be read or declared anew."""
    if after.source is None:
        return before.source is None and _declared(before) == _declared(after)
    return kinds_of(before) == kinds_of(after) and before.relations == after.relations


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
