"""Why a factor moved that nobody set: the controls that move it, and a button that freezes it, with its price."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.changes.freezing import freeze
from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL
from trimtab.core.shown.causes import Explained, Line, explained, lines_of
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import shift_text
from trimtab.ui.parts.control_rows import refused
from trimtab.ui.parts.parts import html, notice, plain, quiet, short
from trimtab.ui.session import document as doc
from trimtab.ui.session import outcome as outcomes

PLACE = "why"


def why_menu(study: Study, name: str) -> None:
    """The menu, for a factor that moves though nobody set it. What it says is worked out once it is opened."""
    outcome = outcomes.projection()
    if not isinstance(outcome, Projection) or study.declared:
        return
    shift = next((one for one in outcome.shifts if one.factor == name), None)
    if shift is None or shift.asked or shift.tv < STILL:
        return
    menu = st.popover("Why did it move?", key="tt_why", on_change="rerun", width="stretch")
    if not menu.open:  # what is not seen is neither worked out nor sent
        return
    with menu, st.container(width=430, key="tt_why_said"):
        try:
            found = study.memo.of("why", (study.design.content, name), lambda: explained(study, name, outcome))
        except TrimtabError as error:
            notice(str(error))
            return
        _causes(study, found)
        _freezing(found, name)


def _causes(study: Study, found: Explained) -> None:
    lines, rest = lines_of(study, found.why)
    shift = found.why.shift
    widest = max((abs(line.part) for line in lines), default=1.0)
    html(
        h.p(".tt-why-head")[h.b[shift.factor], " moves by ", h.b(".carried")[shift_text(shift.tv)], ", nobody set it"],
        h.ul(".tt-why", data_testid="why")[[_line(line, widest) for line in lines]],
        *([h.p(".tt-about")[rest]] if rest else []),
    )


def _line(line: Line, widest: float) -> h.Element:
    back = line.part < 0
    sign = "−" if back else ""
    return h.li(class_={"back": back})[
        h.b[short(line.control, 40)],
        h.span[f"{sign}{shift_text(abs(line.part))}"],
        h.i(style=f"width: {100 * abs(line.part) / widest:.1f}%", aria_hidden="true"),
        h.small[line.how],
    ]


def _freezing(found: Explained, name: str) -> None:
    if found.frozen is None:
        quiet(found.refusal)
        return
    html(h.h2(".tt-section")["Freeze it"])
    if isinstance(found.frozen.outcome, Projection):
        quiet(f"{name} keeps its real shares, whatever else moves. {found.frozen.text}")
        st.button(f"Freeze {plain(short(name))}", key="tt_freeze", on_click=_freeze, args=(name,))
    else:
        notice(found.frozen.text)
    refused(PLACE)


def _freeze(name: str) -> None:
    found = doc.document()
    if found is not None and doc.edit(f"freeze {name}", lambda _: freeze(found.study, name), place=PLACE):
        st.session_state["tt_why"] = False
