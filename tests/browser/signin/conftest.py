"""A real provider and a real server: the app with OpenID Connect, and people who sign in over HTTP."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE
from trimtab.core.people.people import FILE
from trimtab.core.workspace.workspace import Workspace

ROOT = Path(__file__).parents[3]
PEOPLE = 'edit: [ann@example.org]\nreview: ["*@example.org"]\n'
SECRETS = """
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "{secret}"
client_id = "trimtab"
client_secret = "anything"
server_metadata_url = "http://127.0.0.1:{provider}/.well-known/openid-configuration"
"""
ANN, BOB, EVE = (f"{name}@example.org" for name in ("ann", "bob", "eve"))
STRANGER = "stranger@elsewhere.net"
KNOWN = (
    {"sub": ANN, "email": ANN, "email_verified": True, "name": "Ann Lee"},
    {"sub": BOB, "email": "Bob@Example.org", "name": "Bob Ray"},
    {"sub": EVE, "email": EVE, "email_verified": False, "name": "Eve"},
    {"sub": "nobody", "name": "Nobody"},
    {"sub": STRANGER, "email": STRANGER, "name": "Ann Lee"},
)
DESIGN = """
trimtab: 1
name: few
factors:
  mood: {role: target, target: {family: categorical, weights: {good: 1, bad: 3}}}
"""
HTML = {"accept": "text/html"}

SignIn = Callable[..., httpx.Client]


@dataclass(frozen=True)
class Served:
    """Where the app is served, and its workspace."""

    url: str
    home: Workspace
    log: Path


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a provider that knows some people, in a process of its own: its warnings are none of ours."""
    port = _free_port()
    claims = [part for one in KNOWN for part in ("--user-claims", json.dumps(one))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims]
    with _running(command, tmp_path_factory.mktemp("provider"), f"http://127.0.0.1:{port}/jwks"):
        yield port


@pytest.fixture(scope="session")
def served(provider: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app, with signing in by that provider."""
    folder, port = tmp_path_factory.mktemp("signin"), _free_port()
    home = Workspace(folder / "home")
    home.home.mkdir()
    (home.home / FILE).write_text(PEOPLE, encoding="utf-8")
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(port=port, secret="s" * 40, provider=provider)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    url = f"http://localhost:{port}"
    with _running(command, folder, f"{url}/_stcore/health", TRIMTAB_HOME=str(home.home)) as log:
        yield Served(url, home, log)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], folder: Path, answers: str, **environment: str) -> Iterator[Path]:
    """A server, from when an address of it answers; gives the file with what it says."""
    log = folder / "log"
    with log.open("wb") as output:
        variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        for _ in range(int(PATIENCE / 0.1)):
            try:
                httpx.get(answers)
                break
            except httpx.TransportError:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.1)
                    pytest.fail(f"The server did not start:\n{log.read_text(encoding='utf-8')}")
        yield log
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture
def sign_in(served: Served) -> Iterator[SignIn]:
    """`sign_in(sub) -> client`: somebody who asks as a browser does; with a `sub` they have signed in as that."""
    with ExitStack() as clients:

        def make(sub: str = "") -> httpx.Client:
            client = httpx.Client(base_url=served.url, headers=HTML, timeout=PATIENCE, verify=False)
            clients.enter_context(client)
            if sub:
                go_in(client, sub)
            return client

        yield make


def go_in(client: httpx.Client, sub: str, at: str = "/") -> str:
    """Ask for an address, sign in as a browser does; returns the address where that ends."""
    door = client.get(at)
    assert door.status_code == 401
    (way,) = re.findall('href="(/signin/[^"]+)"', door.text)
    form = client.get(way, follow_redirects=True)
    done = client.post(form.url, data={"sub": sub, "action": "authorize"}, follow_redirects=True)
    return str(done.url).removeprefix(str(client.base_url).rstrip("/"))
