"""The app: how it is served, and for each session page set-up, what the address asks for, and the pages."""

from pathlib import Path

import streamlit as st

from trimtab.ui.parts.parts import color_scheme, styles
from trimtab.ui.shell import session
from trimtab.ui.shell.account import account, for_editors
from trimtab.ui.shell.pages import EDITING, PAGES
from trimtab.ui.shell.serving import MIDDLEWARE, serving
from trimtab.ui.signin.person import may_edit, require_person

HERE = Path(__file__)


def run() -> None:
    """A run of the script for a session."""
    st.set_page_config(page_title="Trimtab", page_icon="⌁", layout="wide")
    color_scheme()
    styles("parts/page.css")
    st.logo(str(HERE.parent / "ui" / "shell" / "mark.svg"), size="medium")
    require_person()
    session.callbacks_run_whole()
    session.restore()
    page = st.navigation(
        [st.Page(one.file, title=one.title, url_path=one.name, default=one is PAGES[0]) for one in PAGES],
        position="top",
    )
    session.remember()
    account()
    if may_edit() or page.url_path not in EDITING:
        page.run()
    else:
        for_editors()
    session.run_ends("app")


if __name__ == "__main__":  # Streamlit runs it so for a session
    run()
else:  # what `streamlit run` serves
    app = st.App(__file__, middleware=MIDDLEWARE, lifespan=serving)
