"""What counts as a weak slice, as fields: the error against the size, the fewest rows, how many factors and which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from trimtab.core.errors import InputError
from trimtab.core.study.study import Study
from trimtab.core.weaknesses.slices import ALPHA, least_rows
from trimtab.ui.weaknesses.predictions import FRESH_LEAST, Given, factors_of, guess, kinds_of

DEPTHS = (1, 2, 3)
TOP = 10
MOST = 50
FIRST_FACTORS = 16
"""Factors that slices are made of until a person chooses others: three of each are combined."""


@dataclass(frozen=True)
class Thresholds:
    """What counts as a weak slice: see `trimtab.core.weaknesses.slices.find_slices`."""

    alpha: float
    least: int
    depth: int
    top: int
    factors: tuple[str, ...]


def thresholds(given: Given, study: Study) -> Thresholds:
    """The fields of what counts as weak. Raises InputError if no factor is left."""
    names = factors_of(given, study)
    rows = given.rows_of(study).rows
    with st.container(horizontal=True, vertical_alignment="bottom", key="tt_weak_bar"):
        about = "How much the error counts against the size of a slice: 0.5 both alike, 1 the error alone."
        if "alpha" not in st.query_params:
            st.session_state.setdefault("alpha", ALPHA)
        alpha = st.slider(
            "Error or size (α)",
            0.5,
            1.0,
            step=0.01,
            key="alpha",
            width=170,
            help=about,
            bind="query-params",
            persist_state="session",
        )
        if st.session_state.pop(FRESH_LEAST, False) or "least" not in {*st.session_state, *st.query_params}:
            st.session_state["least"] = least_rows(rows)
        least = st.number_input(
            "Rows at least", 2, 10**9, key="least", width=140, bind="query-params", persist_state="session"
        )
        depth = st.segmented_control(
            "Factors at most",
            DEPTHS,
            default=2,
            key="deep",
            required=True,
            bind="query-params",
            persist_state="session",
        )
        top = st.number_input(
            "Slices", 1, MOST, TOP, key="top", width=110, bind="query-params", persist_state="session"
        )
        # What the model said, and the truth, are no reasons for its errors.
        told = set(guess(kinds_of(given.rows_of(study)), []).values()) if given.join == "beside" else set()
        first = [name for name in names if name not in told] or names
        picked = _factors(names, first[:FIRST_FACTORS])
    return Thresholds(float(alpha), int(least), int(depth or 2), int(top), tuple(picked))


def _factors(names: Sequence[str], first: Sequence[str]) -> list[str]:
    """The factors that are chosen, those of `first` until others are."""
    if "among" in st.session_state:  # another design may be open, or another file
        st.session_state["among"] = [name for name in st.session_state["among"] if name in names] or list(first)
        default = None
    else:
        default = list(first)
    asked = set(st.session_state.get("among") or st.query_params.get_all("among") or first) & set(names)
    word = f"{len(asked)} of {len(names)} factors" if len(asked) < len(names) else f"All {len(names)} factors"
    with st.popover(word, key="tt_weak_factors"):
        picked = st.multiselect(
            "Slices are made of", list(names), default, key="among", bind="query-params", persist_state="session"
        )
    if not picked:
        raise InputError("Slices: choose at least one factor.")
    return [name for name in names if name in picked]
