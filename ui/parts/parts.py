"""Small parts of every page: numbers as people read them, chips, sections, notices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.ui.parts.assets import ROOMS

_JOINER = "\N{WORD JOINER}"
_REPLACED = re.compile(
    r"(?<!\S)[<>~-](?=(?:->|[>=-])(?!\S))|:(?=material/|streamlit:)|https?:(?=//)|www(?=\.)|@(?=\w)", re.IGNORECASE
)
"""Begins what Streamlit replaces, or makes a link of, once Markdown is read, so that no backslash keeps it: arrows and
the like between spaces, icons, addresses."""
_MARKDOWN = re.compile(r"[\\`*\[\]<~$&]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w+-])|(?<=[\w+-]):|^[#+>=-]|(?<=\d)[.)](?=\s|$)")
"""Signs that mean something in Markdown where they stand."""


def plain(text: str) -> str:
    """Text from people and files for a place that reads Markdown (labels, buttons): every sign stands for itself.

    Only what would be read as Markdown gets a backslash, since Streamlit gives the label to screen readers as it is
    written. What Streamlit replaces all the same is parted by a sign without width.

    >>> print(plain("arr_delay"), plain("*x* [a](b) $x$ :red[x]"), plain("_x_"), plain("2. x"))
    arr_delay \\*x\\* \\[a\\](b) \\$x\\$ \\:red\\[x\\] \\_x\\_ 2\\. x
    """
    return _MARKDOWN.sub(r"\\\g<0>", _REPLACED.sub(rf"\g<0>{_JOINER}", " ".join(text.split())))


def short(text: str, most: int = 28) -> str:
    """A text of at most `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def html(*elements: h.Renderable, width: int | Literal["stretch", "content"] = "stretch") -> None:
    """Show elements one after the other; text in them is text, whatever is in it. `width` is as in `st.html`."""
    st.html("".join(map(str, elements)), width=width)


def chip(text: str, strong: str = "", *, tone: str = "", title: str = "", mark: str = "") -> h.Element:
    """A small pill: a `mark`, quiet `text`, then `strong`; `tone` is "", "good" or "warn"."""
    return h.span(class_=["tt-chip", tone], title=title or None)[
        mark and [h.i[mark], " "], text, " " if text and strong else "", strong and h.b[strong]
    ]


def chips(parts: Iterable[h.Element]) -> h.Element:
    """Pills in a row."""
    return h.div(".tt-chips")[list(parts)]


def title(text: str, about: str = "") -> None:
    """The title of a page and a line that says what it is for."""
    html(h.h1(".tt-title")[text], *([h.p(".tt-about")[about]] if about else []))


def section(text: str, about: str = "") -> None:
    """A quiet heading of a part of a page."""
    html(h.h2(".tt-section")[text, about and [" ", h.span(".tt-quiet")[about]]])


def quiet(text: str) -> None:
    """A line of small grey text."""
    html(h.p(".tt-about")[text])


def notice(message: str, *, tone: str = "warn") -> None:
    """What went wrong, or is worth knowing, as text; lines stay lines. `tone`: "warn", "info" or "good"."""
    mark = {"warn": "⚠", "info": "i", "good": "✓"}[tone]
    lines = [h.span[code_marks(line)] for line in message.splitlines()]
    html(h.div(class_=["tt-notice", tone], role="alert" if tone == "warn" else "note")[h.i[mark], h.p[lines]])


def corner() -> DeltaGenerator:
    """A place for a spinner that is in sight wherever one is on the page. Every run makes it first: where things stand
    in the order of a page decides what is taken for what while the page is drawn again."""
    return st.container(key="tt_corner")


def conflict_box(*sentences: h.Node) -> h.Element:
    """Why a design can't be met, a paragraph each."""
    return h.div(".tt-conflict", role="alert")[h.i["⚠"], h.div[[h.p[sentence] for sentence in sentences]]]


def factor_levels(levels: Mapping[str, str]) -> list[h.Element]:
    """Levels of several factors, each with the name of its factor before it."""
    return [h.span[h.small[factor], " ", h.b[level]] for factor, level in levels.items()]


def code_marks(message: str) -> h.Fragment:
    """A message in which names stand in backticks: they become bold, everything else is text."""
    parts = message.split("`")
    if len(parts) % 2 == 0:  # a backtick of the data itself
        return h.fragment[message]
    return h.fragment[[h.b[part] if i % 2 else part for i, part in enumerate(parts)]]


def styles(*names: str) -> None:
    """Style sheets, once a run; each is named by its room: `parts/page.css`."""
    for name in names:
        st.html(ROOMS / name)


def color_scheme() -> None:
    """Tell the browser which scheme is shown: menus stand outside of Streamlit's own root, theirs would be light."""
    html(h.style[f":root {{ color-scheme: {st.context.theme.type or 'light dark'}; }}"])
