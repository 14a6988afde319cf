"""What all browser tests do on a page: wait until it rests, open an address, type, and ask axe for faults."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.patience import PATIENCE
from trimtab.core.design.design import Design
from trimtab.core.workspace.workspace import Workspace

SERIOUS = ("serious", "critical")

Fault = tuple[str, str, list[str]]
"""(the colours of the page, rule, the HTML that breaks it)"""


def at_rest(page: Page) -> None:
    """Waits until Streamlit is connected and has nothing more to run."""
    page.locator('[data-testid="stApp"][data-test-connection-state="CONNECTED"]').wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def visit(page: Page, address: str) -> None:
    page.goto(address)
    at_rest(page)


def until(true: Callable[[], bool], page: Page) -> None:
    """Waits until something that is not on the page has become true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not become true"
        page.wait_for_timeout(50)


def middle(locator: Locator) -> tuple[float, float]:
    """The middle of an element in the window. A picture that is drawn anew has no place for a moment."""
    found: list[tuple[float, float]] = []

    def placed() -> bool:
        box = locator.bounding_box()
        found.extend([(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)] if box else [])
        return bool(found)

    until(placed, locator.page)
    return found[0]


def type_in(page: Page, label: str, text: str, nth: int = 0) -> None:
    field = page.get_by_role("textbox", name=label, exact=True).nth(nth)
    field.fill(text)
    field.press("Enter")
    at_rest(page)


def sculptor_after(page: Page, rev: int = 0) -> None:
    """Waits until the sculptor shows another revision than `rev` and Python has answered everything."""
    page.locator(f'[data-testid="sculptor"][data-pending="0"]:not([data-rev="{rev}"])').wait_for()


def current(page: Page, home: Workspace) -> tuple[str, Design]:
    """The design the address names, as it is saved."""
    found = re.search(r"design=([a-z0-9-]+)", page.url)
    assert found is not None, page.url
    return found[1], home.load_design(found[1])


def faults(page: Page, *, every: bool = False, context: dict[str, Any] | None = None) -> list[Fault]:
    """What axe finds serious on the page (`every` fault; in `context`, a part of it), in light and then in dark.

    The page turns with the system's colours, so it is opened once; that it did turn is asserted.
    """
    found = []
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        page.wait_for_function(GROUND, arg=colours)
        at_rest(page)
        page.wait_for_function(STILL)
        for one in Axe().run(page, context).response["violations"]:
            if every or one["impact"] in SERIOUS:
                found.append((colours, one["id"], [node["html"] for node in one["nodes"]]))
    return found


# Whether no colour is on its way to another.
STILL = "() => !document.getAnimations().some((one) => one instanceof CSSTransition)"

# Whether the page's ground is as light or dark as asked.
GROUND = """colours => {
  const ground = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  const red = Number(ground.match(/\\d+/)[0]);
  return colours === "dark" ? red < 60 : red > 200;
}"""
