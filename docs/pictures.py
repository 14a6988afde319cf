"""The pictures of the README, made anew: `python -m docs.pictures`, with the extra `test` and a Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
SIZE = {"width": 1440, "height": 1000}
PATIENCE = 120.0
"""Seconds that the server may take to start, and a page to rest."""


@contextmanager
def served(home: str) -> Iterator[str]:
    """The app over an empty workspace; gives its address."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    there = {**os.environ, "TRIMTAB_HOME": home}
    server = subprocess.Popen(command, cwd=ROOT, env=there, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        address, end = f"http://localhost:{port}", time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                    break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()


def rest(page: Page) -> None:
    """Waits until the page has nothing more to do, twice: one run may ask for another."""
    for _ in range(2):
        page.wait_for_timeout(1500)
        page.locator('[data-testid="stApp"][data-test-connection-state="CONNECTED"]').wait_for()
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def take(page: Page, name: str) -> None:
    """A picture of what is in the window."""
    page.mouse.move(2, 2)
    rest(page)
    page.screenshot(path=ROOT / "docs" / f"{name}.png")


def pictures(page: Page, address: str) -> None:
    """The design page, the curve of real rows, and the page for those who decide."""
    page.goto(address)
    rest(page)
    page.get_by_role("button", name="Try the sample data").click()
    page.wait_for_url(re.compile("/design"))
    rest(page)
    take(page, "design")
    design = re.search("design=([a-z0-9-]+)", page.url)
    assert design is not None
    page.goto(f"{address}/review?design={design[1]}")
    rest(page)
    take(page, "review")
    page.goto(f"{address}/generate?design={design[1]}")
    rest(page)
    page.get_by_role("radio", name="Blend").click()
    rest(page)
    take(page, "generate")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home, served(home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        page.set_default_timeout(1000 * PATIENCE)
        pictures(page, address)
        browser.close()
