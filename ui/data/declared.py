"""Start without data: factors declared by hand, on the home page and on the design page of such a design."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.declared.drafting import (
    EXAMPLE,
    EXAMPLE_NAME,
    declarable_families,
    declared_factor,
    drafted,
    undeclared,
)
from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import FAMILIES
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.ui.data.declaring import KINDS, LEVELS, marginal_text, read_levels
from trimtab.ui.factor.families import parameters
from trimtab.ui.factor.parameter_fields import TITLES, key_of, read_parameter
from trimtab.ui.parts.control_rows import read_share, refused
from trimtab.ui.parts.parts import html, plain, quiet, section, short
from trimtab.ui.session import beginning
from trimtab.ui.session import document as doc
from trimtab.ui.shell.opening import go
from trimtab.ui.shell.pages import page_file

PLACE = "declare"
"""Where messages about a factor that is being declared are shown."""
MENU = "tt_declare_menu"
ABOUT = "No data yet: declare what each factor looks like, and how rare events are to be. Every row will be ungrounded."
_OPEN = "tt_declaring"
_DRAFT = "tt_declared"
_NAME = "tt_declared_name"
PER_ROW = 4

OnAdd = Callable[[str, Factor], bool]


# --- home -----------------------------------------------------------------------------------------------------------


def declare_card() -> None:
    """The third way in."""
    with st.container(border=True, key="tt_card_declare", height="stretch"):
        section("Start without data", "for what has not happened yet")
        quiet(ABOUT)
        st.button("Start without data", key="tt_declare_start", on_click=_begin, disabled=_is_open())


def declare_section() -> None:
    """The draft: its factors, the form for one more, and the button that opens its design."""
    if not _is_open():
        return
    draft = _draft()
    with st.container(border=True, key="tt_declare"):
        section("Declare the factors", "there is no real data: what is declared is all there is")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Name of the design", key=_NAME, width=260, placeholder="design")
            st.button("Fill in an example", key="tt_declare_example", on_click=_fill)
            st.space("stretch")
            st.button("Close", key="tt_declare_close", on_click=_close)
        for name, factor in draft.items():
            _drafted_row(name, factor)
        with st.container(border=True, key="tt_declare_form"):
            factor_form(_add_to_draft, draft)
        opened = st.button("Open the design", type="primary", key="tt_declare_open", disabled=not draft)
        if opened:
            name = str(st.session_state.get(_NAME, ""))
            go(lambda progress: beginning.open_declared(drafted(name, draft), progress=progress), page_file("design"))


def _is_open() -> bool:
    return bool(st.session_state.get(_OPEN))


def _begin() -> None:
    st.session_state[_OPEN] = True


def _close() -> None:
    st.session_state[_OPEN] = False
    doc.settle()


def _draft() -> dict[str, Factor]:
    found: dict[str, Factor] = st.session_state.setdefault(_DRAFT, {})
    return found


def _fill() -> None:
    st.session_state[_DRAFT] = dict(EXAMPLE)
    st.session_state[_NAME] = EXAMPLE_NAME
    doc.settle()


def _drafted_row(name: str, factor: Factor) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_drafted_{name}"):
        gaps = f"{percent(factor.missing)} missing" if factor.missing else ""
        about = [marginal_text(factor), factor.unit or "", gaps]
        said = short(" · ".join(filter(None, about)), 110)
        kind = KINDS[factor.kind] if factor.kind else ""
        html(h.div(".tt-row")[h.b[short(name, 40)], h.span[kind], h.span[said]])
        st.button("Remove", key=f"tt_drafted_remove_{name}", on_click=_remove_from_draft, args=(name,))


def _remove_from_draft(name: str) -> None:
    _draft().pop(name, None)


def _add_to_draft(name: str, factor: Factor) -> bool:
    _draft()[name] = factor
    return True


# --- the design page ------------------------------------------------------------------------------------------------


def declared_tools(study: Study, name: str, on_added: Callable[[str], None]) -> None:
    """Below the list of factors of a design without data: a form that adds one, and a button that removes one."""
    menu = st.popover("Declare a factor", key=MENU, icon=":material/add:", on_change="rerun", width="stretch")
    if menu.open:  # what is not seen is not sent: each edit repaints the whole page
        with menu:
            taken = {**study.axes, **study.design.factors}
            factor_form(lambda new, factor: _add_to_design(new, factor, on_added), taken)
    if name in study.columns and len(study.columns) > 1:
        title = f"Remove {plain(short(name, 18))}"
        st.button(title, key=key_of("tt_undeclare", name), on_click=_remove, args=(name,), width="stretch")
        refused(f"{PLACE} remove")


def _add_to_design(name: str, factor: Factor, on_added: Callable[[str], None]) -> bool:
    def change(design: Design) -> Design:
        return design.with_factor(name, **dict(factor))

    if not doc.edit(f"declare {name}", change, place=PLACE):
        return False
    st.session_state[MENU] = False
    on_added(name)
    return True


def _remove(name: str) -> None:
    doc.edit(f"remove {name}", lambda design: design.without_factor(name), place=f"{PLACE} remove")


# --- the form -------------------------------------------------------------------------------------------------------


def factor_form(on_add: OnAdd, taken: Mapping[str, object]) -> None:
    """The form of one factor: name, kind, unit, missing share, and its marginal by a family or by levels.

    `on_add` takes a factor whose name is not `taken`, and tells whether it could.
    """
    first = st.columns(PER_ROW)
    first[0].text_input("Factor", key="tt_new_name", placeholder="such as age")
    kind = first[1].selectbox("Kind", list(KINDS), key="tt_new_kind", format_func=KINDS.__getitem__)
    first[2].text_input("Unit", key="tt_new_unit", placeholder="none")
    first[3].text_input("Missing", key="tt_new_missing", placeholder="0 %")
    if kind in LEVELS:
        key = f"tt_new_levels_{kind}"
        st.session_state.setdefault(key, LEVELS[kind])
        st.text_input("Levels with weights", key=key, help="A level, a colon, its weight; commas between the levels.")
    else:
        _family_fields(kind)
    refused(PLACE)
    st.button("Add this factor", key="tt_new_add", icon=":material/add:", on_click=_add, args=(on_add, taken))


def _family_fields(kind: Any) -> None:
    family = st.selectbox(
        "Family",
        declarable_families(kind),
        key=f"tt_new_family_{kind}",
        format_func=lambda name: FAMILIES[name].title,
        help="  \n".join(f"{FAMILIES[name].title}: {FAMILIES[name].summary}" for name in declarable_families(kind)),
    )
    given = parameters(family)
    begin = undeclared(family, kind)
    for start in range(0, len(given), PER_ROW):
        for column, one in zip(st.columns(PER_ROW), given[start : start + PER_ROW], strict=False):
            key = _key(kind, family, one.name)
            st.session_state.setdefault(key, _text(begin.get(one.name, _default(family, one.name))))
            title = TITLES.get(one.name, one.name.capitalize() if len(one.name) > 2 else one.name)
            hint = "no cut" if one.optional and one.name in ("low", "high") else one.range_text
            column.text_input(title, key=key, placeholder=hint, help=one.about or None)


def _default(family: str, name: str) -> Any:
    default = FAMILIES[family].model_fields[name].default
    return default if isinstance(default, int | float | str) else None


def _key(kind: str, family: str, parameter: str) -> str:
    return f"tt_new_{kind}_{family}_{parameter}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return number_texts([value])[0] if isinstance(value, float) else str(value)


def _add(on_add: OnAdd, taken: Mapping[str, object]) -> None:
    name = str(st.session_state.get("tt_new_name", "")).strip()
    try:
        factor = declared_factor(name, _typed(name), taken)
    except TrimtabError as error:
        doc.refuse(str(error), place=PLACE)
        return
    doc.settle()
    if on_add(name, factor):  # the next one begins anew: cuts and levels were this one's
        for field in [one for one in st.session_state if str(one).startswith("tt_new_") and one != "tt_new_kind"]:
            del st.session_state[field]


def _typed(name: str) -> dict[str, Any]:
    """What stands in the form. Raises InputError."""
    state = st.session_state
    kind, missing = state["tt_new_kind"], str(state.get("tt_new_missing", "")).strip()
    owner = f"Factor `{name}`"
    target: dict[str, Any]
    if kind in LEVELS:
        target = {"family": "categorical", "weights": read_levels(str(state[f"tt_new_levels_{kind}"]), owner=owner)}
    else:
        family = state[f"tt_new_family_{kind}"]
        target = {"family": family}
        for one in parameters(family):
            try:
                value = read_parameter(str(state.get(_key(kind, family, one.name), "")).strip(), one)
            except InputError as error:
                raise InputError(f"{owner}: {error}") from error
            if value is not None:
                target[one.name] = value
    return {
        "kind": kind,
        "unit": str(state.get("tt_new_unit", "")).strip() or None,
        "missing": read_share(missing, owner=f"{owner}, missing") if missing else None,
        "target": target,
    }
