"""Gaps: the most general combinations with too few rows, what closing them takes, and the controls that close them."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.counting.levels import Levels
from trimtab.core.coverage.gaps.applying import Wish
from trimtab.core.coverage.gaps.patterns import OPEN, Gaps, gaps_of
from trimtab.core.coverage.gaps.possible import Possible
from trimtab.ui.coverage.apply import plan, planned
from trimtab.ui.coverage.comparing import DESIGN, GENERATED, REAL
from trimtab.ui.coverage.figures import closing_figure, gap_factors_figure
from trimtab.ui.coverage.remedy import FEWEST, remedy_view, rows_to_ask
from trimtab.ui.coverage.sets import (
    Sets,
    all_levels,
    begin,
    both,
    choose_factors,
    plausible,
    possible,
    sample_note,
    told,
)
from trimtab.ui.coverage.table import SHOWN, table_of
from trimtab.ui.parts.charts import palette
from trimtab.ui.parts.parts import factor_levels, html, plain, quiet, section, short
from trimtab.ui.shell import session

THRESHOLD = 30
"""Rows below which a combination counts as a gap, until a person says otherwise."""
DEPTHS = (1, 2, 3, 4)
PLAUSIBLE = (
    "Leaves out levels that no real row has together, though both are so frequent that chance would have shown some: "
    "reality seems to rule them out."
)
LISTED = 12
"""Gaps that are listed with a button, until more are asked for."""


def gaps_view(sets: Sets, found: session.Document, bar: DeltaGenerator) -> None:
    """The tab; its fields go into `bar`."""
    with bar:
        names = [REAL, *sets.others, *(both(REAL, other) for other in sets.others)]
        first = next((name for name in (GENERATED, DESIGN) if name in sets.makers), None)
        begin("in", names, both(REAL, first) if first else names[-1])
        chosen = st.selectbox("Gaps in", names, key="in", bind="query-params", width=230)
        threshold = st.number_input(
            "Fewer rows than", 1, 10**9, THRESHOLD, key="threshold", width=150, bind="query-params"
        )
        depth = st.segmented_control(
            "Factors at most", DEPTHS, default=2, key="level", required=True, bind="query-params"
        )
        factors = choose_factors(sets.study, 1)
        only = st.toggle("Only plausible ones", key="plausible", help=PLAUSIBLE, bind="query-params")
    name = chosen if chosen in names else names[-1]

    def draw() -> None:
        levels = all_levels(sets.study, factors)
        room = plausible(sets, levels) if only else possible(sets.study, levels)
        gaps = find(sets, levels, name, int(threshold), min(depth or 2, len(factors)), room)
        planned(found)
        if not len(gaps):
            every = "plausible combination" if only else "combination"
            quiet(f"There are none: every {every} has {threshold:,} rows or more.")
            return
        _summary(gaps, name)
        note = sample_note(sets, name)
        if note:
            quiet(note)
        _pictures(gaps)
        one_by_one = "One gap at a time"
        way = st.segmented_control(
            "Close", [one_by_one, FEWEST], default=one_by_one, key="close", required=True, bind="query-params"
        )
        if way == FEWEST:
            remedy_view(sets, gaps, name, min(depth or 2, len(factors)), room, found)
            return
        _list(sets, gaps, name)
        with st.expander("All gaps as a table"):
            file = f"{found.design_id}-gaps.csv"
            table_of(
                gaps_table(gaps, SHOWN), file, key="gaps", total=len(gaps), whole=lambda: gaps_table(gaps, len(gaps))
            )

    told(draw)


def find(sets: Sets, levels: Sequence[Levels], name: str, threshold: int, depth: int, room: Possible | None) -> Gaps:
    """The gaps of a data set among the cells there is `room` for, found once. Raises InputError."""
    key = (room, sets.key(name, levels), threshold, depth)

    def search() -> Gaps:
        with st.spinner("Looking for gaps…"):
            return gaps_of(sets.coded(name, levels), levels, threshold, max_level=depth, possible=room)

    return sets.study.memo.of("coverage gaps", key, search)


def _summary(gaps: Gaps, name: str) -> None:
    by_level = " · ".join(f"{count:,} of {level} factor{'s' * (level > 1)}" for level, count in gaps.by_level.items())
    outside = f" · {gaps.outside:,} rows lie outside of the factors’ levels" if gaps.outside else ""
    told = f"in the {gaps.rows:,} rows of {name}: {by_level}{outside}"
    html(h.div(".tc-total", data_testid="gaps")[h.p(".tc-line")[h.b[f"{len(gaps):,} gaps"], " ", h.span[told]]])


def _pictures(gaps: Gaps) -> None:
    left, right = st.columns([1.15, 1], gap="medium")
    named = gaps.codes != OPEN
    depth = named.sum(axis=1)
    counts = np.stack([named[depth == level].sum(axis=0) for level in range(1, gaps.searched + 1)], axis=1)
    with left:
        figure = gap_factors_figure([one.factor for one in gaps.levels], counts, palette())
        st.plotly_chart(figure, key="tt_cover_gap_factors", config={"displayModeBar": False})
    with right:
        figure = closing_figure(gaps.threshold - gaps.counts, palette())
        st.plotly_chart(figure, key="tt_cover_closing", config={"displayModeBar": False})


def _list(sets: Sets, gaps: Gaps, name: str) -> None:
    """The cheapest gaps, each with a way to close it, and a way to close those that are marked."""
    most = int(st.session_state.get("tt_gaps_shown", LISTED))
    shown = range(min(most, len(gaps)))
    with st.container(horizontal=True, vertical_alignment="center", key="tt_gap_head"):
        section("The cheapest to close", "one row may close several")
        st.space("stretch")
        marked = [i for i in shown if st.session_state.get(_mark_key(gaps, i))]
        word = f"Cover the {len(marked)} chosen" if len(marked) > 1 else "Cover the chosen ones"
        everyone = f"Cover all {len(shown)} listed"
        st.button(everyone, key="tt_gap_all", on_click=_plan, args=(sets, gaps, list(shown), name))
        st.button(
            word,
            key="tt_gap_chosen",
            disabled=not marked,
            on_click=_plan,
            args=(sets, gaps, marked, name),
            type="primary",
        )
    with st.container(gap=None, key="tt_gap_list"):
        html(h.div(".tc-gap-head")[[h.span[head] for head in ("gap", "rows", "to close", "")]])
        for i in shown:
            _row(sets, gaps, i, name)
    if len(shown) < len(gaps) and most < 10 * LISTED:
        st.button("Show more", key="tt_gap_more", on_click=_more, args=(most,))


def _row(sets: Sets, gaps: Gaps, i: int, name: str) -> None:
    gap = gaps[i]
    told_short = plain(short(" · ".join(f"{factor} = {level}" for factor, level in gap.levels.items()), 90))
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_gap_{i}"):
        st.checkbox(f"Choose {told_short}", key=_mark_key(gaps, i), label_visibility="collapsed", width=28)
        html(h.div(".tc-gap")[factor_levels(gap.levels)])
        html(h.div(".tt-number")[f"{gap.count:,}"], width=80)
        html(h.div(".tt-number")[h.b[f"{gap.rows_to_close:,}"]], width=80)
        st.button("Cover this", key=f"tt_gap_cover_{i}", width=104, on_click=_plan, args=(sets, gaps, [i], name))


def _mark_key(gaps: Gaps, i: int) -> str:
    """A mark belongs to a gap, not to its place in the list."""
    return f"tt_gap_mark_{gaps[i].levels}"


def _more(most: int) -> None:
    st.session_state["tt_gaps_shown"] = most * 2


def _plan(sets: Sets, gaps: Gaps, places: list[int], name: str) -> None:
    """Ask for the rows that close some gaps: shown first, taken then."""
    picked = [(gaps[i].levels, gaps[i].rows_to_close) for i in places]
    plan([Wish(levels, rows_to_ask(sets, gaps.levels, levels, rows, name)) for levels, rows in picked])


def gaps_table(gaps: Gaps, most: int) -> pd.DataFrame:
    """The first gaps: rows, rows to close, and a column for each factor, empty where it is open."""
    codes = gaps.codes[:most]
    columns: dict[str, object] = {
        "rows to close": gaps.threshold - gaps.counts[:most],
        "rows": gaps.counts[:most],
        "factors": (codes != OPEN).sum(axis=1),
    }
    for place, one in enumerate(gaps.levels):
        labels = np.array([*one.labels, ""], dtype=object)  # OPEN, -1, is the last one
        columns[f"{one.factor} " if one.factor in columns else one.factor] = labels[codes[:, place]]
    return pd.DataFrame(columns)
