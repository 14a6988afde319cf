"""The page review, versions side by side: the factors in which they differ, both histograms over each other."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import numpy as np
import streamlit as st

from trimtab.core.review.difference import FactorChange
from trimtab.core.review.overview import NOTICED
from trimtab.core.words.numbers import rounded_percent, shift_text
from trimtab.ui.parts.charts import Bars, factor_figure, palette
from trimtab.ui.parts.parts import html, quiet

CARD, CHART = 384, 180  # px
MOST_CARDS = 6
ALL = "review_apart_all"


def apart(factors: Sequence[FactorChange], before: str, after: str, reality: str) -> None:
    """A card for each factor that differs, the one that differs most first, all in the bins of the first version."""
    moved = sorted((one for one in factors if (one.tv or 0.0) >= NOTICED), key=lambda one: -(one.tv or 0.0))
    if not moved:
        quiet(f"No factor differs by {rounded_percent(NOTICED)} or more.")
        return
    shown = moved if st.session_state.get(ALL) else moved[:MOST_CARDS]
    marks = (("real", before), ("asked", after), ("ring", reality))
    html(
        h.div(".tr-pictures", data_testid="apart")[
            h.b[f"{len(moved)} {'factor differs' if len(moved) == 1 else 'factors differ'}"],
            h.div(".td-legend")[[h.span[h.i(class_=mark), word] for mark, word in marks]],
        ]
    )
    with st.container(horizontal=True, key="tt_review_apart"):
        for place, one in enumerate(shown):
            with st.container(width=CARD):
                _card(one, place, (before, after, reality))
    if len(shown) < len(moved):
        st.button(f"Show all {len(moved)} factors", key="review_apart_more", on_click=_show_all)


def _show_all() -> None:
    st.session_state[ALL] = True


def _card(one: FactorChange, place: int, names: tuple[str, str, str]) -> None:
    before, after, reality = names
    with st.container(border=True, key=f"tt_card_apart_{place}", gap="xsmall"):
        differs = h.em(".asked")[h.small["differs by"], " ", shift_text(one.tv or 0.0)]
        html(h.div(".td-card-head", data_factor=one.name)[h.span[h.b[one.name]], differs])
        figure = factor_figure(_bars(one, names), log=False, height=CHART, colors=palette())
        st.plotly_chart(figure, key=f"apart_{place}", config={"displayModeBar": False})
        far = [shift_text(tv or 0.0) for tv in (one.before_tv, one.after_tv)]
        html(h.p(".td-card-foot")[f"{before} {far[0]} from {reality}, {after} {far[1]}"])


def _bars(one: FactorChange, names: tuple[str, str, str]) -> Bars:
    real, was, now = (np.array([getattr(found, of) for found in one.bins]) for of in ("real", "before", "after"))
    labels = tuple(found.label for found in one.bins)
    return Bars(labels, was, now, {names[2]: real}, asked=True, ordered=one.kind != "categorical", names=names[:2])
