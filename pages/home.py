"""Home: what Trimtab does in three steps, the ways in, and the designs of this workspace."""

from __future__ import annotations

from datetime import UTC, datetime

import htpy as h
import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.people.people import WHY
from trimtab.core.workspace.workspace import Entry
from trimtab.ui.data.declared import declare_card, declare_section
from trimtab.ui.data.reading import KIND as READING
from trimtab.ui.data.reading import begin_form, can_be_said, reading_form, wanted
from trimtab.ui.parts.control_rows import menu
from trimtab.ui.parts.forms import form_of
from trimtab.ui.parts.parts import html, notice, quiet, section, short, title
from trimtab.ui.session.samples import SAMPLES
from trimtab.ui.shell import session
from trimtab.ui.shell.opening import WENT_WRONG, go, is_design, open_uploaded, sample_button
from trimtab.ui.shell.pages import page_file

STEPS = (
    ("Bring in real data", "A table as CSV, Parquet, Excel or another file. It stays on this machine."),
    ("Shape what training should see", "Drag bars, set how often rare events occur. What you leave alone stays real."),
    ("Take the rows", "Exactly as many as you asked for, as CSV or Parquet, with a receipt for each promise."),
)
MOST_RECENT = 12
RECENT, DELETED = "recent", "tt_deleted_design"


def steps() -> None:
    """The three steps."""
    items = [
        h.li[h.span(".tt-step")[number], h.div[h.b[what], h.p[how]]]
        for number, (what, how) in enumerate(STEPS, start=1)
    ]
    html(h.ol(".tt-steps")[items])


def sample_card() -> None:
    """The one click to a sculpted design."""
    with st.container(border=True, key="tt_card_sample", height="stretch"):
        name, sample = next(iter(SAMPLES.items()))
        section("Try the sample data", sample.about)
        quiet(sample.story)
        sample_button(name, "Try the sample data", primary=True)


def upload_card() -> None:
    """Bring in a file."""
    with st.container(border=True, key="tt_card_upload", height="stretch"):
        most = st.get_option("server.maxUploadSize") / 1000  # GB
        kinds = "CSV, Parquet, Excel, JSON Lines, Arrow, SPSS, Stata, SAS"
        section("Upload your own", f"{kinds}, up to {most:g} GB; or a design file (.yaml)")
        # No `type`: the browser would hide the reason; the reader names it.
        file = st.file_uploader("Data file", key="tt_upload", label_visibility="collapsed")
        if file is not None and st.session_state.get("tt_upload_read") != file.file_id:
            st.session_state["tt_upload_read"] = file.file_id
            page = page_file("design" if is_design(file.name) else "data")
            go(lambda progress: open_uploaded(file.name, file, progress), page)
            if can_be_said(file.name):
                begin_form({})
        said = wanted()
        if file is not None and said is not None:
            go(lambda progress: open_uploaded(file.name, file, progress, said), page_file("data"))
            begin_form(said.given)


def other_samples() -> None:
    """The other samples, each with its story."""
    section("More samples")
    for column, (name, sample) in zip(st.columns(len(SAMPLES) - 1), list(SAMPLES.items())[1:], strict=True):
        with column, st.container(border=True, key=f"tt_more_{name}", height="stretch"):
            section(sample.title, sample.about)
            quiet(sample.story)
            sample_button(name, "Open")


def recent() -> None:
    """The designs of this workspace, the one saved last first."""
    entries = session.workspace().designs()
    _deleted()
    if not entries:
        return
    section("Recent designs")
    with st.container(border=True, gap=None, key="tt_recent"):
        for entry in entries[:MOST_RECENT]:
            _recent_row(entry)
    if len(entries) > MOST_RECENT:
        quiet(f"and {len(entries) - MOST_RECENT} older ones")


def _recent_row(entry: Entry) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_recent_{entry.id}"):
        source = short(entry.source, 40) or "declared by hand"
        about = entry.fault.splitlines()[0] if entry.fault else source
        html(h.div(".tt-row")[h.b[short(entry.name, 60)], h.span[about], h.span(".tt-when")[when(entry.saved)]])
        editor = session.may_edit()
        if st.button("Open", key=f"tt_open_{entry.id}", disabled=bool(entry.fault)):
            go(lambda _: session.open_design(entry.id), page_file("design" if editor else "review"))
        if not editor:
            return
        actions = {"delete": ("Delete", lambda: _delete(entry))}
        if not entry.fault:
            actions = {"duplicate": ("Duplicate", lambda: _duplicate(entry)), **actions}
        menu(entry.id, actions, rename=None)


def _duplicate(entry: Entry) -> None:
    """A copy with the form and the comments of its text; its history begins anew."""
    home = session.workspace()
    st.session_state[f"tt_menu_{entry.id}"] = False
    try:
        design = home.load_design(entry.id)
        home.save_design(design.changed(name=f"{design.name} copy"), over=home.design_text(entry.id))
    except TrimtabError as error:
        session.refuse(str(error), place=RECENT)


def _delete(entry: Entry) -> None:
    try:
        session.workspace().delete_design(entry.id)
    except TrimtabError as error:
        session.refuse(str(error), place=RECENT)
        return
    st.session_state[DELETED] = entry
    found = session.document()
    if found and found.design_id == entry.id:
        session.close()


def _deleted() -> None:
    """What was deleted last, and the button that brings it back."""
    entry = st.session_state.get(DELETED)
    if entry is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="tt_deleted"):
            quiet(f"{entry.name} was deleted, with its versions and comments.")
            st.button("Bring it back", key="tt_restore", on_click=_restore, args=(entry,))
    message = session.refusal(RECENT)
    if message:
        notice(message)


def _restore(entry: Entry) -> None:
    del st.session_state[DELETED]
    try:
        session.workspace().restore_design(entry.id)
    except TrimtabError as error:
        session.refuse(str(error), place=RECENT)


def when(saved: datetime) -> str:
    """How long ago, in words.

    >>> when(datetime.now(UTC))
    'just now'
    """
    minutes = int((datetime.now(UTC) - saved).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    return f"{saved:%d %b %Y}"


session.require_person()
session.header("home")
title(
    "Decide what your training data contain",
    "Real data are whatever the world happened to give. Shape them, and see at every step what else that moves.",
)
if session.may_edit():
    steps()
    for way, card in zip(st.columns(3), (sample_card, upload_card, declare_card), strict=True):
        with way:
            card()
    declare_section()
else:
    notice(f"{WHY} Open one below.", tone="info")
wrong = session.refusal(WENT_WRONG)
held = st.session_state.get("tt_upload")
if form_of(READING) and held is not None:
    reading_form(held.name, {}, "Read it like this")
elif wrong:
    notice(wrong)
if session.may_edit():
    other_samples()
recent()
