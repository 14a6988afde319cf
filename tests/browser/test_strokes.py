"""What a hand draws is what it gets: shapes copied with one stroke, and bars that are locked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from trimtab.ui.parts.assets import asset

from .actions import middle
from .drawn import place

MODEL = asset("sculptor/sculptor_model.js", "sculptor/sculptor_stroke.js")
# A hand draws one stroke after the other over bars from 0 to 1: points are parts of the width and of the height, and
# between two of them it moves in `steps`. Gives the shares after each.
HAND = f"""({{ shares, locks, strokes, steps }}) => {{
  {MODEL}
  const kept = new Set(locks), place = {{ left: 0, band: 1000 / shares.length, bins: shares.length }};
  const axis = heightAxis("linear", shares), real = shares, plot = 400;
  return strokes.map((points) => {{
    const [start, ...others] = points.map(([x, y]) => ({{ x: 1000 * x, y: plot * (1 - y) }}));
    const stroke = new Stroke(place, kept, (y) => axis.share(1 - y / plot), start);
    stroke.to(start);
    let from = start;
    for (const to of others) {{
      for (let step = 1; step <= steps; step += 1) {{
        const along = step / steps;
        stroke.to({{ x: from.x + along * (to.x - from.x), y: from.y + along * (to.y - from.y) }});
      }}
      from = to;
    }}
    shares = withShares(shares, stroke.edits, real, kept) ?? shares;
    return shares;
  }});
}}"""

Shape = Callable[[np.ndarray], np.ndarray]


def bell(middle: float, width: float) -> Shape:
    return lambda x: np.exp(-(((x - middle) / width) ** 2) / 2)


def noise(seed: int) -> Shape:
    return lambda x: np.random.default_rng(seed).uniform(0.02, 1, len(x))


SHAPES: dict[str, Shape] = {
    "bell": bell(0.5, 0.15),
    "narrow": bell(0.3, 0.06),
    "skewed": lambda x: x * np.exp(-5 * x),
    "falling": lambda x: np.exp(-4 * x),
    "rising": lambda x: x**2 + 0.01,
    "flat": np.ones_like,
    "two": lambda x: bell(0.2, 0.08)(x) + bell(0.75, 0.1)(x),
    "three": lambda x: bell(0.15, 0.05)(x) + 0.6 * bell(0.5, 0.05)(x) + 0.9 * bell(0.85, 0.05)(x),
    "steps": lambda x: np.where(x < 0.3, 0.2, np.where(x < 0.6, 1.0, 0.5)),
    "comb": lambda x: np.where(np.arange(len(x)) % 2, 1.0, 0.1),
    "random": noise(1),
    "random too": noise(2),
}
"""Twelve, from one peak to none at all, over 0 to 1."""


def shares(shape: Shape, bins: int) -> np.ndarray:
    heights = shape((np.arange(bins) + 0.5) / bins) + 1e-4
    return np.asarray(heights / heights.sum())


Points = list[tuple[float, float]]


def strokes(page: Page, shares: list[float], drawn: list[Points], steps: int, locks: Sequence[int] = ()) -> np.ndarray:
    """(strokes, bins) the shares after each stroke."""
    given = {"shares": shares, "locks": list(locks), "strokes": drawn, "steps": steps}
    return np.array(page.evaluate(HAND, given))


@pytest.mark.parametrize("steps", [1, 5])
def test_one_stroke_copies_a_shape(page: Page, steps: int) -> None:
    """A hand that goes from the middle of one bar to that of the next, at once or in small steps."""
    for bins in (7, 15, 30):
        wanted = {name: shares(shape, bins) for name, shape in SHAPES.items()}
        middles = (np.arange(bins) + 0.5) / bins
        # As high as there is room for: all bars are painted, so only their proportions count.
        hand: list[Points] = [list(zip(middles, one / one.max(), strict=True)) for one in wanted.values()]
        for (name, one), found in zip(wanted.items(), strokes(page, [1 / bins] * bins, hand, steps), strict=True):
            apart = np.abs(found - one).sum() / 2
            assert 1 - apart >= 0.95, f"{name} over {bins} bins: {1 - apart:.3f}"


@pytest.mark.parametrize("locks", [[3], [0, 11], [1, 2, 5, 8, 9, 10]])
def test_no_stroke_moves_a_locked_bar(page: Page, locks: list[int]) -> None:
    random = np.random.default_rng(7)
    before = random.dirichlet(np.ones(12))
    hand: list[Points] = [random.uniform(0, 1, (random.integers(2, 5), 2)).tolist() for _ in range(334)]
    found = strokes(page, before.tolist(), hand, 3, locks)
    assert (found[:, locks] == before[locks]).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(found)), abs=1e-9)
    assert (found >= 0).all()
    moved = np.abs(np.diff(found, axis=0)).sum(axis=1)
    assert (moved > 0).mean() > 0.9, "strokes did nothing"


def test_a_hand_that_turns_inside_a_bar_leaves_it_where_it_left(page: Page) -> None:
    up_then_on = [(0.3, 0.2), (0.4, 0.2), (0.42, 0.8), (0.55, 0.8)]  # past the middle of the second bar, up, and on
    [found] = strokes(page, [0.25] * 4, [up_then_on], 10)
    assert found[1] == pytest.approx(found[2], rel=0.02)
    drifting = [(0.46, 0.1), (0.505, 0.95)]  # a bar is pulled up by a hand that drifts to the next one
    [pulled] = strokes(page, [0.25] * 4, [drifting], 30)
    assert pulled[1] > 0.24  # not the 3 % where the hand went down


def test_locked_bars_are_seen_told_and_left_alone(page: Page) -> None:
    place(page, [0.1, 0.2, 0.3, 0.4], target=[0.25] * 4)
    bar = page.locator('[data-bin="1"]')
    page.mouse.click(*middle(bar.locator(".place")))
    expect(bar).to_have_attribute("aria-valuetext", "1–2: 25.0 %, real 20.0 %, locked")
    expect(page.get_by_role("button", name="Lock 1–2")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("textbox", name="share of 1–2 in percent")).not_to_be_editable()
    column = page.locator('[data-bin="2"] .column').bounding_box()
    assert column is not None
    page.mouse.move(*middle(bar))
    page.mouse.down()
    page.mouse.move(column["x"] + 20, column["y"] + 20, steps=2)
    page.mouse.up()
    assert shown(page)[1] == 0.25
    assert shown(page)[2] > 0.3
    bar.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".hint")).to_have_text("1–2 is locked. Unlock it with the padlock below it, or with the key L.")
    for other in (0, 2):
        page.locator(f'[data-bin="{other}"]').focus()
        page.keyboard.press("l")
    page.get_by_role("textbox", name="share of 3–4 in percent").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator(".hint")).to_have_text("All other bars are locked: unlock one that can make room.")
    page.locator('[data-bin="0"]').focus()
    page.keyboard.press("l")
    page.get_by_role("button", name="Match real").click()
    kept = shown(page)
    assert kept[1] == 0.25
    assert kept[0] / kept[3] == pytest.approx(0.25)
    assert sum(kept) == pytest.approx(1)


def test_the_pointer_tells_its_share_and_the_running_total(page: Page) -> None:
    place(page, [0.1, 0.2, 0.3, 0.4], target=[0.25] * 4, design=[0.25] * 4)
    tick = middle(page.locator(".grid g").filter(has=page.get_by_text("20 %", exact=True)).locator("line"))[1]
    page.mouse.move(middle(page.locator('[data-bin="2"] .column'))[0], tick)
    expect(page.locator(".tip")).to_have_text("25.0 %real 30.0 %up to here 75.0 %")
    told = str(page.locator(".pointer text").text_content())
    assert float(told.removesuffix(" %")) == pytest.approx(20, abs=0.3)
    page.locator('[data-bin="2"]').focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="share of 2–3 in percent")).to_be_focused()


def test_a_hand_along_the_axis_tells_the_share_between(page: Page) -> None:
    place(page, [0.1, 0.2, 0.3, 0.4], target=[0.25] * 4, design=[0.25] * 4)
    zone = page.locator(".zone").bounding_box()
    assert zone is not None
    page.mouse.move(zone["x"] + 0.7 * zone["width"], zone["y"] + 5)
    page.mouse.down()
    page.mouse.move(zone["x"] + 0.3 * zone["width"], zone["y"] + 5)
    page.mouse.up()
    told = page.locator(".between .told")
    expect(told).to_have_text("1–2 to 2–3: target 50.0 %, real 50.0 %")
    assert page.evaluate("sent") == []
    page.locator('[data-bin="2"]').focus()
    page.keyboard.press("Shift+ArrowRight")  # by keyboard
    expect(told).to_have_text("2–3 to 3–4: target 50.0 %, real 70.0 %")
    page.keyboard.press("Escape")
    expect(told).to_have_text("or drag along the axis")
    page.get_by_role("textbox", name="from", exact=True).fill("0.5")
    page.get_by_role("textbox", name="to", exact=True).fill("2")
    page.keyboard.press("Enter")
    page.wait_for_function("sent.includes('between')")


def test_another_version_is_an_outline_over_the_bars(page: Page) -> None:
    versions = [{"number": 2, "name": "version 2"}, {"number": 1, "name": "version 1"}]
    laid = {"number": 1, "name": "version 1", "shares": [0.4, 0.3, 0.2, 0.1]}
    place(page, [0.1, 0.2, 0.3, 0.4], target=[0.25] * 4, versions=versions, draft=laid)
    expect(page.get_by_label("Saved version laid over the bars")).to_have_value("1")
    expect(page.locator(".legend")).to_contain_text("version 1")
    outline = str(page.locator(".draft path").get_attribute("d"))
    tops = [float(y) for y in re.findall(r" ([0-9.]+)H", outline)]
    assert np.diff(tops) == pytest.approx(np.diff(tops)[0], abs=0.2)  # equal steps down
    assert tops[0] < tops[-1]
    page.locator('[data-bin="3"]').focus()
    expect(page.locator(".tip")).to_contain_text("version 1 10.0 %")


def shown(page: Page) -> list[float]:
    """The shares that the bars show, once what was sent is taken."""
    page.locator('.sculptor[data-pending="0"]').wait_for()
    bars = page.locator("[data-bin]").evaluate_all("bars => bars.map((bar) => Number(bar.dataset.share))")
    return [float(share) for share in bars]
