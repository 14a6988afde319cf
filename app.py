"""The app: how it is served, and for each session page set-up, what the address asks for, and the pages."""

from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from trimtab.ui.delivery.from_disk import route
from trimtab.ui.parts.parts import color_scheme, styles
from trimtab.ui.shell import session
from trimtab.ui.shell.account import account, for_editors
from trimtab.ui.shell.pages import EDITING, PAGES, Page
from trimtab.ui.shell.serving import MIDDLEWARE, serving
from trimtab.ui.signin.person import may_edit, require_person

HERE = Path(__file__)


def shown(page: Page, *, hidden: bool) -> StreamlitPage:
    """A page as Streamlit knows it; one that is hidden is not in the menu."""
    visible: Literal["hidden", "visible"] = "hidden" if hidden else "visible"
    first = page is PAGES[0]
    return st.Page(page.file, title=page.title, url_path=page.name, default=first, visibility=visible)


def run() -> None:
    """A run of the script for a session."""
    st.set_page_config(page_title="Trimtab", page_icon="⌁", layout="wide")
    color_scheme()
    styles("parts/page.css")
    st.logo(str(HERE.parent / "ui" / "shell" / "mark.svg"), size="medium")
    require_person()
    session.callbacks_run_whole()
    session.restore()
    editor = may_edit()
    page = st.navigation([shown(one, hidden=not editor and one.name in EDITING) for one in PAGES], position="top")
    session.remember()
    account()
    if editor or page.url_path not in EDITING:
        page.run()
    else:
        for_editors()
    session.run_ends("app")


if __name__ == "__main__":  # Streamlit runs it so for a session
    run()
else:  # what `streamlit run` serves
    app = st.App(__file__, middleware=MIDDLEWARE, lifespan=serving, routes=[route()])
