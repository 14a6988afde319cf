"""Generate: how many rows and with which seed, whether the design can be met, the rows, their receipt and files."""

import htpy as h
import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError, NotAllowedError
from trimtab.core.formats import MADE_IN, file_formats
from trimtab.core.people.people import WHY
from trimtab.core.projection.projection import Projection
from trimtab.core.sampling.real.parts import read_shares
from trimtab.core.shown.will_come_out import will_come_out
from trimtab.core.words.numbers import percent
from trimtab.core.words.typed import whole_number
from trimtab.ui.changes.changes import conflicts
from trimtab.ui.controls.mode import mode_control, too_few_rows
from trimtab.ui.delivery.delivery import (
    earlier_outputs,
    ended_notice,
    is_running,
    job_of,
    outputs,
    receipt_view,
    running_panel,
)
from trimtab.ui.delivery.frontier import frontier_panel
from trimtab.ui.delivery.jobs import JOBS
from trimtab.ui.parts.parts import html, notice, section, styles
from trimtab.ui.session.reviewing import approved_text
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import page_file

PLACE = "generate"
SIZES = {"1,000": 1_000, "10,000": 10_000, "100,000": 100_000, "1,000,000": 1_000_000}
NO_DATA = "There is no real data behind this design: every value is declared by hand, and every row is ungrounded."


def settings(found: session.Document) -> None:
    """Rows, mode and seed, which are the design's own, and the format, which is not."""
    section("What to make")
    asked = found.design.rows
    session.own("generate_rows", asked if asked == "most" else f"{asked:,}", place=PLACE)
    session.own("generate_seed", str(found.design.seed), place=PLACE)
    heard = ("generate_rows", _set, "rows")
    about = "10,000 or 10k or 1M; most: as many as real rows can fill (Select, Blend)"
    st.text_input("Rows", key="generate_rows", on_change=session.heard, args=heard, help=about)
    with st.container(horizontal=True, gap="small"):
        for label, rows in SIZES.items():
            same = rows == found.design.rows
            st.button(label, key=f"generate_{rows}", on_click=_set_rows, args=[rows], disabled=same)
    mode_control(found, place=PLACE)
    heard, about = ("generate_seed", _set, "seed"), "Same design, same seed: same rows."
    st.text_input("Seed", key="generate_seed", on_change=session.heard, args=heard, help=about)
    formats = [one.label for one in file_formats()]
    st.segmented_control("Format", formats, default=formats[0], key="generate_format", required=True)
    about = "Parts that each meet the design; no real row is in two of them. Empty: one set"
    st.text_input("Split", key="generate_split", placeholder="train=0.8, validation=0.1, test=0.1", help=about)
    message = session.refusal(PLACE)
    if message:
        notice(message)


def _set(field: str) -> None:
    text = str(st.session_state[f"generate_{field}"])
    found = session.document()
    owner = f"Design `{found.design.name}`: {field}" if found else field

    def change(design: Design) -> Design:
        if field == "rows" and text.strip().lower() == "most":
            return design.changed(rows="most")
        return design.changed(**{field: whole_number(text, owner=owner)})

    session.edit(f"{field} {text.strip()}", change, place=PLACE)


def _set_rows(rows: int) -> None:
    session.edit(f"rows {rows:,}", lambda design: design.changed(rows=rows), place=PLACE)


def feasibility(found: session.Document) -> bool:
    """What will come out, or what is in the way; True if the design can be met."""
    section("What will come out")
    outcome = session.projection()
    if not session.may_edit():
        return seen(found, outcome)
    if not isinstance(outcome, Projection):
        if not too_few_rows(found, outcome, place=PLACE):
            conflicts(outcome)
        frontier_panel(found, None, place=PLACE)
        st.page_link(page_file("design"), label="Change the design", query_params={session.PARAMETER: found.design_id})
        return False
    html(will_come_out(found.study, outcome))
    frontier_panel(found, outcome, place=PLACE)
    if found.study.declared:
        notice(NO_DATA, tone="info")
    elif outcome.ungrounded > 0:
        share = percent(outcome.ungrounded)
        notice(f"{share} of the rows lie in bins that the real data never show: their values are made up.", tone="info")
    return True


def seen(found: session.Document, outcome: session.Outcome) -> bool:
    """The same for those who may only look."""
    if isinstance(outcome, Projection):
        html(will_come_out(found.study, outcome))
        return True
    conflicts(outcome, buttons=False)
    return False


def start(found: session.Document, *, possible: bool) -> None:
    """The button, or the job it started."""
    job = job_of(found)
    if job is not None and is_running(found):
        running_panel(job)
        return
    editor = session.may_edit()
    why = "The design can't be met as it is; see what is in the way." if editor else WHY
    st.button(
        f"Generate {found.study.size:,} rows",
        type="primary",
        key="generate_start",
        disabled=not (possible and editor),
        help=None if possible and editor else why,
        on_click=_start,
    )
    ended_notice(found)
    approval = approved_text(found)
    if approval:
        html(h.p(".td-approved", data_testid="approved")[h.i["✓"], " ", approval])


def _start() -> None:
    session.refresh()
    found = session.document()
    if found is not None:
        label = st.session_state.get("generate_format")
        suffix = next((one.suffix for one in file_formats() if one.label == label), MADE_IN)
        typed = str(st.session_state.get("generate_split") or "").strip()
        try:
            shares = read_shares(typed) if typed else {}
            JOBS.start(session.workspace(), found.design_id, found.study, suffix, shares)
        except (InputError, NotAllowedError) as error:
            session.refuse(str(error), place=PLACE)


styles("delivery/delivery.css")
session.refresh()
document = session.require_document()
session.header("generate")
left, right = st.columns([2, 3], gap="large")
with left:
    if session.may_edit():
        settings(document)
    else:
        notice(WHY, tone="info")
with right:
    can_be_met = feasibility(document)
    start(document, possible=can_be_met)
made = outputs(document)
if made:
    section("Receipt")
    together = [one for one in made if one.run == made[0].run]
    for one in sorted(together, key=lambda one: list(one.shares).index(one.part) if one.part else 0):
        receipt_view(one, document, key=f"newest{one.part}")
    earlier_outputs(tuple(one for one in made if one not in together), document)
