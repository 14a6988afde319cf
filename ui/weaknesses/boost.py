"""Boosting: the share a weak slice is to have, or a budget of rows over several; shown as a change, then taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.coverage.gaps.applying import boost_slices
from trimtab.core.coverage.gaps.possible import has_levels
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.study.study import Study, whole_size
from trimtab.core.weaknesses.budget import USUAL_DECAY, spread_rows, usual_curve
from trimtab.core.weaknesses.slices import Slice
from trimtab.core.words.numbers import exact_percent, one_in, percent
from trimtab.core.words.typed import read_size, whole_number
from trimtab.ui.changes.proposals import Proposal, proposal, show_changes, show_consequence
from trimtab.ui.parts.parts import html, notice, quiet, section, short
from trimtab.ui.parts.rates import steps
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import page_file
from trimtab.ui.weaknesses.shares import Share, shares_of
from trimtab.ui.weaknesses.slices import mark, name_of, number

PLACE = "weak boost"
PLAN, WANTED, TAKEN = "tt_boost_plan", "tt_boost_wanted", "tt_boost_taken"
HIGH = (0.6, 0.7, 0.8, 0.9)
"""Shares beyond those of rare events."""
FIRST_BUDGET = 0.1
"""Of the design's rows."""


def plan(slices: Sequence[Slice]) -> None:
    """Begin to boost one slice, or several with a budget."""
    found = session.document()
    st.session_state[PLAN] = (found and found.design_id, tuple(slices))
    for key in (WANTED, TAKEN, "tt_boost_exact", "tt_boost_budget"):
        st.session_state.pop(key, None)
    session.settle()


def forget() -> None:
    """Leave the plan."""
    st.session_state.pop(PLAN, None)
    st.session_state.pop(WANTED, None)
    session.settle()


def planned(found: session.Document) -> None:
    """What is being boosted, if anything, with *Take it* and *Cancel*; or what was taken."""
    of, slices = st.session_state.get(PLAN, (None, ()))
    if of != found.design_id or not has_levels(found.study, [one.levels for one in slices]):
        slices = ()  # another design is open, or another axis, since
    if not slices:
        _taken(found)
        return
    with st.container(border=True, key="tt_boost_box"):
        shares: Sequence[Share] = ()
        try:
            shares = shares_of(found, slices)
            wanted = _one(found, slices[0], shares[0]) if len(slices) == 1 else _several(found, slices, shares)
        except TrimtabError as error:
            notice(str(error))
            wanted = None
        message = session.refusal(PLACE)
        if message:
            notice(message)
        change = None if wanted is None or message else _show(found, slices, wanted)
        met = change is None or isinstance(change.outcome, Projection)
        with st.container(horizontal=True):
            st.button(
                "Take it into the design" if met else "Take it, and solve the conflict on the design page",
                key="tt_boost_take",
                type="primary" if met else "secondary",
                disabled=change is None or not change.changes,
                on_click=_take,
                args=(slices, shares),
            )
            st.button("Cancel", key="tt_boost_cancel", on_click=forget)


def _taken(found: session.Document) -> None:
    """The way on after a boost, until something else is done."""
    name = st.session_state.get(TAKEN)
    if not name or session.undo_labels()[:1] != [name[0]]:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tt_boost_done"):
        met, here = isinstance(session.projection(), Projection), {session.PARAMETER: found.design_id}
        notice(f"{name[1]} The bar above takes it back.", tone="good" if met else "info")
        if met:
            st.page_link(page_file("generate"), label="Generate the rows", query_params=here)
        else:
            st.page_link(page_file("design"), label="Solve the conflict", query_params=here)


# --- one slice -------------------------------------------------------------------------------------------------------


