"""The app: page set-up, what the address asks for, and the pages."""

from pathlib import Path

import streamlit as st

from trimtab.ui.parts.parts import color_scheme, styles
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import PAGES

st.set_page_config(page_title="Trimtab", page_icon="⌁", layout="wide")
color_scheme()
styles("parts/page.css")
st.logo(str(Path(__file__).parent / "ui" / "shell" / "mark.svg"), size="medium")
session.callbacks_run_whole()
session.restore()
page = st.navigation(
    [st.Page(one.file, title=one.title, url_path=one.name, default=one is PAGES[0]) for one in PAGES],
    position="top",
)
session.remember()
page.run()
session.run_ends("app")
