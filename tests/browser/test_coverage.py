"""The page coverage in a real browser: views survive F5 and links, a gap is covered and taken back."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from trimtab.core.delivery.receipt import deliver
from trimtab.core.design.files import load
from trimtab.core.study.study import open_study
from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, faults, until, visit

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
FACTORS = ("dvcat", "airbag", "seatbelt", "sex", "injSeverity")
TABS = ("Factors", "Pairs", "Combinations", "Gaps", "Console")

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def design_id(home: Workspace) -> str:
    """A design on the crash records, with rows generated from it."""
    source = home.spool(SAMPLES / "crashes.csv")
    design = load(SAMPLES / "designs" / "crashes-without-belts.yaml")
    design = design.changed(source={"path": source.name, "sha256": source.sha256}, rows=5000)
    id_ = home.save_design(design)
    deliver(open_study(design, source), home.output(id_, "rows.parquet"))
    return id_


def open_tab(page: Page, url: str, design_id: str, tab: str, **more: str) -> None:
    asked = {"design": design_id, "tab": tab, **more}
    address = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
    visit(page, f"{url}/coverage?{address}" + "".join(f"&factors={name}" for name in FACTORS))
    expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


def asked(page: Page) -> dict[str, list[str]]:
    """The parameters in the address."""
    return parse_qs(urlsplit(page.url).query)


def selected(page: Page, pair: str) -> None:
    expect(page.locator(f'[data-testid="pair-matrix"][data-selected="{pair}"]')).to_be_visible()


def test_a_chosen_pair_is_in_the_address_and_survives_f5_and_a_link(
    url: str, design_id: str, page: Page, new_page: NewPage
) -> None:
    open_tab(page, url, design_id, "Pairs")
    page.locator('[data-pair="3,1"]').click()
    pair = "airbag × sex"
    expect(page.locator('[data-testid="pair-heat"]')).to_have_count(3)
    expect(page).to_have_url(re.compile("first=airbag.*second=sex"))
    page.get_by_text("thinnest cell", exact=True).click()
    expect(page).to_have_url(re.compile("shade=thinnest"))
    assert asked(page)["design"] == [design_id]
    page.reload()
    at_rest(page)
    selected(page, pair)
    expect(page.get_by_text("rows in the thinnest of")).to_be_visible()
    other = new_page(person="a colleague")
    visit(other, page.url)
    selected(other, pair)
    heads = '.tc-head[data-set="real + generated"]'
    expect(other.locator(heads)).to_have_text(page.locator(heads).inner_text(), use_inner_text=True)


def test_what_was_chosen_is_there_after_another_tab(url: str, design_id: str, page: Page) -> None:
    open_tab(page, url, design_id, "Pairs", first="sex", second="dvcat")
    page.get_by_role("tab", name="Gaps").click()
    expect(page.get_by_test_id("gaps")).to_be_visible()
    page.get_by_role("tab", name="Pairs").click()
    selected(page, "sex × dvcat")


def test_a_gap_is_shown_as_a_change_taken_and_taken_back(url: str, design_id: str, home: Workspace, page: Page) -> None:
    before = home.load_design(design_id)
    open_tab(page, url, design_id, "Gaps", threshold="40")
    page.get_by_role("button", name="Cover this").first.click()
    expect(page.get_by_test_id("plan")).to_be_visible()
    assert home.load_design(design_id) == before
    page.get_by_role("button", name="Take it into the design").click()
    expect(page.get_by_test_id("plan")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("Undo “cover "))).to_be_visible()
    assert len(home.load_design(design_id).events) == len(before.events) + 1
    page.keyboard.press("Control+z")
    # The buttons move at once; the design follows.
    until(lambda: home.load_design(design_id) == before, page)
    expect(page.get_by_role("button", name=re.compile("Redo “cover "))).to_be_visible()


def test_a_query_is_run_shown_and_downloaded(url: str, design_id: str, page: Page, tmp_path: Path) -> None:
    open_tab(page, url, design_id, "Console")
    field = page.get_by_role("textbox", name="Query")
    field.fill("SELECT sex, count(*) AS rows FROM generated GROUP BY ALL ORDER BY sex")
    field.press("Control+Enter")
    expect(page).to_have_url(re.compile("sql=SELECT"))
    expect(page.get_by_text(re.compile(r"^2 rows in"))).to_be_visible()
    with page.expect_download() as loading:
        page.get_by_role("button", name="Download this table as CSV").click()
    file = tmp_path / "query.csv"
    loading.value.save_as(file)
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["sex"] for row in rows] == ["f", "m"]
    assert sum(int(row["rows"]) for row in rows) == 5000
    field.fill("DROP VIEW source")
    field.press("Control+Enter")
    expect(page.get_by_text(re.compile("only SELECT is allowed"))).to_be_visible()


@pytest.mark.parametrize("tab", TABS[1:])
def test_every_tab_is_accessible(url: str, design_id: str, page: Page, tab: str) -> None:
    open_tab(page, url, design_id, tab)
    assert faults(page) == []
