"""The first page of a fresh server: Streamlit must run app.py, not the page alone."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_app() -> None:
    """Run again through app.py where Streamlit ran the page without it.

    Beside a folder `pages/` Streamlit expects its older kind of app until `st.navigation` was called once in the
    process: the first deep link to a fresh server runs the page's file alone.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
