"""Who is in front of the page, and the note that stands there instead of a page for whoever may not come in."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import streamlit as st

from trimtab.core.errors import InputError, NotAllowedError
from trimtab.core.people.people import NOBODY, Person, person_of
from trimtab.core.workspace.workspace import default_home
from trimtab.ui.signin.settings import sign_in

_LOG = logging.getLogger("trimtab.signin")
UNREADABLE = "The list of people, people.yaml, can't be read, so nobody gets in. The log of the server says why."


def person() -> Person | None:
    """Who signed in in this session, as the list of people knows them now; None where nobody signs in.

    NOBODY for whoever has not signed in or may not come in.
    """
    found = sign_in()
    if found is None:
        return None
    claims: Mapping[str, Any] = st.user.to_dict()
    if found.fault or not claims.get("is_logged_in"):
        return NOBODY
    return known(claims)[0]


def known(claims: Mapping[str, Any]) -> tuple[Person, str]:
    """The person of a provider's claims; for one who may not come in, NOBODY and the reason."""
    try:
        someone = person_of(claims, default_home())
    except NotAllowedError as error:
        return NOBODY, str(error)
    except InputError as error:
        _LOG.error("%s", error)
        return NOBODY, UNREADABLE
    if someone.role == "none":
        return NOBODY, f"You signed in as {someone.email}, which is not on the list of people who may come in here."
    return someone, ""


def may_edit() -> bool:
    """Whether whoever is in front of the page may edit; everybody may where nobody signs in."""
    someone = person()
    return someone is None or someone.may_edit


def require_person() -> None:
    """End the run for whoever may not come in. The guard has sent them away; this holds for sessions that are open."""
    someone = person()
    if someone is not None and someone.role == "none":
        st.markdown("You are not signed in any more. Load the page again to sign in.")
        st.stop()
