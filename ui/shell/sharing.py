"""To whom the design is open, in its menu: its maker makes it private, and names those who may open it all the same."""

from __future__ import annotations

import re

import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.people.access import Access
from trimtab.core.workspace.access import access_of, set_access
from trimtab.ui.parts.parts import notice, quiet
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

PLACE = "sharing"
PRIVATE, PEOPLE = "tt_private", "tt_open_to"


def open_to(access: Access) -> str:
    """To whom a design is open, in a sentence.

    >>> open_to(Access("ann@example.org", private=True, people=("*@lab.example.org",)))
    'Private: open to ann@example.org, who made it, and *@lab.example.org.'
    """
    if not access.private:
        return "Open to all who may sign in here."
    others = f", and {', '.join(access.people)}" if access.people else " alone"
    return f"Private: open to {access.maker}, who made it{others}."


def sharing(found: doc.Document) -> None:
    """Who may open the design, and the fields that say so for its maker; nothing where nobody signs in."""
    home = doc.workspace()
    if home.person is None:
        return
    access = access_of(home, found.design_id)
    quiet(open_to(access))
    if not (access.made_by(home.person) and home.person.may_edit):
        return
    fields.show(PRIVATE, access.private)
    fields.show(PEOPLE, "\n".join(access.people))
    st.toggle("Private", key=PRIVATE, on_change=fields.heard, args=(PRIVATE, _set))
    about = "Addresses, or patterns such as *@example.org, one a line"
    heard = (PEOPLE, _set)
    st.text_area("Who may open it beside you", key=PEOPLE, on_change=fields.heard, args=heard, help=about, height=90)
    message = doc.refusal(PLACE)
    if message:
        notice(message)


def _set() -> None:
    found = doc.document()
    if found is None:
        return
    people = re.split(r"[\s,;]+", str(st.session_state[PEOPLE]).strip())
    private = bool(st.session_state[PRIVATE])
    try:
        set_access(doc.workspace(), found.design_id, private=private, people=[one for one in people if one])
        doc.settle()
    except TrimtabError as error:
        doc.refuse(str(error), place=PLACE)
