"""Parts of every page hold text as it is, whatever it is."""

from __future__ import annotations

from html.parser import HTMLParser

import htpy as h
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trimtab.ui.parts.parts import chip, code_marks, conflict_box, factor_levels, plain

HOSTILE = "<b>x</b> & \"y\" 'z' &amp; <img src=x>"


class Read(HTMLParser):
    """What a browser reads of an element: its tags, the titles and the text."""

    def __init__(self, element: h.Renderable) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.titles: list[str | None] = []
        self.text = ""
        self.feed("".join(element.iter_chunks()))  # str() gives a Markup, which escapes what is added to it
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles += [value for name, value in attrs if name == "title"]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(min_size=1))
@example(HOSTILE)
@example("`")
@example("</span><script>")
def test_a_chip_says_just_what_it_is_given(text: str) -> None:
    read = Read(chip(text, text, title=text))
    assert read.tags == ["span", "b"]
    assert read.text == f"{text} {text}"
    assert read.titles == [text]


@given(st.text(), st.text(min_size=1), st.text())
@example("", HOSTILE, "")
def test_a_message_shows_names_in_backticks_bold_and_all_else_as_text(before: str, name: str, after: str) -> None:
    before, name, after = (part.replace("`", "") for part in (before, name, after))
    read = Read(h.p[code_marks(f"{before}`{name}`{after}")])
    assert read.tags == ["p", "b"]
    assert read.text == before + name + after


def test_a_backtick_of_the_data_is_text() -> None:
    read = Read(code_marks("the value `a` of `b`c`"))
    assert read.tags == []
    assert read.text == "the value `a` of `b`c`"


def test_boxes_and_levels_hold_text() -> None:
    box = Read(conflict_box(code_marks(f"`{HOSTILE}`"), HOSTILE))
    assert box.tags == ["div", "i", "div", "p", "b", "p"]
    assert box.text == f"⚠{HOSTILE}{HOSTILE}"
    levels = Read(h.p[factor_levels({HOSTILE: HOSTILE})])
    assert levels.tags == ["p", "span", "small", "b"]
    assert levels.text == f"{HOSTILE} {HOSTILE}"


@pytest.mark.parametrize(
    "name", ["arr_delay", "snake_case_2", "Hour of day", "12.5–20", "a, b", "speed (mph)", "real + design", "other.csv"]
)
def test_usual_names_are_heard_as_they_are(name: str) -> None:
    assert plain(name) == name
