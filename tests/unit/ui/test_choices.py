"""What a field offers while the browser may still hold what it was given before."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def page() -> None:
    import streamlit as st

    from trimtab.ui.session import fields

    of = st.session_state.get("of", "ab")
    fields.show("letter", of[-1])
    st.selectbox(
        "Letter", fields.choices("letter", list(of)), key="letter", on_change=fields.heard, args=("letter", str)
    )
    fields.run_ends("test")


def test_what_was_given_before_stays_a_choice_until_the_new_is_drawn() -> None:
    at = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert at.selectbox[0].options == ["a", "b"]
    at.session_state["of"] = "cd"
    at.run()
    assert (at.selectbox[0].value, at.selectbox[0].options) == ("d", ["c", "d", "b"])
    at.run()
    assert at.selectbox[0].options == ["c", "d"]
