"""Papers of an output: one quiet menu behind its files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from trimtab.core.delivery.outputs import Output
from trimtab.core.design.files import load, read_text
from trimtab.core.papers.downloads import DOWNLOADS, Download
from trimtab.core.papers.said import Said
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.opening import source_of
from trimtab.core.workspace.workspace import Workspace
from trimtab.ui.parts.parts import plain, quiet
from trimtab.ui.session.reviewing import approved_text
from trimtab.ui.shell import session

ABOUT = "For those who never saw the app: where the rows come from, what was asked, what they are not good for."


def papers_menu(output: Output, found: session.Document, key: str, *, largest: int) -> None:
    """The papers of an output to download; those of rows of more bytes than `largest` are a command away."""
    if not output.design_path.is_file():
        return
    with st.popover("Papers", key=f"papers-{key}", help=ABOUT):
        if output.bytes > largest:
            quiet("These rows are too large for a download with their papers. On the command line:")
            st.code(f"trimtab export {output.design_path.name} --as bundle -o BUNDLE", language=None)
            return
        current = output.fingerprint == found.study.design.fingerprint()
        said = Said(approval=(approved_text(found) or None) if current else None)
        for one in DOWNLOADS:
            fault = one.fault(found.study)
            st.download_button(
                one.label,
                partial(paper_bytes, one, output, found.study if current else None, said, session.workspace()),
                f"{output.path.stem}{one.suffix}",
                one.media_type,
                key=f"paper-{key}-{one.suffix}",
                on_click="ignore",
                type="tertiary",
                disabled=bool(fault),
                help=plain(fault) or None,
            )


def paper_bytes(one: Download, output: Output, study: Study | None, said: Said, home: Workspace) -> bytes:
    """A paper, made at the click; without a `study`, as for an older revision, the output's own design is opened. No
    session is at hand here."""
    path = output.design_path
    return one.make(study or _study(path, home), output.path, said, read_text(path))


def _study(path: Path, home: Workspace) -> Study:
    design = load(path)
    return open_study(design, source_of(path, design, home, accept_source=True, progress=None))
