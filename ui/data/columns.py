"""One column of the source as a card, and the levels that are rare in it."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import streamlit as st

from trimtab.core.changes.factors import with_role
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.projection.shifts import present
from trimtab.core.shown.sparks import spark_svg
from trimtab.core.source.axes import level_texts
from trimtab.core.source.identifiers import is_identifier
from trimtab.core.source.intervals import wilson
from trimtab.core.source.labels import number_texts
from trimtab.core.source.profile import FactorProfile
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted, one_in, percent
from trimtab.ui.data.declaring import KINDS, marginal_text
from trimtab.ui.data.kind import kind_menu, readings_of
from trimtab.ui.parts.parts import html, quiet
from trimtab.ui.parts.rates import interval_text
from trimtab.ui.session import document as doc
from trimtab.ui.session import fields

PICTURE = (300, 62)
RARE = 0.01
MOST_RARE = 12
MOST_LEVELS = 1000
"""Columns with more levels than this are texts rather than categories: their levels are no conditions."""


def column_card(study: Study, factor: FactorProfile) -> None:
    """The card of one column: picture, figures, kind, and whether it is a factor."""
    used = study.role(factor.name) not in LEFT_OUT
    with st.container(border=True, key=f"tt_column_{factor.name}", gap="small", height="stretch"):
        about = declared_about(study, factor.name) if study.declared else _about(study, factor, used=used)
        facts = h.p(".tt-facts", title=about)[about]
        html(h.div(class_=["tt-column", not used and "off"])[_head(factor), _picture(study, factor), facts])
        if study.declared:
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            if not kind_menu(study, factor.name):
                html(h.span(".tt-label")[factor.kind], width="content")
            st.space("stretch")
            _use(factor.name, used)


def _head(factor: FactorProfile) -> h.Element:
    gaps = f"{percent(factor.missing_share)} missing" if factor.missing else "complete"
    return h.p[h.b(title=factor.name)[factor.name], h.span[gaps]]


def _picture(study: Study, factor: FactorProfile) -> h.Renderable:
    if not factor.axis.size:
        return h.div(".tt-nothing")["every value is missing"]
    label = f"Histogram of {factor.name}, {factor.axis.size} bins"
    low, high = _ends(factor, rounded=study.declared)
    picture = spark_svg(present(factor.counts.astype(float)), None, False, *PICTURE, label)
    return h.fragment[picture, h.p(".tt-ends")[h.span[low], h.span[high]]]


def _ends(factor: FactorProfile, *, rounded: bool) -> tuple[str, str]:
    if factor.axis.numeric and rounded and factor.axis.kind != "datetime":
        return f"{factor.minimum:.4g}", f"{factor.maximum:.4g}"
    if factor.axis.numeric:
        return _text(factor.minimum), _text(factor.maximum)
    levels = factor.axis.labels
    return levels[0], levels[-1] if len(levels) > 1 else ""


def _text(value: float | str | None) -> str:
    return value if isinstance(value, str) else "" if value is None else number_texts([value])[0]


def _about(study: Study, factor: FactorProfile, *, used: bool) -> str:
    parts = [counted(factor.distinct, "value")]
    if factor.mean is not None:
        parts.append(f"mean {factor.mean:.4g}")
    if factor.top is not None and factor.counts.sum() and not factor.identifier:
        named = factor.counts[: len(factor.axis.levels)]  # not all other levels together
        parts.append(f"mostly {factor.top}, {percent(named.max() / factor.counts.sum())}")
    if told := advice(study, factor, used=used):
        parts.append(told)
    return " · ".join(parts)


def advice(study: Study, factor: FactorProfile, *, used: bool) -> str:
    """What a person may want to do about a column; empty where there is nothing to say."""
    able = readings_of(study, factor.name)
    if able:
        return f"{'dates' if able[0].kind == 'datetime' else 'numbers'} as text: choose a kind"
    if factor.identifier:
        return "looks like an identifier: better switched off" if used else "only tells rows apart: no factor"
    return "always the same" if factor.constant else ""


def declared_about(study: Study, name: str) -> str:
    """What a factor without data is declared to be."""
    factor = study.design.factor(name)
    parts = [KINDS[study.columns[name].kind], marginal_text(factor), factor.unit or ""]
    return " · ".join(filter(None, parts))


def _use(name: str, used: bool) -> None:
    key = f"tt_use_{name}"
    fields.show(key, used)
    st.toggle("use", key=key, on_change=fields.heard, args=(key, _set_use, name))


def _set_use(name: str) -> None:
    found = doc.document()
    if found:
        left_out = "carry" if is_identifier(found.study.columns[name]) else "drop"
        role = "follow" if st.session_state[f"tt_use_{name}"] else left_out
        verb = "use" if role == "follow" else role
        doc.edit(f"{verb} {name}", lambda _: with_role(found.study, None, name, role), place="data")


def rare_levels(study: Study, factors: Sequence[FactorProfile]) -> bool:
    """A table of the rarest levels; False if there are none. Identifiers are left out: all their levels are rare."""
    total = study.source.rows
    found: list[tuple[int, str, str]] = []
    for factor in factors:
        name, column = factor.name, study.columns[factor.name]
        named = column.kind in ("categorical", "boolean") and not factor.identifier
        if named and 1 < column.distinct <= MOST_LEVELS:
            counts = column.counts[:-1]
            few = [i for i, count in enumerate(counts) if count < RARE * total]
            texts = level_texts(column.values).to_pylist()
            found += [(int(counts[i]), name, texts[i]) for i in few]
    found.sort()
    if not found:
        return False
    rows = [_rare_row(count, name, level, total) for count, name, level in found[:MOST_RARE]]
    heads = [h.th[head] for head in ("factor", "level", "rows", "real", "95 % interval")]
    html(h.table(".tt-table")[h.thead[h.tr[heads]], h.tbody[rows]])
    if len(found) > MOST_RARE:
        quiet(f"and {len(found) - MOST_RARE} more that are less rare")
    return True


def _rare_row(count: int, name: str, level: str, total: int) -> h.Element:
    low, high = wilson(count, total)
    cells = (name, level, f"{count:,}", one_in(count / total), interval_text(low, high))
    return h.tr[[h.td[cell] for cell in cells]]
