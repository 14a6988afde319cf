"""What a notebook shows of data, of a check, and of rows with their receipt.

A notebook has styles of its own for tables, so nothing here says how anything looks.
"""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.projection.check import Checked
from trimtab.core.projection.shifts import Shift, present
from trimtab.core.review.overview import moved, summary
from trimtab.core.shown.receipts import receipt_table
from trimtab.core.shown.receipts import summary as kept_text
from trimtab.core.shown.sparks import spark_svg
from trimtab.core.source.profile import FactorProfile, Profile
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent, shift_text

PICTURE = (150.0, 28.0)
"""Width and height of a small histogram, px."""
MOST_ROWS = 60
"""Rows of a table that are shown; how many more there are is told."""


def data_shown(source: Source, profile: Profile) -> h.Element:
    """Data: a row for every column, with its histogram."""
    rows = [
        h.tr[
            h.th(scope="row")[factor.name],
            h.td[factor.kind],
            h.td[percent(factor.missing_share) if factor.missing else "–"],
            h.td[f"{factor.distinct:,}"],
            h.td[_picture(factor)],
        ]
        for factor in profile.factors[:MOST_ROWS]
    ]
    about = f"{source.rows:,} rows, {len(source.columns):,} columns, SHA-256 {source.sha256[:12]}…"
    return h.div[
        h.p[h.b[source.name], " ", about],
        [h.p[note] for note in source.notes],
        _table(("factor", "kind", "missing", "distinct", "histogram"), rows, len(profile.factors)),
    ]


def check_shown(study: Study, found: Checked) -> h.Element:
    """A check: why the design can't be met, or what it costs and what moves."""
    head = [h.p[h.b[study.design.name]], h.p[summary(study)]]
    projection = found.projection
    if projection is None:
        return h.div[
            head,
            h.p[h.b["Not feasible"], ": these controls conflict."],
            h.ul[[h.li[one.message] for one in found.conflicts]],
        ]
    costs = [h.tr[h.th(scope="row")[str(one.name)], h.td[f"{one.cost_bits:.3f}"]] for one in found.costs]
    shifts = sorted(projection.shifts, key=lambda one: -one.tv)
    cost = f": {projection.cost_bits:.3f} bits, an effective sample size of {percent(projection.effective_share)}."
    return h.div[
        head,
        h.p[h.b["Feasible"], cost],
        costs and _table(("control", "bits saved without it"), costs[:MOST_ROWS], len(costs)),
        _table(
            ("factor", "shift", "", "real and designed", "what moves most"),
            [_shift(study, one) for one in shifts[:MOST_ROWS]],
            len(shifts),
        ),
    ]


def receipt_shown(study: Study, promises: Sequence[Promise], about: str = "", copies: str = "") -> h.Element:
    """A receipt: a row for every promise. `about` tells of the rows, `copies` how many of them are real ones."""
    return h.div[
        h.p[h.b[study.design.name], about and [" ", about]],
        h.p[kept_text(promises)],
        receipt_table(promises),
        copies and h.p[copies],
    ]


def markup(shown: h.Element) -> str:
    """An element as a notebook takes it: a plain string, not one that escapes whatever is added to it."""
    return "".join(shown.iter_chunks())


def _table(headings: Sequence[str], rows: Sequence[h.Element], of: int) -> h.Node:
    more = h.p[f"and {of - len(rows):,} more"] if of > len(rows) else None
    return h.fragment[
        h.table[h.thead[h.tr[[h.th(scope="col")[name] for name in headings]]], h.tbody[list(rows)]],
        more,
    ]


def _picture(factor: FactorProfile) -> h.Node:
    if not factor.axis.size:
        return "every value is missing"
    label = f"Histogram of {factor.name}, {factor.axis.size} bins"
    return spark_svg(present(factor.counts.astype(float)), None, False, *PICTURE, label)


def _shift(study: Study, shift: Shift) -> h.Element:
    word = "asked for" if shift.asked else "carried along"
    before, after = present(shift.before), present(shift.after)
    picture = spark_svg(before, after, shift.asked, *PICTURE, f"{shift.factor}: {word}") if before else "–"
    return h.tr[
        h.th(scope="row")[shift.factor],
        h.td[shift_text(shift.tv)],
        h.td[word],
        h.td[picture],
        h.td[moved(study, shift)],
    ]
