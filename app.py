"""The app: page set-up, what the address asks for, and the pages."""

from pathlib import Path

import streamlit as st

from trimtab.ui.parts.parts import color_scheme, styles
from trimtab.ui.shell import session

st.set_page_config(page_title="Trimtab", page_icon="⌁", layout="wide")
color_scheme()
styles("parts/page.css")
st.logo(str(Path(__file__).parent / "ui" / "shell" / "mark.svg"), size="medium")
session.restore()
page = st.navigation(
    [
        st.Page("pages/home.py", title="Home", default=True),
        st.Page("pages/data.py", title="Data", url_path="data"),
        st.Page("pages/design.py", title="Design", url_path="design"),
        st.Page("pages/coverage.py", title="Coverage", url_path="coverage"),
        st.Page("pages/weaknesses.py", title="Weaknesses", url_path="weaknesses"),
        st.Page("pages/generate.py", title="Generate", url_path="generate"),
        st.Page("pages/review.py", title="Review", url_path="review"),
    ],
    position="top",
)
session.remember()
page.run()
session.run_ends("app")
