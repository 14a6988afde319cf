"""Coverage of pairs: every two factors as a cell of a matrix, and one pair as pictures of the data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import htpy as h
import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.counting.levels import Coded, Levels
from trimtab.core.coverage.dependence import Dependence, Joint, dependence
from trimtab.core.coverage.gaps.patterns import counts_of
from trimtab.core.coverage.gaps.possible import Possible
from trimtab.core.words.numbers import percent
from trimtab.core.words.plain import listed
from trimtab.ui.coverage.comparing import REAL
from trimtab.ui.coverage.sets import (
    Sets,
    begin,
    both,
    choose_factors,
    choose_other,
    possible,
    room_key,
    sample_note,
    shown_levels,
    told,
)
from trimtab.ui.coverage.table import table_of
from trimtab.ui.pairs.matrix import Names, pair_matrix
from trimtab.ui.pairs.table import pair_heat
from trimtab.ui.parts.parts import html, plain, quiet
from trimtab.ui.shell import session

COVERED, THINNEST, DEPENDENCE = "covered share", "thinnest cell", "dependence"
MATRIX = 420  # px


@dataclass(frozen=True, eq=False)
class PairCells:
    """One pair in some sets: `counts` (R, C) rows of each cell by set, and which cells some row can have (R, C)."""

    first: Levels
    second: Levels
    counts: dict[str, np.ndarray]
    room: np.ndarray

    @property
    def cells(self) -> int:
        """Cells that count."""
        return int(self.room.sum())

    def covered(self, name: str, least: int) -> int:
        """Cells in which a set has `least` rows."""
        return int((self.room & (self.counts[name] >= least)).sum())

    @cached_property
    def known(self) -> np.ndarray:
        """(R, C) cells in which any set has a row."""
        return np.asarray(np.logical_or.reduce([counts > 0 for counts in self.counts.values()]))

    def thinnest(self, name: str) -> int:
        """Rows in the cell that has the fewest, of those known to occur: 0 if this set lacks one of them."""
        return int(self.counts[name][self.known].min()) if self.known.any() else 0


def pairs_view(sets: Sets, found: session.Document, bar: DeltaGenerator) -> None:
    """The tab; its fields go into `bar`."""
    study = sets.study
    with bar:
        other = choose_other(sets)
        if other is None:
            return
        names = [REAL, other, both(REAL, other)]
        begin("in", names, names[-1])
        chosen = st.segmented_control(
            "Shade by the rows of", names, format_func=plain, key="in", required=True, bind="query-params"
        )
        measures = [COVERED, THINNEST, DEPENDENCE]
        measure = st.segmented_control(
            "Shade", measures, default=COVERED, key="shade", required=True, bind="query-params"
        )
        least = int(st.number_input("Covered from", 1, 1_000_000, 1, key="least", width=112, bind="query-params"))
        factors = choose_factors(study, 2, asked_pair())

    def draw() -> None:
        levels = shown_levels(study, factors)
        cells = _count(sets, levels, other)
        name = chosen if chosen in names else names[-1]
        strengths = dependence(study, factors)
        left, right = st.columns([1, 2.3], gap="medium")
        with left:
            pair = _chosen_pair(found, factors, cells, name, least)
            _matrix(found, strengths, cells, name, measure or COVERED, least, pair)
        with right:
            _pair(factors, pair, cells, names, least)
        note = sample_note(sets, name)
        if note:
            quiet(note)
        with st.expander("All pairs as a table"):
            table_of(_table(cells, names, strengths, least), f"{found.design_id}-pairs.csv", key="pairs")

    told(draw)


def _count(sets: Sets, levels: Sequence[Levels], other: str) -> dict[Names, PairCells]:
    study = sets.study
    room = possible(study, levels)
    key = (room_key(study, room), sets.key(REAL, levels), sets.key(other, levels))

    def count() -> dict[Names, PairCells]:
        return pair_cells(levels, {name: sets.coded(name, levels) for name in (REAL, other)}, room)

    return study.memo.of("coverage of pairs", key, count)


def pair_cells(levels: Sequence[Levels], coded: dict[str, Coded], room: Possible | None) -> dict[Names, PairCells]:
    """Every pair in two data sets and in both together."""
    one, other = coded
    found = {}
    for i, j in combinations(range(len(levels)), 2):
        first, second = levels[i], levels[j]
        shape = (first.size, second.size)
        counts = {
            name: counts_of([rows.codes[first.factor], rows.codes[second.factor]], shape)
            for name, rows in coded.items()
        }
        counts[both(one, other)] = counts[one] + counts[other]
        allowed = np.ones(shape, dtype=bool) if room is None else np.broadcast_to(room.of((i, j)), shape)
        found[first.factor, second.factor] = PairCells(first, second, counts, allowed)
    return found


def asked_pair() -> Names:
    """The pair that a person or the address chose; "" for a factor that neither did."""
    first, second = (str(st.session_state.get(key) or st.query_params.get(key, "")) for key in ("first", "second"))
    return first, second


def _chosen_pair(
    found: session.Document, factors: list[str], cells: dict[Names, PairCells], name: str, least: int
) -> Names:
    """The pair that is shown: the one chosen, else one with a control, else the one that is covered least."""
    for pair in (asked_pair(), *(one.factors for one in found.design.pairs)):
        if len(set(pair)) == 2 and set(pair) <= set(factors):
            return pair[0], pair[1]
    return min(cells, key=lambda pair: cells[pair].covered(name, least) / max(1, cells[pair].cells))


def _choose(pair: Names) -> None:
    st.session_state["first"], st.session_state["second"] = pair


def _swap(place: str, pair: Names) -> None:
    """A field was changed; the factor that is there already changes places."""
    other = "second" if place == "first" else "first"
    if st.session_state[place] == st.session_state[other]:
        st.session_state[other] = pair[0 if place == "first" else 1]


def _matrix(
    found: session.Document,
    strengths: Dependence,
    cells: dict[Names, PairCells],
    name: str,
    measure: str,
    least: int,
    pair: Names,
) -> None:
    factors = strengths.factors
    shade = np.zeros((len(factors), len(factors)))
    texts = [[""] * len(factors) for _ in factors]
    most = max(cells[one].thinnest(name) for one in cells)
    for i, j in combinations(range(len(factors)), 2):
        one = cells[factors[i], factors[j]]
        if measure == DEPENDENCE:
            shade[j, i] = strengths.strength[i, j]
            texts[j][i] = f"{strengths.strength[i, j]:.2f}, in the real rows"
        elif measure == THINNEST:
            shade[j, i] = np.log1p(one.thinnest(name)) / np.log1p(most) if most else 0.0
            rows = f"{one.thinnest(name):,} row" + "s" * (one.thinnest(name) != 1)
            texts[j][i] = f"{rows} in the thinnest of {int(one.known.sum()):,} cells that occur"
        else:
            shade[j, i] = one.covered(name, least) / max(1, one.cells)
            texts[j][i] = f"{percent(shade[j, i])} of {one.cells:,} cells"
    ends = {DEPENDENCE: ("none", "full"), THINNEST: ("0", f"{most:,} rows"), COVERED: ("0 %", "100 % covered")}[measure]
    controlled = [one.factors for one in found.design.pairs if set(one.factors) <= set(factors)]
    drawn = Dependence(factors, shade)
    pair_matrix(
        drawn,
        selected=pair,
        controlled=controlled,
        key="tt_cover_matrix",
        on_select=_choose,
        height=MATRIX,
        texts=texts,
        ends=ends,
    )


def _pair(factors: list[str], pair: Names, cells: dict[Names, PairCells], names: list[str], least: int) -> None:
    """One pair: its two factors, and a picture of each data set."""
    with st.container(horizontal=True, vertical_alignment="center", key="tt_cover_pair_names"):
        if asked_pair() != pair:
            _choose(pair)
        for place, title in (("first", "Down"), ("second", "Across")):
            st.selectbox(title, factors, key=place, on_change=_swap, args=(place, pair), bind="query-params", width=260)
    turned = pair not in cells
    one = cells[pair[::-1] if turned else pair]
    # The pictures have the same rows and columns, so that a cell is at one place in all of them.
    lacking = one.first.missing, one.second.missing
    missing = lacking[::-1] if turned else lacking
    for at, (column, name) in enumerate(zip(st.columns(len(names), gap="small"), names, strict=True)):
        with column:
            counts = one.counts[name]
            rows = int(counts.sum())
            html(_head(one, name, rows, least, names[1] if name == names[1] else ""))
            axes = (one.second, one.first) if turned else (one.first, one.second)
            shares = _with_missing(one, counts / max(1, rows), turned=turned)
            table = Joint(axes[0].axis, axes[1].axis, shares)
            room = one.room.T if turned else one.room
            pair_heat(table, key=f"tt_cover_heat_{at}", of=max(1, rows), asked=at > 0, room=room, missing=missing)
    shared = [levels.factor for levels in (one.first, one.second) if levels.axis.rest]
    if shared:
        quiet(
            f"The rarest levels of {listed(shared)} are one row or column here. Under Combinations each of them counts "
            "by itself, so that there are more cells, and a smaller share of them is covered."
        )


def _head(one: PairCells, name: str, rows: int, least: int, other: str) -> h.Element:
    """What a picture shows; of the `other` set also how many of its rows no real row is like."""
    share = one.covered(name, least) / max(1, one.cells)
    lacking = "no row" if least == 1 else f"fewer than {least:,} rows"
    words = f"{one.cells - one.covered(name, least):,} of {one.cells:,} cells have {lacking}"
    shut = one.room.size - one.cells
    words += f" · {shut:,} ruled out" if shut else ""
    new = int(one.counts[other][one.counts[REAL] == 0].sum()) if other else 0
    words += f" · {new:,} rows ({percent(new / max(1, rows))}) where real has none" if new else ""
    return h.div(".tc-head", data_set=name)[h.p[h.b[name], h.em[percent(share)]], h.small[f"{rows:,} rows · {words}"]]


def _with_missing(one: PairCells, shares: np.ndarray, *, turned: bool) -> np.ndarray:
    """Shares (R, C) of the levels as (bins + 1, bins + 1) of the axes, with missing last; `turned` on its side."""
    whole = np.zeros((one.first.axis.size + 1, one.second.axis.size + 1))
    whole[: shares.shape[0], : shares.shape[1]] = shares
    return whole.T if turned else whole


def _table(cells: dict[Names, PairCells], names: list[str], strengths: Dependence, least: int) -> pd.DataFrame:
    rows = []
    for (first, second), one in cells.items():
        row: dict[str, object] = {"first": first, "second": second, "cells": one.cells}
        for name in names:
            row[f"covered by {name}"] = one.covered(name, least) / max(1, one.cells)
        for name in names:
            row[f"thinnest cell, {name}"] = one.thinnest(name)
        row["dependence"] = strengths.between(first, second)
        rows.append(row)
    return pd.DataFrame(rows).sort_values(f"covered by {names[-1]}", ignore_index=True)
