"""Weak slices: how they are found, each as a bar of its mean error against that of all rows, and the table behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import htpy as h
import numpy as np
import pandas as pd
import streamlit as st

from trimtab.core.counting.levels import Coded, Levels, code_rows
from trimtab.core.coverage.gaps.applying import condition_of
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.errors import InputError
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.weaknesses.predictions import RowErrors
from trimtab.core.weaknesses.slices import Slice, Weaknesses, slices_of
from trimtab.core.words.numbers import counted
from trimtab.ui.coverage.table import table_of
from trimtab.ui.parts.control_rows import slug
from trimtab.ui.parts.parts import factor_levels, html, plain, quiet, short
from trimtab.ui.parts.rates import size_text
from trimtab.ui.weaknesses.prediction_form import left_out
from trimtab.ui.weaknesses.predictions import Given
from trimtab.ui.weaknesses.thresholds import Thresholds


@dataclass(frozen=True, eq=False)
class Found:
    """Weak slices with the levels they are made of, the errors they were found by, and their weight against sizes."""

    weak: Weaknesses
    levels: tuple[Levels, ...]
    errors: RowErrors
    alpha: float


def find(study: Study, given: Given, asked: Thresholds) -> Found:
    """The weak slices, found once for the predictions and thresholds. Raises InputError for what does not fit."""
    rows, errors = given.rows_of(study), given.errors(study)
    levels = tuple(design_levels(study, asked.factors))
    known = int((~np.isnan(errors.values)).sum())
    if asked.least > known - 2:
        raise InputError(f"Rows at least: {asked.least:,}, but only {known:,} rows have an error. Ask for fewer.")
    key = (rows.key, given.asked, given.join, given.file and given.file.key, asked, levels)

    def search() -> Weaknesses:
        with st.spinner("Looking for weak slices…"):
            return slices_of(
                coded(study, rows, levels),
                levels,
                errors.values,
                error=errors.name,
                alpha=asked.alpha,
                min_rows=asked.least,
                max_factors=asked.depth,
                top=asked.top,
            )

    return Found(study.memo.of("weak slices", key, search), levels, errors, asked.alpha)


def coded(study: Study, rows: Source, levels: Sequence[Levels]) -> Coded:
    """The codes of rows, a factor at a time so that one more costs only its own."""

    def codes(one: Levels) -> np.ndarray:
        return study.memo.of("slice codes", (rows.key, one), lambda: code_rows(rows, [one]).codes[one.factor])

    return Coded(rows.rows, {one.factor: codes(one) for one in levels}, {})


# --- the picture ----------------------------------------------------------------------------------------------------


def chosen(found: Found) -> list[Slice]:
    """The slices that are marked."""
    return [one for one in found.weak.slices if st.session_state.get(_mark_key(one))]


def mark(slices: Sequence[Slice], value: bool) -> None:
    """Mark slices, or take the marks away."""
    for one in slices:
        st.session_state[_mark_key(one)] = value


def _mark_key(one: Slice) -> str:
    """A mark belongs to a slice, not to its place in the list."""
    return f"tt_weak_mark_{slug(*one.levels.items())}"


def summary(found: Found, name: str) -> None:
    """What was looked at, in one line."""
    weak = found.weak
    without = left_out(found.errors.unmatched, found.errors.without_label, found.errors.without_prediction)
    rest = f" · {without}: left out" if without else ""
    folded = f" · {weak.folded:,} repeat another and are folded" if weak.folded else ""
    told = f"{weak.tested:,} slices of at least {weak.min_rows:,} rows tested{folded}{rest}"
    many = _found(weak.slices)
    error = found.errors.name.replace("`", "")
    html(
        h.p(".tc-line", data_testid="weak")[
            h.b[many],
            " ",
            h.span[
                f"in {weak.rows:,} rows of {name}; their {error} is ",
                h.strong[number(weak.mean_error)],
                f" on average · {told}",
            ],
        ]
    )


def picture(found: Found, study: Study, on_boost: Callable[[list[Slice]], None]) -> None:
    """Each slice as a bar of its mean error against that of all rows, with a button that boosts it."""
    weak = found.weak
    if not weak.slices:
        quiet("No slice has an error above the mean that is more than chance. Lower the rows, or allow more factors.")
        return
    if weak.slices[0].score <= 0:
        quiet(
            f"Each of them is worse than all rows by more than chance, and none by so much that it outweighs how small "
            f"it is: no score is above 0 with α = {found.alpha:g}. Move α towards 1 to see the worst ones first."
        )
    top = 1.06 * max(one.interval[1] for one in weak.slices)
    boosted = boosted_shares(study, found)
    with st.container(gap=None, key="tt_weak_list"):
        html(_head(weak.mean_error, top))
        for i, one in enumerate(weak.slices):
            with st.container(horizontal=True, vertical_alignment="center", key=f"tt_weak_{i}"):
                told = plain(short(name_of(one.levels), 90))
                st.checkbox(f"Choose {told}", key=_mark_key(one), label_visibility="collapsed", width=28)
                html(_row(one, weak.mean_error, top, boosted.get(i, "")))
                word = "Change the boost" if i in boosted else "Boost this slice"
                st.button(word, key=f"tt_weak_boost_{i}", width=134, on_click=on_boost, args=([one],))


def _found(slices: Sequence[Slice]) -> str:
    """How many slices are shown, called weak where their score says so."""
    if not slices:
        return "no weak slice"
    if slices[0].score > 0:
        return counted(len(slices), "weak slice")
    return f"{counted(len(slices), 'slice')} worse than all rows, none of them weak"


def boosted_shares(study: Study, found: Found) -> dict[int, str]:
    """What the design asks for already, by the position of the slice."""
    axes = {one.factor: one.axis for one in found.levels}
    asked = {event.when: size_text(event) for event in study.design.events.values()}
    whens = {i: condition_of(one.levels, axes) for i, one in enumerate(found.weak.slices)}
    return {i: asked[when] for i, when in whens.items() if when in asked}


def name_of(levels: Mapping[str, str]) -> str:
    """A slice in one line."""
    return " · ".join(f"{factor} = {level}" for factor, level in levels.items())


def number(value: float) -> str:
    """An error in three digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _head(mean: float, top: float) -> h.Element:
    return h.div(".tw-head")[
        h.span["slice, the worst and largest first"],
        h.span(".tw-axis")[h.i(style=f"left:{100 * mean / top:.2f}%")[f"all rows {number(mean)}"]],
        [h.span[head] for head in ("mean error", "rows", "score", "")],
    ]


