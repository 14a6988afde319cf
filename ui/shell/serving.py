"""What comes with the server: the guard before every address, and the browser that opens once it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.middleware import Middleware
from streamlit import cli_util, config
from streamlit.web.server.server_util import get_display_address, get_url

from trimtab.ui.signin.guard import Guard

MIDDLEWARE = [Middleware(Guard)]


@asynccontextmanager
async def serving(_: object) -> AsyncIterator[None]:
    """For as long as the server runs. It opens the browser: Streamlit does that only for a script that says nothing of
    how it is served."""
    if not config.get_option("server.headless"):
        address = get_url(get_display_address(config.get_option("server.address") or "localhost"))
        asyncio.get_running_loop().call_soon(cli_util.open_browser, address)
    yield
