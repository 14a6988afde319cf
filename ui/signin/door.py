"""The pages in front of the app: sign in, or why somebody may not come in. No script, and nothing from the server."""

from __future__ import annotations

import re

import htpy as h

from trimtab.ui.signin.settings import DEFAULT

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 18vh auto 0; max-width: 26rem; padding: 0 1.5rem;
  color: light-dark(#1f2733, #e8edf3); background: light-dark(#fff, #0f141a) }
h1 { font-size: 1.45rem; letter-spacing: -0.01em }
a { display: inline-block; margin: 0.4rem 0.6rem 0.4rem 0; padding: 0.5rem 1.1rem; border-radius: 6px;
  text-decoration: none; color: light-dark(#fff, #0f141a); background: light-dark(#0072b2, #56b4e9) }
"""


def door(base: str, providers: tuple[str, ...]) -> str:
    """The page that asks to sign in, a button for each provider."""
    links = [
        h.a(href=f"{base}/signin/{name}")["Sign in" if name == DEFAULT else f"Sign in with {name}"]
        for name in providers
    ]
    return _page("Sign in to go on", "Trimtab is for people who are on the list here.", *links)


def barred(reason: str, *, out: str | None = None) -> str:
    """The page that says why somebody may not come in; below `out` they can sign out, to come as somebody else."""
    links = [] if out is None else [h.a(href=f"{out}/auth/logout")["Sign out"]]
    return _page("You can't come in", reason, *links)


def asks(status: int) -> str:
    """The same for programs, in a line."""
    return {401: "Sign in first.", 403: "You may not do that."}.get(status, "Signing in is not set up right.")


def safe(address: str) -> bool:
    """Whether an address leads to a page of this server, whatever a browser makes of it.

    >>> safe("/review?design=fog-1a"), safe("//elsewhere.org"), safe("/\\\\elsewhere.org"), safe("https://elsewhere.org")
    (True, False, False, False)
    """
    return re.fullmatch(r"/(?!/)[!-\[\]-~]*", address) is not None and "//" not in address.partition("?")[0]


def _page(title: str, text: str, *links: h.Element) -> str:
    body = h.body[h.main[h.h1[title], [h.p[line] for line in text.splitlines()], h.p[list(links)]]]
    viewport = h.meta(name="viewport", content="width=device-width")
    return str(h.html(lang="en")[h.head[h.title["Trimtab"], viewport, h.style[STYLE]], body])
