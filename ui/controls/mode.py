"""The mode of a design: rows that are made, added to the source, or whole real ones."""

from __future__ import annotations

import math

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.design.parts.blend import REAL_FIRST, Blend, Mode
from trimtab.core.errors import ConflictError, InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import Projection, project
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import exact_percent, percent
from trimtab.core.words.typed import real_number
from trimtab.ui.parts.parts import code_marks, conflict_box, html
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.session import outcome as outcomes

ROWS = ControlName("rows", "supplement")
"""The control of a conflict in which the number of rows is too small."""
TRIES = 4
MODES = {"standalone": "Standalone", "supplement": "Supplement", "select": "Select", "blend": "Blend"}
ABOUT = (
    "Standalone: made rows alone meet the design.  \nSupplement: the source and the rows together meet it.  \n"
    "Select: whole real rows only, each at most once.  \nBlend: whole real rows first, made ones where they run out."
)
NO_SOURCE = "The other modes stand on real data, and this design has none."
PREFERENCES = {"closest": "Closest to the data", "real": "Most real rows"}
PREFER_ABOUT = (
    "Closest: the shares nearest to the data, as in the other modes.  \n"
    "Most real rows: of all sets that meet the design one with the fewest made rows."
)


def mode_control(found: doc.Document, *, place: str) -> None:
    """Where the rows come from, in words and as a picture; in a blend how many may be made."""
    fields.show("generate_mode", found.design.mode)
    st.segmented_control(
        "Mode",
        list(MODES),
        format_func=MODES.__getitem__,
        key="generate_mode",
        required=True,
        on_change=fields.heard,
        args=("generate_mode", _set_mode, place),
        disabled=found.study.declared,
        help=NO_SOURCE if found.study.declared else ABOUT,
    )
    html(_mix(found))
    if found.design.mode == "supplement":
        html(_sum(found.study.source.rows, found.study.size))
    if found.design.mode == "blend":
        _blend_fields(found, place)


def _mix(found: doc.Document) -> h.Element:
    """What the rows that meet the design are made of, as a bar."""
    design, outcome = found.design, outcomes.projection()
    parts: list[tuple[str, float]] = [("made", 1.0)]
    if design.mode == "supplement":
        real = found.study.source.rows / (found.study.source.rows + found.study.size)
        parts = [("source", real), ("made", 1 - real)]
    elif design.mode == "select":
        parts = [("real rows", 1.0)]
    elif design.mode == "blend":
        made = outcome.made / outcome.rows if isinstance(outcome, Projection) else 0.0
        parts = [("real rows", 1 - made), ("made", made)]
    shown = [(name, share) for name, share in parts if share > 0]
    label = "Made of " + " and ".join(f"{percent(share)} {name}" for name, share in shown)
    bar = h.div(".bar", role="img", aria_label=label)[
        [h.i(class_=["made" if name == "made" else "real"], style=f"flex-grow:{share:.4f}") for name, share in shown]
    ]
    told = [
        h.span[h.i(class_=["made" if name == "made" else "real"]), f"{name} {percent(share)}"] for name, share in shown
    ]
    return h.div(".td-mix", data_testid="mix")[bar, h.p[told]]


def _blend_fields(found: doc.Document, place: str) -> None:
    blend = found.design.blend
    fields.show("generate_prefer", blend.prefer)
    fields.own("generate_made", exact_percent(blend.made_at_most), place=place)
    st.segmented_control(
        "Shares",
        list(PREFERENCES),
        format_func=PREFERENCES.__getitem__,
        key="generate_prefer",
        required=True,
        on_change=fields.heard,
        args=("generate_prefer", _set_prefer, place),
        help=PREFER_ABOUT,
    )
    heard = ("generate_made", _set_made, place)
    st.text_input("Made at most", key="generate_made", on_change=fields.heard, args=heard, help="100 % is no limit")


def _set_prefer(place: str) -> None:
    prefer = st.session_state["generate_prefer"]
    found = doc.document()
    if prefer and found:
        blend = {**dict(found.design.blend), "prefer": prefer}
        doc.edit(f"prefer {prefer}", lambda design: design.changed(blend=blend), place=place)


def _set_made(place: str) -> None:
    typed = str(st.session_state["generate_made"])
    found = doc.document()

    def change(design: Design) -> Design:
        number = real_number(typed.replace("%", "").strip())
        if number is None or not 0 <= number <= 100:
            raise InputError(f"Made at most: must be a percentage from 0 % to 100 %, got `{typed.strip()}`.")
        return design.changed(blend={**dict(design.blend), "made_at_most": number / 100})

    if found:
        doc.edit(f"made at most {typed.strip()}", change, place=place)


def _sum(source: int, rows: int) -> h.Element:
    """Source rows and rows together: "335,220 source rows + 150,000 rows = 485,220 together"."""
    return h.p(".td-sum", data_testid="supplement")[
        f"{source:,} source rows + ", h.b[f"{rows:,} rows"], f" = {source + rows:,} together"
    ]


def _set_mode(place: str) -> None:
    mode = st.session_state["generate_mode"]
    if mode:
        doc.edit(f"mode {mode}", lambda design: _with_mode(design, mode), place=place)


def _with_mode(design: Design, mode: Mode) -> Design:
    """The design in another mode; what only the other one understands goes."""
    if design.rows == "most" and mode not in REAL_FIRST:
        return design.changed(mode=mode, blend=Blend(), rows=Design.model_fields["rows"].default)
    return design.changed(mode=mode, blend=Blend())


def too_few_rows(found: doc.Document, outcome: outcomes.Outcome, *, place: str) -> bool:
    """Why the number of rows is too small for a supplement, and a button that takes the smallest that works; False if
    it is not the number of rows alone that is in the way."""
    if not isinstance(outcome, ConflictsError) or found.design.mode != "supplement":
        return False
    key = (found.design.content, found.study.grounding)
    rows = found.study.memo.of("fewest rows", key, lambda: fewest_rows(found.study, outcome))
    if rows is None:
        return False
    binding = max(outcome.conflicts, key=lambda one: one.nearest or 0.0)
    with st.container(key="tt_conflict", horizontal=True, vertical_alignment="center"):
        html(conflict_box(code_marks(binding.message)))
        with st.container(key="tt_ways_out", horizontal=True, width="content"):
            st.button(f"Use {rows:,} rows", key="generate_fewest", on_click=_take, args=(rows, place))
    return True


def _take(rows: int, place: str) -> None:
    doc.edit(f"rows {rows:,}", lambda design: design.changed(rows=rows), place=place)


def fewest_rows(study: Study, found: ConflictsError) -> int | None:
    """The fewest rows with which a supplement meets its design; None if no number of rows does, or it is not known."""
    rows = study.size
    for _ in range(TRIES):
        wanted = [one.nearest for one in found.conflicts if one.control == ROWS and one.nearest is not None]
        if not wanted:
            return None
        rows = max(rows + 1, math.ceil(max(wanted)))
        try:
            project(study, rows=rows)
            return rows
        except ConflictsError as error:
            found = error
        except ConflictError:
            return None
    return None
