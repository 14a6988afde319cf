"""The guard: every address of the server but those of signing in itself is for people who are on the list.

Streamlit asks nobody who they are: it sends its page to all, opens a session for each, and gives a file that is for
download to whoever knows its address. This stands before all that, and reads the cookie that signing in set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks, get_origin_from_redirect_uri
from streamlit.web.server.server_util import AUTH_COOKIE_NAME, get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from trimtab.core.people.people import WHY
from trimtab.ui.signin.door import asks, barred, door, safe
from trimtab.ui.signin.person import known
from trimtab.ui.signin.settings import CALLBACK, SignIn, sign_in

HEALTH = "/_stcore/health"
PUBLIC = (HEALTH, "/auth/login", "/auth/logout", CALLBACK)
"""Addresses for all: those of signing in, and whether the server is there. No prefixes: what comes behind is closed."""
SIGN_IN = "/signin/"
UPLOADS = "/_stcore/upload_file/"
WANTED = "trimtab_wanted"
"""The cookie with the page that somebody asked for who has to sign in first."""
LONGEST_WANTED = 1000
A_QUARTER = 15 * 60


class Guard:
    """ASGI middleware before all of Streamlit. Where nobody signs in it does nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = sign_in() if scope["type"] in ("http", "websocket") else None
        answer = None if settings is None else self._answer(settings, HTTPConnection(scope))
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await _refuse(scope, receive, send)
        else:
            await answer(scope, receive, send)

    def _answer(self, settings: SignIn, asked: HTTPConnection) -> Response | None:
        """What is answered in place of Streamlit; None lets the request pass."""
        path = _path(asked)
        if path == HEALTH:
            return None
        if settings.fault:
            return _said(asked, barred(settings.fault), 503)
        if path in PUBLIC:
            return None
        if path.startswith(SIGN_IN):
            return _to_provider(settings, path.removeprefix(SIGN_IN))
        claims = claims_of(asked.cookies)
        if claims is None:
            return _remembering(asked, _said(asked, door(_base(), settings.providers), 401))
        person, reason = known(claims)
        if reason:
            return _said(asked, barred(reason, out=_base()), 403)
        if path.startswith(UPLOADS) and not person.may_edit:
            return PlainTextResponse(WHY, 403)
        return _back_to_wanted(asked, path)


def claims_of(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """What the provider said of whoever sends these cookies; None unless this server signed it for its own address."""

    def signed(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, cookies.get(name, ""))

    raw = get_cookie_with_chunks(signed, AUTH_COOKIE_NAME)
    try:
        found = json.loads(raw or b"null")
    except ValueError:
        return None
    own = isinstance(found, dict) and found.get("origin") == get_origin_from_redirect_uri()
    return found if own and found.get("is_logged_in") is True else None


def _base() -> str:
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _path(asked: HTTPConnection) -> str:
    """The path below the base path of the server, as Streamlit's routes see it."""
    path = str(asked.scope["path"])
    base = _base()
    return path.removeprefix(base) if path == base or path.startswith(f"{base}/") else path


def _is_page(asked: HTTPConnection) -> bool:
    return asked.scope.get("method") == "GET" and "text/html" in asked.headers.get("accept", "")


def _said(asked: HTTPConnection, text: str, status: int) -> Response:
    """A page for people, a line for programs; nothing of it is kept by a browser."""
    headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}
    if _is_page(asked):
        return Response(text, status, headers, "text/html")
    return PlainTextResponse(asks(status), status, headers)


def _remembering(asked: HTTPConnection, answer: Response) -> Response:
    """The answer, with the page that was asked for: signing in leads back to it."""
    query = str(asked.scope["query_string"], "latin-1")
    wanted = f"{asked.scope['path']}{'?' if query else ''}{query}"
    if _is_page(asked) and safe(wanted) and len(wanted) <= LONGEST_WANTED:
        value = quote(wanted, safe="")
        answer.set_cookie(WANTED, value, max_age=A_QUARTER, path=_base() or "/", httponly=True, samesite="lax")
    return answer


def _back_to_wanted(asked: HTTPConnection, path: str) -> Response | None:
    """Signing in ends at the first page: on to the one that was asked for before."""
    wanted = unquote(asked.cookies.get(WANTED, ""))
    if not wanted or not _is_page(asked):
        return None
    onward = path in ("", "/") and not asked.scope["query_string"] and safe(wanted) and wanted != asked.scope["path"]
    if not onward:
        return None
    answer = RedirectResponse(wanted, 302)
    answer.delete_cookie(WANTED, path=_base() or "/")
    return answer


def _to_provider(settings: SignIn, name: str) -> Response:
    """On to a provider: the token of Streamlit's own address for that is good for two minutes only."""
    if name not in settings.providers:
        return PlainTextResponse("There is no such provider.", 404)
    return RedirectResponse(f"{_base()}/auth/login?provider={encode_provider_token(name)}", 302)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a web socket before it is opened: the server answers 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})
