"""The fields that say what predictions mean: errors, predictions or probabilities; their columns; whose rows they
are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h
import streamlit as st

from trimtab.core.errors import InputError
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.weaknesses.predictions import LOSSES, Asked
from trimtab.ui.parts.parts import chip, html, notice, plain, title
from trimtab.ui.shell import session
from trimtab.ui.weaknesses.predictions import (
    FRESH,
    NUMBERS,
    PLACE,
    Given,
    file_of_session,
    forget,
    guess,
    guess_join,
    is_own,
    kinds_of,
    sample_fits,
    take_own,
    take_sample,
    take_upload,
)

KINDS = {"error": "Errors", "probability": "Probabilities", "prediction": "Predictions"}
LOSS_WORDS = {
    "wrong": "right or wrong",
    "log": "log loss",
    "absolute": "distance",
}
ABOUT = (
    "Bring in what a model said about rows whose truth is known. The slices of the data in which it errs most are "
    "found, and each can be given more rows in the design by one click."
)
EXAMPLES = (
    "A file with a column of errors, or with the label and the model’s prediction or probability. It holds the factors "
    "too, or the rows of the open data in their order, or a key by which they are found."
)
SAMPLE_ABOUT = "A real model’s probabilities of a late arrival for 60,000 of these flights, none of which it had seen."
JOINS = {"beside": "the factors are in the file", "order": "rows in the order of the data", "key": "rows by a key"}


def welcome(found: session.Document) -> None:
    """The page while there are no predictions: the ways in."""
    title("Where does the model fail?", ABOUT)
    message = session.refusal(PLACE)
    if message:
        notice(message)
    study = found.study
    with st.container(key="tt_weak_ways"):
        left, right = st.columns([1, 1], gap="large")
        with left:
            _way("A file of predictions", EXAMPLES)
            _uploader("weak_upload")
        with right:
            if sample_fits(study):
                _way("The sample’s predictions", SAMPLE_ABOUT)
                st.button("Try the sample’s predictions", type="primary", key="weak_sample", on_click=take_sample)
            if not study.declared:
                about = f"{study.source.name} may hold the label and what a model said beside the factors."
                _way("Columns of the open data", about)
                st.button("Use columns of the open data", key="weak_own", on_click=take_own)


def _way(title_: str, about: str) -> None:
    html(h.h2(".tt-section")[title_], h.p(".tt-about")[about])


def _uploader(name: str) -> None:
    key = f"{name}_{st.session_state.setdefault('weak_turn', 0)}"
    st.file_uploader("Predictions as CSV or Parquet", key=key, on_change=take_upload, args=(key,))


def given(found: session.Document) -> Given | None:
    """The predictions as the person says they are read; None while there are none. Draws the fields.

    Raises InputError while the columns that were chosen do not go together.
    """
    file = file_of_session()
    if file is None and not is_own():
        return None
    source = file or found.study.source
    kinds = kinds_of(source)
    guessed = guess(kinds, [] if file is None else found.study.columns)
    with st.container(horizontal=True, vertical_alignment="bottom", key="tt_weak_given"):
        _file_chip(source, own=file is None)
        first = next((kind for kind in ("error", "probability", "prediction") if kind in guessed), "error")
        kind = st.segmented_control(
            "The model gave",
            list(KINDS),
            format_func=lambda one: KINDS.get(one, str(one)),
            key=_first("kind", list(KINDS), first),
            required=True,
            bind="query-params",
            persist_state="session",
        )
        try:
            asked = _columns(found.study, source, kind or first, guessed)
            join, key = _join(found.study, file, guessed)
        finally:  # whatever is wrong with these predictions, others can be taken
            st.session_state.pop(FRESH, None)
            st.space("stretch")
            _other(found.study)
    missing = [name for name, column in asked.items() if column is None]
    if missing:
        what = "level whose probability it is" if missing[0] == "positive" else f"column of the {missing[0]}"
        raise InputError(f"{source.name}: choose the {what}.")
    return Given(file, Asked(**asked, key=key), join)


def _file_chip(source: Source, *, own: bool) -> None:
    word = "columns of the open data" if own else f"{source.rows:,} rows"
    html(h.div(".tw-file")[chip(word, source.name, title=source.name)], width="content")


def _first(key: str, options: Sequence[str], guess_: str | None) -> str:
    """Give a field its first value, unless one was chosen of these predictions or the address has one; its key."""
    known = key in st.query_params or st.session_state.get(key) in options
    if st.session_state.get(FRESH) or not known:
        st.session_state[key] = guess_
    return key


def _column(what: str, options: Sequence[str], guess_: str | None) -> str | None:
    picked = st.selectbox(
        what.capitalize(),
        options,
        key=_first(what, options, guess_ if guess_ in options else None),
        width=158,
        index=None if guess_ is None else 0,
        placeholder="column",
        bind="query-params",
        persist_state="session",
    )
    return picked if picked in options else None


def _columns(study: Study, source: Source, kind: str, guessed: Mapping[str, str]) -> dict[str, str | None]:
    """The fields of `Asked` for what the model gave."""
    kinds = kinds_of(source)
    if kind == "error":
        fits = [name for name in kinds if kinds[name] in (*NUMBERS, "boolean")]
        return {"error": _column("error", fits, guessed.get("error"))}
    # A label may stand in either file.
    both = {**{name: column.kind for name, column in study.columns.items()}, **kinds}
    label = _column("label", list(both), guessed.get("label"))
    said = _column(kind, list(kinds), guessed.get(kind))
    asked = {"label": label, kind: said}
    if kind == "probability" and label is not None and both[label] == "categorical":
        level = st.text_input(
            "Probability of",
            key="positive",
            width=120,
            placeholder="level",
            bind="query-params",
            persist_state="session",
        )
        asked["positive"] = level.strip() or None
    losses = [loss for loss in LOSSES if loss != ("log" if kind == "prediction" else "wrong")]
    amounts = kind == "probability" or "continuous" in (both.get(label or ""), kinds.get(said or ""))
    asked["loss"] = _loss(losses, "absolute" if amounts else "wrong")
    return asked


def _loss(losses: Sequence[str], usual: str) -> str:
    picked = st.segmented_control(
        "Error",
        losses,
        format_func=lambda one: LOSS_WORDS.get(one, str(one)),
        key=_first("loss", losses, usual),
        required=True,
        bind="query-params",
        persist_state="session",
    )
    return usual if picked not in losses else str(picked)


def _join(study: Study, file: Source | None, guessed: Mapping[str, str]) -> tuple[str, str | None]:
    """How predictions find their rows, and the key."""
    if file is None:
        return "beside", None
    usual = guess_join(file, study, list(guessed.values()))
    picked = st.selectbox(
        "Rows",
        list(JOINS),
        format_func=lambda one: JOINS.get(one, str(one)),
        key=_first("join", list(JOINS), usual),
        width=236,
        bind="query-params",
        persist_state="session",
    )
    if picked != "key":
        return picked or usual, None
    shared = [name for name in file.columns if name in study.source.columns]
    if not shared:
        raise InputError(f"{file.name}: it has no column in common with {study.source.name}, so there is no key.")
    best = max(shared, key=lambda name: study.columns[name].distinct)
    return "key", _column("key", shared, best) or best


def _other(study: Study) -> None:
    """Another file, or none."""
    with st.popover("Other predictions", key="tt_weak_other"):
        _uploader("weak_upload_other")
        if sample_fits(study):
            st.button("Use the sample’s predictions", key="weak_sample_again", on_click=take_sample)
        if not is_own() and not study.declared:
            name = plain(study.source.name)
            st.button(f"Use columns of {name}", key="weak_own_again", on_click=take_own)
        st.button("Remove the predictions", key="weak_forget", on_click=forget)


def left_out(unmatched: int, without_label: int, without_prediction: int) -> str:
    """What is to be said of rows that have no error; "" if all have one."""
    parts = (
        (unmatched, "have no prediction with their key"),
        (without_label, "have no label"),
        (without_prediction, "have no prediction"),
    )
    return ", ".join(f"{rows:,} rows {what}" for rows, what in parts if rows)
