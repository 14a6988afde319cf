"""The page review, what people say: threads of comments, answers and verdicts, and the forms to add to them."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h
import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.review.overview import covers
from trimtab.core.review.reviews import LONGEST_NAME, LONGEST_TEXT, Review, Thread, Verdict
from trimtab.core.review.sentences import sentences
from trimtab.core.words.numbers import counted
from trimtab.ui.parts.parts import html, notice, quiet, section
from trimtab.ui.session.reviewing import moment
from trimtab.ui.shell import session

PLACE, ANSWER = "review", "review_answer"
NAME = "review_name"
ANSWERED = "review_answered"
"""The number of what is being answered."""
WORDS = {
    "comment": "commented",
    "approved": "approved",
    "changes": "asked for changes",
    "resolved": "resolved it",
    "reopened": "opened it again",
}
MARKS = {"approved": ("good", "✓"), "changes": ("warn", "↺"), "resolved": ("good", "✓")}
"""The sign before a verdict, and its tone."""
MOST_THREADS = 50
WHOLE = "the design as a whole"


def comments(found: session.Document) -> None:
    """What was said, the newest first, what is resolved folded away, and the form."""
    section("Comments and approval")
    try:
        reviews = session.workspace().reviews(found.design_id)
    except TrimtabError as error:
        notice(str(error))
        return
    if reviews.damaged:
        lines = counted(reviews.damaged, "line")
        notice(f"{lines} of the reviews of this design can't be read, and so can't be shown.")
    threads = list(reversed(reviews.threads))
    subjects = subjects_of(found)
    shown = [one for one in threads if not one.resolved][:MOST_THREADS]
    resolved = [one for one in threads if one.resolved][:MOST_THREADS]
    if not threads:
        quiet("Nobody has said anything yet.")
    for thread in shown:
        _thread(thread, found, subjects)
    if resolved:
        with st.expander(f"Resolved · {len(resolved)}", key="review_resolved"):
            for thread in resolved:
                _thread(thread, found, subjects)
    if len(threads) > len(shown) + len(resolved):
        quiet(f"and {len(threads) - len(shown) - len(resolved)} older ones")
    _form(found, subjects, possible=isinstance(session.projection(), Projection))


def subjects_of(found: session.Document) -> dict[str, str]:
    """The controls by their names, as people read them; where two are called alike, with their kind."""
    told = sentences(found.study)
    alike = [one.subject for one in told]
    return {
        one.control: one.subject if alike.count(one.subject) == 1 else f"{one.subject} ({one.kind})" for one in told
    }


def open_comments(found: session.Document) -> Mapping[str, int]:
    """How many open comments there are on each control, by its name; none if the file can't be read."""
    try:
        threads = session.workspace().reviews(found.design_id).threads
    except TrimtabError:
        return {}
    named = [one.first.control for one in threads if one.open and one.first.control]
    return {name: named.count(name) for name in named}


def _thread(thread: Thread, found: session.Document, subjects: Mapping[str, str]) -> None:
    number, now = thread.first.number, found.design.fingerprint()
    with st.container(key=f"tt_thread_{number}", gap=None):
        lines = [_said(one, now, subjects) for one in (thread.first, *thread.answers)]
        html(h.ol(".tr-said", data_testid="said", data_resolved=str(thread.resolved).lower())[lines])
        if st.session_state.get(ANSWERED) == number:
            _answer_form(thread)
            return
        with st.container(horizontal=True, key=f"tt_thread_end_{number}"):
            st.button("Reply", key=f"review_reply_{number}", type="tertiary", on_click=_begin_answer, args=(number,))
            if thread.open:
                args = (number, "resolved")
                st.button("Resolve", key=f"review_resolve_{number}", type="tertiary", on_click=_settle, args=args)
            if thread.resolved:
                args = (number, "reopened")
                st.button("Open again", key=f"review_reopen_{number}", type="tertiary", on_click=_settle, args=args)


