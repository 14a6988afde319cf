"""The console: one read-only query over the real rows, the design's, the generated ones, and two of them together."""

from __future__ import annotations

from pathlib import Path, PurePath

import htpy as h
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.coverage.console import COMBINED, SOURCE, Result, combined_of, run_query
from trimtab.core.database import quote_name
from trimtab.core.errors import TrimtabError
from trimtab.core.expressions.reading import is_plain_name
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.ui.coverage.comparing import DESIGN, GENERATED, REAL
from trimtab.ui.coverage.figures import result_figure
from trimtab.ui.coverage.sets import Sets, sample_note
from trimtab.ui.coverage.table import table_of
from trimtab.ui.parts.charts import palette
from trimtab.ui.parts.control_rows import free_name, identifier
from trimtab.ui.parts.parts import html, notice, quiet, short
from trimtab.ui.shell import session

VIEWS = {REAL: SOURCE, DESIGN: "design", GENERATED: "generated"}
SHOWN = 1_000
MOST_BARS = 200
NONE = "no chart"


def console_view(sets: Sets, found: session.Document, bar: DeltaGenerator) -> None:
    """The tab; its examples go into `bar`."""
    views = views_of(sets)
    names = (*views, *((COMBINED,) if combined_of(views) else ()))
    with bar:
        _examples(found.study, views)
    if "sql" not in st.session_state and "sql" not in st.query_params:
        st.session_state["sql"] = examples(found.study, views)["Rows by level"]
    with st.form("tt_console", border=False):
        st.text_area("Query", key="sql", height=132, label_visibility="collapsed", bind="query-params")
        with st.container(horizontal=True, vertical_alignment="center", key="tt_console_run"):
            st.form_submit_button("Run", type="primary", shortcut="Ctrl+Enter")
            quiet(f"One SELECT over {', '.join(names)}; nothing can be changed. Ctrl+Enter runs it.")
    text = str(st.session_state.get("sql") or "")
    result = _result(found, text, views)
    if result is not None:
        _show(found, result)
    note = sample_note(sets, DESIGN) if "design" in text and DESIGN in sets.makers else ""
    if note:
        quiet(note)


def views_of(sets: Sets) -> dict[str, Path]:
    """What can be asked, by the names that a query uses."""
    found: dict[str, Path] = {}
    # The console's own names first, then the other files by theirs.
    for name in sorted(sets.makers, key=[*VIEWS, *sets.makers].index):
        view = VIEWS.get(name) or identifier(PurePath(name).stem) or "file"
        if name not in VIEWS and view.lower() in {*map(str.lower, found), *VIEWS.values(), COMBINED}:
            view = free_name(view, found)
        data = sets.file(name)
        found[view] = data.path if isinstance(data, Source) else data
    return found


def examples(study: Study, views: dict[str, Path]) -> dict[str, str]:
    """Queries to begin with, on the factors there are."""
    names = list(study.delivered)
    level = next((name for name in names if not study.axes[name].numeric and study.axes[name].size), names[0])
    number = next((name for name in names if study.columns[name].kind in ("continuous", "count")), None)
    one, where = _name(level), COMBINED if combined_of(views) else SOURCE
    found = {"Rows by level": f"SELECT {one}, count(*) AS rows\nFROM {SOURCE}\nGROUP BY ALL\nORDER BY rows DESC"}
    if number is not None:
        two = _name(number)
        found["A number by level"] = (
            f"SELECT {one}, avg({two}) AS mean, quantile_cont({two}, 0.95) AS p95, count(*) AS rows\n"
            f"FROM {where}\nGROUP BY ALL\nORDER BY mean DESC"
        )
    other = next((name for name in ("generated", "design") if name in views), None)
    if other:
        found[f"{other.capitalize()} beside real"] = (
            f"SELECT {one}, s.share AS real, o.share AS {other}, o.share - s.share AS shift\n"
            f"FROM (SELECT {one}, count(*) / sum(count(*)) OVER () AS share FROM {SOURCE} GROUP BY ALL) s\n"
            f"FULL JOIN (SELECT {one}, count(*) / sum(count(*)) OVER () AS share FROM {other} GROUP BY ALL) o\n"
            f"USING ({one})\nORDER BY shift DESC"
        )
    pair = [name for name in names if name != level and study.axes[name].size][:1]
    if pair:
        second = _name(pair[0])
        found["Thin combinations"] = (
            f"SELECT {one}, {second}, count(*) AS rows\nFROM {where}\nGROUP BY ALL\nHAVING rows < 30\nORDER BY rows"
        )
    return found


