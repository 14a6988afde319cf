"""Ways into a design: a sample, an upload, a recent one. Each shows what it is doing and says what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import streamlit as st

from trimtab.core.errors import Progress, TrimtabError
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.ui.parts.parts import notice, plain, title
from trimtab.ui.session import beginning
from trimtab.ui.session import document as doc
from trimtab.ui.session.uploads import uploaded
from trimtab.ui.shell.pages import page_file
from trimtab.ui.signin.person import may_edit

WENT_WRONG = "open"
"""The place of messages about opening."""


def sample_button(name: str, label: str, *, primary: bool = False, key: str = "") -> None:
    """A button that opens a sample and goes to its design."""
    if st.button(label, type="primary" if primary else "secondary", key=key or f"tt_sample_{name}"):
        go(lambda progress: beginning.open_sample(name, progress=progress), page_file("design"))


def go(open_: Callable[[Progress], doc.Document], page: str) -> None:
    """Open something with a progress bar, then go to `page`; or say what went wrong and stay."""
    try:
        with progress_bar() as progress:
            found = open_(progress)
    except TrimtabError as error:
        doc.refuse(str(error), place=WENT_WRONG)
        return
    st.switch_page(page, query_params={doc.PARAMETER: found.design_id})


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar that shows how far something is; it is gone afterwards."""
    bar = st.progress(0.0, "Opening…")

    def report(done: int, total: int, message: str) -> None:
        text = f"{message[:1].upper()}{message[1:]}…".replace("`", "")
        bar.progress(min(1.0, done / max(total, 1)), plain(text))

    try:
        yield report
    finally:
        bar.empty()


def is_design(name: str) -> bool:
    """Whether a file is a design by its name."""
    return name.lower().endswith((".yaml", ".yml"))


def open_uploaded(name: str, content: IO[bytes], progress: Progress, dialect: Dialect = OPEN) -> doc.Document:
    """Bring an uploaded file in under its own name: data, read as `dialect` says, or a design."""
    with uploaded(name, content) as file:
        if is_design(name):
            return beginning.open_design_file(file, progress=progress)
        return beginning.open_upload(file, dialect=dialect, progress=progress)


def empty_page() -> None:
    """What a page shows while no data are open: how to get some."""
    about = "Open the sample data, or bring in a table of your own on the home page."
    title("No data yet", about if may_edit() else "Open a design from the home page.")
    with st.container(horizontal=True):
        if may_edit():
            sample_button("fog-and-wind", "Try the sample data", primary=True)
        if st.button("Go to the home page"):
            st.switch_page(page_file("home"))
    message = doc.refusal(WENT_WRONG)
    if message:
        notice(message)
