"""A table of a view: shown in part, downloaded as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from trimtab.ui.parts.parts import quiet

SHOWN = 1_000
"""Rows of a table that are sent to the browser."""


def table_of(
    rows: pd.DataFrame,
    file: str,
    *,
    key: str,
    total: int | None = None,
    whole: Callable[[], pd.DataFrame] | None = None,
    shares: Sequence[str] = (),
) -> None:
    """Show at most SHOWN of `rows`, of `total`, and offer all of them as CSV: those that `whole` makes, or `rows`.

    Columns whose names begin with "covered", "CC" or "SDCC", and `shares`, are shown in percent; the file has the
    plain numbers.
    """
    total = len(rows) if total is None else total
    config = {}
    for name in map(str, rows.columns):
        # Names are text from files, and a column's label is read as Markdown: they go in as data only.
        if name.startswith(("covered", "CC", "SDCC")) or name in shares:
            config[name] = st.column_config.NumberColumn(format="percent")
        elif name == "dependence":
            config[name] = st.column_config.NumberColumn(format="%.2f")
        elif pd.api.types.is_integer_dtype(rows[name]):
            config[name] = st.column_config.NumberColumn(format="localized")
    st.dataframe(rows.head(SHOWN), hide_index=True, column_config=config, key=f"tt_table_{key}")
    if total > min(len(rows), SHOWN):
        quiet(f"The first {min(len(rows), SHOWN):,} of {total:,} rows are shown.")

    def written() -> str:
        return str((whole() if whole else rows).to_csv(index=False, lineterminator="\n"))

    st.download_button(
        "Download this table as CSV", written, file, "text/csv", key=f"tt_download_{key}", on_click="ignore"
    )