def _said(review: Review, now: str, subjects: Mapping[str, str]) -> h.Element:
    about = ""
    if review.version is not None:
        about = f" version {review.version}" if review.verdict == "approved" else f" on version {review.version}"
    earlier = "" if review.fingerprint == now or review.to is not None else " · of an earlier state"
    tone, sign = MARKS.get(review.verdict, ("", ""))
    word = "replied" if review.to is not None and review.verdict == "comment" else WORDS[review.verdict]
    control = review.control and h.p(".tr-control")["on ", h.b[_named(review.control, subjects)]]
    return h.li(data_verdict=review.verdict, class_={"answer": review.to is not None})[
        h.div[
            sign and [h.i(class_=tone)[sign], " "],
            h.b[review.name],
            f" {word}{about} ",
            h.span[f"{moment(review.time)}{earlier}"],
        ],
        control,
        review.text and h.p[review.text],
    ]


def _named(control: str, subjects: Mapping[str, str]) -> str:
    return subjects.get(control, f"{control}, which is not asked for any more")


def _begin_answer(number: int) -> None:
    st.session_state[ANSWERED] = number
    st.session_state["review_answer_text"] = ""
    session.settle()


def _answer_form(thread: Thread) -> None:
    number = thread.first.number
    with st.container(key="tt_answer", border=True):
        _name_field("review_answer_name")
        st.text_area("Your answer", key="review_answer_text", max_chars=LONGEST_TEXT, height=80)
        message = session.refusal(ANSWER)
        if message:
            notice(message)
        with st.container(horizontal=True):
            st.button("Reply", key="review_answer_send", on_click=_answer, args=(number, "comment"))
            if thread.open:
                args = (number, "resolved")
                st.button("Reply and resolve", key="review_answer_resolve", on_click=_answer, args=args)
            st.button("Cancel", key="review_answer_cancel", on_click=_leave)


def _name_field(key: str) -> None:
    """The name of who writes: typed once, it stands in every form; or who signed in."""
    person = session.workspace().person
    if person is not None:
        quiet(f"As {person.signed}")
        return
    if key != NAME and key not in st.session_state:
        st.session_state[key] = st.session_state.get(NAME, "")
    st.text_input("Your name", key=key, max_chars=LONGEST_NAME, width=320, persist_state="session")


def _name(key: str) -> str:
    """Who writes: as it was typed in the field `key`, or who signed in."""
    person = session.workspace().person
    return str(st.session_state.get(key) or "") if person is None else person.signed


def _answer(number: int, verdict: Verdict) -> None:
    """Send what was typed below a thread, and what becomes of the thread; that alone needs no words."""
    name, text = _name("review_answer_name"), str(st.session_state.get("review_answer_text") or "")
    if _record(verdict, name, text, to=number, place=ANSWER):
        st.session_state[NAME] = name
        _leave()


def _settle(number: int, verdict: Verdict) -> None:
    """Resolve a thread, or open it again; who does it must be known."""
    name = _name(NAME)
    if not name.strip():
        _begin_answer(number)
        session.refuse("Say who you are, then resolve it.", place=ANSWER)
        return
    _record(verdict, name, "", to=number, place=ANSWER)


def _leave() -> None:
    st.session_state.pop(ANSWERED, None)
    session.settle()


def _form(found: session.Document, subjects: Mapping[str, str], *, possible: bool) -> None:
    with st.form("tt_review_form", enter_to_submit=False):
        with st.container(horizontal=True):
            _name_field(NAME)
            options = ["", *subjects]
            if st.session_state.get("review_control") not in options:
                st.session_state["review_control"] = ""
            texts = {"": WHOLE, **subjects}
            st.selectbox("About", options, format_func=texts.__getitem__, key="review_control", width=420)
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
        typed = "Nobody signs in here: names are as they are typed." if session.workspace().person is None else ""
        quiet(f"{covers(found.study)} Approving saves a version. {typed}".rstrip())


def _say(verdict: Verdict) -> None:
    control = str(st.session_state.get("review_control") or "") or None
    name, text = _name(NAME), str(st.session_state["review_text"])
    # A verdict is on all of it, whatever its words are about.
    if _record(verdict, name, text, control=control if verdict != "approved" else None, place=PLACE):
        st.session_state["review_text"] = ""
        st.session_state["review_control"] = ""


def _record(
    verdict: Verdict, name: str, text: str, *, place: str, to: int | None = None, control: str | None = None
) -> bool:
    found = session.document()
    if found is None:
        return False
    home, seen = session.workspace(), found.design.fingerprint()
    try:
        home.review(found.design_id, name, verdict, text, fingerprint=seen, to=to, control=control)
    except TrimtabError as error:
        session.refuse(str(error), place=place)
        return False
    session.settle()
    return True
