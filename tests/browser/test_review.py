"""The page review in a real browser: approve, change, follow a link, print."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from trimtab.core.design.files import load
from trimtab.core.workspace.workspace import Workspace

from .actions import at_rest, faults, visit

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
PAPER = {"width": 687, "height": 1000}  # px of an A4 page inside its margins

NewPage = Callable[..., Page]


@pytest.fixture
def design_id(home: Workspace) -> str:
    """A design on the crash records, with a version that was approved and a change since."""
    source = home.spool(SAMPLES / "crashes.csv")
    design = load(SAMPLES / "designs" / "crashes-without-belts.yaml")
    design = design.changed(source={"path": source.name, "sha256": source.sha256}, rows=5000)
    id_ = home.save_design(design)
    home.review(id_, "Ann", "approved", "As we said.", fingerprint=design.fingerprint())
    home.save_design(design.changed(rows=4000), id_)
    return id_


def open_review(page: Page, address: str) -> None:
    visit(page, address)
    expect(page.get_by_test_id("standing")).to_be_visible()
    at_rest(page)


def stands(page: Page, state: str) -> None:
    expect(page.get_by_test_id("standing")).to_have_attribute("data-state", state)


def test_an_approval_ends_with_a_change_and_is_back_with_undo(
    page: Page, url: str, design_id: str, home: Workspace
) -> None:
    open_review(page, f"{url}/review?design={design_id}")
    stands(page, "changed")
    page.get_by_role("textbox", name="Your name").fill("Bo <b>Lee</b>")
    page.get_by_role("textbox", name="What you think of it").fill("Fewer rows.\n<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Approve this version").click()
    stands(page, "approved")
    expect(page.get_by_test_id("said").locator("li").first).to_contain_text("Bo <b>Lee</b> approved version 2")
    expect(page.get_by_test_id("said").locator("li").first).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.get_by_text("✓ approved", exact=True).first).to_be_visible()
    at_rest(page)
    page.get_by_role("link", name="Generate", exact=True).click()
    expect(page.get_by_test_id("approved")).to_contain_text("Approved by Bo <b>Lee</b> on")
    at_rest(page)
    page.get_by_role("button", name="1,000", exact=True).click()
    expect(page.get_by_test_id("approved")).to_have_count(0)
    at_rest(page)
    page.get_by_role("link", name="Review", exact=True).click()
    stands(page, "changed")
    expect(page.get_by_test_id("changes")).to_contain_text("rows")
    at_rest(page)
    page.keyboard.press("Control+z")
    stands(page, "approved")
    assert [one.name for one in home.reviews(design_id).said] == ["Ann", "Bo <b>Lee</b>"]


def test_a_link_shows_the_same_two_versions_and_survives_f5(
    page: Page, new_page: NewPage, url: str, design_id: str, home: Workspace
) -> None:
    home.save_version(design_id)
    home.save_design(home.load_design(design_id).changed(rows=3000), design_id)
    open_review(page, f"{url}/review?design={design_id}&before=2")
    table = page.get_by_test_id("changes")
    expect(table).to_contain_text(re.compile("rows\\s*4,000\\s*3,000"))
    at_rest(page)
    page.get_by_role("combobox", name="After").click()
    page.keyboard.press("ControlOrMeta+a")  # a list closes when the page scrolls to it; typing opens it again
    page.keyboard.type("version 1")
    page.get_by_role("option", name=re.compile("version 1")).click()
    expect(table).to_contain_text(re.compile("rows\\s*4,000\\s*5,000"))
    expect(page).to_have_url(re.compile("before=2&after=1"))
    told = table.inner_text()
    page.reload()
    at_rest(page)
    expect(table).to_have_text(told, use_inner_text=True)
    other = new_page(person="a colleague")
    open_review(other, page.url)
    expect(other.get_by_test_id("changes")).to_have_text(told, use_inner_text=True)


def test_nothing_serious_for_assistive_technology(new_page: NewPage, url: str, design_id: str) -> None:
    page = new_page(size=(1440, 1000))
    open_review(page, f"{url}/review?design={design_id}")
    expect(page.get_by_test_id("changes")).to_be_visible()
    at_rest(page)
    assert faults(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_paper_there_is_what_is_read_and_nothing_to_click(
    new_page: NewPage, url: str, design_id: str, dark: bool
) -> None:
    page = new_page(dark=dark, size=(1440, 1000))
    open_review(page, f"{url}/review?design={design_id}")
    expect(page.get_by_test_id("changes")).to_be_visible()
    at_rest(page)
    page.emulate_media(media="print")
    for told in ("standing", "summary", "asks", "along", "leans", "changes", "said"):
        expect(page.get_by_test_id(told)).to_be_visible()
    for made in ("button", "textbox", "combobox", "link"):
        shown = page.get_by_role(made).filter(visible=True)
        assert shown.all_inner_texts() == [], made
    page.set_viewport_size(PAPER)
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
    card = page.locator('[class*="st-key-tt_card_"]').first
    assert card.evaluate("card => getComputedStyle(card).breakInside") == "avoid"
    ink = page.get_by_test_id("summary").evaluate("text => getComputedStyle(text).color")
    assert int(re.findall(r"\d+", ink)[0]) < 130, "light text can't be read on paper"
    content = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 4