def _row(weak: Slice, mean: float, top: float, asked: str) -> h.Element:
    times = f"{weak.mean_error / mean - 1:+.0%}".replace("%", " %")
    return h.div(".tw-row", data_testid="slice")[
        h.div(".tc-gap")[factor_levels(weak.levels), asked and h.em(".tw-asked")[f"boosted: {asked}"]],
        _bar(weak, mean, top),
        h.span(".tw-number")[number(weak.mean_error), h.small[times]],
        h.span(".tw-number")[f"{weak.rows:,}"],
        h.span(".tw-number")[f"{weak.score:.3f}"],
    ]


def _bar(weak: Slice, mean: float, top: float) -> h.Element:
    """The mean error with its interval, against the mean of all rows, on a scale that ends at `top`."""
    low, high = weak.interval
    about = (
        f"Mean error {number(weak.mean_error)}, 95 % interval {number(low)} to {number(high)}, against {number(mean)} "
        "in all rows"
    )
    scale = 100 / top
    return h.div(".tw-bar", role="img", aria_label=about, title=about)[
        h.i(".usual", style=f"width:{scale * mean:.2f}%"),
        h.i(".more", style=f"left:{scale * mean:.2f}%;width:{scale * (weak.mean_error - mean):.2f}%"),
        h.i(".mean", style=f"left:{scale * mean:.2f}%"),
        h.i(".interval", style=f"left:{scale * low:.2f}%;width:{scale * (high - low):.2f}%"),
    ]


# --- the table ------------------------------------------------------------------------------------------------------


def table(found: Found, file: str) -> None:
    """All figures of the slices, as a table and as a file."""
    with st.expander("All figures as a table"):
        quiet(
            "score: SliceLine's · divergence: mean error less that of all rows · t: Welch's, against all other rows · "
            "p: after Benjamini and Hochberg for all slices tested"
        )
        rows = slices_table(found.weak)
        shown = rows.assign(**{name: [f"{p:.1e}" for p in rows[name]] for name in ("p", "p unadjusted")})
        table_of(shown, file, key="slices", whole=lambda: rows, shares=["share of rows"])


def slices_table(weak: Weaknesses) -> pd.DataFrame:
    """A row for each slice, by falling score."""
    return pd.DataFrame(
        {
            "slice": [name_of(one.levels) for one in weak.slices],
            "score": [one.score for one in weak.slices],
            "divergence": [one.divergence for one in weak.slices],
            "rows": [one.rows for one in weak.slices],
            "share of rows": [one.rows / weak.rows for one in weak.slices],
            "mean error": [one.mean_error for one in weak.slices],
            "95 % from": [one.interval[0] for one in weak.slices],
            "95 % to": [one.interval[1] for one in weak.slices],
            "t": [one.t for one in weak.slices],
            "p": [one.p_value for one in weak.slices],
            "p unadjusted": [one.p_unadjusted for one in weak.slices],
        }
    )
