"""What is written for those who come after speaks of what is there: rooms, files, links, terms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.rooms import FLOORS, PICTURE, picture

from .test_layers import LAYERS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACE = re.compile(r"`((?:core|ui|pages|tests|docs|benchmarks|trimtab|sample_data)/[\w./-]*)`")


def test_the_picture_of_the_rooms_is_that_of_the_layers() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "rooms changed: run python -m docs.rooms"
    assert set(FLOORS) <= set(LAYERS)


@pytest.mark.parametrize("place", range(len(LAYERS)))
def test_a_room_that_moves_changes_the_picture(place: int) -> None:
    assert picture((*LAYERS[:place], *LAYERS[place + 1 :])) != picture()


def test_the_architecture_tells_of_every_room() -> None:
    told = set(re.findall(r"`([\w.]+)`", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    assert set(LAYERS) - told == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_places_and_links_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / one for one in re.findall(r"\]\(([^)#:]+)[^):]*\)", text)]
    places = [ROOT / one for one in PLACE.findall(text) if not one.endswith("/NAME.py")]
    assert [str(one) for one in (*links, *places) if not one.exists()] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")


def test_the_glossary_is_in_order_and_says_each_term_once() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [term.casefold() for term in re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE)]
    assert terms == sorted(set(terms))
