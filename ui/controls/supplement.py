"""Supplements: rows that are added to the source, so that both together meet the design."""

from __future__ import annotations

import math

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import ConflictError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.study.study import Study
from trimtab.ui.parts.parts import code_marks, conflict_box, html
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

ROWS = ControlName("rows", "supplement")
"""The control of a conflict in which the number of rows is too small."""
TRIES = 4
MODES = {"standalone": "Standalone", "supplement": "Supplement"}
ABOUT = "Standalone: the rows alone meet the design.  \nSupplement: the source and the rows together meet it."
NO_SOURCE = "A supplement adds to real data, and this design has none."


def mode_control(found: doc.Document, *, place: str) -> None:
    """Standalone or supplement; and in a supplement the sum."""
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
    if found.design.mode == "supplement":
        html(_sum(found.study.source.rows, found.design.rows))


def _sum(source: int, rows: int) -> h.Element:
    """Source rows and rows together: "335,220 source rows + 150,000 rows = 485,220 together"."""
    return h.p(".td-sum", data_testid="supplement")[
        f"{source:,} source rows + ", h.b[f"{rows:,} rows"], f" = {source + rows:,} together"
    ]


def _set_mode(place: str) -> None:
    mode = st.session_state["generate_mode"]
    if mode:
        doc.edit(f"mode {mode}", lambda design: design.changed(mode=mode), place=place)


def too_few_rows(found: doc.Document, outcome: doc.Outcome, *, place: str) -> bool:
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
    rows = study.design.rows
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
