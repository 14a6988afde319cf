"""A page that shows names as people and files may give them, at each kind of place where the app shows names."""

from __future__ import annotations

import numpy as np
import streamlit as st

from trimtab.ui.parts.charts import LIGHT, Bars, factor_figure
from trimtab.ui.parts.parts import chip, html, notice, plain, section

NAMES = (
    "<b>x</b>",
    "<img src=x>",
    "[a](javascript:x)",
    "![i](x.png)",
    "[^1]",
    "$x$",
    ":red[x]",
    ":red-badge[x]",
    ":smile:",
    ":+1:",
    "at 12:30:45",
    ":material/home:",
    ":streamlit:",
    "a -> b",
    "x <-> y",
    ">= 3",
    "x -- y",
    "x ~= y",
    "https://x.org/a_b",
    "www.example.com",
    "a@b.com",
    "# x",
    "- x",
    "+ x",
    "> x",
    "1. x",
    "2) x",
    "**b** _c_ __d__",
    "arr_delay",
    "snake__case",
    "a\\*b\\",
    "`c",
    "~~x~~",
    "&amp;",
    '"quoted"',
    "| a | b |",
)
LEVELS = ("<b>x</b>", "$x$", '"q" & &amp;', "%{y}", '<a href="x">')
OTHER = "<i>%{x}</i> $y$"


def drawn() -> Bars:
    shares = np.full(len(LEVELS) + 1, 1 / (len(LEVELS) + 1))
    return Bars([*LEVELS, "missing"], shares, None, {OTHER: shares}, asked=False, ordered=False)


if __name__ == "__main__":
    for place, name in enumerate(NAMES):
        st.button(plain(name), key=f"button_{place}")
        st.checkbox(plain(name), key=f"box_{place}")
        html(chip(name, name, title=name))
        section(name, name)
        notice(name)
    st.segmented_control("Names", NAMES, format_func=plain, key="segments")
    st.plotly_chart(factor_figure(drawn(), log=False, height=300, colors=LIGHT), key="chart")
