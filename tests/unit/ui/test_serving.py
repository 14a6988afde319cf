"""What comes with the server: it opens the browser where there is somebody to see it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit import cli_util, config

from trimtab.ui.shell.serving import MIDDLEWARE, serving
from trimtab.ui.signin.guard import Guard


@pytest.mark.parametrize(("headless", "opened"), [(False, ["http://localhost:8600"]), (True, [])])
def test_the_browser_opens_once_the_server_is_there(
    headless: bool, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"server.headless": headless, "server.address": "localhost", "server.port": 8600}
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: given[name] if name in given else real(name))
    asked: list[str] = []
    monkeypatch.setattr(cli_util, "open_browser", asked.append)

    async def serve() -> None:
        async with serving(None):
            await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as thread:  # in this one a browser's event loop may be running
        thread.submit(lambda: asyncio.run(serve())).result()
    assert asked == opened


def test_the_guard_stands_before_all() -> None:
    assert [one.cls for one in MIDDLEWARE] == [Guard]
