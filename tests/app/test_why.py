"""Why a factor moved: what is told beside it, and the button that freezes it."""

from __future__ import annotations

import re
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from trimtab.core.workspace.workspace import Workspace

from .looking import sound, text_of, undo

Start = Callable[..., AppTest]


def shown(start: Start, design_id: str, factor: str) -> AppTest:
    app = start("", design_id)
    app.session_state["tt_factor"] = factor
    app.session_state["tt_why"] = True  # opened by a click: AppTest knows no popovers
    return sound(app.switch_page("pages/design.py").run())


def keys(app: AppTest) -> set[str | None]:
    return {one.key for one in app.button}


def test_what_moves_along_says_why_and_is_frozen_in_one_click(start: Start, home: Workspace, design_id: str) -> None:
    app = shown(start, design_id, "frontal")
    said = re.sub("<[^>]+>", "", text_of(app))
    assert "frontal moves by" in said
    assert "nobody set it" in said
    assert "event fast" in said
    assert re.search(
        r"frontal keeps its real shares, whatever else moves\. The design (then )?leans on [\d,]+ of", said
    )
    sound(app.button(key="tt_freeze").click().run())
    assert home.load_design(design_id).factor("frontal").role == "keep"
    assert not {"tt_freeze"} & keys(app)
    undo(app)
    assert home.load_design(design_id).factor("frontal").role == "follow"


def test_what_was_asked_for_has_no_question(start: Start, design_id: str) -> None:
    app = shown(start, design_id, "sex")
    assert "nobody set it" not in text_of(app)
    assert not {"tt_freeze"} & keys(app)


def test_what_is_computed_says_of_what_it_is(start: Start, home: Workspace, design_id: str) -> None:
    design = home.load_design(design_id)
    home.save_design(design.with_label("hurt", rule="dvcat = '55+'"), design_id)
    app = shown(start, design_id, "hurt")
    assert "hurt is computed from dvcat" in re.sub("<[^>]+>", "", text_of(app))
    assert not {"tt_freeze"} & keys(app)
