"""Prints how long a drag takes until its answer is painted, on 335,220 flights: `python -m benchmarks.drag`.

It needs the tests' packages and a Chromium, named in TRIMTAB_CHROMIUM or found by its name.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from trimtab.core.cli.commands.serve import APP, command

DRAGS = 18
AIM = 300
"""Milliseconds from letting go of a bar to the picture of what will come out."""
LONGEST = 120_000
"""Milliseconds until the server is given up."""

# Resolves with the ms from the next pointer-up to the frame after the sculptor shows the answer to it.
STOPWATCH = """box => {
  const root = box.getRootNode();  // the component draws in a shadow tree
  window.measured = new Promise((done) => {
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


@contextmanager
def served() -> Iterator[str]:
    """The address of an app with a workspace of its own."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = int(free.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="trimtab-") as home:
        environment = {**os.environ, "TRIMTAB_HOME": home}
        line = command(APP / "app.py", port, browser=False)
        process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait()


def open_sample(page: Page, url: str) -> None:
    """The sample's design, at rest."""
    page.set_default_timeout(LONGEST)
    for _ in range(LONGEST // 500):
        try:
            page.goto(url)
            break
        except Exception:  # noqa: BLE001 - nothing answers yet, and Playwright has one error for all of that
            page.wait_for_timeout(500)
    page.get_by_role("button", name="Try the sample data").first.click()
    page.locator('[data-testid="sculptor"][data-pending="0"]').wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def drag(page: Page, bin_: int, by: float) -> float:
    """Drag a bar by `by` px; ms until the answer was painted."""
    box = page.locator(f'[data-bin="{bin_}"] .handle').bounding_box()
    if box is None:
        raise RuntimeError(f"There is no bar {bin_} to be dragged.")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by, steps=4)
    page.get_by_test_id("sculptor").evaluate(STOPWATCH)
    page.mouse.up()
    return float(page.evaluate("window.measured"))


def main() -> None:
    """Measure and print."""
    chromium = os.environ.get("TRIMTAB_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("No Chromium: install it, or name it in TRIMTAB_CHROMIUM.")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(chromium), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        open_sample(page, url)
        times = sorted(drag(page, bin_=i % 10, by=-30 if (i // 10) % 2 == 0 else 25) for i in range(DRAGS))
        browser.close()
    median, p90 = statistics.median(times), times[int(0.9 * len(times))]
    print(f"{os.cpu_count()} processors; {os.getloadavg()[0]:.1f} programs wanted one at the end")
    print(f"pointer-up to repaint, {DRAGS} drags on flights: median {median:.0f} ms, p90 {p90:.0f} ms; aim {AIM} ms")


if __name__ == "__main__":
    main()
