"""Whether people sign in: what is wrong with secrets.toml shuts the door, it never opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.runtime.secrets import Secrets

from trimtab.ui.signin import settings
from trimtab.ui.signin.settings import SignIn, sign_in

GOOD = """
[auth]
redirect_uri = "https://trimtab.example.org/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "trimtab"
client_secret = "x"
server_metadata_url = "https://id.example.org/.well-known/openid-configuration"
"""
NAMED = GOOD.replace("client_id", "[auth.okta]\nclient_id") + GOOD[GOOD.index("client_id") :].replace(
    "client_id", "[auth.google]\nclient_id"
)


class Told:
    """What Streamlit is told of secrets, from a file of the test's own."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file, self.monkeypatch = file, monkeypatch
        monkeypatch.setattr(settings, "SINCE", settings._Since())
        real = config.get_option
        files = {"secrets.files": [str(file)]}
        monkeypatch.setattr(config, "get_option", lambda name: files.get(name) or real(name))

    def __call__(self, text: str | None) -> SignIn | None:
        if text is None:
            self.file.unlink(missing_ok=True)
        else:
            self.file.write_text(text, encoding="utf-8")
        fresh: Any = Secrets()
        self.monkeypatch.setattr(settings, "secrets_singleton", fresh)
        self.monkeypatch.setattr("streamlit.auth_util.secrets_singleton", fresh)
        return sign_in()


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(tmp_path / "secrets.toml", monkeypatch)


def test_without_it_nobody_signs_in(told: Told) -> None:
    assert told(None) is None
    assert told('[other]\nkey = "x"\n') is None


def test_one_provider_or_several(told: Told) -> None:
    assert told(GOOD) == SignIn(("default",))
    assert told(NAMED) == SignIn(("okta", "google"))


@pytest.mark.parametrize(
    ("was", "by", "fault"),
    [
        ("[auth]", "[auth", "can't be read"),
        ("client_id", "client", "missing the following keys: ['client_id']"),
        ("0123456789abcdef0123456789abcdef", "short", "auth.cookie_secret must have 32 characters or more"),
        ("cookie_secret", "cookie", "auth.cookie_secret must have 32 characters"),
        ("/oauth2callback", "/", "auth.redirect_uri must be the address of the app and end with /oauth2callback"),
        ("client_id", "[auth.my_own]\nclient_id", "contains an underscore"),
        (GOOD[7:], "", "names no provider"),
        (GOOD, "auth = 5", "[auth] must be a section"),
    ],
)
def test_what_is_wrong_lets_nobody_in(told: Told, was: str, by: str, fault: str) -> None:
    found = told(GOOD.replace(was, by, 1))
    assert found is not None
    assert fault in found.fault


def test_without_authlib_nobody_gets_in(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "is_authlib_installed", lambda: False)
    assert told(GOOD) == SignIn(("default",), "Authlib is not installed: pip install 'trimtab[auth]'.")


def test_a_door_that_was_shut_never_opens_by_itself(told: Told) -> None:
    assert told(GOOD) == SignIn(("default",))
    gone = told(None)
    assert gone is not None
    assert "the section [auth] is gone" in gone.fault
    assert told(GOOD) == SignIn(("default",))
