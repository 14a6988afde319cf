"""Another data set, such as production logs, whose shares a factor takes: brought in beside the sculptor."""

from __future__ import annotations

import streamlit as st

from trimtab.core.changes.matching import matched
from trimtab.core.errors import TrimtabError
from trimtab.core.words.numbers import counted
from trimtab.ui.parts.control_rows import refused
from trimtab.ui.parts.parts import notice, plain, quiet
from trimtab.ui.session import document as doc
from trimtab.ui.session.uploads import bring_in

PLACE = "match"
_TURN, _LIKE, _TOLD = "tt_match_turn", "tt_match_like", "tt_match_told"
ABOUT = "The shares that another data set has, such as production logs, become the target."


def match_menu(name: str) -> None:
    """The menu: a file, then whether this factor takes its shares, or all that both have."""
    menu = st.popover("Match another data set", key="tt_match", on_change="rerun", width="stretch")
    if not menu.open:  # what is not seen is not sent
        return
    with menu, st.container(width=440):
        quiet(ABOUT)
        turn = st.session_state.setdefault(_TURN, 0)
        file = st.file_uploader("A data set with the same columns", key=f"tt_match_upload_{turn}")
        if file is not None:
            st.session_state[_TURN] += 1  # a new uploader: the same file is not read with every run
            try:
                st.session_state[_LIKE] = bring_in(file.name, file)
                st.session_state.pop(_TOLD, None)
                doc.settle()
            except TrimtabError as error:
                doc.refuse(str(error), place=PLACE)
            st.rerun()
        like = st.session_state.get(_LIKE)
        if like is not None:
            quiet(f"{like.name}: {counted(like.rows, 'row')}")
            st.button(f"Take the shares of {plain(name)}", key="tt_match_one", on_click=_take, args=(name,))
            st.button("Take those of all factors that both have", key="tt_match_all", on_click=_take, args=(None,))
        refused(PLACE)
        for line in st.session_state.get(_TOLD, ()):
            notice(line, tone="info")


def _take(name: str | None) -> None:
    found, like = doc.document(), st.session_state.get(_LIKE)
    if found is None or like is None:
        return
    try:
        now = matched(found.study, like, None if name is None else [name])
    except TrimtabError as error:
        doc.refuse(str(error), place=PLACE)
        return
    what = name or counted(len(now.factors), "factor")
    if doc.edit(f"match {what} with {like.name}", lambda _: now.design, place=PLACE):
        st.session_state[_TOLD] = [one.text for one in now.left_out]
