"""Pairs: how strongly factors depend on each other, and how they are to: as real, not at all, or as one says."""

from __future__ import annotations

import json
from collections.abc import Callable

import htpy as h
import numpy as np
import streamlit as st

from trimtab.core.changes.pairs import (
    MOST_BINS,
    Choice,
    can_type,
    choice_of,
    choices,
    chosen,
    offered,
    pair_of,
    typed_shares,
    weighted,
    weights_on,
    with_pair,
    without_pair,
)
from trimtab.core.coverage.dependence import Joint, dependence, joint, spearman
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.pairs.matrix import Names, pair_matrix
from trimtab.ui.pairs.table import pair_heat, pair_weights
from trimtab.ui.parts.control_rows import bits_text, number_cell, refused
from trimtab.ui.parts.parts import html, notice, plain, quiet, styles
from trimtab.ui.sculptor.ops import Operation, OpsInbox
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.session import outcome as outcomes

PLACE = "pairs"
PAIR = "tt_pair"
SHOWN = "tt_pair_shown"
INBOX = "tt_pair_inbox"
TITLES: dict[Choice, str] = {
    "real": "As real",
    "independent": "Independent",
    "rank": "Correlation",
    "table": "Table",
}
ABOUT: dict[Choice, str] = {
    "real": "They depend on each other as they do in the real data.",
    "independent": "Neither tells of the other. Each keeps its own shares.",
    "rank": "Spearman’s rank correlation. Each keeps its own shares.",
    "table": "",
}
AS_DECLARED = "As declared", "They depend on each other as they are declared."
"""What the first choice is called where there is no real data, and what it means."""


@tab_at(20, "pairs", "Pairs")
def pairs(found: doc.Document) -> None:
    """The tab: the matrix, the pair that is chosen in it, and the list of pairs with a control."""
    names = offered(found.study)
    if len(names) < 2:
        quiet("A pair needs two factors, and there are not so many.")
        return
    strengths = dependence(found.study, names)
    pair = _chosen_pair(found, names, strengths.strength)
    styles("pairs/pairs.css")
    with st.container(key="tt_pairs"):
        left, right = st.columns([1, 1.12], gap="medium")
        with left:
            controlled = [one.factors for one in found.design.pairs]
            pair_matrix(strengths, selected=pair, controlled=controlled, key="tt_pair_matrix", on_select=_choose)
            if found.design.pairs:
                _controlled(found)
        with right:
            _pair(found, names, pair)
            refused(PLACE)


def _chosen_pair(found: doc.Document, names: list[str], strength: np.ndarray) -> Names:
    """The pair that is shown: the one chosen, else the first with a control, else the one that depends the most. A
    control's own order goes before the order of the factors."""
    wanted = [st.session_state.get(PAIR), *(pair.factors for pair in found.design.pairs)]
    for pair in wanted:
        if isinstance(pair, tuple) and len(set(pair)) == 2 and set(pair) <= set(names):
            own = pair_of(found.design, *pair)
            return own.factors if own else (pair[0], pair[1])
    i, j = np.unravel_index(int(np.argmax(np.tril(strength, -1))), strength.shape)
    return names[min(i, j)], names[max(i, j)]


def _choose(pair: Names) -> None:
    st.session_state[PAIR] = st.session_state[SHOWN] = pair
    doc.settle()


def _choose_by_name(place: int) -> None:
    """One of the two fields was changed; the factor that is there already changes places."""
    name, pair = str(st.session_state[f"tt_pair_factor_{place}"]), st.session_state[SHOWN]
    other = pair[1 - place] if name != pair[1 - place] else pair[place]
    _choose((name, other) if place == 0 else (other, name))


# --- the pair that is chosen ----------------------------------------------------------------------------------------


def _pair(found: doc.Document, names: list[str], pair: Names) -> None:
    control = pair_of(found.design, *pair)
    table = joint(found.study, *pair)
    st.session_state[SHOWN] = pair
    with st.container(horizontal=True, vertical_alignment="center", key="tt_pair_names"):
        for place, title in enumerate(("First factor of the pair", "Second factor of the pair")):
            key = f"tt_pair_factor_{place}"
            fields.show(key, pair[place])
            options, heard = fields.choices(key, names), (key, _choose_by_name, place)
            st.selectbox(title, options, key=key, on_change=fields.heard, args=heard, label_visibility="collapsed")
    pair_heat(table, key="tt_pair_heat")
    _choices(table, pair, control, declared=found.study.declared)
    if control is not None and control.rank_correlation is not None:
        _rank(table, pair, control.rank_correlation)
    elif control is not None and control.weights is not None:
        _table(found, table, control)


def _table(found: doc.Document, table: Joint, control: Pair) -> None:
    """The weights of a pair: to be typed if there are few, else as a picture."""
    typed, shares = typed_shares(control, table), weights_on(control, table)
    if typed is not None:
        acks = _inbox().acks
        pair_weights(table, typed, key="tt_pair_weights", revision=found.revision, acks=acks, on_ops=_receive)
    elif shares is not None:
        quiet("What the design asks for:")
        pair_heat(table, key="tt_pair_asked", shares=shares)
    else:
        notice(f"The weights of `{control.name}` are for other bins than its factors have now.")


