"""Rows on their way and rows that are there: the running job, receipts, downloads, earlier outputs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import htpy as h
import streamlit as st

from trimtab.core.delivery.outputs import Output, copy_rows, delete_output, list_outputs
from trimtab.core.errors import TrimtabError
from trimtab.core.formats import MADE_IN, Format, file_formats
from trimtab.core.people.people import WHY
from trimtab.core.shown.receipts import receipt_copies, receipt_table, summary
from trimtab.core.words.numbers import bytes_text
from trimtab.ui.delivery.from_disk import SERVED
from trimtab.ui.delivery.jobs import COUNTING, JOBS, Job, Status, outputs_folder
from trimtab.ui.delivery.papers import papers_menu
from trimtab.ui.parts.parts import html, notice, plain, quiet, section
from trimtab.ui.shell import session

RECEIPT_TYPE = "application/json"
HELD = 20_000_000
"""Bytes of a file that a download button holds in memory; a larger one comes from the disk, see `from_disk`."""
LARGEST = 200_000_000
"""Bytes that one holds where the server gives no files from the disk: as in a test, where there is no server."""
MOST_CELLS = 10_000_000
"""Cells of a table that is written as CSV while the person waits for the click."""
MOST_EARLIER = 20
"""Earlier outputs that are listed."""


def outputs(found: session.Document) -> tuple[Output, ...]:
    """What was generated from this design so far, the newest first."""
    return list_outputs(outputs_folder(session.workspace(), found.design_id))


def job_of(found: session.Document) -> Job | None:
    """The job of this design, running or just ended."""
    return JOBS.get(session.workspace(), found.design_id)


def is_running(found: session.Document) -> bool:
    """True while files of this design are on their way, in whichever session it was asked for."""
    job = job_of(found)
    return job is not None and job.status().state == "running" and not job.status().ready


@st.fragment(run_every=0.4)
def running_panel(job: Job) -> None:
    """The progress of a running job, with Cancel; when the files are there the page is drawn again."""
    status = job.status()
    if status.state != "running" or status.ready:
        st.rerun()
    with st.container(border=True, key="tt_running"):
        st.progress(min(1.0, status.share), f"{status.stage}… {progress_text(status)}")
        st.button("Cancel", key="tt_cancel", on_click=_cancel, args=(job,), disabled=not session.may_edit())


def _cancel(job: Job) -> None:
    if session.may_edit():
        job.cancel()


@st.fragment(run_every=1.0)
def _counting_panel(job: Job, output: Output) -> None:
    """What a receipt says of copies, while they are being counted; then the page is drawn again."""
    if job.status().state != "running":
        st.rerun()
    with st.container(horizontal=True, key=f"counting-{output.path.stem}", vertical_alignment="center"):
        quiet(f"{COUNTING}… the files are ready meanwhile.")
        off, about = not session.may_edit(), "The files stay as they are"
        st.button("Leave that", key="tt_leave_counting", on_click=_cancel, args=(job,), help=about, disabled=off)


def progress_text(status: Status) -> str:
    """How far a job is: "65,536 of 1,000,000 rows · 150,000 rows/s · about 6 s left"."""
    parts = []
    if status.done:
        parts.append(f"{status.done:,} of {status.total:,} rows")
    if status.rate and status.done < status.total:
        parts.append(f"{status.rate:,.0f} rows/s")
    if status.left is not None:
        parts.append(f"about {_duration(status.left)} left")
    return " · ".join(parts)


def ended_notice(found: session.Document) -> None:
    """What became of a job that did not end well; it stays until the next one."""
    job = job_of(found)
    status = job.status() if job else None
    if status and status.state == "cancelled":
        notice("Generating was cancelled. Nothing was kept of it.", tone="info")
    if status and status.state == "failed":
        notice(status.error)


def receipt_view(output: Output, found: session.Document, *, key: str) -> None:
    """An output: what it says of its promises, its files, and the command that makes the same bytes."""
    current = output.fingerprint == found.study.design.fingerprint()
    stale = None if current else h.span(".stale")["⚠ made by an older revision of the design"]
    part = f"{output.part}: " if output.part else ""
    about = f"{part}{output.rows:,} rows · {bytes_text(output.bytes)} as Parquet · seed {output.seed} · {when(output)}"
    html(h.div(".td-verdict", data_testid="verdict")[h.b[summary(output.promises)], h.span[about], stale])
    html(receipt_table(output.promises))
    job, copies = job_of(found), receipt_copies(output.receipt_path)
    if job is not None and job.path == output.path and job.status().state == "running":
        _counting_panel(job, output)
    elif copies:
        html(h.p(".tt-about", data_testid="copies")[copies])
    _downloads(output, found, key)
    _command(output, found, key)


def earlier_outputs(earlier: tuple[Output, ...], found: session.Document) -> None:
    """The outputs before the newest one, each with its receipt and files."""
    if not earlier:
        return
    section("Earlier outputs", f"{len(earlier)} of this design")
    for output in earlier[:MOST_EARLIER]:
        mark = "" if output.fingerprint == found.study.design.fingerprint() else " · older revision"
        part = f" · {output.part}" if output.part else ""
        size = f"{output.rows:,} rows · {bytes_text(output.bytes)}"
        label = f"{when(output)}{part} · {size} · {summary(output.promises)}{mark}"
        with st.expander(plain(label)):
            receipt_view(output, found, key=output.path.stem)
            gone = f"delete-{output.path.stem}"
            off = not session.may_edit()
            st.button("Delete this output", key=gone, on_click=_delete, args=[output.path], disabled=off)
    if len(earlier) > MOST_EARLIER:
        quiet(f"{len(earlier) - MOST_EARLIER} more are in {outputs_folder(session.workspace(), found.design_id)}.")


def _delete(path: Path) -> None:
    if session.may_edit():
        delete_output(path)


def when(output: Output) -> str:
    """When an output was made, in the server's time."""
    return output.made.astimezone().strftime("%-d %b %Y, %H:%M:%S")


