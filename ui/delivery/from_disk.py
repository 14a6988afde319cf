"""Files of any size for the browser, straight from the disk: a download button of Streamlit holds all bytes in memory.

`app.py` adds the route to Streamlit's own server, behind its guard. A file is known to it by a token that nobody can
guess, as a download button's is, so that another page in the same browser can't ask for it.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

ROUTE = "/trimtab/files/{token}/{name}"


class Served:
    """The files that the browser may have: token -> path. `on`: there is a server that gives them."""

    def __init__(self) -> None:
        self.on = False
        self._paths: dict[str, Path] = {}
        self._tokens: dict[Path, str] = {}
        self._lock = Lock()

    def url(self, path: Path) -> str:
        """The address of a file on this server, below that of the app."""
        path = path.resolve()
        with self._lock:
            token = self._tokens.setdefault(path, secrets.token_urlsafe(24))
            self._paths[token] = path
        return f"trimtab/files/{token}/{path.name}"

    def path(self, token: str) -> Path | None:
        """The file of a token; None if there is none, or it is gone."""
        path = self._paths.get(token)
        return path if path is not None and path.is_file() else None


SERVED = Served()
"""Those of this process: the pages and the server are in it."""


def route() -> Route:
    """The route that gives the files, a piece at a time, from the middle on too if a download was cut off."""
    from starlette.routing import Route

    SERVED.on = True
    return Route(ROUTE, _file, methods=["GET", "HEAD"])


async def _file(request: Request) -> Response:
    from starlette.responses import FileResponse, PlainTextResponse

    path = SERVED.path(request.path_params["token"])
    if path is None:
        return PlainTextResponse("This file is gone. Open the page Generate again.", status_code=404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return FileResponse(path, media_type="application/octet-stream", filename=path.name, headers=headers)
