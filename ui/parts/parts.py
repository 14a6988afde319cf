"""Small parts of every page: numbers as people read them, chips, sections, notices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

import streamlit as st

from trimtab.ui.parts.assets import asset

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&^=])")


def plain(text: str) -> str:
    """Text from people and files for a place that reads Markdown (labels, buttons): every sign stands for itself."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def short(text: str, most: int = 28) -> str:
    """A text of at most `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def percent(share: float) -> str:
    """A share as text: "24.1 %", "8.0 %", "1.05 %", "0.60 %", "0.012 %"; the same rule as in the sculptor."""
    value = share * 100
    if value < 1e-7:  # rounding, not a share
        return "0 %"
    if value >= 9.995:
        return f"{value:.1f} %"
    if value >= 0.995:
        return f"{re.sub(r'0$', '', f'{value:.2f}')} %"
    return f"{value:.2f} %" if value >= 0.0995 else f"{float(f'{value:.2g}'):.10f}".rstrip("0") + " %"


def shift_text(tv: float) -> str:
    """A shift as text: one digit after the point, as everywhere a shift is shown."""
    return f"{100 * tv:.1f} %"


def one_in(rate: float) -> str:
    """A rate as "1 in 200"; "never" for 0, a percentage from 1 in 2 on."""
    if rate <= 0:
        return "never"
    return percent(rate) if rate > 0.5 else f"1 in {_tidy(1 / rate)}"


def _tidy(times: float) -> str:
    if times < 10:
        return f"{times:.1f}".removesuffix(".0")
    return f"{round(times):,}"


def html(body: str) -> None:
    """Markup of ours; every text in it from outside must have been escaped."""
    st.html(body)


def chip(text: str, strong: str = "", *, tone: str = "", title: str = "") -> str:
    """A small pill as markup: quiet `text`, then `strong`; `tone` is "", "good" or "warn"."""
    bold = f"<b>{escape(strong)}</b>" if strong else ""
    hint = f' title="{escape(title, quote=True)}"' if title else ""
    return f'<span class="tt-chip {tone}"{hint}>{escape(text)}{" " if text and strong else ""}{bold}</span>'


def chips(parts: Iterable[str]) -> str:
    """Pills in a row."""
    return f'<div class="tt-chips">{"".join(parts)}</div>'


def title(text: str, about: str = "") -> None:
    """The title of a page and a line that says what it is for."""
    quiet = f'<p class="tt-about">{escape(about)}</p>' if about else ""
    html(f'<h1 class="tt-title">{escape(text)}</h1>{quiet}')


def section(text: str, about: str = "") -> None:
    """A quiet heading of a part of a page."""
    quiet = f' <span class="tt-quiet">{escape(about)}</span>' if about else ""
    html(f'<h2 class="tt-section">{escape(text)}{quiet}</h2>')


def quiet(text: str) -> None:
    """A line of small grey text."""
    html(f'<p class="tt-about">{escape(text)}</p>')


def notice(message: str, *, tone: str = "warn") -> None:
    """What went wrong, or is worth knowing, as text; lines stay lines. `tone`: "warn", "info" or "good"."""
    mark = {"warn": "⚠", "info": "i", "good": "✓"}[tone]
    lines = "".join(f"<span>{code_marks(line)}</span>" for line in message.splitlines())
    role = "alert" if tone == "warn" else "note"
    html(f'<div class="tt-notice {tone}" role="{role}"><i>{mark}</i><p>{lines}</p></div>')


def code_marks(message: str) -> str:
    """Markup of a message in which names stand in backticks: they become bold, everything else is text."""
    parts = escape(message).split("`")
    if len(parts) % 2 == 0:  # a backtick of the data itself
        return "`".join(parts)
    return "".join(f"<b>{part}</b>" if i % 2 else part for i, part in enumerate(parts))


def styles() -> None:
    """The app's own styles, once a run."""
    # Menus stand outside of Streamlit's own root: without a scheme theirs would be light.
    scheme = st.context.theme.type or "light dark"
    st.html(f"<style>:root {{ color-scheme: {scheme}; }}\n{asset('parts/page.css')}</style>")
