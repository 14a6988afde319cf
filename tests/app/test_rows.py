"""Rows before and after, and the dictionary of the columns, on the page Design."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from trimtab.core.delivery.dictionary import dictionary, dictionary_csv
from trimtab.core.study.study import Study

from .looking import sound, text_of

Start = Callable[..., AppTest]


def opened(start: Start, design_id: str, fold: str) -> AppTest:
    app = start("", design_id)
    app.session_state[fold] = True  # opened by a click
    return sound(app.switch_page("pages/design.py").run())


def test_ten_rows_are_shown_once_they_are_asked_for(start: Start, design_id: str) -> None:
    assert 'data-testid="rows"' not in text_of(start("design", design_id))
    said = text_of(opened(start, design_id, "tt_rows"))
    assert 'data-testid="rows"' in said
    assert len(re.findall(r'<tr class="after"', said)) == 10
    assert len(re.findall(r'<tr class="before"', said)) == 10
    assert len(re.findall(r'<td class="changed"><b>', said)) == int(re.findall(r"(\d+) values? differ", said)[0])


def test_the_columns_are_explained_and_can_be_taken_along(start: Start, design_id: str, study: Study) -> None:
    app = opened(start, design_id, "tt_columns")
    said = text_of(app)
    entries = dictionary(study)
    assert [f">{one.name}</th>" in said for one in entries] == [True] * len(entries)
    assert [row["name"] for row in csv.DictReader(io.StringIO(dictionary_csv(entries)))] == [
        one.name for one in entries
    ]
    assert any(one.proto.label == "Download as CSV" for one in app.get("download_button"))
