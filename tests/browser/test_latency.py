"""From letting go of a bar to its repaint with what will come out, on 335,220 flights. Run with -s to see the times."""

from __future__ import annotations

import statistics

from playwright.sync_api import Page

from .actions import at_rest, sculptor_after, visit

DRAGS = 18
BOUND = 5.0  # seconds; a sanity check, not the aim (300 ms): machines differ

# Resolves with the ms from the next pointer-up to the frame after the sculptor shows the answer to it.
STOPWATCH = """box => {
  const root = box.getRootNode();  // the component draws in a shadow tree
  window.measured = new Promise((done, fail) => {
    setTimeout(() => fail(new Error("no answer within 30 s")), 30000);
    window.addEventListener("pointerup", () => {
      const began = performance.now();
      const before = Number(box.dataset.rev);
      const look = () => {
        const now = root.querySelector('[data-testid="sculptor"]');
        if (now && Number(now.dataset.rev) > before && now.dataset.pending === "0")
          requestAnimationFrame(() => done(performance.now() - began));
        else requestAnimationFrame(look);
      };
      look();
    }, { once: true, capture: true });
  });
}"""


def test_a_drag_is_answered_soon(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    visit(page, url)
    page.get_by_role("button", name="Try the sample data").first.click()
    sculptor_after(page)
    at_rest(page)
    times = [drag(page, bin_=i % 10, by=-30 if (i // 10) % 2 == 0 else 25) for i in range(DRAGS)]
    times.sort()
    median, p90 = statistics.median(times), times[int(0.9 * len(times))]
    print(f"\npointer-up to repaint, {DRAGS} drags on flights: median {median:.0f} ms, p90 {p90:.0f} ms")
    assert len(times) >= 15
    assert times[-1] < 1000 * BOUND


def drag(page: Page, bin_: int, by: float) -> float:
    """Drag a bar by `by` px; ms until the answer was painted."""
    box = page.locator(f'[data-bin="{bin_}"] .handle').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by, steps=4)
    page.get_by_test_id("sculptor").evaluate(STOPWATCH)
    page.mouse.up()
    return float(page.evaluate("window.measured"))
