"""Generate: how many rows and with which seed, whether the design can be met, the rows, their receipt and files."""

from html import escape

import streamlit as st

from core.design.design import Design
from core.projection.projection import Projection
from ui import session
from ui.changes import conflicts
from ui.delivery import (
    FORMATS,
    earlier_outputs,
    ended_notice,
    is_running,
    job_of,
    outputs,
    receipt_view,
    running_panel,
    styles,
)
from ui.jobs import JOBS
from ui.numbers import whole_number
from ui.parts import html, notice, one_in, percent, section

PLACE = "generate"
KINDS = {
    "target": "as designed",
    "keep": "as in the source",
    "hold": "held",
    "missing": "with the missing share asked for",
}
SIZES = {"1,000": 1_000, "10,000": 10_000, "100,000": 100_000, "1,000,000": 1_000_000}


def settings(found: session.Document) -> None:
    """Rows and seed, which are the design's own, and the format, which is not."""
    section("What to make")
    st.session_state["generate_rows"] = f"{found.design.rows:,}"
    st.session_state["generate_seed"] = str(found.design.seed)
    st.text_input("Rows", key="generate_rows", on_change=_set, args=["rows"], help="10,000 or 10k or 1M")
    with st.container(horizontal=True, gap="small"):
        for label, rows in SIZES.items():
            same = rows == found.design.rows
            st.button(label, key=f"generate_{rows}", on_click=_set_rows, args=[rows], disabled=same)
    st.text_input("Seed", key="generate_seed", on_change=_set, args=["seed"], help="Same design, same seed: same rows.")
    st.segmented_control("Format", list(FORMATS), default="Parquet", key="generate_format", required=True)
    message = session.refusal(PLACE)
    if message:
        notice(message)


def _set(field: str) -> None:
    text = str(st.session_state[f"generate_{field}"])
    found = session.document()
    owner = f"Design `{found.design.name}`: {field}" if found else field

    def change(design: Design) -> Design:
        return design.changed(**{field: whole_number(text, owner=owner)})

    session.edit(f"{field} {text.strip()}", change, place=PLACE)


def _set_rows(rows: int) -> None:
    session.edit(f"rows {rows:,}", lambda design: design.changed(rows=rows), place=PLACE)


def feasibility(found: session.Document) -> bool:
    """What will come out, or what is in the way; True if the design can be met."""
    section("What will come out")
    outcome = session.projection()
    if not isinstance(outcome, Projection):
        conflicts(outcome)
        st.page_link("pages/design.py", label="Change the design", query_params={session.PARAMETER: found.design_id})
        return False
    html(_promised(found.design, outcome))
    if outcome.ungrounded > 0:
        share = percent(outcome.ungrounded)
        notice(f"{share} of the rows lie in bins that the real data never show: their values are made up.", tone="info")
    return True


def _promised(design: Design, outcome: Projection) -> str:
    """A line for each promise that is going to be made."""
    lines = [f"<b>{design.rows:,} rows</b>, exactly"]
    for event in outcome.events:
        real = f"really {one_in(event.real)}" if event.real_rows else "never in the real data"
        lines.append(
            f"<b>{escape(event.name.replace('_', ' '))}</b> in exactly {event.rows:,} rows, {one_in(event.rate)} "
            f'<span class="tt-quiet">({real})</span>'
        )
    shifts = {shift.factor: shift.tv for shift in outcome.shifts}
    for control in outcome.controls:
        moved = shifts.get(control.factor, 0.0)
        note = f' <span class="tt-quiet">({percent(moved)} of the rows move)</span>' if moved >= 0.0005 else ""
        lines.append(f"<b>{escape(control.factor)}</b> {KINDS[control.kind]}{note}")
    if not outcome.events and not outcome.controls:
        lines.append("every factor as real as it can be: the design asks for nothing else yet")
    carried = [shift for shift in outcome.shifts if not shift.asked and shift.tv >= 0.01]
    if carried:
        most = max(carried, key=lambda shift: shift.tv)
        word = "factor is" if len(carried) == 1 else "factors are"
        lines.append(
            f"{len(carried)} {word} carried along, most of all <b>{escape(most.factor)}</b> "
            f'<span class="tt-quiet">({percent(most.tv)})</span>'
        )
    return f'<ul class="td-promised">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def start(found: session.Document, *, possible: bool) -> None:
    """The button, or the job it started."""
    job = job_of(found)
    if job is not None and is_running(found):
        running_panel(job)
        return
    st.button(
        f"Generate {found.design.rows:,} rows",
        type="primary",
        key="generate_start",
        disabled=not possible,
        help=None if possible else "The design can't be met as it is; see what is in the way.",
        on_click=_start,
    )
    ended_notice(found)


def _start() -> None:
    found = session.document()
    if found is not None:
        suffix = FORMATS[st.session_state.get("generate_format") or "Parquet"]
        JOBS.start(session.workspace(), found.design_id, found.study, suffix)


styles()
document = session.require_document()
session.header("generate")
left, right = st.columns([2, 3], gap="large")
with left:
    settings(document)
with right:
    can_be_met = feasibility(document)
    start(document, possible=can_be_met)
made = outputs(document)
if made:
    section("Receipt")
    receipt_view(made[0], document, key="newest")
    earlier_outputs(made[1:], document)