def _choices(table: Joint, pair: Names, control: Pair | None, *, declared: bool) -> None:
    now = choice_of(control)
    fields.show("tt_pair_choice", now)
    st.segmented_control(
        f"Dependence of {plain(pair[0])} and {plain(pair[1])}",
        fields.choices("tt_pair_choice", choices(table, control)),
        format_func=lambda choice: AS_DECLARED[0] if declared and choice == "real" else TITLES[choice],
        key="tt_pair_choice",
        required=True,
        on_change=fields.heard,
        args=("tt_pair_choice", _set_choice, pair),
        label_visibility="collapsed",
    )
    real = spearman(table)
    about = AS_DECLARED[1] if declared and now == "real" else ABOUT[now]
    if real is not None:
        about = f"{about} {'Declared' if declared else 'Real'} rank correlation: {real:.2f}.".strip()
    if now == "real" and not can_type(table):
        wide = [axis for axis in (table.first, table.second) if axis.size > MOST_BINS]
        sizes = " and ".join(f"{axis.factor} has {axis.size}" for axis in wide)
        if sizes:
            about += f" A table can be typed for up to {MOST_BINS} × {MOST_BINS} bins; {sizes}."
    if about:
        quiet(about)


def _rank(table: Joint, pair: Names, value: float) -> None:
    fields.show("tt_pair_rank", float(value))
    st.slider(
        f"Rank correlation of {plain(pair[0])} and {plain(pair[1])}",
        -1.0,
        1.0,
        step=0.01,
        format="%.2f",
        key="tt_pair_rank",
        on_change=fields.heard,
        args=("tt_pair_rank", _set_rank, pair),
        label_visibility="collapsed",
    )


def _set_choice(pair: Names) -> None:
    choice: Choice = st.session_state["tt_pair_choice"]
    found = doc.document()
    if found and choice:
        _edit(pair, lambda _: chosen(found.study, joint(found.study, *pair), choice))


def _set_rank(pair: Names) -> None:
    value = round(float(st.session_state["tt_pair_rank"]), 4)
    _edit(pair, lambda design: with_pair(design, *pair, rank_correlation=value))


def _edit(pair: Names, change: Callable[[Design], Design]) -> None:
    _choose(pair)  # it stays the one that is shown, also when it has no control any more
    doc.edit(f"pair {' × '.join(pair)}", change, place=PLACE)


# --- weights that are typed -----------------------------------------------------------------------------------------


def _inbox() -> OpsInbox:
    found: OpsInbox = st.session_state.setdefault(INBOX, OpsInbox())
    return found


def _receive(message: object) -> None:
    _inbox().receive(message, apply_weights)


def apply_weights(operation: Operation) -> None:
    """What was typed into the table of a pair. Raises InputError for an operation that names no pair."""
    found = doc.document()
    pair = _names(operation.factor)
    if found is None:
        return

    def change(_: Design) -> Design:
        if not set(pair) <= set(offered(found.study)):
            raise InputError(f"Pair `{' × '.join(pair)}`: one of its factors is not there any more.")
        table = joint(found.study, *pair)
        size = table.first.size * table.second.size
        shape = (table.first.size, table.second.size) if len(operation.weights) == size else (1, -1)
        return weighted(found.study, table, np.array(operation.weights).reshape(shape))

    _edit(pair, change)


def _names(text: str) -> Names:
    try:
        first, second = json.loads(text)
    except ValueError as error:
        raise InputError(f"Weights of a pair: must name two factors, got {text!r}.") from error
    return str(first), str(second)


# --- all pairs with a control ---------------------------------------------------------------------------------------


def _controlled(found: doc.Document) -> None:
    costs = outcomes.costs()
    with st.container(gap=None, key="tt_pair_list"):
        html(h.div(".tt-pair-head")[h.span["pairs with a control"], h.span["cost"]])
        for place, control in enumerate(found.design.pairs):
            pair, label = control.factors, plain(control.name)
            with st.container(horizontal=True, vertical_alignment="center", key=f"tt_pair_row_{place}"):
                with st.container(gap=None, key=f"tt_pair_text_{place}"):
                    st.button(label, key=f"tt_pair_show_{place}", type="tertiary", on_click=_choose, args=(pair,))
                    html(h.small(".tt-pair-asked")[asked_text(control)])
                cost = costs.get(ControlName("pair", control.name))
                number_cell("" if cost is None else bits_text(cost))
                st.button(
                    ":material/close:",
                    key=f"tt_pair_delete_{place}",
                    help=f"Let {label} depend on each other as they really do",
                    on_click=_delete,
                    args=(pair,),
                )


def asked_text(control: Pair) -> str:
    """What a control asks for, in a few words."""
    if control.weights is not None:
        return f"a table of {len(control.weights)} × {len(next(iter(_rows(control))))}"
    if control.rank_correlation is not None:
        return f"rank correlation {control.rank_correlation:.2f}"
    return "independent"


def _rows(control: Pair) -> list[tuple[float, ...]]:
    if isinstance(control.weights, dict):
        return [tuple(row.values()) for row in control.weights.values()]
    return list(control.weights or ())


def _delete(pair: Names) -> None:
    doc.edit(f"delete pair {' × '.join(pair)}", lambda design: without_pair(design, *pair), place=PLACE)
