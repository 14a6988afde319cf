"""Names are text wherever they are shown: as Streamlit's Markdown, as markup of ours, in Plotly's figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .actions import at_rest, visit
from .names_harness import LEVELS, NAMES, OTHER

JOINER = "\N{WORD JOINER}"


@pytest.fixture
def names(serve: Callable[..., str], page: Page) -> Page:
    visit(page, serve(Path(__file__).with_name("names_harness.py")))
    expect(page.locator(".hoverlayer")).to_have_count(1)
    at_rest(page)
    return page


def texts(places: Locator) -> list[str]:
    """What is read there, without the sign that nobody sees."""
    return [text.replace(JOINER, "").strip() for text in places.all_inner_texts()]


def test_a_label_is_text(names: Page) -> None:
    assert texts(names.locator("[class*='st-key-button_'] button")) == list(NAMES)
    assert texts(names.locator("[class*='st-key-box_'] label")) == list(NAMES)
    assert texts(names.locator(".st-key-segments button")) == list(NAMES)
    assert names.locator("[class*='st-key-'] :is(a, b, strong, em, code, del, img)").count() == 0


def test_markup_of_ours_holds_text(names: Page) -> None:
    chips = names.locator(".tt-chip")
    assert texts(chips) == [f"{name} {name}" for name in NAMES]
    assert [chip.get_attribute("title") for chip in chips.all()] == list(NAMES)
    assert texts(names.locator(".tt-section")) == [f"{name} {name}" for name in NAMES]
    assert texts(names.locator(".tt-notice p")) == list(NAMES)
    assert names.locator(".tt-section :is(b, img, a)").count() == 0


def test_a_figure_holds_text(names: Page) -> None:
    assert names.locator(".xtick text").all_text_contents() == [*LEVELS, "missing"]
    marks = names.locator(".scatterlayer .point")
    for place, level in enumerate(LEVELS):
        marks.nth(place).hover(force=True)
        told = names.locator(".hoverlayer text")
        expect(told).to_contain_text(f"{level}: {OTHER} 16.67 %")