def _name(factor: str) -> str:
    return factor if is_plain_name(factor) else quote_name(factor)


def _examples(study: Study, views: dict[str, Path]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tt_console_examples"):
        html(h.span(".tt-quietly")["Examples"], width="content")
        for place, (label, text) in enumerate(examples(study, views).items()):
            st.button(label, key=f"tt_console_example_{place}", on_click=_use, args=(text,))


def _use(text: str) -> None:
    st.session_state["sql"] = text


def _result(found: session.Document, text: str, views: dict[str, Path]) -> Result | None:
    """What the query gives; the same one over the same files is not run again."""
    key = (text, tuple(views.items()))

    def run() -> Result | TrimtabError:
        try:
            with st.spinner("Asking…"):
                return run_query(text, views)
        except TrimtabError as error:
            return error

    result = found.study.memo.of("console", key, run)
    if isinstance(result, TrimtabError):
        notice(str(result))
        return None
    return result


def _show(found: session.Document, result: Result) -> None:
    frame = frame_of(result.table.slice(0, SHOWN))
    picture, figures = st.columns([1.2, 1], gap="medium")
    with picture:
        drawn = _chart(result.table)
    with figures if drawn else st.container():
        _table(found, result, frame)


def _table(found: session.Document, result: Result, frame: pd.DataFrame) -> None:
    kept = "" if result.complete else f" The file has the first {result.table.num_rows:,}."
    quiet(f"{result.rows:,} rows in {result.seconds:.2f} s.{kept}")
    table_of(
        frame,
        f"{found.design_id}-query.csv",
        key="console",
        total=result.rows,
        whole=lambda: frame_of(result.table),
    )


def frame_of(table: pa.Table) -> pd.DataFrame:
    """A table for people and for CSV; whole numbers with missing values stay whole."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_MAPPED.get)
    return frame


_MAPPED = {
    pa.int8(): pd.Int64Dtype(),
    pa.int16(): pd.Int64Dtype(),
    pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def _chart(table: pa.Table) -> bool:
    """A quick picture: one column across, one number upwards. False if these columns give none."""
    numbers = [name for name in table.column_names if _is_number(table.schema.field(name).type)]
    if table.num_rows < 2 or not numbers or table.num_columns < 2:
        return False
    across = next((name for name in table.column_names if name not in numbers), table.column_names[0])
    upwards = [name for name in numbers if name != across]
    if not upwards:
        return False
    with st.container(horizontal=True, vertical_alignment="bottom", key="tt_console_chart"):
        x = st.selectbox(
            "Across", table.column_names, index=table.column_names.index(across), width=220, key=_key("x", table)
        )
        y = st.selectbox("Upwards", [*numbers, NONE], index=numbers.index(upwards[0]), width=220, key=_key("y", table))
    if y == NONE or y not in numbers or x not in table.column_names:
        return True
    part = table.slice(0, MOST_BARS)
    heights = [None if value is None else float(value) for value in part.column(y).to_pylist()]
    figure = result_figure(part.column(x).to_pylist(), heights, (short(x), short(y)), palette())
    st.plotly_chart(figure, key="tt_console_figure", config={"displayModeBar": False})
    if table.num_rows > MOST_BARS:
        quiet(f"The picture has the first {MOST_BARS} rows.")
    return True


def _key(axis: str, table: pa.Table) -> str:
    """A choice belongs to the columns it was made from."""
    return f"tt_console_{axis}_{'|'.join(table.column_names)}"


def _is_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_))
