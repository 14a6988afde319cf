"""Difficulty levels from what the model said: one click makes a level mix of the design from its confidence."""

from __future__ import annotations

import streamlit as st

from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import TrimtabError
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.words.numbers import percent
from trimtab.ui.controls.level_parts import ranges, readable, real_shares, stacks
from trimtab.ui.parts.control_rows import free_name
from trimtab.ui.parts.parts import html, notice, plain, quiet, section
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import page_file
from trimtab.ui.weaknesses.predictions import Given, guess, kinds_of, take_own

PLACE = "weak levels"
NAME = "difficulty"
CUTS = (0.2, 0.4)
LEVELS = ("easy", "medium", "hard")
"""From the lowest score: 0 where the model was certain, 0.5 where it might as well have tossed a coin."""
ABOUT = (
    "How sure the model was tells how hard a row is: hard within 0.1 of a probability of one half, easy beyond 0.3. As "
    "levels of the design their mix can be chosen, such as a third hard rows."
)


def difficulty(found: session.Document, given: Given) -> None:
    """The levels that the design has, the button that makes them, or what is in the way."""
    column = given.asked.probability or _probability(given.file or found.study.source)
    section("Difficulty levels", "from the model’s confidence")
    message = session.refusal(PLACE)
    if message:
        notice(message)
    if column is None:
        quiet(f"{ABOUT} This needs the column of a probability.")
        return
    score = score_of(column)
    name = next((name for name, mix in found.design.levels.items() if mix.score == score), None)
    if name is not None:
        _made(found, name)
    elif column in found.study.source.columns and given.rows_of(found.study).sha256 == found.study.source.sha256:
        quiet(ABOUT)
        st.button(
            "Make levels of the model’s confidence",
            key="tt_levels_make",
            on_click=_make,
            args=(score,),
            type="secondary",
        )
    elif given.file is not None and given.join == "beside":
        quiet(f"{ABOUT} A design can do that where the probability is a column of its data.")
        label = f"Open {plain(given.file.name)} as data of its own"
        st.button(label, key="tt_levels_open", on_click=_open, args=(given.file,))
    else:
        quiet(f"{ABOUT} Put the column beside the factors of your data, and bring in that file as data.")


def _probability(rows: Source) -> str | None:
    """The column of probabilities of data whose errors are used, by its name."""
    return guess(kinds_of(rows), []).get("probability")


def score_of(column: str) -> str:
    """How unsure a probability is, from 0 to 0.5, as an expression over the source.

    >>> score_of("probability")
    '0.5 - abs("probability" - 0.5)'
    """
    quoted = column.replace('"', '""')
    return f'0.5 - abs("{quoted}" - 0.5)'


def with_levels(study: Study, score: str) -> Design:
    """The study's design with levels of a score, in the shares they have in the real data: nothing moves yet.

    Raises InputError if the score can't be computed.
    """
    name = NAME if NAME not in study.design.levels else free_name(NAME, study.design.levels)
    alike = dict.fromkeys(LEVELS, 1 / len(LEVELS))
    trial = open_study(
        study.design.with_level(name, score=score, cuts=list(CUTS), shares=alike), study.source, previous=study
    )
    real, _ = real_shares(trial, name)
    shares = readable(real) if sum(real.values()) else alike
    return study.design.with_level(name, score=score, cuts=list(CUTS), shares=shares)


def _make(score: str) -> None:
    found = session.document()
    if found is not None:
        session.edit(f"add {NAME}", lambda _: with_levels(found.study, score), place=PLACE)


def _made(found: session.Document, name: str) -> None:
    mix = found.design.levels[name]
    real, _ = real_shares(found.study, name)
    html(stacks({"real": real, "asked": mix.shares}))
    told = [
        f"{level} ({text}) {percent(real[level])}" for level, text in zip(mix.shares, ranges(mix.cuts), strict=True)
    ]
    quiet(" · ".join(told) + " of the real rows")
    target = {session.PARAMETER: found.design_id}
    st.page_link(page_file("design"), label="Choose their mix on the design page, tab Levels", query_params=target)


def _open(file: Source) -> None:
    """Begin a design on the file of predictions, and look at the weaknesses there."""
    reference = SourceRef(path=file.name, sha256=file.sha256)
    try:
        design_id = session.workspace().save_design(Design(name=file.name.split(".")[0], source=reference))
        session.open_design(design_id)
    except TrimtabError as error:
        session.refuse(str(error), place=PLACE)
        return
    st.query_params[session.PARAMETER] = design_id
    take_own()
