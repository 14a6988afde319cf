"""Who signed in, in the corner of every page, and what a person who reviews sees in place of a page for editing."""

from __future__ import annotations

import streamlit as st

from trimtab.core.people.people import WHY
from trimtab.ui.parts.parts import plain, quiet, title
from trimtab.ui.session import document as doc
from trimtab.ui.shell.pages import page_file
from trimtab.ui.signin.person import person

ROLES = {"edit": "You may edit and review.", "review": "You may review, not edit."}


def account() -> None:
    """Who signed in, with *Sign out*; nothing where nobody signs in."""
    someone = person()
    if someone is None:
        return
    with st.container(key="tt_account", width="content"), st.popover(plain(someone.name or someone.email)):
        quiet(f"Signed in as {someone.signed}. {ROLES[someone.role]}")
        st.button("Sign out", key="tt_sign_out", on_click=st.logout)


def for_editors() -> None:
    """In place of a page on which everything edits."""
    found = doc.document()
    title("This page is for those who edit", WHY)
    if found is None:
        st.page_link(page_file("home"), label="See the designs there are")
        return
    st.page_link(page_file("review"), label="Review the design", query_params={doc.PARAMETER: found.design_id})
