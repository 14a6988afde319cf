"""The sources that are open in this process: columns and grounding are learned once and shared by all sessions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from core.design.design import Design, SourceRef
from core.design.factors import Factor
from core.errors import Progress
from core.source.kinds import Kind
from core.source.spool import Source
from core.study import Study, open_study

MOST_SOURCES = 4
"""Sources kept open: the one used longest ago is closed first. Whoever works on it keeps it until they leave."""

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
        """The study of a design on a source, with a memo of its own. Raises InputError for what is wrong with it."""
        base = self._base(source, kinds_of(design), progress)
        return open_study(design, source, previous=replace(base, memo=base.memo.branch()))

    def _base(self, source: Source, kinds: Kinds, progress: Progress | None) -> Study:
        # One after the other: two people who open the same source at once learn it once.
        with self._lock:
            key = next((key for key, study in self._open.items() if _fits(key, study, source, kinds)), None)
            if key is None:
                key = (source.sha256, kinds)
                self._open[key] = open_study(_plain(source, kinds), source, progress=progress)
            self._open.move_to_end(key)
            while len(self._open) > MOST_SOURCES:
                self._open.popitem(last=False)
            return self._open[key]


def _fits(key: tuple[str, Kinds], study: Study, source: Source, kinds: Kinds) -> bool:
    """True if the study was read with these kinds: all that are asked for, and no other that was not."""
    wanted: Mapping[str, Kind] = dict(kinds)
    same = key[0] == source.sha256 and all(name in wanted for name, _ in key[1])
    return same and all(study.columns[name].kind == kind for name, kind in kinds if name in study.columns)


def _plain(source: Source, kinds: Kinds) -> Design:
    factors = {name: Factor(kind=kind) for name, kind in kinds if name in source.columns}
    return Design(name="source", source=SourceRef(path=source.name, sha256=source.sha256), factors=factors)


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """The library of this process."""
    return Library()
