"""Ten rows before and after, and the dictionary of the columns: worked out once they are opened."""

from __future__ import annotations

import streamlit as st

from trimtab.core.delivery.dictionary import dictionary, dictionary_csv
from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.sampling.preview import Preview, preview
from trimtab.core.shown.rows import dictionary_table, preview_table, preview_text
from trimtab.ui.parts.parts import html, notice, quiet
from trimtab.ui.session import document as doc
from trimtab.ui.session import outcome as outcomes


def rows_before_and_after(found: doc.Document) -> None:
    """The fold with the rows."""
    fold = st.expander("Ten rows before and after", key="tt_rows", on_change="rerun")
    if not fold.open:  # what is not seen is neither made nor sent
        return
    with fold:
        outcome = outcomes.projection()
        if not isinstance(outcome, Projection):
            quiet("The design can’t be met as it is, so it has no rows yet.")
            return
        try:
            seen = _preview(found, outcome)
        except TrimtabError as error:
            notice(str(error))
            return
        quiet(preview_text(seen))
        with st.container(key="tt_rows_table"):
            html(preview_table(seen))


def _preview(found: doc.Document, outcome: Projection) -> Preview:
    def make() -> Preview:
        with st.spinner("Making the first rows…"):
            return preview(found.study, outcome)

    return found.study.memo.of("rows before and after", (found.study.source.key, found.design.content), make)


def columns_delivered(found: doc.Document) -> None:
    """The fold with the dictionary, and the button that downloads it."""
    fold = st.expander("Columns that will be delivered", key="tt_columns", on_change="rerun")
    if not fold.open:
        return
    with fold:
        entries = dictionary(found.study)
        st.download_button(
            "Download as CSV",
            dictionary_csv(entries),
            f"{found.design_id}-columns.csv",
            "text/csv",
            key="tt_columns_csv",
            on_click="ignore",
        )
        with st.container(key="tt_columns_table"):
            html(dictionary_table(entries))
