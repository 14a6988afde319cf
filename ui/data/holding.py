"""What always holds: every relation found in the source or written into the design, with a switch that lets it go."""

from __future__ import annotations

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from trimtab.core.changes.relations import with_all_kept, with_kept, without_kept
from trimtab.core.relations.owners import owners_of
from trimtab.core.relations.relation import Found, Relation
from trimtab.core.shown.holding import Holding, holdings
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted
from trimtab.ui.data.holding_form import KIND, begin_form, relation_form
from trimtab.ui.parts.control_rows import add_button, refused, slug
from trimtab.ui.parts.forms import form_of
from trimtab.ui.parts.parts import html, quiet, section, short
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields
from trimtab.ui.session.library import library
from trimtab.ui.shell.opening import progress_bar

PLACE = "relations"
"""Where messages about relations are shown."""
TITLE = "What always holds"
ABOUT = "in the real rows, and more than chance; generated rows keep it, unless you let it go"
NOTHING = "Nothing was found: no column follows from others in every row by more than chance."
NOT_LOOKED = (
    "Nobody has looked yet for what holds in every row: a code that decides a name, a sum, dates in order. What is "
    "found is kept in every generated row; else columns that belong together come apart."
)
ANCHOR = "tt-always-holds"
SWITCH = 92
"""Width of a switch with its word, in px."""
LEARNING = "Learning anew how the columns move together"
_LOOK = "tt_relations_look_wanted"
_WANTED = "tt_relations_wanted"
_Wanted = dict[str, tuple[str, Relation, bool]]
"""A relation's text -> the design in which it is to hold or not."""


def always_holds(found: doc.Document) -> None:
    """The section of the page Data: in a container, so that a bar in it takes the place of nothing below."""
    with st.container(key="tt_always"):
        _section(found)


def _section(found: doc.Document) -> None:
    if found.design.relations is None:
        section(TITLE)
        _not_looked(found)
        return
    claims = _found(found)
    every = holdings(found.study, claims)
    kept = sum(one.kept for one in every)
    section(TITLE, ABOUT if every else "")
    if every:
        refused(PLACE)
        with st.container(gap=None, key="tt_relations"):
            heads = f"{kept:,} of {len(every):,} kept", "real rows that could break it"
            html(h.div(".tt-relations-head", id=ANCHOR)[[h.span[head] for head in heads]])
            for one in every:
                _row(one)
    else:
        quiet(NOTHING)
    for owner in owners_of(found.study.columns, [one.relation for one in claims]):
        quiet(owner.text)
    if form_of(KIND) is None:
        add_button("Add a relation", "tt_add_relation", "one that you know of, and the rows do not tell", begin_form)
    else:
        relation_form(found.study, PLACE, _keep)


def _keep(relation: Relation) -> None:
    """Ask for a relation to hold; it is done when the page is drawn, for all is learned anew."""
    found = doc.document()
    if found:
        wanted: _Wanted = st.session_state.setdefault(_WANTED, {})
        wanted[relation.text] = (found.design_id, relation, True)


def relations_chip(study: Study) -> h.Element | None:
    """How many relations were found, as a way down to them; None while nobody knows."""
    if study.declared or not library().knows(study):
        return None
    number = len(library().found(study))
    return h.a(".tt-chip", href=f"#{ANCHOR}")["always hold ", h.b[counted(number, "relation")]] if number else None


def _found(found: doc.Document) -> tuple[Found, ...]:
    """What was found in the source; on a server that has not looked yet, a bar shows that it looks."""
    if library().knows(found.study):
        return library().found(found.study)
    with progress_bar() as progress:
        return library().found(found.study, progress=progress)


def _not_looked(found: doc.Document) -> None:
    quiet(NOT_LOOKED)
    refused(PLACE)
    st.button("Look for what always holds", key="tt_relations_look", icon=":material/search:", on_click=_want_look)
    if st.session_state.get(_LOOK) == found.design_id:  # in the page's body, where there is a place for a bar
        with progress_bar() as progress:
            claims = library().found(found.study, progress=progress)
            progress(1, 1, LEARNING)
            doc.edit(
                "look for what always holds",
                lambda design: with_all_kept(design, claims, found.study.columns),
                place=PLACE,
            )
        st.session_state[_LOOK] = None
        st.rerun()


def _want_look() -> None:
    found = doc.document()
    st.session_state[_LOOK] = found.design_id if found else None


def _row(one: Holding) -> None:
    key = f"tt_keep_{slug(one.relation.text)}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_relation_{key}"):
        html(_words(one))
        html(_evidence(one), width=150)
        if one.can_change:
            fields.show(key, one.kept)
            st.toggle("keep", key=key, on_change=fields.heard, args=(key, _want, key, one.relation), width=SWITCH)
        else:
            html(h.span, width=SWITCH)


def _words(one: Holding) -> h.Element:
    texts = one.examples
    examples = h.small(".tt-examples", title=" · ".join(texts))[[h.span[text] for text in texts]] if texts else None
    remark = h.small(".tt-remark")[one.remark] if one.remark else None
    off = not one.kept
    return h.div(class_=["tt-relation", off and "off"])[
        h.span(".tt-kind")[one.relation.title], h.p[h.b(title=one.relation.text)[one.relation.text], examples, remark]
    ]


def _evidence(one: Holding) -> h.Element:
    broken = f"{one.exceptions:,} break it" if one.exceptions else "none breaks it"
    return h.div(".tt-number")[f"{one.rows:,}", h.small(class_=[bool(one.exceptions) and "carried"])[broken]]


def _want(key: str, relation: Relation) -> None:
    found = doc.document()
    if found:
        wanted: _Wanted = st.session_state.setdefault(_WANTED, {})
        wanted[relation.text] = (found.design_id, relation, bool(st.session_state[key]))


def apply_switches(place: DeltaGenerator) -> None:
    """Make the changes that switches asked for, before anything of the page is drawn; `place` says what takes a moment.
    What was asked for stands until it is done, whatever arrives from the browser meanwhile."""
    wanted: _Wanted | None = st.session_state.get(_WANTED)
    if not wanted:
        return
    with place, st.spinner(f"{LEARNING}…"):
        for text, (design_id, relation, keep) in list(wanted.items()):
            found = doc.document()
            if found and found.design_id == design_id:
                _change(found, relation, keep=keep)
            del wanted[text]


def _change(found: doc.Document, relation: Relation, *, keep: bool) -> None:
    if keep:
        claims = library().found(found.study)
        doc.edit(f"keep {short(relation.text)}", lambda design: with_kept(design, claims, relation), place=PLACE)
    elif any(one.text == relation.text for one in found.design.relations or ()):
        doc.edit(f"let go {short(relation.text)}", lambda design: without_kept(design, relation), place=PLACE)
