"""The pages are those of one list: each has its file, opens at its address, and nothing links elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from trimtab.ui.shell.pages import PAGES, Page, page_file

from .looking import sound

ROOT = Path(__file__).parents[2]


def test_every_file_of_a_page_is_in_the_list() -> None:
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == {page.name for page in PAGES}
    with pytest.raises(KeyError, match="nowhere"):
        page_file("nowhere")


def test_links_go_by_the_list() -> None:
    files = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
    told = [file for file in files if re.search(r'"pages/\w', file.read_text(encoding="utf-8"))]
    assert [file.relative_to(ROOT).as_posix() for file in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.name)
def test_every_page_opens_with_a_design(page: Page, start: Callable[..., AppTest], design_id: str) -> None:
    sound(start(page.name, design_id))
