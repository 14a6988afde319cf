"""Whether people sign in here, and by which providers: what the section [auth] of Streamlit's secrets.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit import config
from streamlit.auth_util import is_authlib_installed, validate_auth_credentials
from streamlit.errors import StreamlitAuthError
from streamlit.runtime.secrets import secrets_singleton

DEFAULT = "default"
"""What Streamlit calls the provider that has no name."""
SHORTEST_SECRET = 32
CALLBACK = "/oauth2callback"
REQUIRED = ("client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True)
class SignIn:
    """How people sign in: the names of the providers, or the `fault` for which nobody can. Nobody gets in then."""

    providers: tuple[str, ...] = ()
    fault: str = ""


@dataclass
class _Since:
    """Whether people have ever had to sign in since the process began."""

    begun: bool = False


SINCE = _Since()


def sign_in() -> SignIn | None:
    """How people sign in; None where they don't.

    What is wrong shuts the door, it never opens it: a file that can't be read may have asked for it, and where it was
    asked for once it stays so while the process lives.
    """
    found = _sign_in()
    if found is None and SINCE.begun:
        return SignIn(fault="secrets.toml: the section [auth] is gone. Start the app again if it is meant to be.")
    SINCE.begun = found is not None
    return found


def _sign_in() -> SignIn | None:
    if not secrets_singleton.load_if_toml_exists():
        damaged = next((one for one in config.get_option("secrets.files") if Path(one).exists()), None)
        return SignIn(fault=f"{damaged} can't be read: the log of the server says why.") if damaged else None
    auth: Any = secrets_singleton.get("auth")
    if auth is None:
        return None
    if not isinstance(auth, Mapping):
        return SignIn(fault="secrets.toml: [auth] must be a section.")
    providers = _providers(auth)
    return SignIn(providers, fault=_fault(auth, providers))


def _providers(auth: Mapping[str, Any]) -> tuple[str, ...]:
    """The providers with any of the keys that one needs; the one without a name first."""
    named = [name for name, part in auth.items() if isinstance(part, Mapping) and not part.keys().isdisjoint(REQUIRED)]
    return (*((DEFAULT,) if not auth.keys().isdisjoint(REQUIRED) else ()), *(one for one in named if one != DEFAULT))


def _fault(auth: Mapping[str, Any], providers: tuple[str, ...]) -> str:
    """What is wrong with the settings; nothing in it is a secret."""
    if not is_authlib_installed():
        return "Authlib is not installed: pip install 'trimtab[auth]'."
    if not providers:
        return f"secrets.toml: [auth] names no provider. It needs {', '.join(REQUIRED)}."
    if len(str(auth.get("cookie_secret", ""))) < SHORTEST_SECRET:
        return f"secrets.toml: auth.cookie_secret must have {SHORTEST_SECRET} characters or more, made at random."
    if not str(auth.get("redirect_uri", "")).endswith(CALLBACK):
        return f"secrets.toml: auth.redirect_uri must be the address of the app and end with {CALLBACK}."
    if config.get_option("server.trustedUserHeaders"):
        return "server.trustedUserHeaders: a header would say who somebody is. Take it away, or [auth]."
    try:
        for provider in providers:
            validate_auth_credentials(provider)
    except StreamlitAuthError as error:
        return " ".join(str(error).split())
    return ""
