"""The page review, what people say: their comments and verdicts, and the form to add one."""

from __future__ import annotations

import htpy as h
import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.review.reviews import LONGEST_NAME, LONGEST_TEXT, Review, Verdict
from trimtab.core.words.numbers import counted
from trimtab.ui.parts.parts import html, notice, quiet, section
from trimtab.ui.session.reviewing import moment
from trimtab.ui.shell import session

PLACE = "review"
WORDS = {"comment": "commented", "approved": "approved", "changes": "asked for changes"}
MARKS = {"approved": ("good", "✓"), "changes": ("warn", "↺")}
"""The sign before a verdict, and its tone."""
MOST_SAID = 50


def comments(found: session.Document) -> None:
    """What was said, the newest first, and the form."""
    section("Comments and approval")
    try:
        reviews = session.workspace().reviews(found.design_id)
    except TrimtabError as error:
        notice(str(error))
        return
    if reviews.damaged:
        lines = counted(reviews.damaged, "line")
        notice(f"{lines} of the reviews of this design can't be read, and so can't be shown.")
    if reviews.said:
        now = found.design.fingerprint()
        shown = [_said(review, now) for review in reversed(reviews.said[-MOST_SAID:])]
        html(h.ol(".tr-said", data_testid="said")[shown])
        if len(reviews.said) > MOST_SAID:
            quiet(f"and {len(reviews.said) - MOST_SAID} older ones")
    else:
        quiet("Nobody has said anything yet.")
    _form(possible=isinstance(session.projection(), Projection))


def _said(review: Review, now: str) -> h.Element:
    about = ""
    if review.version is not None:
        about = f" version {review.version}" if review.verdict == "approved" else f" on version {review.version}"
    earlier = "" if review.fingerprint == now else " · of an earlier state"
    tone, sign = MARKS.get(review.verdict, ("", ""))
    return h.li(data_verdict=review.verdict)[
        h.div[
            sign and [h.i(class_=tone)[sign], " "],
            h.b[review.name],
            f" {WORDS[review.verdict]}{about} ",
            h.span[f"{moment(review.time)}{earlier}"],
        ],
        review.text and h.p[review.text],
    ]


def _form(*, possible: bool) -> None:
    with st.form("tt_review_form", enter_to_submit=False):
        person = session.workspace().person
        if person is None:
            st.text_input("Your name", key="review_name", max_chars=LONGEST_NAME, width=320, persist_state="session")
        else:
            quiet(f"As {person.signed}")
        st.text_area("What you think of it", key="review_text", max_chars=LONGEST_TEXT, height=100)
        message = session.refusal(PLACE)
        if message:
            notice(message)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button(
                "Approve this version",
                type="primary",
                key="review_approve",
                disabled=not possible,
                help=None if possible else "A design that can't be met can't be approved.",
                on_click=_say,
                args=("approved",),
            )
            st.form_submit_button("Ask for changes", key="review_changes", on_click=_say, args=("changes",))
            st.form_submit_button("Comment", key="review_comment", on_click=_say, args=("comment",))
            typed = "Nobody signs in here: names are as they are typed. " if person is None else ""
            quiet(f"{typed}Approving saves a version.")


def _say(verdict: Verdict) -> None:
    found = session.document()
    if found is None:
        return
    name, text = str(st.session_state.get("review_name", "")), str(st.session_state["review_text"])
    try:
        session.workspace().review(found.design_id, name, verdict, text, fingerprint=found.design.fingerprint())
    except TrimtabError as error:
        session.refuse(str(error), place=PLACE)
        return
    session.settle()
    st.session_state["review_text"] = ""
