"""Coverage of combinations of 2 to 4 factors: the cells that real rows have, and those another set adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import htpy as h
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.coverage.tway import STRENGTHS, Combination, t_way_of
from trimtab.core.words.numbers import percent
from trimtab.ui.coverage.comparing import REAL
from trimtab.ui.coverage.figures import combinations_figure
from trimtab.ui.coverage.sets import (
    Sets,
    all_levels,
    both,
    choose_factors,
    choose_other,
    possible,
    room_key,
    sample_note,
    told,
)
from trimtab.ui.coverage.table import table_of
from trimtab.ui.parts.charts import palette
from trimtab.ui.parts.parts import html, quiet
from trimtab.ui.shell import session

MOST_COMBINATIONS = {2: 435, 3: 220, 4: 126}
"""Combinations that are counted, by strength: what takes about a second for 335,000 rows."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Combinations in the real rows and in another set: those `found`, of `total` there are."""

    other: str
    strength: int
    total: int
    found: tuple[Combination, ...]

    @property
    def cells(self) -> int:
        """All cells."""
        return sum(one.cells for one in self.found)

    @property
    def only_real(self) -> int:
        """Cells that only real rows cover."""
        return sum(int(one.lacking[0, 1]) for one in self.found)

    @property
    def only_other(self) -> int:
        """Cells that only the other set covers."""
        return sum(int(one.lacking[1, 0]) for one in self.found)

    @property
    def shared(self) -> int:
        """Cells that both cover."""
        return sum(int(one.covered[0] - one.lacking[0, 1]) for one in self.found)


def combinations_view(sets: Sets, found: session.Document, bar: DeltaGenerator) -> None:
    """The tab; its fields go into `bar`."""
    with bar:
        other = choose_other(sets)
        if other is None:
            return
        strength = st.segmented_control(
            "Factors at a time", STRENGTHS, default=2, key="strength", required=True, bind="query-params"
        )
        factors = choose_factors(sets.study, strength or 2)

    def draw() -> None:
        compared = count_combinations(sets, factors, other, strength or 2)
        if len(compared.found) < compared.total:
            kept = len(counted_factors(factors, strength or 2))
            quiet(
                f"{len(factors)} factors have {compared.total:,} combinations of {strength}: those of the first {kept} "
                f"are counted, {len(compared.found)}. Choose fewer factors to have others."
            )
        html(_totals(compared))
        note = sample_note(sets, other)
        if note:
            quiet(note)
        left, right = st.columns([1.25, 1], gap="medium")
        with left:
            figure = combinations_figure(compared.found, other, palette())
            st.plotly_chart(figure, key="tt_cover_ways_chart", config={"displayModeBar": False})
        with right:
            html(_thinnest(compared))
        with st.expander("All combinations as a table"):
            name = f"{found.design_id}-combinations-of-{strength}.csv"
            table_of(combinations_table(compared), name, key="combinations")

    told(draw)


def count_combinations(sets: Sets, factors: Sequence[str], other: str, strength: int) -> Compared:
    """Count the combinations, once for a revision and the files. Raises InputError."""
    levels = all_levels(sets.study, counted_factors(factors, strength))
    room = possible(sets.study, levels)
    key = (room_key(sets.study, room), sets.key(REAL, levels), sets.key(other, levels), strength)

    def count() -> tuple[Combination, ...]:
        coded = {name: sets.coded(name, levels) for name in (REAL, other)}
        with st.spinner("Counting combinations…"):
            return t_way_of(coded, levels, strength, possible=room).combinations

    found = sets.study.memo.of("coverage of combinations", key, count)
    return Compared(other, strength, comb(len(factors), strength), found)


def counted_factors(factors: Sequence[str], strength: int) -> list[str]:
    """The factors whose combinations can be counted in about a second: the first ones."""
    most = len(factors)
    while most > strength and comb(most, strength) > MOST_COMBINATIONS[strength]:
        most -= 1
    return list(factors[:most])


def _totals(compared: Compared) -> h.Element:
    """One bar of all cells: in both sets, in one of them, in none."""
    cells, other = max(1, compared.cells), compared.other
    none = cells - compared.shared - compared.only_real - compared.only_other
    parts = (
        ("both", "in both", compared.shared),
        ("real", "only real", compared.only_real),
        ("other", f"only {other}", compared.only_other),
        ("none", "no row", none),
    )
    bar = [h.i(class_=kind, style=f"flex-grow:{count / cells:.6f}") for kind, _, count in parts if count]
    legend = [h.span[h.i(class_=kind), label, " ", h.b[percent(count / cells)]] for kind, label, count in parts]
    figures = [h.div[h.small[label], h.b[value]] for label, value in _figures(compared)]
    return h.div(".tc-total", data_testid="ways")[
        h.div(".tc-figures")[figures],
        h.div(".tc-bar", role="img", aria_label="All cells")[bar],
        h.p(".tc-legend")[legend, h.span[f"{compared.cells:,} cells of {len(compared.found):,} combinations"]],
    ]


def _figures(compared: Compared) -> tuple[tuple[h.Node, str], ...]:
    """What both sets cover, alone and together, and what each lacks of the other."""
    cells, other = max(1, compared.cells), compared.other
    real, generated = compared.shared + compared.only_real, compared.shared + compared.only_other
    union = real + compared.only_other
    return (
        (h.fragment["real covers (CC", h.sub[compared.strength], ")"], percent(real / cells)),
        (f"{other} covers", percent(generated / cells)),
        ("together", percent(union / cells)),
        (f"of the real cells, {other} lacks", percent(compared.only_real / real) if real else "–"),
        (f"of {other}’s cells, real lacks", percent(compared.only_other / generated) if generated else "–"),
    )


def _thinnest(compared: Compared) -> h.Element:
    """The combinations that are covered least, together."""
    heads = ("covered least", "real", compared.other, "together")
    return h.table(".td-table.tc-thin")[
        h.thead[h.tr[[h.th(scope="col")[head] for head in heads]]],
        h.tbody[[_thin_row(one) for one in sorted(compared.found, key=_together)[:8]]],
    ]


def _thin_row(one: Combination) -> h.Element:
    return h.tr[
        h.th(scope="row")[" × ".join(one.factors)],
        h.td[percent(_share(one, 0))],
        h.td[percent(_share(one, 1))],
        h.td[h.b[percent(_together(one))]],
    ]


def _share(one: Combination, place: int) -> float:
    return float(one.covered[place] / one.cells) if one.cells else 0.0


def _together(one: Combination) -> float:
    return float((one.covered[0] + one.lacking[1, 0]) / one.cells) if one.cells else 0.0


def combinations_table(compared: Compared) -> pd.DataFrame:
    """Every combination that was counted, the one covered least first."""
    t, other = compared.strength, compared.other
    name = both(REAL, other)
    rows = []
    for one in compared.found:
        factors = {f"factor {i}": factor for i, factor in enumerate(one.factors, 1)}
        shares = {f"CC{t} {REAL}": _share(one, 0), f"CC{t} {other}": _share(one, 1), f"CC{t} {name}": _together(one)}
        lacking = {}
        for i, j, label in ((0, 1, f"{REAL} ∖ {other}"), (1, 0, f"{other} ∖ {REAL}")):
            lacking[f"SDCC{t} {label}"] = float(one.lacking[i, j] / one.covered[i]) if one.covered[i] else None
        rows.append({**factors, "cells": one.cells, **shares, **lacking})
    return pd.DataFrame(rows).sort_values(f"CC{t} {name}", ignore_index=True)
