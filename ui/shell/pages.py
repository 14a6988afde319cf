"""The pages of the app, once: app.py, every link and the tests follow this list."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """A page: its file in `pages/` and its address are both called `name`."""

    name: str
    title: str

    @property
    def file(self) -> str:
        """The file, as Streamlit names a page."""
        return f"pages/{self.name}.py"


PAGES = (
    Page("home", "Home"),  # the first one opens at the bare address
    Page("data", "Data"),
    Page("design", "Design"),
    Page("coverage", "Coverage"),
    Page("weaknesses", "Weaknesses"),
    Page("generate", "Generate"),
    Page("review", "Review"),
)
"""In the order of the menu."""
EDITING = ("data", "design", "weaknesses")
"""Pages on which everything edits: where people sign in they are for those who may."""


def page_file(name: str) -> str:
    """What `st.switch_page` and `st.page_link` take for a page. Raises KeyError for one that is not in the list."""
    return {page.name: page.file for page in PAGES}[name]
