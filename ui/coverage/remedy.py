"""The fewest combinations that close all gaps of a level: what to collect, or what the design has to give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h
import numpy as np
import pandas as pd
import streamlit as st

from trimtab.core.counting.levels import Levels
from trimtab.core.coverage.gaps.applying import Wish
from trimtab.core.coverage.gaps.patterns import Gaps
from trimtab.core.coverage.gaps.possible import Possible
from trimtab.core.coverage.gaps.remedy import Remedy, remedy_of
from trimtab.core.errors import InputError
from trimtab.core.words.numbers import counted
from trimtab.ui.coverage.apply import plan
from trimtab.ui.coverage.comparing import REAL
from trimtab.ui.coverage.sets import Sets, parts_of
from trimtab.ui.coverage.table import table_of
from trimtab.ui.parts.parts import factor_levels, html, quiet, section
from trimtab.ui.shell import session

FEWEST = "Fewest combinations"
LISTED = 12
"""Combinations that are listed; the table below has all."""
MOST_TAKEN = 50
"""Combinations that a design can take at once, an event each."""


def remedy_view(sets: Sets, gaps: Gaps, name: str, depth: int, room: Possible | None, found: session.Document) -> None:
    """What to add so that no combination of `depth` factors that there is `room` for has too few rows. Raises
    InputError."""
    levels, threshold = gaps.levels, gaps.threshold
    remedy = find_remedy(sets, levels, name, threshold, depth, room)
    if not remedy.combinations:
        quiet(f"There is nothing to add: every combination of {_up_to(depth)} has {threshold:,} rows or more.")
        return
    _head(sets, levels, remedy, name)
    with st.container(gap=None, key="tt_remedy_list"):
        html(h.div(".tc-gap-head.tc-remedy")[[h.span[head] for head in ("combination", "closes", "rows")]])
        html(*(_row(added.levels, added.closes, added.rows) for added in remedy.combinations[:LISTED]))
    left = len(remedy.combinations) - LISTED
    if left > 0:
        quiet(f"and {left:,} more: the table has them all.")
    with st.expander("All combinations as a table"):
        table_of(remedy_table(remedy, levels), f"{found.design_id}-remedy.csv", key="remedy")


def find_remedy(
    sets: Sets, levels: Sequence[Levels], name: str, threshold: int, depth: int, room: Possible | None
) -> Remedy:
    """The remedy of a data set, found once. Raises InputError."""
    key = (room, sets.key(name, levels), threshold, depth)

    def search() -> Remedy:
        with st.spinner("Looking for the fewest combinations…"):
            return remedy_of(sets.coded(name, levels), levels, threshold, depth, possible=room)

    return sets.study.memo.of("coverage remedy", key, search)


def rows_to_ask(sets: Sets, levels: Sequence[Levels], pattern: Mapping[str, str], rows: int, name: str) -> int:
    """The rows that the design has to give of a pattern so that `rows` more are in a data set: those it gives there
    already count among them."""
    try:
        return rows + sum(_count(sets, part, levels, pattern) for part in parts_of(name) if part != REAL)
    except InputError:
        return rows


def remedy_table(remedy: Remedy, levels: Sequence[Levels]) -> pd.DataFrame:
    """The combinations: how many gaps each closes, its rows, and a column for each factor, empty where it is open."""
    columns: dict[str, object] = {
        "closes": [one.closes for one in remedy.combinations],
        "rows": [one.rows for one in remedy.combinations],
    }
    for one in levels:
        name = f"{one.factor} " if one.factor in columns else one.factor
        columns[name] = [added.levels.get(one.factor, "") for added in remedy.combinations]
    return pd.DataFrame(columns)


def _head(sets: Sets, levels: Sequence[Levels], remedy: Remedy, name: str) -> None:
    count = len(remedy.combinations)
    with st.container(horizontal=True, vertical_alignment="center", key="tt_remedy_head"):
        told = f"{counted(count, 'combination')}, {remedy.rows:,} rows"
        section(told, _then(remedy))
        st.space("stretch")
        word = f"Take all {count:,} into the design" if count <= MOST_TAKEN else f"Take the first {MOST_TAKEN}"
        st.button(word, key="tt_remedy_take", type="primary", on_click=_plan, args=(sets, levels, remedy, name))
    if count > MOST_TAKEN:
        quiet(f"A design takes {MOST_TAKEN} at a time. A floor over these factors says the same in one line.")


def _then(remedy: Remedy) -> str:
    if remedy.left:
        closed = remedy.patterns - remedy.left
        last = remedy.combinations[-1].closes
        return f"they close {closed:,} of {remedy.patterns:,} gaps, the last of them {last:,}: more are not looked for"
    return f"then every combination of {_up_to(remedy.level)} has {remedy.threshold:,} rows or more"


def _plan(sets: Sets, levels: Sequence[Levels], remedy: Remedy, name: str) -> None:
    taken = remedy.combinations[:MOST_TAKEN]
    asked = [(one.levels, rows_to_ask(sets, levels, one.levels, one.rows, name)) for one in taken]
    plan([Wish(pattern, rows) for pattern, rows in asked])


def _row(pattern: Mapping[str, str], closes: int, rows: int) -> h.Element:
    return h.div(".tc-remedy-row")[h.div(".tc-gap")[factor_levels(pattern)], h.span[f"{closes:,}"], h.b[f"{rows:,}"]]


def _count(sets: Sets, part: str, levels: Sequence[Levels], pattern: Mapping[str, str]) -> int:
    """Rows of a pattern in a data set."""
    named = [one for one in levels if one.factor in pattern]
    codes = sets.coded(part, named).codes
    agree = [codes[one.factor] == one.labels.index(pattern[one.factor]) for one in named]
    return int(np.logical_and.reduce(agree).sum())


def _up_to(count: int) -> str:
    return "1 factor" if count == 1 else f"up to {count} factors"
