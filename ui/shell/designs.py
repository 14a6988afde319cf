"""The menu of the design in the bar: its name, its link and who can open that, its file, and the other designs."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from trimtab.core.people.people import WHY
from trimtab.core.workspace.workspace import Entry
from trimtab.ui.parts.parts import notice, quiet, section, short
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.shell.opening import WENT_WRONG, go
from trimtab.ui.shell.pages import page_file
from trimtab.ui.shell.sharing import sharing
from trimtab.ui.signin.person import may_edit

MENU = "tt_design"
_OTHER, _WANTED = "tt_other_design", "tt_design_wanted"
MOST_LISTED = 100
HERE = ("localhost", "127.0.0.1", "::1")
"""Addresses that only this machine reaches."""


def design_menu(found: doc.Document) -> None:
    """What the menu shows."""
    _other_designs(found)
    off, why = (False, None) if may_edit() else (True, WHY)
    fields.show("tt_name", found.design.name)
    fields.show("tt_description", found.design.description)
    heard = ("tt_name", _rename)
    st.text_input("Name of the design", key="tt_name", on_change=fields.heard, args=heard, disabled=off, help=why)
    heard = ("tt_description", _describe)
    st.text_area("What it is for", key="tt_description", on_change=fields.heard, args=heard, height=120, disabled=off)
    section("Link to this page")
    st.code(link(st.context.url or "", found.design_id), language=None, wrap_lines=True)
    if doc.workspace().person is None:
        quiet(who_can_open(st.get_option("server.address")))
    else:
        sharing(found)
    st.download_button(
        "Download the design file", doc.text_of(found), f"{found.design_id}.yaml", "text/yaml", on_click="ignore"
    )


def link(url: str, design_id: str) -> str:
    """The address at which a design is on this page.

    >>> link("http://localhost:8501/review?before=1", "fog-1a2b")
    'http://localhost:8501/review?design=fog-1a2b'
    """
    scheme, host, path, *_ = urlsplit(url)
    return urlunsplit((scheme, host, path, urlencode({doc.PARAMETER: design_id}), ""))


def who_can_open(address: str | None) -> str:
    """Who can open a link, by the address that the server listens on.

    >>> who_can_open("localhost")
    'Only this machine opens it: the app listens on localhost.'
    """
    if address in HERE:
        return f"Only this machine opens it: the app listens on {address}."
    where = f"on {address}" if address and address not in ("0.0.0.0", "::") else "on every address of this machine"
    return f"Everyone who reaches this machine opens it, and can edit: the app listens {where}, and nobody signs in."


def _other_designs(found: doc.Document) -> None:
    """The other designs of the workspace, the one saved last first, to be searched and opened."""
    others = [one for one in doc.workspace().designs() if one.id != found.design_id and not one.fault]
    if not others:
        return
    texts = {one.id: _text(one) for one in others[:MOST_LISTED]}
    st.selectbox(
        "Open another design",
        list(texts),
        index=None,
        format_func=lambda id_: texts.get(id_, id_),
        key=_OTHER,
        placeholder=f"{len(others)} more: choose, or type a part of its name",
        on_change=fields.heard,
        args=(_OTHER, _choose),
    )


def _text(entry: Entry) -> str:
    return f"{short(entry.name, 40)} · {short(entry.source, 30) or 'declared by hand'} · {entry.saved:%-d %b, %H:%M}"


def _choose() -> None:
    """Another design is wanted: it is opened with the next run, before anything of this one is drawn."""
    st.session_state[_WANTED] = st.session_state[_OTHER]
    st.session_state[_OTHER] = None
    st.session_state[MENU] = False


def switch(page: str) -> None:
    """Open the design that was chosen, and show it on the same page; or say what is wrong with it and stay."""
    wanted = st.session_state.pop(_WANTED, None)
    if wanted:
        go(lambda _: doc.open_design(wanted), page_file(page))
        if message := doc.refusal(WENT_WRONG):
            notice(message)


def _rename() -> None:
    name = str(st.session_state["tt_name"]).strip()
    doc.edit("rename", lambda design: design.changed(name=name))


def _describe() -> None:
    text = str(st.session_state["tt_description"])
    doc.edit("describe", lambda design: design.changed(description=text))
