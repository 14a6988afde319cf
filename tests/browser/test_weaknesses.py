"""The whole loop in a real browser: sample, predictions, a weak slice, boost, generate; its rows are counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
from playwright.sync_api import Page, expect

from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, current, faults, type_in, visit

ROWS = 10_000

NewPage = Callable[..., Page]


def weaknesses(page: Page, url: str) -> None:
    """The sample's design, and what a model said of its rows."""
    visit(page, url)
    page.get_by_role("button", name="Try the sample data").first.click()
    page.get_by_test_id("sculptor").wait_for()
    at_rest(page)
    page.get_by_role("link", name="Weaknesses", exact=True).click()
    page.get_by_role("button", name="Try the sample’s predictions").click()
    page.get_by_test_id("slice").first.wait_for()
    at_rest(page)


def test_from_predictions_to_rows_of_the_slice(new_page: NewPage, url: str, home: Workspace, tmp_path: Path) -> None:
    page = new_page(size=(1440, 1000))
    weaknesses(page, url)
    row = page.get_by_test_id("slice").filter(has_text="carrier EV").first
    expect(row).to_be_visible()
    place = page.get_by_test_id("slice").all_inner_texts().index(row.inner_text())
    page.get_by_role("button", name="Boost this slice").nth(place).click()
    expect(page.get_by_test_id("shares")).to_be_visible()
    at_rest(page)
    type_in(page, "Exact", "40 %")
    # The change that is shown is the one that was typed: only then is it taken.
    expect(page.get_by_test_id("plan").filter(has_text="boost_carrier_EV")).to_contain_text("rate: 0.4")
    _, before = current(page, home)
    assert "boost_carrier_EV" not in before.events
    page.get_by_role("button", name="Take it into the design").click()
    expect(page.get_by_text("The design now boosts carrier = EV.")).to_be_visible()
    at_rest(page)
    design_id, design = current(page, home)
    assert design.events["boost_carrier_EV"].rate == 0.4
    assert {name: event for name, event in design.events.items() if name != "boost_carrier_EV"} == before.events

    page.get_by_role("link", name="Generate the rows").click()
    expect(page.get_by_role("textbox", name="Rows", exact=True)).to_be_visible()
    at_rest(page)
    type_in(page, "Rows", f"{ROWS:,}")
    page.get_by_role("button", name=f"Generate {ROWS:,} rows").click()
    expect(page.get_by_test_id("receipt").first).to_be_visible()
    at_rest(page)
    kept = re.match(r"(\d+) of (\d+) promises kept", page.get_by_test_id("verdict").first.inner_text())
    assert kept is not None
    assert kept[1] == kept[2]
    (made,) = (home.home / "outputs" / design_id).glob("*.parquet")
    found = duckdb.sql(f"SELECT count(*) FILTER (carrier = 'EV'), count(*) FROM read_parquet('{made}')").fetchall()[0]
    assert found == (0.4 * ROWS, ROWS)


def test_a_link_shows_a_colleague_the_same_slices(new_page: NewPage, url: str, home: Workspace) -> None:
    page = new_page(size=(1440, 1000))
    weaknesses(page, url)
    page.get_by_role("radio", name="1", exact=True).click()
    at_rest(page)
    page.wait_for_url(re.compile("deep=1"))
    slices = page.get_by_test_id("slice").all_inner_texts()
    assert slices
    other = new_page(size=(1440, 1000), person="a colleague")
    other.goto(page.url)
    expect(other.get_by_test_id("slice")).to_have_text(slices, use_inner_text=True)
    other.get_by_role("link", name="Data", exact=True).click()
    at_rest(other)
    other.get_by_role("link", name="Weaknesses", exact=True).click()
    expect(other.get_by_test_id("slice")).to_have_text(slices, use_inner_text=True)


def test_nothing_serious_for_assistive_technology(new_page: NewPage, url: str) -> None:
    page = new_page(size=(1440, 1000))
    weaknesses(page, url)
    page.get_by_role("button", name="Boost this slice").nth(1).click()
    expect(page.get_by_test_id("shares")).to_be_visible()
    at_rest(page)
    assert faults(page) == []


def test_other_predictions_take_the_place_of_those_before(new_page: NewPage, url: str, tmp_path: Path) -> None:
    page = new_page(size=(1440, 1000))
    weaknesses(page, url)
    page.get_by_role("radio", name="Probabilities").click()
    expect(page.get_by_text("distance of probability from late")).to_be_visible()
    at_rest(page)
    page.reload()
    expect(page.get_by_text("distance of probability from late")).to_be_visible()
    at_rest(page)
    for name, text, message in (
        ("few.csv", "error\n1\n2\n", "few.csv: it has 2 rows and flights.parquet has 335,220"),
        ("broken.csv", "a,b\n1,2,3\n", "broken.csv"),
    ):
        file = tmp_path / name
        file.write_text(text)
        page.get_by_role("button", name="Other predictions").click()
        page.locator('input[type="file"]').set_input_files(file)
        expect(page.get_by_role("alert").filter(has_text=message)).to_be_visible()
        at_rest(page)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Other predictions").click()
    page.get_by_role("button", name="Use the sample’s predictions").click()
    expect(page.get_by_test_id("slice").first).to_be_visible()
    at_rest(page)
    expect(page.get_by_role("alert")).to_have_count(0)
