"""Weaknesses: a model's predictions in, the slices in which it errs most out, and each boosted in the design."""

import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.weaknesses.slices import Slice
from trimtab.ui.parts.parts import notice, styles
from trimtab.ui.shell import session
from trimtab.ui.weaknesses.boost import plan, planned
from trimtab.ui.weaknesses.levels import difficulty
from trimtab.ui.weaknesses.prediction_form import given, welcome
from trimtab.ui.weaknesses.predictions import PLACE, Given, file_of_session, is_own
from trimtab.ui.weaknesses.slices import Found, chosen, find, picture, summary, table
from trimtab.ui.weaknesses.thresholds import thresholds


def page(found: session.Document) -> None:
    """The predictions, what counts as weak, the slices; or the ways to bring predictions in."""
    if file_of_session() is None and not is_own():
        welcome(found)
        return
    try:
        predictions = given(found)
        if predictions is None:
            return
        message = session.refusal(PLACE)
        if message:
            notice(message)
        weak = find(found.study, predictions, thresholds(predictions, found.study))
    except TrimtabError as error:
        notice(str(error))
        return
    slices(found, predictions, weak)
    difficulty(found, predictions)


def slices(found: session.Document, predictions: Given, weak: Found) -> None:
    """The picture with its buttons, and the table behind it."""
    with st.container(horizontal=True, vertical_alignment="center", key="tt_weak_head"):
        summary(weak, predictions.rows_of(found.study).name)
        st.space("stretch")
        marked = chosen(weak)
        word = f"Boost the {len(marked)} chosen" if len(marked) > 1 else "Boost the chosen ones"
        st.button(word, key="tt_weak_boost_chosen", disabled=len(marked) < 2, on_click=begin, args=(marked,))
    planned(found)
    picture(weak, found.study, begin)
    if weak.weak.slices:
        table(weak, f"{found.design_id}-slices.csv")


def begin(picked: list[Slice]) -> None:
    """Plan to boost slices."""
    plan(picked)


styles("delivery/delivery.css", "coverage/coverage.css", "weaknesses/weaknesses.css")
session.refresh()
document = session.require_document()
session.header("weaknesses")
page(document)
