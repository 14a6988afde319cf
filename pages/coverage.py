"""Coverage: factors, pairs and combinations in the real data, in the design and in generated rows; gaps; a console."""

from pathlib import Path

import streamlit as st

from trimtab.core.coverage.measures import MEASURES
from trimtab.core.delivery.outputs import Output
from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.source.spool import Source
from trimtab.ui.coverage.cards import card, legend
from trimtab.ui.coverage.combinations import combinations_view
from trimtab.ui.coverage.comparing import GENERATED, Covered, covered, distances_csv, distances_table, pairs_of, sort
from trimtab.ui.coverage.console import console_view
from trimtab.ui.coverage.files import PLACE, chosen_output, other_files
from trimtab.ui.coverage.gaps import gaps_view
from trimtab.ui.coverage.pairs import pairs_view
from trimtab.ui.coverage.sets import sets_of
from trimtab.ui.parts.parts import html, notice, quiet, section, styles
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import page_file

ORDERS = {"by shift": "shift", "by name": "name", "as in the source": "source"}
MEANINGS = " · ".join(f"{one.title}: {one.about}" for one in MEASURES.values())
PER_ROW = 3
MOST_CARDS = 18  # drawn before a person asks for all


def controls(found: session.Document) -> tuple[str, str, bool, Output | None, dict[str, Source]]:
    """Search, order, height, and what is compared."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="tt_coverage_controls"):
        search = st.text_input(
            "Find a factor", key="coverage_search", placeholder="name", width=200, bind="query-params"
        )
        order = st.selectbox("Order", list(ORDERS), key="coverage_order", width=170, bind="query-params")
        scales = ["linear", "log"]
        height = st.segmented_control(
            "Height", scales, default="linear", key="coverage_height", required=True, bind="query-params"
        )
        st.space("stretch")
        output, files = chosen_output(found), other_files(found)
    return search, ORDERS[order], height == "log", output, files


def compared(found: session.Document, output: Output | None, files: dict[str, Source]) -> tuple[Covered, ...]:
    """Every factor in every set, counted once for a revision and the files."""
    outcome = session.projection()
    data: dict[str, Path | Source] = {**({GENERATED: output.path} if output else {}), **files}
    key = (found.design.content, tuple(data.items()))

    def count() -> tuple[Covered, ...]:
        with st.spinner("Counting…"):
            return covered(found.study, outcome if isinstance(outcome, Projection) else None, data)

    return found.study.memo.of("coverage", key, count)


def cards(factors: list[Covered], *, log: bool) -> None:
    """The factors as cards, the first ones until all are asked for."""
    everything = st.session_state.get("coverage_all", False)
    shown = factors if everything else factors[:MOST_CARDS]
    for begin in range(0, len(shown), PER_ROW):
        columns = st.columns(PER_ROW)
        for place, (column, factor) in enumerate(zip(columns, shown[begin : begin + PER_ROW], strict=False), begin):
            with column:
                card(factor, place, log=log)
    if len(shown) < len(factors) and st.button(f"Show all {len(factors)} factors", key="coverage_more"):
        st.session_state["coverage_all"] = True
        st.rerun()


def empty(found: session.Document) -> None:
    """Nothing was generated yet: say so, with the way on."""
    with st.container(horizontal=True, vertical_alignment="center", key="tt_nothing_yet"):
        notice("Nothing was generated from this design yet: real data and design are compared.", tone="info")
        if st.button("Go to Generate", key="coverage_generate"):
            st.switch_page(page_file("generate"), query_params={session.PARAMETER: found.design_id})


def factors_view(found: session.Document) -> None:
    """Every factor on its own."""
    search, order, log, output, files = controls(found)
    if output is None:
        empty(found)
    elif output.fingerprint != found.study.design.fingerprint():
        notice("These rows were made by an older revision of the design. Generate again to compare like with like.")
    message = session.refusal(PLACE)
    if message:
        notice(message)
    outcome = session.projection()
    if not isinstance(outcome, Projection):
        notice(f"The design can't be met as it is, so it is not shown.\n{outcome}")
    try:
        factors = compared(found, output, files)
    except TrimtabError as error:
        notice(str(error))
        return
    picked = [one for one in sort(factors, order) if search.strip().casefold() in one.name.casefold()]
    if not picked:
        quiet(f"No factor is called like “{search.strip()}”.")
        return
    legend(list(factors[0].found.counts))
    cards(picked, log=log)
    if not pairs_of(picked):
        return
    section("Distances", MEANINGS)
    html(distances_table(picked))
    name = f"{found.design_id}-coverage.csv"
    st.download_button("Download this table as CSV", distances_csv(picked), name, "text/csv", on_click="ignore")


VIEWS = {"Pairs": pairs_view, "Combinations": combinations_view, "Gaps": gaps_view, "Console": console_view}


def page(found: session.Document) -> None:
    """The tab that is open; what is chosen in it is in the address."""
    names = ["Factors", *VIEWS]
    for name, tab in zip(names, st.tabs(names, key="tab", on_change="rerun", bind="query-params"), strict=True):
        if not tab.open:
            continue
        with tab:
            if name == "Factors":
                factors_view(found)
            else:
                with st.container(horizontal=True, vertical_alignment="bottom", key="tt_cover_bar"):
                    left = st.container(horizontal=True, vertical_alignment="bottom")
                    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
                        sets = sets_of(found, chosen_output(found), other_files(found))
                VIEWS[name](sets, found, left)


styles("delivery/delivery.css", "coverage/coverage.css")
session.refresh()
document = session.require_document()
session.header("coverage")
if document.study.declared:
    notice("There is no real data: what is called real here is what the factors were declared to be.", tone="info")
page(document)
