"""Coverage: factors, pairs and combinations in the real data, in the design and in generated rows; gaps; a console."""

import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO

import streamlit as st

from core.delivery.outputs import Output
from core.errors import TrimtabError
from core.projection.projection import Projection
from core.source.spool import Source
from ui import session
from ui.assets import asset
from ui.cards import card, legend
from ui.comparing import DESIGN, GENERATED, REAL, Covered, covered, distances_csv, distances_table, pairs_of, sort
from ui.coverage_combinations import combinations_view
from ui.coverage_console import console_view
from ui.coverage_gaps import gaps_view
from ui.coverage_pairs import pairs_view
from ui.coverage_sets import sets_of
from ui.delivery import outputs, styles, when
from ui.parts import html, notice, plain, quiet, section

PLACE = "coverage"
FILE = "file"  # in the address: the SHA-256 of the other file that is compared
ORDERS = {"by shift": "shift", "by name": "name", "as in the source": "source"}
MEANINGS = (
    "TV: share of rows to move · KS: largest gap of the cumulative shares · "
    "Wasserstein: mean way of a row · JS: Jensen–Shannon"
)
PER_ROW = 3
MOST_CARDS = 18  # drawn before a person asks for all


def data_sets(found: session.Document) -> tuple[Output | None, Source | None]:
    """What is compared with the real rows and the design: generated rows, and another file."""
    return chosen_output(found), other_file()


def chosen_output(found: session.Document) -> Output | None:
    """The output that is compared: the newest, or the one the person chose."""
    made = outputs(found)
    if not made:
        return None
    labels = {f"{when(one)} · {one.rows:,} rows": one for one in made}
    picked = st.selectbox("Generated rows", list(labels), key="coverage_output", bind="query-params", width=270)
    return labels.get(picked, made[0])


def other_file() -> Source | None:
    """Another data set to compare with, brought in like a source."""
    with st.popover("Compare with a file", key="tt_coverage_file"):
        turn = st.session_state.setdefault("coverage_turn", 0)
        file = st.file_uploader("Another data set with the same columns", key=f"coverage_upload_{turn}")
        if file is not None:
            # A new uploader next time, so that the same file is not read again with every run of the page.
            st.session_state["coverage_turn"] += 1
            try:
                st.session_state["coverage_other"] = bring_in(file.name, file)
            except TrimtabError as error:
                session.refuse(str(error), place=PLACE)
            st.rerun()
        other = st.session_state.get("coverage_other") or file_of_address()
        if isinstance(other, Source):
            st.query_params[FILE] = other.sha256
            st.button(f"Stop comparing with {plain(other.name)}", key="coverage_stop", on_click=stop_comparing)
            return other
    return None


def stop_comparing() -> None:
    """Let go of the other file."""
    st.session_state.pop("coverage_other", None)
    if FILE in st.query_params:
        del st.query_params[FILE]


def file_of_address() -> Source | None:
    """The other file that the address names, if this workspace has it."""
    try:
        return session.workspace().source(st.query_params[FILE]) if FILE in st.query_params else None
    except TrimtabError as error:
        session.refuse(str(error), place=PLACE)
        return None


def bring_in(name: str, content: IO[bytes]) -> Source:
    """Spool an uploaded file. Raises InputError for one that can't be read."""
    with tempfile.TemporaryDirectory(prefix="trimtab-upload-") as folder:
        copy = Path(folder) / (PurePosixPath(name.replace("\\", "/")).name or "upload")
        with copy.open("wb") as target:
            shutil.copyfileobj(content, target)
        return session.workspace().spool(copy)


def controls(found: session.Document) -> tuple[str, str, bool, Output | None, Source | None]:
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
        output, other = data_sets(found)
    return search, ORDERS[order], height == "log", output, other


def compared(found: session.Document, output: Output | None, other: Source | None) -> tuple[Covered, ...]:
    """Every factor in every set, counted once for a revision and the files."""
    outcome = session.projection()
    data: dict[str, Path | Source] = {GENERATED: output.path} if output else {}
    if other is not None:
        name = other.name if other.name not in (REAL, DESIGN, GENERATED) else f"file {other.name}"
        data[name] = other
    key = (found.design.fingerprint(), tuple(data.items()))

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
            st.switch_page("pages/generate.py", query_params={session.PARAMETER: found.design_id})


def factors_view(found: session.Document) -> None:
    """Every factor on its own."""
    search, order, log, output, other = controls(found)
    if output is None:
        empty(found)
    elif output.fingerprint != found.design.fingerprint():
        notice("These rows were made by an older revision of the design. Generate again to compare like with like.")
    message = session.refusal(PLACE)
    if message:
        notice(message)
    outcome = session.projection()
    if not isinstance(outcome, Projection):
        notice(f"The design can't be met as it is, so it is not shown.\n{outcome}")
    try:
        factors = compared(found, output, other)
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
                        sets = sets_of(found, *data_sets(found))
                VIEWS[name](sets, found, left)


styles()
html(f"<style>{asset('coverage.css')}</style>")
session.refresh()
document = session.require_document()
session.header("coverage")
if document.study.declared:
    notice("There is no real data: what is called real here is what the factors were declared to be.", tone="info")
page(document)
