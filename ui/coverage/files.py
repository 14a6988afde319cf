"""What the real rows and the design are compared with: generated rows, and other files that a person brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import streamlit as st

from trimtab.core.delivery.outputs import Output
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.people.people import WHY
from trimtab.core.source.spool import Source
from trimtab.ui.coverage.comparing import DESIGN, GENERATED, REAL
from trimtab.ui.delivery.delivery import outputs, when
from trimtab.ui.parts.parts import plain, quiet
from trimtab.ui.session.uploads import bring_in
from trimtab.ui.shell import session

PLACE = "coverage"
FILE = "file"  # in the address: the SHA-256 of each other file that is compared
MOST_FILES = 3
TURN, OTHERS = "coverage_turn", "coverage_others"


def chosen_output(found: session.Document) -> Output | None:
    """The output that is compared: the newest, or the one the person chose."""
    made = outputs(found)
    if not made:
        return None
    labels = {f"{when(one)} · {one.rows:,} rows": one for one in made}
    picked = st.selectbox("Generated rows", list(labels), key="coverage_output", bind="query-params", width=270)
    return labels.get(picked, made[0])


def other_files(found: session.Document) -> dict[str, Source]:
    """The other data sets by their names, with the field that brings in one more."""
    files = [one for one in _open_files() if _fits(found, one)]  # another design may be open since
    word = f"{len(files)} other file{'s' * (len(files) > 1)}" if files else "Compare with a file"
    with st.popover(word, key="tt_coverage_file"):
        if not session.may_edit():
            quiet(WHY)
        elif len(files) < MOST_FILES:
            turn = st.session_state.setdefault(TURN, 0)
            file = st.file_uploader("Another data set with the same columns", key=f"coverage_upload_{turn}")
            if file is not None:
                _take(found, file.name, file)
        else:
            quiet(f"{MOST_FILES} files are compared at once. Stop comparing with one to bring in another.")
        for name, source in named(files).items():
            told = f"Stop comparing with {plain(name)}"
            st.button(told, key=f"coverage_stop_{source.sha256}", on_click=_stop, args=(source,))
    return named(files)


def named(files: Iterable[Source]) -> dict[str, Source]:
    """Files by names of which none is another data set's, or two sets together."""
    found: dict[str, Source] = {}
    for source in files:
        name, number = source.name.replace(" + ", " and "), 2
        if name in (REAL, DESIGN, GENERATED):
            name = f"file {name}"
        first = name
        while name in found:
            name, number = f"{first} ({number})", number + 1
        found[name] = source
    return found


def _open_files() -> list[Source]:
    """The files that are compared: those of this session, else those that the address names."""
    if OTHERS not in st.session_state:
        st.session_state[OTHERS] = _files_of_address()
    files: list[Source] = st.session_state[OTHERS]
    asked = [one.sha256 for one in files]
    if st.query_params.get_all(FILE) != asked:
        st.query_params[FILE] = asked
    return files


def _files_of_address() -> list[Source]:
    """The files that the address names, those that this workspace has."""
    found = []
    for sha256 in dict.fromkeys(st.query_params.get_all(FILE)):
        try:
            found.append(session.workspace().source(sha256))
        except TrimtabError as error:
            session.refuse(str(error), place=PLACE)
    return found[:MOST_FILES]


def _take(found: session.Document, name: str, content: IO[bytes]) -> None:
    """Compare with an uploaded file, too."""
    # A new uploader next time, so that the same file is not read again with every run of the page.
    st.session_state[TURN] += 1
    files: list[Source] = st.session_state[OTHERS]
    try:
        source = bring_in(name, content)
        if not _fits(found, source):
            known = ", ".join(f"`{one}`" for one in list(found.study.columns)[:5])
            raise InputError(f"{source.name}: it has none of the factors: {known}, …")
        if any(one.sha256 == source.sha256 for one in files):
            raise InputError(f"{source.name}: this file is compared already.")
        st.session_state[OTHERS] = [*files, source]
    except TrimtabError as error:
        session.refuse(str(error), place=PLACE)
    st.rerun()


def _fits(found: session.Document, source: Source) -> bool:
    """Whether a file has any of the factors."""
    return not set(source.columns).isdisjoint(found.study.columns)


def _stop(source: Source) -> None:
    """Let go of another file."""
    st.session_state[OTHERS] = [one for one in st.session_state[OTHERS] if one.sha256 != source.sha256]
