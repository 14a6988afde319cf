"""Labels: columns computed last, by a rule or drawn with a probability, and the noise that is put on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import htpy as h
import numpy as np
import streamlit as st

from trimtab.core.design.controls.label import Label
from trimtab.core.design.design import Design
from trimtab.core.design.naming import label_columns
from trimtab.core.source.axes import level_texts
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import exact_percent, percent
from trimtab.core.words.plain import words
from trimtab.ui.controls.tab import tab_at
from trimtab.ui.parts.control_rows import (
    add_button,
    code,
    field_cell,
    free_name,
    head,
    identifier,
    menu,
    number_cell,
    read_share,
    refused,
    renamed,
)
from trimtab.ui.parts.forms import (
    DRAFT,
    Form,
    begin,
    choice_field,
    commit,
    ends,
    field_key,
    form_of,
    found_out,
    sql_field,
    text_field,
    trial,
    typed,
)
from trimtab.ui.parts.parts import html, quiet, section
from trimtab.ui.session import document as doc

KIND = "label"
PLACE = "labels"
ABOUT = (
    "What a model is to learn, computed for each row: by a rule, such as dep_delay > 15, or drawn with a probability, "
    "such as 1 / (1 + exp(3 - 0.02 * dep_delay)). Noise makes some of them wrong; the clean label stays beside them."
)
WAYS = {"rule": "By a rule", "probability": "With a probability"}
EXAMPLES = {
    "rule": "CASE WHEN dep_delay > 15 THEN 'late' ELSE 'on time' END",
    "probability": "1 / (1 + exp(3 - 0.02 * dep_delay))",
}
MOST_SHOWN = 6
"""Labels whose shares are listed."""


@tab_at(40, "labels", "Labels")
def labels(found: doc.Document) -> None:
    """The table of labels, and the form."""
    form = form_of(KIND)
    if found.design.labels:
        with st.container(gap=None, key="tt_labels"):
            head("labels", "label", _in_rows(found.study), "noise", "wrong rows")
            for name, label in found.design.labels.items():
                _row(found, name, label)
    elif form is None:
        quiet(ABOUT)
    if form is None:
        refused(PLACE)
        add_button("Add a label", "tt_add_label", "a rule or a probability, in SQL", _begin)
    else:
        _form(found.study, form)


def _row(found: doc.Document, name: str, label: Label) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"tt_control_label_{name}"):
        html(
            h.div(".tt-event")[
                h.b[words(name)],
                code(label.rule or label.probability or ""),
                h.small[columns_text(label_columns(found.design, name))],
            ]
        )
        html(h.div(".tt-shares")[_shares(found.study, name)], width=142)
        key = f"tt_noise_{name}"
        title = f"Noise of {words(name)}: share of rows with another label"
        field_cell(title, key, exact_percent(label.noise), _set_noise, name, key, place=PLACE)
        number_cell(f"{round(label.noise * found.study.size):,}")
        actions = {
            "change": ("Change the label", lambda: _begin(name)),
            "delete": ("Delete", lambda: _delete(name)),
        }
        menu(f"label_{name}", actions, rename=(name, lambda wanted: _rename(name, wanted)))


def columns_text(names: Sequence[str]) -> str:
    """Which columns the rows get.

    >>> columns_text(["late", "late_clean"])
    'gives late and late_clean'
    """
    return "gives " + (names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}")


def _in_rows(study: Study) -> str:
    return "as declared" if study.declared else "in the real rows"


def _shares(study: Study, name: str) -> list[h.Element]:
    """What the label is in the real rows."""
    return [h.span[line] for line in _share_lines(study, name)]


def _share_lines(study: Study, name: str) -> list[str]:
    column = study.known(name)
    counts = column.counts[:-1]
    total = int(column.counts.sum())
    if study.definitions[name].role == "probability":
        if not counts.sum():
            return ["none has a probability"]
        low, high = number_texts([float(f"{end:.3g}") for end in (column.numbers[0], column.numbers[-1])])
        mean = percent(float(np.average(column.numbers, weights=counts)))
        return [f"{mean} true", f"probability {low} to {high}"]
    texts = level_texts(column.values).to_pylist() if column.kind != "count" else number_texts(column.numbers.tolist())
    order = np.argsort(-counts, kind="stable")[:MOST_SHOWN]
    lines = [f"{texts[i]} {percent(counts[i] / total)}" for i in order]
    if len(counts) > MOST_SHOWN:
        lines.append(f"and {len(counts) - MOST_SHOWN} others")
    if column.counts[-1]:
        lines.append(f"none {percent(column.counts[-1] / total)}")
    return lines


def _begin(name: str | None = None) -> None:
    found = doc.document()
    if found is None or name is None:
        begin(KIND)
        return
    label = found.design.labels[name]
    way = "rule" if label.rule is not None else "probability"
    begin(KIND, name, way=way, made_by=label.rule or label.probability or "")


def _form(study: Study, form: Form) -> None:
    with st.container(border=True, key="tt_form"):
        section(f"Label “{words(form.of)}”" if form.of else "A new label")
        if form.of is None:
            text_field("Name", "name", placeholder="such as late")
        way = choice_field("How it is made", "way", WAYS)
        sql_field("SQL", "made_by", placeholder=EXAMPLES[str(way)])
        name, message, opened = form.of or DRAFT, "", None
        if typed("made_by"):
            opened, message = trial(study, lambda design: _with(design, name, _fields()))
        with found_out():
            if opened:
                html(h.div(".tt-shares.wide")[h.b[_in_rows(study).capitalize()], _shares(opened, name)])
        save = "Save the label" if form.of else "Add this label"
        lacking = "" if typed("made_by") else "Write in SQL how it is made."
        ends(form, save, _save, lacking=lacking, message=message, place=PLACE)


def _fields() -> dict[str, Any]:
    """What is typed, as a label; its noise is set in the table."""
    return {str(st.session_state[field_key("way")]): typed("made_by")}


def _with(design: Design, name: str, label: dict[str, Any]) -> Design:
    return design.with_label(name, **label)


def _save() -> None:
    form, found = form_of(KIND), doc.document()
    if form is None or found is None:
        return
    form.asked = not typed("made_by")
    if form.asked:
        return
    name = form.of or identifier(typed("name")) or free_name("label", found.design.labels)
    if form.of is None and name in found.design.labels:
        doc.refuse(f"There is a label `{words(name)}` already. Choose another name.", place=PLACE)
        return
    label = _fields()
    commit(f"{'change' if form.of else 'add'} {words(name)}", lambda design: _with(design, name, label), place=PLACE)


def _set_noise(name: str, key: str) -> None:
    def change(design: Design) -> Design:
        noise = read_share(str(st.session_state[key]), owner=f"Noise of `{words(name)}`")
        return design.with_label(name, noise=noise)

    doc.edit(f"noise of {words(name)}", change, place=PLACE)


def _delete(name: str) -> None:
    doc.edit(f"delete {words(name)}", lambda design: design.without_label(name), place=PLACE)


def _rename(name: str, wanted: str) -> None:
    def change(design: Design) -> Design:
        return design.changed(labels=renamed(design.labels, name, identifier(wanted), what="A label"))

    doc.edit(f"rename {words(name)}", change, place=PLACE)
