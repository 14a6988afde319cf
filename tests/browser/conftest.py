"""Fixtures of all browser tests: a served app, a Chromium, and pages that must stay free of errors."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.patience import PATIENCE
from trimtab.core.workspace.workspace import Workspace

ROOT = Path(__file__).parents[2]
STREAMLIT = ("-m", "streamlit")
CHROMIUM = os.environ.get("TRIMTAB_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    # Chromium renders two pages for the suggestions of an address line with every window, though there is none to see:
    # two thirds of what a new window costs. Naming them here replaces Playwright's list, so that follows.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying,"
    "AimEnabled,PreconnectToSearch",
]

# On a deep link Streamlit's own script asks below the page's address first whether it is part of the base path.
PROBES = re.compile(r"http://[^/]+/[^/]+/_stcore/(health|host-config)$")

Serve = Callable[..., str]
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """`serve(script, env=None, server=STREAMLIT) -> url`: a server for the script; the same call gives the same one.

    It serves all modules of a worker: what one of them learned and what its Chromium loaded is there for the next.
    """
    urls: dict[tuple[str, ...], str] = {}
    processes: list[subprocess.Popen[bytes]] = []
    logs = tmp_path_factory.mktemp("servers")

    def start(script: Path, env: Mapping[str, str] | None = None, server: Sequence[str] = STREAMLIT) -> str:
        asked = (*server, str(script), *(f"{name}={value}" for name, value in sorted((env or {}).items())))
        if asked not in urls:
            log = logs / f"{len(urls)}.log"
            port = _free_port()
            processes.append(_launch(server, script, port, {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}, log))
            urls[asked] = f"http://localhost:{port}"
            _await_health(urls[asked], processes[-1], log)
        return urls[asked]

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
        return port


def _launch(
    server: Sequence[str], script: Path, port: int, env: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """The server, with the configuration of the repository."""
    command = [sys.executable, *server, "run", str(script), f"--server.port={port}"]
    with log.open("wb") as output:
        return subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=output, stderr=subprocess.STDOUT)


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(PATIENCE / 0.1)):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    pytest.fail(f"The server did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("No Chromium: install it, or name it in TRIMTAB_CHROMIUM.")
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace of the app's servers, empty at first."""
    return Workspace(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def url(serve: Serve, home: Workspace) -> str:
    """Where the app is served."""
    return serve(ROOT / "app.py", {"TRIMTAB_HOME": str(home.home)})


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """`contexts(person, touch) -> context`: the browser of a person, always the same, so it loads Streamlit once."""
    known: dict[tuple[str, bool], BrowserContext] = {}

    def of(person: str, touch: bool) -> BrowserContext:
        if (person, touch) not in known:
            known[person, touch] = browser.new_context(has_touch=touch)
            known[person, touch].set_default_timeout(1000 * PATIENCE)
        return known[person, touch]

    yield of
    for context in known.values():
        context.close()


@pytest.fixture
def new_page(contexts: Callable[..., BrowserContext]) -> Iterator[NewPage]:
    """`new_page(dark=False, size=(1280, 900), allow=(), person="", touch=False) -> Page`, with nothing stored before.

    Pages of two persons share no cookies. An error on the console or an uncaught exception fails the test, unless its
    text matches a pattern of `allow`.
    """
    pages: list[Page] = []
    errors: list[str] = []

    def make(
        *,
        dark: bool = False,
        size: tuple[int, int] = (1280, 900),
        allow: Sequence[str] = (),
        person: str = "",
        touch: bool = False,
    ) -> Page:
        page = contexts(person, touch).new_page()
        pages.append(page)
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_viewport_size({"width": size[0], "height": size[1]})

        def note(text: str) -> None:
            if not any(re.search(pattern, text) for pattern in (PROBES, *allow)):
                errors.append(text)

        page.on("console", lambda message: note(_told(message)) if message.type == "error" else None)
        page.on("pageerror", lambda error: note(str(error)))
        return page

    yield make
    for page in pages:
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
        page.close()
    assert not errors, "errors in the browser:\n" + "\n".join(errors)


def _told(message: ConsoleMessage) -> str:
    """What stands on the console, and where it comes from."""
    return f"{message.text} {message.location.get('url', '')}"


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A light page of 1280 × 900 px that fails the test on any error."""
    return new_page()
