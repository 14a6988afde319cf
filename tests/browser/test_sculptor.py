"""The sculptor and the factor list in a real browser."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from trimtab.core.changes.presets import PRESETS, preset_shares

from .actions import faults, middle

MODEL = Path(__file__).parents[2] / "ui" / "sculptor" / "sculptor_model.js"
HARNESS = Path(__file__).with_name("sculptor_harness.py")
HOSTILE = '<img src=x onerror="window.hacked=true">'
EVEN = 1 / 11
# Once the drawing has taken the width of its box: both widths and, of each name below, slanted or not and where.
# All in one go: a new layout replaces the names.
PLACES = """root => new Promise((done) => {
  const box = root.querySelector(".box"), svg = root.querySelector("svg.chart");
  const names = () => [...svg.querySelectorAll(".axis text:not(.caption)")];
  const look = () => Number(svg.getAttribute("width")) === Math.floor(box.clientWidth)
    ? done([root.scrollWidth, root.clientWidth,
            names().map((text) => [text.hasAttribute("transform"), text.getBoundingClientRect().toJSON()])])
    : requestAnimationFrame(look);
  look();
})"""
NUDGE = 1.05


@pytest.fixture
def visit(serve: Any) -> Any:
    """`visit(page, query="") -> page`: the harness, settled."""

    def go(page: Page, query: str = "") -> Page:
        page.goto(f"{serve(HARNESS)}/?{query}")
        at_rest(page, 0)
        return page

    return go


def at_rest(page: Page, rev: int) -> None:
    """Waits until Python has answered everything and the page shows this revision."""
    page.locator(f'[data-testid="sculptor"][data-rev="{rev}"][data-pending="0"]').wait_for()


def document(page: Page) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(page.get_by_test_id("document").inner_text())
    return read


def shown(page: Page) -> list[float]:
    """The shares the bars show."""
    bars = page.locator("[data-bin]").evaluate_all("bars => bars.map((bar) => Number(bar.dataset.share))")
    return [float(share) for share in bars]


def said(share: float) -> str:
    """A share of at least 1 % as it is said: one decimal, two below 10 % where the second is not 0."""
    return f"{100 * share:.1f} %" if share >= 0.1 else f"{100 * share:.2f}".removesuffix("0") + " %"


def handle(page: Page, bin_: int) -> tuple[float, float]:
    return middle(page.locator(f'[data-bin="{bin_}"] .handle'))


def tick(page: Page, text: str) -> float:
    """The height of a grid line in the window."""
    return middle(page.locator(".grid g").filter(has=page.get_by_text(text, exact=True)).locator("line"))[1]


def share_at(page: Page, y: float) -> float:
    """What a height means on the logarithmic axis, read off its grid lines."""
    low, high = tick(page, "1 %"), tick(page, "100 %")
    return float(10 ** (-2 * (y - high) / (low - high)))


def pixel(page: Page) -> float:
    """The relative error that one pixel makes on the logarithmic axis."""
    return float(10 ** (2 / (tick(page, "1 %") - tick(page, "100 %"))) - 1)


def drag(page: Page, bin_: int, y: float) -> None:
    page.mouse.move(*handle(page, bin_))
    page.mouse.down()
    page.mouse.move(handle(page, bin_)[0], y, steps=4)
    page.mouse.up()


def test_dragging_a_handle_sets_the_share_and_the_others_keep_their_proportions(page: Page, visit: Any) -> None:
    visit(page)
    drag(page, 0, tick(page, "30 %"))
    at_rest(page, 1)
    weights = document(page)["targets"]["visib"]
    assert weights[0] == pytest.approx(0.3, rel=2 * pixel(page))
    assert weights[1:] == pytest.approx([(1 - weights[0]) / 10] * 10, rel=1e-9)
    assert math.fsum(weights) == pytest.approx(1, abs=1e-12)
    assert shown(page) == pytest.approx(weights, abs=1e-15)
    assert document(page)["log"] == ["drag visib"]
    expect(page.locator('[data-bin="0"]')).to_have_attribute("aria-valuetext", f"0–1: {said(weights[0])}, real 2.0 %")


def test_taking_hold_of_a_handle_changes_nothing(page: Page, visit: Any) -> None:
    visit(page)
    page.mouse.move(*handle(page, 2))
    page.mouse.down()
    page.mouse.up()
    drag(page, 0, tick(page, "30 %"))
    at_rest(page, 1)
    assert document(page)["log"] == ["drag visib"]


def test_a_click_sets_the_bar_to_the_pointer(page: Page, visit: Any) -> None:
    visit(page)
    x, _ = handle(page, 3)
    y = tick(page, "3 %")
    page.mouse.click(x, y)
    at_rest(page, 1)
    assert document(page)["targets"]["visib"][3] == pytest.approx(0.03, rel=2 * pixel(page))
    assert document(page)["log"] == ["set visib"]
    expect(page.get_by_role("status").filter(has_text="3–4")).to_have_text(
        f"3–4: {said(document(page)['targets']['visib'][3])}"
    )


def test_a_stroke_paints_the_bars_it_jumps_over_along_a_straight_line(page: Page, visit: Any) -> None:
    visit(page)
    start, end = (handle(page, 2)[0], tick(page, "30 %")), (handle(page, 6)[0], tick(page, "3 %"))
    expected = [share_at(page, start[1] + step / 4 * (end[1] - start[1])) for step in range(5)]
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end)  # one jump over three bars
    assert shown(page)[2:7] == pytest.approx(expected, rel=2 * pixel(page))
    assert document(page)["rev"] == 0
    page.mouse.up()
    at_rest(page, 1)
    weights = document(page)["targets"]["visib"]
    assert weights[2:7] == pytest.approx(expected, rel=2 * pixel(page))
    assert weights[:2] + weights[7:] == pytest.approx([(1 - sum(weights[2:7])) / 6] * 6, rel=1e-9)
    assert document(page)["log"] == ["paint visib"]


def test_a_stroke_of_more_than_everything_is_scaled_back_when_it_ends(page: Page, visit: Any) -> None:
    visit(page)
    y = tick(page, "30 %")
    page.mouse.move(handle(page, 0)[0], y)
    page.mouse.down()
    page.mouse.move(handle(page, 4)[0], y)
    painted = shown(page)
    assert painted[:5] == pytest.approx([0.3] * 5, rel=2 * pixel(page))
    assert painted[5:] == pytest.approx([EVEN] * 6, rel=1e-9)
    page.mouse.up()
    at_rest(page, 1)
    assert document(page)["targets"]["visib"] == pytest.approx([share / sum(painted) for share in painted], rel=1e-9)


@pytest.mark.parametrize(
    ("keys", "share"),
    [
        (["ArrowUp"], EVEN * NUDGE),
        (["ArrowDown"], EVEN / NUDGE),
        (["Shift+ArrowUp"], EVEN * 1.25),
        (["Shift+ArrowDown"], EVEN / 1.25),
        (["PageUp"], EVEN * 2),
        (["PageDown"], EVEN / 2),
        (["Home"], 0.02),
        (["Delete"], 0.0),
        (["Delete", "ArrowUp"], 0.001),
        (["ArrowUp", "ArrowUp", "ArrowUp"], EVEN * NUDGE**3),
    ],
)
def test_keys_nudge_and_a_burst_is_one_step(page: Page, visit: Any, keys: list[str], share: float) -> None:
    visit(page)
    page.locator('[data-bin="0"]').focus()
    for key in keys:
        page.keyboard.press(key)
    at_rest(page, 1)
    weights = document(page)["targets"]["visib"]
    assert weights[0] == pytest.approx(share, rel=1e-9, abs=1e-12)
    assert weights[1:] == pytest.approx([(1 - share) / 10] * 10, rel=1e-9)
    assert document(page)["log"] == ["nudge visib"]


def test_one_tab_stop_and_arrows_between_the_bars(page: Page, visit: Any) -> None:
    visit(page)
    page.locator('[data-bin="0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator('[data-bin="1"]')).to_be_focused()
    assert page.locator('[data-bin][tabindex="0"]').count() == 1
    page.keyboard.press("r")  # must not rerun the app
    page.keyboard.press("ArrowUp")
    at_rest(page, 1)
    expect(page.locator('[data-bin="1"]')).to_be_focused()
    assert document(page)["runs"] == 2


def test_escape_gives_up_a_stroke(page: Page, visit: Any) -> None:
    visit(page)
    page.mouse.move(*handle(page, 1))
    page.mouse.down()
    page.mouse.move(handle(page, 4)[0], tick(page, "30 %"), steps=5)
    assert shown(page)[1:5] != pytest.approx([EVEN] * 4, rel=0.1)
    page.keyboard.press("Escape")
    assert shown(page) == pytest.approx([EVEN] * 11)
    page.mouse.up()
    page.get_by_role("button", name="Match real").click()
    at_rest(page, 1)
    assert document(page)["log"] == ["match visib"]


@pytest.mark.parametrize("name", PRESETS)
def test_the_sculptor_s_presets_are_those_of_the_library(page: Page, name: str) -> None:
    real = [0.0, 0.02, 0.5, 0.03, 0.05, 0.4, 0.0]
    for shares in (real, [0.1, 0.2, 0.1, 0.3, 0.0, 0.1, 0.2]):
        arguments = [name, shares, real, [share == 0 for share in real]]
        found = page.evaluate(
            f"(given) => {{ {MODEL.read_text(encoding='utf-8')}; return preset(...given) }}", arguments
        )
        assert found == pytest.approx(preset_shares(name, np.array(shares), np.array(real)).tolist())


def test_presets_leave_ungrounded_bins_empty(page: Page, visit: Any) -> None:
    visit(page)
    real = document(page)["real"]
    page.get_by_role("button", name="Match real").click()
    at_rest(page, 1)
    assert document(page)["targets"]["visib"] == pytest.approx(real)
    page.get_by_role("button", name="Flatten").click()
    at_rest(page, 2)
    assert document(page)["targets"]["visib"] == pytest.approx([(share + 0.1) / 2 for share in real[:10]] + [0])
    page.get_by_role("button", name="Match real").click()
    page.get_by_role("button", name="Boost tail").click()
    at_rest(page, 4)
    # 2 %, 3 % and 5 % are the rarest tenth.
    assert document(page)["targets"]["visib"][:4] == pytest.approx([0.06 / 1.2, 0.09 / 1.2, 0.15 / 1.2, 0.1 / 1.2])
    page.get_by_role("button", name="More presets").click()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Smooth")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    at_rest(page, 5)
    assert document(page)["targets"]["visib"] == pytest.approx([0.1] * 10 + [0])
    expect(page.get_by_role("menu")).to_be_hidden()


def test_exact_numbers_are_typed(page: Page, visit: Any) -> None:
    visit(page)
    cell = page.get_by_role("textbox", name="share of 3–4 in percent")
    cell.click()
    cell.fill("12,5")
    cell.press("Enter")
    at_rest(page, 1)
    weights = document(page)["targets"]["visib"]
    assert weights[3] == pytest.approx(0.125, abs=1e-12)
    assert weights[4] == pytest.approx(0.0875, abs=1e-12)
    following = page.get_by_role("textbox", name="share of 4–5 in percent")
    expect(following).to_be_focused()
    following.fill("25")
    page.locator('[data-bin="0"]').focus()  # leaving the field takes what was typed
    at_rest(page, 2)
    assert document(page)["targets"]["visib"][4] == pytest.approx(0.25, abs=1e-12)


def test_what_is_no_share_is_refused_and_escape_takes_back(page: Page, visit: Any) -> None:
    visit(page)
    cell = page.get_by_role("textbox", name="share of 3–4 in percent")
    cell.fill("120")
    cell.press("Enter")
    expect(page.locator(".hint")).to_have_text("“120” is not a number between 0 and 100.")
    expect(cell).to_have_value("9.09")
    cell.fill("50")
    cell.press("Escape")
    page.get_by_role("button", name="Match real").click()
    at_rest(page, 1)
    assert document(page)["log"] == ["match visib"]


def test_the_first_edit_makes_a_target(page: Page, visit: Any) -> None:
    visit(page, "role=follow")
    expect(page.locator(".hint")).to_have_text("Drag a bar to make this factor a target.")
    assert page.locator('[data-bin="8"] .handle').get_attribute("height") == "0"
    x, _ = middle(page.locator('[data-bin="8"]'))
    page.mouse.click(x, tick(page, "10 %"))
    at_rest(page, 1)
    real = document(page)["real"]
    weights = document(page)["targets"]["visib"]
    assert weights[8] == pytest.approx(0.1, rel=2 * pixel(page))
    assert weights[0] / weights[1] == pytest.approx(real[0] / real[1])
    assert page.locator('[data-bin="8"] .handle').get_attribute("height") == "4"


def test_a_locked_factor_can_be_read_not_changed(page: Page, visit: Any) -> None:
    visit(page, "role=keep")
    x, _ = middle(page.locator('[data-bin="8"]'))
    page.mouse.click(x, tick(page, "3 %"))
    page.locator('[data-bin="8"]').focus()
    page.keyboard.press("PageUp")
    expect(page.locator(".hint")).to_have_text("Locked by its role. Choose target to sculpt it.")
    assert shown(page) == pytest.approx(document(page)["real"])
    expect(page.locator('[data-bin="8"]')).to_have_attribute("aria-readonly", "true")
    expect(page.get_by_role("textbox", name="share of 3–4 in percent")).not_to_be_editable()
    expect(page.get_by_role("button", name="Flatten")).to_be_disabled()
    assert page.get_by_test_id("sculptor").get_attribute("data-pending") == "0"


def test_a_factor_without_values_says_so(page: Page, visit: Any) -> None:
    visit(page, "bins=0")
    expect(page.locator(".hint")).to_have_text("All values are missing: there is nothing to sculpt.")
    expect(page.locator(".box")).to_be_hidden()


def test_which_keys_reach_the_app(page: Page, visit: Any) -> None:
    visit(page)
    page.evaluate("window.keys = []; document.addEventListener('keydown', (event) => window.keys.push(event.key))")
    page.locator('[data-bin="0"]').focus()
    page.keyboard.press("c")
    page.keyboard.press("Control+z")  # undoes the design
    cell = page.get_by_role("textbox", name="share of 3–4 in percent")
    cell.press("Control+z")
    cell.press("5")
    cell.press("Control+z")  # takes back the 5
    search = page.get_by_label("Search factors")
    search.press("r")
    search.press("Control+z")
    assert page.evaluate("window.keys.filter((key) => key !== 'Control')") == ["z", "z"]


def test_linear_and_logarithmic_heights(page: Page, visit: Any) -> None:
    visit(page, "linear")
    zero, high = tick(page, "0 %"), tick(page, "20 %")
    assert (zero - handle(page, 0)[1]) / (zero - high) * 0.2 == pytest.approx(EVEN, abs=0.2 / (zero - high))
    page.get_by_role("button", name="log").click()
    expect(page.get_by_role("button", name="log")).to_have_attribute("aria-pressed", "true")
    assert share_at(page, handle(page, 0)[1]) == pytest.approx(EVEN, rel=pixel(page))
    nothing = middle(page.locator('[data-bin="10"] .real'))[1]
    assert nothing == pytest.approx(tick(page, "0 %"), abs=1)
    assert nothing > tick(page, "1 %") + 5, "0 % stands on a line that says another share"
    drag(page, 3, tick(page, "0 %"))
    at_rest(page, 1)
    assert document(page)["targets"]["visib"][3] == 0


def test_a_line_joins_what_has_an_order_and_nothing_else(page: Page, visit: Any) -> None:
    visit(page)
    assert page.locator(".outcome path").get_attribute("d").count("M") == 1  # type: ignore[union-attr]
    visit(page, "labels=long")
    drawn = page.locator(".outcome path").get_attribute("d") or ""
    assert (drawn.count("M"), drawn.count("H"), drawn.count("L")) == (11, 11, 0)


def test_what_is_rounded_is_not_said_to_sum_up(page: Page, visit: Any) -> None:
    visit(page, "bins=4&role=keep")
    expect(page.get_by_test_id("sculptor")).to_contain_text("Sums to 100 %.")
    visit(page)
    expect(page.get_by_test_id("sculptor")).to_contain_text("All editable. Sums to 100 % before rounding.")


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """While this file is there, Python stays busy with the first edit it hears of."""
    file = tmp_path / "held"
    file.touch()
    return file


def test_drags_while_python_is_busy_all_survive(page: Page, visit: Any, held: Path) -> None:
    visit(page, f"held={held}")
    for bin_ in range(3):
        drag(page, bin_, tick(page, "3 %"))
    wanted = shown(page)
    sculptor = page.get_by_test_id("sculptor")
    expect(sculptor).to_have_attribute("data-pending", "1")
    assert document(page)["rev"] == 0, "Python was not busy"
    expect(page.get_by_text("saving…")).to_be_visible()
    held.unlink()
    at_rest(page, 3)
    expect(page.get_by_text("saving…")).to_be_hidden()
    assert document(page)["log"] == ["drag visib"] * 3
    assert document(page)["targets"]["visib"] == pytest.approx(wanted, abs=1e-12)
    assert shown(page) == pytest.approx(wanted, abs=1e-12)
    assert document(page)["runs"] <= 3, "it was sent again while Python was working on it"


class Line:
    """The socket between a page and its server, to be cut or muted."""

    def __init__(self, page: Page) -> None:
        self.cut = self.deaf = False
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("_stcore/stream"), self.connect)

    def connect(self, socket: WebSocketRoute) -> None:
        if self.cut:
            socket.close()
            return
        server = socket.connect_to_server()
        socket.on_message(lambda message: None if self.deaf else server.send(message))
        self.sockets.append(socket)


def test_a_dropped_socket_loses_nothing(new_page: Any, visit: Any) -> None:
    page = new_page(allow=["disconnected", "WebSocket"])
    line = Line(page)
    visit(page)
    line.cut = True
    line.sockets[-1].close()
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    drag(page, 0, tick(page, "30 %"))
    drag(page, 1, tick(page, "3 %"))
    wanted = shown(page)
    line.cut = False
    at_rest(page, 2)
    assert len(line.sockets) == 2, "the socket was never dropped"
    assert document(page)["log"] == ["drag visib"] * 2
    assert document(page)["targets"]["visib"] == pytest.approx(wanted, abs=1e-12)


def test_a_message_lost_on_the_way_is_sent_again(page: Page, visit: Any) -> None:
    line = Line(page)
    visit(page)
    line.deaf = True
    drag(page, 0, tick(page, "30 %"))
    wanted = shown(page)
    expect(page.get_by_text("saving…")).to_be_visible()
    assert document(page)["rev"] == 0
    line.deaf = False
    at_rest(page, 1)
    assert document(page)["targets"]["visib"] == pytest.approx(wanted, abs=1e-12)


def test_a_finger_drags(new_page: Any, visit: Any) -> None:
    page = visit(new_page(touch=True, size=(420, 900)))
    finger = page.context.new_cdp_session(page)
    page.locator('[data-bin="0"]').scroll_into_view_if_needed()
    x, y = handle(page, 0)
    for kind, height in (("touchStart", y), ("touchMove", y - 20), ("touchMove", tick(page, "30 %"))):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": height}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    at_rest(page, 1)
    assert document(page)["targets"]["visib"][0] == pytest.approx(0.3, rel=2 * pixel(page))


@pytest.mark.parametrize(("dark", "asked"), [(False, "rgb(0, 114, 178)"), (True, "rgb(86, 180, 233)")])
def test_colours_follow_light_and_dark(new_page: Any, visit: Any, dark: bool, asked: str) -> None:
    page = visit(new_page(dark=dark))
    assert page.locator('[data-bin="0"] .handle').evaluate("bar => getComputedStyle(bar).fill") == asked
    ground = "rgb(15, 20, 26)" if dark else "rgb(255, 255, 255)"
    assert page.locator(".tools button").first.evaluate("e => getComputedStyle(e).color") != ground
    assert page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor") == ground
    line = page.get_by_test_id("factor-list").locator(".asked .line").first
    assert line.evaluate("line => getComputedStyle(line).stroke") == asked


@pytest.mark.parametrize("query", ["", "role=keep", "bins=41&labels=long"])
def test_axe_finds_nothing(page: Page, visit: Any, query: str) -> None:
    visit(page, query)
    page.locator('[data-bin="0"]').focus()
    parts = {"include": [['[data-testid="stBidiComponentIsolated"]']]}
    assert faults(page, every=True, context=parts) == []


def test_text_from_a_file_is_text(page: Page, visit: Any) -> None:
    visit(page, "labels=hostile")
    sculptor = page.get_by_test_id("sculptor")
    expect(sculptor.get_by_role("rowheader", name=HOSTILE)).to_be_visible()
    expect(page.get_by_role("slider", name=HOSTILE)).to_be_visible()
    expect(page.get_by_test_id("factor-list").get_by_text(HOSTILE, exact=True)).to_be_visible()
    expect(page.get_by_alt_text(f"{HOSTILE} before and after")).to_be_visible()
    page.locator('[data-bin="0"]').focus()
    expect(sculptor.locator(".tip")).to_contain_text(HOSTILE)
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(("bins", "names"), [(2, ""), (12, ""), (41, ""), (41, "labels=long")])
def test_it_fits(page: Page, visit: Any, bins: int, names: str) -> None:
    visit(page, f"bins={bins}&{names}")
    for width in (380, 700, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        inside, outside, texts = page.get_by_test_id("sculptor").evaluate(PLACES)
        assert inside <= outside
        assert texts
        level = [place for turned, place in texts if not turned]
        assert all(left["right"] < right["left"] for left, right in pairwise(level)), "names overlap"
        slanted = [place["right"] for turned, place in texts if turned]
        assert all(right - left >= 11 for left, right in pairwise(slanted)), "names overlap"
        assert all(place["left"] >= -0.5 for _, place in texts), "a name leaves the page"


def test_the_list_finds_sorts_and_selects(page: Page, visit: Any) -> None:
    visit(page)
    factors = page.get_by_test_id("factor-list")
    names = factors.locator(".name")
    expect(names.first).to_have_text("visib")  # the largest shift
    expect(factors.get_by_role("listbox").get_by_role("option", selected=True)).to_have_attribute("data-name", "visib")
    factors.get_by_label("Sort factors").select_option("name")
    assert names.all_inner_texts()[-1] == "wind_speed"
    factors.get_by_label("Search factors").fill("WIND_")
    expect(names).to_have_text(["wind_speed"])
    expect(factors.locator(".count")).to_have_text("1 of 6")
    factors.get_by_label("Search factors").press("Enter")
    page.locator('[data-testid="sculptor"][data-factor="wind_speed"]').wait_for()
    expect(factors).to_have_attribute("data-selected", "wind_speed")
    factors.get_by_label("Search factors").fill("no such factor")
    expect(factors.get_by_text("No factor has this name.")).to_be_visible()


def test_the_list_by_keys(page: Page, visit: Any) -> None:
    visit(page)
    factors = page.get_by_test_id("factor-list")
    factors.get_by_label("Search factors").press("ArrowDown")
    expect(factors.locator('[data-name="visib"]')).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    focused = factors.locator('.row[tabindex="0"]')
    expect(focused).to_be_focused()
    name = focused.get_attribute("data-name")
    page.keyboard.press("Enter")
    expect(factors).to_have_attribute("data-selected", str(name))
    expect(page.get_by_test_id("sculptor")).to_have_attribute("data-factor", str(name))
    assert name != "visib"


def test_edits_of_one_factor_survive_the_change_to_another(page: Page, visit: Any, held: Path) -> None:
    visit(page, f"held={held}")
    drag(page, 0, tick(page, "30 %"))
    page.get_by_test_id("factor-list").locator('[data-name="humid"]').click()
    held.unlink()
    page.locator('[data-testid="sculptor"][data-factor="humid"][data-rev="1"][data-pending="0"]').wait_for()
    assert document(page)["log"] == ["drag visib"]
    assert document(page)["targets"]["humid"] is None
    assert shown(page) == pytest.approx(document(page)["real"])