def _downloads(output: Output, found: session.Document, key: str) -> None:
    with st.container(horizontal=True, key=f"downloads-{key}"):
        for form in file_formats():
            path = output.copy_path(form.suffix)
            if path.is_file():
                _download(path, form, key)
            elif form.quick and output.rows * len(found.study.columns) <= MOST_CELLS:
                _button(f"Download {form.label}", path, partial(_made, output.path, path), form.media_type, key)
            else:
                editor = session.may_edit()
                made = f"Writes {plain(path.name)} beside the Parquet file" if editor else WHY
                st.button(
                    f"Write {form.label}",
                    key=f"write-{path.name}",
                    help=made,
                    on_click=_write,
                    args=[output.path, path],
                    disabled=not editor,
                )
        _button("Download receipt", output.receipt_path, output.receipt_path.read_bytes, RECEIPT_TYPE, key)
        papers_menu(output, found, key, largest=LARGEST)
    for form in file_formats():
        path = output.copy_path(form.suffix)
        if path.is_file() and path.stat().st_size > LARGEST and not SERVED.on:
            size = bytes_text(path.stat().st_size)
            quiet(f"{path.name} has {size}, too much for a download from this page. It lies in {path.resolve()}")
    message = session.refusal(f"write {output.path.stem}")
    if message:
        notice(message)


def _download(path: Path, form: Format, key: str) -> None:
    size = path.stat().st_size
    label = f"Download {form.label} ({bytes_text(size)})"
    if SERVED.on and size > HELD:
        st.link_button(label, SERVED.url(path))
    elif size <= LARGEST:
        _button(label, path, path.read_bytes, form.media_type, key)


def _button(label: str, path: Path, read: Callable[[], bytes], media_type: str, key: str) -> None:
    """A download whose bytes are read at the click, not at every run of the page."""
    st.download_button(label, read, path.name, media_type, key=f"download-{key}-{path.name}", on_click="ignore")


def _made(rows: Path, path: Path) -> bytes:
    """The bytes of a copy, which is made first if it is not there."""
    if not path.is_file():
        copy_rows(rows, path)
    return path.read_bytes()


def _write(rows: Path, path: Path) -> None:
    """Make a copy that would take too long or be too large for a download."""
    try:
        session.workspace().check_edit()
        with st.spinner(f"Writing {plain(path.name)}…"):
            copy_rows(rows, path)
    except TrimtabError as error:
        session.refuse(str(error), place=f"write {rows.stem}")


def _command(output: Output, found: session.Document, key: str) -> None:
    with st.container(key=f"command-{key}"):
        beside = "" if found.study.declared else f", with the design beside {found.study.source.name}"
        quiet(f"The same bytes on the command line{beside}:")
        there = [one.suffix for one in file_formats() if output.copy_path(one.suffix).is_file()]
        suffix = next((suffix for suffix in there if suffix != MADE_IN), MADE_IN)  # what was asked for beside it
        name = output.copy_path(suffix).name
        if output.part:
            shares = ",".join(f"{name}={share:g}" for name, share in output.shares.items())
            name = f"{output.run}{suffix} --split {shares}"
        st.code(f"trimtab sample {output.design_path.name} -o {name}", language=None)
        if output.design_path.is_file():
            path = output.design_path
            st.download_button(
                "Download this design", path.read_bytes, path.name, "text/yaml", key=f"design-{key}", on_click="ignore"
            )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else time.strftime("%-H h %M min", time.gmtime(seconds))
