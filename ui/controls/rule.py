"""Rules: conditions that every row meets, each with the real rows that do, and the form to add or change one."""

from __future__ import annotations

from functools import partial

import htpy as h
import streamlit as st

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.projection.controls.rule import rules_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.ui.conditions.condition_form import (
    condition_rows,
    count_line,
    fill_condition,
    lacking,
    mode_buttons,
    rows_where,
    typed_condition,
)
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import add_button, before_word, code, cost, head, menu, number_cell, refused, slug
from trimtab.ui.parts.forms import Form, begin, commit, ends, form_of, found_out, trial
from trimtab.ui.parts.parts import html, quiet, section, short
from trimtab.ui.session import document as doc

KIND = "rule"
PLACE = "rules"
ABOUT = (
    "What no row may break, such as arr_delay > dep_delay - 90. Rows that break it are never made; all else stays "
    "as close to the real data as it can."
)


@tab_at(50, "rules", "Rules")
def rules(found: doc.Document) -> None:
    """The list of rules, and the form."""
    form, study = form_of(KIND), found.study
    if found.design.rules:
        with st.container(gap=None, key="tt_rules"):
            head(
                "rules",
                "true in every row",
                f"{before_word(study)} rows that meet it",
                "cost",
            )
            for place, control in enumerate(rules_of(study)):
                _row(study, place, control.predicate.text, real_rows(study, control))
    elif form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add a rule", "tt_add_rule", "a condition that is true in every row", _begin)
    else:
        _form(study, form)


def _row(study: Study, place: int, rule: str, rows: int) -> None:
    total = study.source.rows
    key = f"rule_{place}_{slug(rule)}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_control_{key}"):
        html(h.div(".tt-event.rule")[code(rule)])
        share = "all" if rows == total else percent(rows / total)
        number_cell(share, h.small[f"{rows:,} of {total:,}"], width=146)
        number_cell("", cost(ControlName("rule", rule)))
        actions = {
            "change": ("Change the rule", lambda: _begin(place)),
            "delete": ("Delete", lambda: _delete(place)),
        }
        menu(key, actions, rename=None)


def _begin(place: int | None = None) -> None:
    form, found = begin(KIND, place), doc.document()
    if found and place is not None:
        fill_condition(form, found.study, found.design.rules[place])


def _form(study: Study, form: Form) -> None:
    with st.container(border=True, key="tt_form"):
        title = "A new rule" if form.of is None else "Change the rule"
        section(title, "" if form.sql else "all of these hold in every row")
        condition_rows(study, form)
        rule, message = typed_condition(study, form)
        if rule:
            _, message = trial(study, lambda design: _with(design, form.of, rule))
            message = message.replace(f"Rule `{rule}`: ", "")
        with found_out():
            if rule and not message:
                count_line(study, rule)
                _undecided(study, rule)
        label = "Add this rule" if form.of is None else "Save the rule"
        more = partial(mode_buttons, form, place=PLACE)
        ends(form, label, _save, lacking="" if rule else lacking(form), message=message, place=PLACE, more=more)


def _undecided(study: Study, rule: str) -> None:
    """Rows in which a missing value leaves the rule open: they break it, which is easily overlooked."""
    rows = rows_where(study, f"({rule}) IS NULL")
    if rows:
        quiet(f"{rows:,} more lack a value that it needs, so they don’t meet it. To keep them, add OR … IS NULL.")


def _with(design: Design, place: int | None, rule: str) -> Design:
    return design.with_rule(rule, place)


def _save() -> None:
    form, found = form_of(KIND), doc.document()
    if form is None or found is None:
        return
    rule, _ = typed_condition(found.study, form)
    form.asked = not rule
    if not form.asked:
        verb = "add" if form.of is None else "change"
        commit(f"{verb} rule {short(rule, 20)}", lambda design: _with(design, form.of, rule), place=PLACE)


def _delete(place: int) -> None:
    found = doc.document()
    if found:
        label = f"delete rule {short(found.design.rules[place], 20)}"
        doc.edit(label, lambda design: design.without_rule(place), place=PLACE)
