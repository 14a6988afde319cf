"""What results show of themselves in a notebook: the figures, the pictures, and names that stay text."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

import trimtab

EVIL = "<script>alert('1')</script>"
ROWS = pa.table({EVIL: ["a", "b", "<b>", None] * 50, "x": [1, 2, 3, 4, 5] * 40})


class Shown(HTMLParser):
    """The tags and the text of markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags, self.text = Counter[str](), ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags[tag] += 1

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(autouse=True)
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIMTAB_HOME", str(home))


@pytest.fixture(scope="module")
def rows(home: Path) -> trimtab.Data:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIMTAB_HOME", str(home))
        return trimtab.data(ROWS, name="rows")


@pytest.fixture
def design(rows: trimtab.Data) -> trimtab.Design:
    """Half of the rows have a small x."""
    return rows.neutral(EVIL).with_event("small", when="x < 3", rate=0.5)


def shown(result: trimtab.Data | trimtab.Check | trimtab.Receipt | trimtab.Sample) -> Shown:
    found = Shown(result._repr_html_())
    assert not found.tags["script"]
    return found


def test_data_show_a_histogram_of_every_column(rows: trimtab.Data) -> None:
    found = shown(rows)
    assert "200 rows, 2 columns" in found.text
    assert EVIL in found.text
    assert found.tags["img"] == 2
    assert "25.0 %" in found.text  # missing


def test_a_check_shows_what_it_costs_and_moves(rows: trimtab.Data, design: trimtab.Design) -> None:
    checked = trimtab.check(design, rows)
    found = shown(checked)
    assert f"Feasible: {checked.cost_bits:.3f} bits" in found.text
    assert "event small" in found.text
    assert found.tags["img"] == 2
    assert found.text.count("carried along") == 2
    assert EVIL in found.text


def test_a_check_shows_every_conflict(rows: trimtab.Data, design: trimtab.Design) -> None:
    checked = trimtab.check(design.with_event("large", when="x >= 3", rate=0.7), rows)
    found = shown(checked)
    assert "Not feasible" in found.text
    assert len(checked.conflicts) == found.tags["li"] == 2
    assert all(one.message in found.text for one in checked.conflicts)


def test_a_sample_shows_its_receipt(rows: trimtab.Data, design: trimtab.Design) -> None:
    made = trimtab.sample(design, rows, rows=300)
    found, receipt = shown(made), shown(made.receipt)
    assert "300 rows, " in found.text
    assert "in memory" in found.text
    assert "4 of 4 promises kept" in found.text
    assert "equal a real row in every factor" in found.text
    assert found.tags["tr"] == receipt.tags["tr"] == 1 + 4
    assert "150 rows" in receipt.text


def test_of_many_columns_it_is_told_how_many_are_not_shown() -> None:
    wide = trimtab.data(pa.table({f"c{i}": [1, 2, 3] for i in range(75)}))
    found = shown(wide)
    assert found.tags["tr"] == 1 + 60
    assert "and 15 more" in found.text
