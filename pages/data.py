"""Data: what came in. Every column with its kind, gaps and histogram; which are factors; how sure rare levels are."""

from __future__ import annotations

import streamlit as st

from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.source.profile import FactorProfile, Profile, profile
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.core.words.plain import listed
from trimtab.ui.data.columns import column_card, rare_levels
from trimtab.ui.data.holding import always_holds, apply_switches, relations_chip
from trimtab.ui.data.kind import apply_kind
from trimtab.ui.data.reading import begin_form, how_it_is_read, is_wanted, wanted
from trimtab.ui.data.table import columns_table
from trimtab.ui.parts.parts import chip, chips, corner, html, notice, quiet, section, title
from trimtab.ui.shell import session
from trimtab.ui.shell.opening import go
from trimtab.ui.shell.pages import page_file

PLACE = "data"
PER_ROW = 4
MANY = 24
"""Of more columns than these the table is shown first."""
ABOUT = "What came in. Correct a kind where it was guessed wrong; switch off what is no factor."
DECLARED = "No real data"
NO_DATA = (
    "Nothing came in: each factor is declared by hand, and below is what the declarations say. Rows of this design are "
    "all ungrounded. Factors are declared and changed on the design page."
)


def figures(found: session.Document, seen: Profile) -> None:
    """The source in one line of chips."""
    if found.study.declared:
        html(chips([chip("declared factors", f"{len(seen.factors):,}"), chip("real rows", "0")]))
        return
    gaps = sum(one.missing for one in seen.factors)
    cells = seen.rows * len(seen.factors)
    with_gaps = sum(one.missing > 0 for one in seen.factors)
    parts = [
        chip("rows", f"{seen.rows:,}"),
        chip("columns", f"{len(seen.factors):,}"),
        chip("columns with gaps", f"{with_gaps:,}"),
        chip("cells missing", percent(gaps / max(cells, 1))),
    ]
    parts += filter(None, [relations_chip(found.study)])
    parts += [chip(f"SHA-256 {found.study.source.sha256[:12]}…", title=found.study.source.sha256)]
    html(chips(parts))


def left_out(study: Study, seen: Profile) -> list[str]:
    """A sentence about the columns that are no factors because they only tell rows apart."""
    names = [f"`{one.name}`" for one in seen.factors if one.identifier and study.role(one.name) in LEFT_OUT]
    if not names or study.declared:
        return []
    verb, they = ("tells", "it is no factor") if len(names) == 1 else ("tell", "they are no factors")
    return [f"{listed(names)} only {verb} rows apart, so {they}: only whole real rows bring such values along."]


def seen_of(study: Study) -> Profile:
    """The figures of the study's columns, counted once."""
    return study.memo.of("profile", study.grounding, lambda: profile(study.columns, study.source.rows))


@st.fragment
def page() -> None:
    """The whole page: one fragment, so that a switch repaints it quickly."""
    if is_wanted():
        st.rerun()  # another file of another design: all of the page is drawn anew
    place = corner()
    apply_kind(place)
    apply_switches(place)
    found = session.require_document()
    session.header("data")
    declared = found.study.declared
    title(DECLARED if declared else found.study.source.name, NO_DATA if declared else ABOUT)
    seen = seen_of(found.study)
    figures(found, seen)
    message = session.refusal(PLACE)
    if message:
        notice(message)
    notes = [*found.study.source.notes, *left_out(found.study, seen)]
    if notes:
        notice("\n".join(notes), tone="info")
    if not declared:
        how_it_is_read(found.study.source, kept=session.workspace().keeps(found.study.source))
    wall(found.study, seen.factors)
    if not declared:
        always_holds(found)
        section("Rare levels", "below 1 % of the rows, with 95 % intervals (Wilson)")
        if not rare_levels(found.study, seen.factors):
            quiet("There are none: every level of every category comes up in at least 1 % of the rows.")
    session.run_ends("data")


def wall(study: Study, factors: tuple[FactorProfile, ...]) -> None:
    """A card for each column, or all of them in a table: many are found there sooner."""
    if not study.declared:
        default = "Table" if len(factors) > MANY else "Cards"
        views = ("Cards", "Table")
        view = st.segmented_control(
            "Columns as", views, default=default, key="tt_columns_view", required=True, label_visibility="collapsed"
        )
        if view == "Table":
            columns_table(study, factors)
            return
    for start in range(0, len(factors), PER_ROW):
        for place, column in enumerate(st.columns(PER_ROW)):
            if start + place < len(factors):
                with column:
                    column_card(study, factors[start + place])


def read_again() -> None:
    """Read the file as the form says, if it was sent, and show what came of it."""
    source, said = session.require_document().study.source, wanted()
    if said is not None:
        go(lambda progress: session.read_again(source, said, progress=progress), page_file("data"))
        begin_form(said.given)  # it was refused, and the form says why


session.refresh()
session.require_document()
read_again()
page()