def _one(found: session.Document, one: Slice, share: Share) -> list[dict[str, Any]]:
    """The share now and the share wanted: a slider, and an exact field."""
    if WANTED not in st.session_state:
        st.session_state[WANTED] = {"rate": first_rate(share.now)}
    wanted: dict[str, Any] = st.session_state[WANTED]
    rate = wanted["rate"] if "rate" in wanted else rate_of_rows(found, share, wanted["rows"])
    section(f"Boost {short(name_of(one.levels), 100)}")
    with st.container(horizontal=True, vertical_alignment="center", key="tt_boost_fields"):
        html(_now(found, share, rate))
        session.show("tt_boost_slider", rate)
        options = [step for step in steps(rate, *HIGH) if step >= min(share.now, rate)]
        st.select_slider(
            "Share wanted",
            sorted(session.choices("tt_boost_slider", options)),
            format_func=lambda value: f"{percent(value)} · {one_in(value)}" if value < 0.1 else percent(value),
            key="tt_boost_slider",
            on_change=session.heard,
            args=("tt_boost_slider", _slid),
            width=300,
        )
        text = f"{wanted['rows']:,} rows" if "rows" in wanted else exact_percent(rate)
        session.own("tt_boost_exact", text, place=PLACE)
        heard, about = ("tt_boost_exact", _typed), "5 %, 1 in 20 or 1,000 rows"
        st.text_input("Exact", key="tt_boost_exact", on_change=session.heard, args=heard, width=120, help=about)
    return [wanted]


def rate_of_rows(found: session.Document, share: Share, rows: int) -> float:
    """The share that so many generated rows come to; in a supplement those of the source come on top."""
    real = share.real_rows if found.design.mode == "supplement" else 0
    return min(1.0, (rows + real) / whole_size(found.study, found.study.size))


def first_rate(now: float) -> float:
    """The share that is proposed: twice the odds, on a step of the slider.

    >>> first_rate(0.0123), first_rate(0.36), first_rate(0.7), first_rate(0.0)
    (0.025, 0.5, 0.8, 0.01)
    """
    if now <= 0:
        return 0.01
    twice = 2 * now / (1 + now)
    options = [step for step in steps(*HIGH) if step > now]
    return min(options, key=lambda step: abs(step - twice)) if options else 1.0


def _now(found: session.Document, share: Share, rate: float) -> h.Element:
    figures = [("real", share.real, f"{share.real_rows:,} rows")]
    if share.design is not None:
        figures.append(("in the design now", share.design, ""))
    rows = round(rate * whole_size(found.study, found.study.size))
    figures.append(("wanted", rate, f"{rows:,} rows"))
    scale = 100 / max(part for _, part, _ in figures)
    lines = [
        h.div(class_="wanted" if what == "wanted" else "now")[
            h.span[what], h.p[h.i(style=f"width:{scale * part:.2f}%")], h.b[percent(part)], h.small[about]
        ]
        for what, part, about in figures
    ]
    return h.div(".tw-shares", data_testid="shares")[lines]


def _slid() -> None:
    session.settle()
    st.session_state[WANTED] = {"rate": float(st.session_state["tt_boost_slider"])}


def _typed() -> None:
    try:
        st.session_state[WANTED] = read_size(str(st.session_state["tt_boost_exact"]), owner="Share wanted")
    except InputError as error:
        session.refuse(str(error), place=PLACE)
        return
    session.settle()


# --- several slices -------------------------------------------------------------------------------------------------


def _several(found: session.Document, slices: Sequence[Slice], shares: Sequence[Share]) -> list[dict[str, Any]]:
    """A budget of rows, spread over the slices, and what each gets."""
    rows = found.study.size
    section(f"Boost {len(slices)} slices", "a budget of rows, spread where each row should lower the error most")
    if "tt_boost_budget" not in st.session_state:
        st.session_state["tt_boost_budget"] = f"{max(len(slices), round(FIRST_BUDGET * rows)):,}"
    st.text_input("Rows for all of them together", key="tt_boost_budget", width=220, help="10,000 or 10k")
    before, more = _shared_out(found, slices, shares)
    html(_spread(slices, [max(1, share.real_rows) for share in shares], before, more))
    quiet(
        f"The design keeps its {rows:,} rows. Of a slice with n real rows the error is taken to fall as "
        f"n^−{USUAL_DECAY}, the usual learning curve (Slice Tuner): a guide, not a promise. A row may lie in several "
        "of the slices, and then counts in each."
    )
    return _in_rows(before, more)


