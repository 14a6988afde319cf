"""Signing in as people do it, in a browser: from a link to the page it leads to, under their names, and out again."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.patience import PATIENCE
from trimtab.core.design.files import loads
from trimtab.core.people.people import Person
from trimtab.core.workspace.workspace import Workspace

from .conftest import ANN, BOB, DESIGN, Served


@pytest.fixture
def pages(browser: Browser, served: Served) -> Iterator[list[Page]]:
    """A page each of two browsers, which share nothing."""
    contexts = [browser.new_context(base_url=served.url) for _ in range(2)]
    for context in contexts:
        context.set_default_timeout(1000 * PATIENCE)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def sign_in(page: Page, sub: str, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Sign in to go on")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.locator("input[name=sub]").fill(sub)
    page.get_by_role("button", name="Authorize").click()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def test_two_people_review_under_their_own_names_and_one_signs_out(pages: list[Page], served: Served) -> None:
    design_id = Workspace(served.home.home, Person(ANN, "Ann Lee", "edit")).save_design(loads(DESIGN))
    for page, sub, text in zip(pages, (ANN, BOB), ("Fine with me.", "More fog."), strict=True):
        sign_in(page, sub, f"/review?design={design_id}")
        page.get_by_role("textbox", name="What you think of it").fill(text)
        page.get_by_role("button", name="Comment").click()
        expect(page.get_by_test_id("said").locator("li").first).to_contain_text(text)
    ann, bob = pages
    said = bob.get_by_test_id("said").locator("li")
    expect(said.nth(0)).to_contain_text("Bob Ray (bob@example.org) commented")
    expect(said.nth(1)).to_contain_text("Ann Lee (ann@example.org) commented")
    expect(ann.get_by_role("button", name="Save this version")).to_be_enabled()
    expect(bob.get_by_role("button", name="Save this version")).to_be_disabled()
    bob.get_by_role("button", name="few").click()
    with bob.expect_download() as download:
        bob.get_by_role("button", name="Download the design file").click()
    address = download.value.url
    assert "/media/" in address
    assert httpx.get(address).status_code == 401, "who has not signed in gets no file, though they have its address"
    assert bob.request.get(address).text() == served.home.design_text(design_id)
    bob.keyboard.press("Escape")
    bob.get_by_role("button", name="Bob Ray").click()
    expect(bob.get_by_text("Signed in as Bob Ray (bob@example.org). You may review, not edit.")).to_be_visible()
    bob.get_by_role("button", name="Sign out").click()
    bob.wait_for_url(lambda address: "/review" not in address)
    answer = bob.goto(f"/review?design={design_id}")
    assert answer is not None
    assert answer.status == 401
