"""Every address of the server before and after signing in, over HTTP: without it 401, and nothing is shown."""

from __future__ import annotations

import httpx
import pytest

from trimtab.core.people.people import FILE

from .conftest import ANN, BOB, EVE, PEOPLE, STRANGER, Served, SignIn, go_in

PAGES = ["/", "/home", "/data", "/design", "/coverage", "/weaknesses", "/generate", "/review", "/review?design=x"]
FILES = [
    "/media/0123456789abcdef.csv",
    "/trimtab/files/0123456789abcdef/rows.parquet",
    "/static/index.html",
    "/favicon.png",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/health/",
    "/_stcore/script-health-check",
    "/_stcore/bidi-components/x/y.js",
    "/_stcore/agent/openapi.json",
    "/component/x/index.html",
    "/app/static/x",
    "/auth/login/x",
    "/oauth2callback/x",
    "//auth/login",
]


def test_without_signing_in_it_is_401(sign_in: SignIn) -> None:
    client = sign_in()
    for address in (*PAGES, *FILES):
        answer = client.get(address)
        assert answer.status_code == 401, address
        assert "streamlit" not in answer.text.lower(), "not even the program that draws the pages is handed out"


def test_without_signing_in_nothing_is_taken(sign_in: SignIn) -> None:
    client = sign_in()
    for method in ("PUT", "POST", "DELETE", "OPTIONS", "HEAD"):
        assert client.request(method, "/_stcore/upload_file/session/file").status_code == 401
        assert client.request(method, "/_stcore/agent/interact").status_code == 401


def test_a_program_gets_a_line(served: Served) -> None:
    answer = httpx.get(f"{served.url}/review", headers={"accept": "*/*"})
    assert (answer.status_code, answer.text) == (401, "Sign in first.")


def test_without_signing_in_there_is_no_session(served: Served, sign_in: SignIn) -> None:
    upgrade = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "origin": served.url,
    }
    assert sign_in().get("/_stcore/stream", headers=upgrade).status_code == 403
    with sign_in(ANN).stream("GET", "/_stcore/stream", headers=upgrade) as opened:
        assert opened.status_code == 101


def test_whether_the_server_is_there_is_for_all(sign_in: SignIn) -> None:
    assert sign_in().get("/_stcore/health").status_code == 200


def test_signing_in_opens_the_pages(sign_in: SignIn) -> None:
    client = sign_in(ANN)
    for page in PAGES:
        assert client.get(page).status_code == 200
    assert client.get("/media/0123456789abcdef.csv").status_code == 404
    assert client.get("/trimtab/files/0123456789abcdef/rows.parquet").status_code == 404
    assert "Streamlit" in client.get("/").text


def test_signing_in_leads_to_what_was_asked_for(sign_in: SignIn) -> None:
    client = sign_in()
    assert go_in(client, ANN, "/review?design=fog-1a2b&before=now") == "/review?design=fog-1a2b&before=now"
    assert client.get("/").status_code == 200, "only once"


def test_signing_out_shuts_the_door_again(sign_in: SignIn) -> None:
    client = sign_in(ANN)
    assert client.get("/auth/logout").status_code == 302
    assert client.get("/design").status_code == 401


@pytest.mark.parametrize(
    ("sub", "why"),
    [
        (STRANGER, "stranger@elsewhere.net, which is not on the list"),
        (EVE, "has not verified that eve@example.org is yours"),
        ("nobody", "the provider tells none of yours"),
    ],
)
def test_who_is_not_on_the_list_stays_outside(sign_in: SignIn, sub: str, why: str) -> None:
    client = sign_in(sub)
    for address in ("/", "/review?design=x", "/media/x.csv", "/_stcore/host-config"):
        assert client.get(address).status_code == 403
    told = client.get("/")
    assert why in told.text
    assert 'href="/auth/logout"' in told.text


def test_who_reviews_uploads_nothing(sign_in: SignIn) -> None:
    upload = "/_stcore/upload_file/session/file"
    refused = sign_in(BOB).put(upload)
    assert (refused.status_code, "not edit" in refused.text) == (403, True)
    passed = sign_in(ANN).put(upload)
    assert "XSRF" in passed.text, "Streamlit itself asks for its token"


def test_a_cookie_of_another_server_is_none(sign_in: SignIn, served: Served) -> None:
    client = sign_in(ANN)
    name = "_streamlit_user"
    cookie = client.cookies[name]
    for forged in (cookie[:-2], cookie.replace(cookie[5:9], "AAAA"), '{"email": "ann@example.org"}', "x" * 5000):
        assert httpx.get(f"{served.url}/", cookies={name: forged}).status_code == 401
    assert httpx.get(f"{served.url}/", cookies={name: cookie}).status_code == 200


def test_the_list_counts_at_once(sign_in: SignIn, served: Served) -> None:
    client, people = sign_in(BOB), served.home.home / FILE
    try:
        people.write_text("edit: [ann@example.org]\n", encoding="utf-8")
        assert client.get("/").status_code == 403
        people.write_text("edit: [*@example.org]\n", encoding="utf-8")
        told = client.get("/")
        assert (told.status_code, "The list of people" in told.text) == (403, True)
        assert "quotation marks" in served.log.read_text(encoding="utf-8")
        people.unlink()
        assert client.get("/").status_code == 403
    finally:
        people.write_text(PEOPLE, encoding="utf-8")
    assert client.get("/").status_code == 200
