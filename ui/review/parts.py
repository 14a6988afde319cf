"""The page review, what there is to read: what the design is, what it asks for, what moves along, what it leans on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL, Shift, present
from trimtab.core.review.controls.sentence import Sentence
from trimtab.core.review.overview import moved, moved_along, summary
from trimtab.core.review.reviews import Standing
from trimtab.core.review.sentences import sentences
from trimtab.core.shown.sparks import spark_svg
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import about_rows, counted, percent, shift_text
from trimtab.core.words.plain import words
from trimtab.ui.coverage.cards import card
from trimtab.ui.coverage.comparing import Covered, covered, sort
from trimtab.ui.parts.control_rows import before_word
from trimtab.ui.parts.parts import html, quiet, section
from trimtab.ui.session.reviewing import signed, standing_of
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import page_file

CARD = 384  # px: three beside each other, on paper two
MOST_CARDS = 12
ALIKE = 3
"""Factors of which the same is said, each in its own line."""
SPARK = (150, 30)  # px
KINDS = {"missing": "gaps", "level": "levels", "derive": "computed", "carry": "carried", "drop": "left out", "mode": ""}
"""How a kind of control is called at the end of its line, where not by its own name."""
STATES = {
    "approved": ("good", "approved"),
    "changes": ("warn", "changes asked for"),
    "changed": ("warn", "changed since it was approved"),
    "open": ("", "not approved yet"),
}


def head(found: session.Document) -> None:
    """The name, how it stands, what it is for, and what its rows are."""
    design, stands = found.design, standing_of(found)
    html(
        h.div(".tr-head")[h.h1(".tt-title")[design.name], _state(stands)],
        *([_description(design.description)] if design.description.strip() else []),
        h.p(".tr-summary", data_testid="summary")[summary(found.study)],
    )


def _description(text: str) -> h.Element:
    """What somebody wrote by hand, figures too: it does not follow the design, so it says how old it is."""
    steps = list(takewhile(lambda step: "description" not in step.parts, reversed(session.history().done)))
    since = sum(step.parts != ("name",) for step in steps)
    last = "change" if since == 1 else counted(since, "change")
    older = f", before the last {last}" if since else ""
    return h.p(".tr-about", data_testid="description")[h.span(".tr-written")[f"As its author wrote{older}: "], text]


def _state(stands: Standing) -> h.Element:
    tone, words = STATES[stands.state]
    mark = h.fragment[h.i["✓"], " "] if stands.state == "approved" else None
    review = stands.review
    by = None
    if review is not None:
        version = f", version {review.version}" if review.version else ""
        by = h.span[f"by {signed(review)}{version}"]
    return h.p(class_=["tr-state", tone], data_testid="standing", data_state=stands.state)[h.b[mark, words], by]


def asks(found: session.Document, commented: Mapping[str, int]) -> None:
    """A line for every control, with how many open comments there are on it."""
    section("What this design asks for")
    said = sentences(found.study)
    if not said:
        quiet("Nothing yet: every factor follows, so the rows are as real rows are.")
        if session.may_edit():
            st.page_link(page_file("design"), label="Set something", query_params={session.PARAMETER: found.design_id})
        return
    html(h.ul(".tr-asks", data_testid="asks")[[_line(one, commented.get(one.control, 0)) for one in _together(said)]])


def _together(said: Sequence[Sentence]) -> list[Sentence]:
    """The sentences; of more than a few that say the same of factors only one."""
    lines: list[Sentence] = []
    for one in said:
        alike = [other for other in said if (other.kind, other.text) == (one.kind, one.text)]
        if len(alike) <= ALIKE or one.detail:
            lines.append(one)
        elif one is alike[0]:
            names = ", ".join(other.subject for other in alike)
            lines.append(replace(one, subject=f"{len(alike)} factors", detail=names))
    return lines


def _line(sentence: Sentence, commented: int) -> h.Element:
    said = commented and h.small(".tr-commented")[counted(commented, "open comment")]
    return h.li(data_control=sentence.control)[
        h.p[h.b[sentence.subject], sentence.detail and h.small[sentence.detail], said or None],
        h.p[emphasised(sentence.text, sentence.asked)],
        h.em[KINDS.get(sentence.kind, sentence.kind)],
    ]


def emphasised(text: str, part: str) -> h.Fragment:
    """A text in which one part of it, where it stands for itself, is bold.

    >>> print(emphasised("from 1 in 200 rows to 1 in 20", "1 in 20"))
    from 1 in 200 rows to <b>1 in 20</b>
    """
    text = re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", text)
    part = part.replace(" %", "\N{NO-BREAK SPACE}%")
    found = re.search(rf"(?<![\w.,]){re.escape(part)}(?![.,]?\d)", text) if part else None
    if found is None:
        return h.fragment[text]
    return h.fragment[text[: found.start()], h.b[found[0]], text[found.end() :]]


def pictures(found: session.Document, outcome: Projection) -> None:
    """The factors that are asked for, before and after."""
    shown = [one for one in sort(_factors(found, outcome), "shift") if one.asked and _moves(one)]
    if not shown:
        return
    marks = (("real", before_word(found.study)), ("asked", "this design"))
    html(
        h.div(".tr-pictures")[
            h.h2(".tt-section")["Before and after ", h.span(".tt-quiet")["the factors that are set"]],
            h.div(".td-legend")[[h.span[h.i(class_=mark), word] for mark, word in marks]],
        ]
    )
    everything = st.session_state.get("review_all", False)
    drawn = shown if everything else shown[:MOST_CARDS]
    with st.container(horizontal=True, key="tt_review_cards"):
        for place, factor in enumerate(drawn):
            with st.container(width=CARD):
                card(factor, place, log=False)
    if len(drawn) < len(shown):
        st.button(f"Show all {len(shown)} factors", key="review_more", on_click=_show_all)


def _show_all() -> None:
    st.session_state["review_all"] = True


def _factors(found: session.Document, outcome: Projection) -> tuple[Covered, ...]:
    return found.study.memo.of("review pictures", found.design.content, lambda: covered(found.study, outcome, {}))


def _moves(factor: Covered) -> bool:
    """A factor that is kept looks the same before and after."""
    return factor.role != "keep" or (factor.shift or 0.0) >= STILL


def along(study: Study, shifts: Sequence[Shift]) -> None:
    """What nobody set and moves all the same."""
    section("What moves along", "nobody set these, they go with what is set")
    told, rest = moved_along(shifts)
    if told:
        html(h.ul(".tr-along", data_testid="along")[[_carried(study, shift) for shift in told]])
    if rest or not told:
        quiet(rest or "There is no other factor.")


def _carried(study: Study, shift: Shift) -> h.Element:
    before, after = present(shift.before), present(shift.after)
    size = max(len(before), 1)
    picture = spark_svg(
        before or [0.0] * size, after or [0.0] * size, False, *SPARK, f"{shift.factor}: before and after"
    )
    return h.li[
        h.b(title=shift.factor)[shift.factor],
        picture,
        h.span[emphasised(moved(study, shift), "")],
        h.em(title="share of the rows that move")[shift_text(shift.tv)],
    ]


def leans(found: session.Document, outcome: Projection) -> None:
    """How far the rows are from reality, and what they stand on."""
    section("What it leans on")
    if found.study.declared:
        quiet("There is no real data behind this design: every value is declared by hand, and nothing else is claimed.")
        return
    real = found.study.grounding.rows
    facts = [
        _worth(real, outcome.effective_share),
        _made_up(outcome),
        (f"{outcome.cost_bits:.2f} bits", _distance(outcome.cost_bits, session.costs())),
    ]
    cells = [h.div[h.b[figure], h.p[words]] for figure, words in facts]
    html(h.div(".tr-facts", data_testid="leans")[cells])


def _worth(real: int, share: float) -> tuple[str, str]:
    if share > 0.9995:
        return f"all {real:,} rows", "Every real row counts the same."
    why = "those that fit the design are used more than the others."
    return (
        f"about {about_rows(share * real)} rows",
        f"is what the {real:,} real rows are worth here ({percent(share)}): {why}",
    )


def _made_up(outcome: Projection) -> tuple[str, str]:
    if outcome.ungrounded * outcome.rows < 0.5:
        return "nothing made up", "No control asks for a value or a combination that the real data lack."
    return percent(
        outcome.ungrounded
    ), "of the rows lie where the real data have none: some of their values are made up."


def _distance(bits: float, costs: dict[ControlName, float]) -> str:
    """What a cost in bits means: picking a part q of the rows and leaving the others costs log2(1 / q)."""
    if bits < 0.005:
        return "is how far this is from the real data: not at all."
    part = 2.0**-bits
    picked = f"{100 * part:.0f} of 100" if part >= 0.095 else f"1 of {round(1 / part):,}"
    most = max(costs, key=lambda name: costs[name], default=None)
    mostly = f" Most of it is for {_named(most)}." if most and len(costs) > 1 and costs[most] > bits / 2 else ""
    return f"from the real data: as far as if only {picked} of their rows had been picked.{mostly}"


def _named(control: ControlName) -> str:
    return words(control.of) if control.kind in ("event", "level") else control.of