def _shared_out(
    found: session.Document, slices: Sequence[Slice], shares: Sequence[Share]
) -> tuple[list[int], list[int]]:
    """The rows that each slice has now, and those it gets of the budget that is typed. Raises InputError."""
    budget = whole_number(str(st.session_state["tt_boost_budget"]), owner="Rows for all of them together")
    real = [max(1, share.real_rows) for share in shares]
    curves = [usual_curve(n, one.mean_error) for n, one in zip(real, slices, strict=True)]
    standalone = found.design.mode == "standalone"
    before = [round((share.now if standalone else share.real) * found.study.size) for share in shares]
    return before, [int(k) for k in spread_rows(real, curves, budget)]


def _in_rows(before: Sequence[int], more: Sequence[int]) -> list[dict[str, Any]]:
    return [{"rows": n + k} if k else {} for n, k in zip(before, more, strict=True)]


def _spread(slices: Sequence[Slice], known: Sequence[int], before: Sequence[int], more: Sequence[int]) -> h.Element:
    """A row for each slice: the rows it has in the design, and those it gets."""
    most = max(1, *(n + k for n, k in zip(before, more, strict=True)))
    heads = ("slice", "mean error", "real rows", "", "rows now", "more")
    rows = [
        h.tr[
            h.th(scope="row")[short(name_of(weak.levels), 80)],
            h.td[number(weak.mean_error)],
            h.td[f"{real:,}"],
            h.td(".tw-stack")[
                h.p[
                    h.i(".now", style=f"width:{100 * n / most:.2f}%"),
                    h.i(".wanted", style=f"width:{100 * k / most:.2f}%"),
                ]
            ],
            h.td[f"{n:,}"],
            h.td[h.b[f"+{k:,}"]],
        ]
        for weak, real, n, k in zip(slices, known, before, more, strict=True)
    ]
    return h.table(".td-table.tw-spread", data_testid="spread")[
        h.thead[h.tr[[h.th(scope="col")[head] for head in heads]]], h.tbody[rows]
    ]


# --- the change -----------------------------------------------------------------------------------------------------


def _boosted(study: Study, slices: Sequence[Slice], wanted: Sequence[dict[str, Any]]) -> Design:
    return boost_slices(study, [(one.levels, fields) for one, fields in zip(slices, wanted, strict=True)])


def _show(found: session.Document, slices: Sequence[Slice], wanted: list[dict[str, Any]]) -> Proposal | None:
    key = (found.design.content, tuple((name_of(one.levels)) for one in slices), str(wanted))
    try:
        with st.spinner("Working it out…"):
            change = found.study.memo.of(
                "boost proposal", key, lambda: proposal(found.study, _boosted(found.study, slices, wanted))
            )
    except TrimtabError as error:
        notice(str(error))
        return None
    title = "The design changes:" if change.changes else "The design asks for this already."
    show_changes(change.changes, title)
    show_consequence(change)
    return change


def _take(slices: tuple[Slice, ...], shares: Sequence[Share]) -> None:
    found = session.document()
    if found is None or session.refusal(PLACE):  # what was typed a moment ago is refused: nothing older is taken
        return
    # What was typed just before the click counts, even if the page was not drawn again in between.
    try:
        wanted = [st.session_state[WANTED]] if len(slices) == 1 else _in_rows(*_shared_out(found, slices, shares))
    except InputError as error:
        session.refuse(str(error), place=PLACE)
        return
    what = short(name_of(slices[0].levels), 24) if len(slices) == 1 else f"{len(slices)} slices"
    label = f"boost {what}"
    if session.edit(label, lambda _: _boosted(found.study, slices, wanted), place=PLACE):
        told = name_of(slices[0].levels) if len(slices) == 1 else f"{len(slices)} slices"
        mark(slices, False)
        forget()
        st.session_state[TAKEN] = (label, f"The design now boosts {told}.")
