"""What papers say of a data set, in plain sentences: from its design, its receipt, and a look at the rows.

Names and values stand in these texts as they are: who writes them into a format escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.naming import CLEAN, PROBABILITY
from trimtab.core.papers.said import UNKNOWN
from trimtab.core.papers.subject import Subject
from trimtab.core.projection.shifts import STILL
from trimtab.core.review.overview import moved, summary
from trimtab.core.review.sentences import sentences
from trimtab.core.shown.receipts import copies_text
from trimtab.core.shown.receipts import summary as kept_text
from trimtab.core.words.numbers import counted, percent

WEIGHT = (
    "_weight is grounding ÷ projection, 1 on average over the rows: weighted by it, the rows have the shares of the "
    "source again, so that a training run can undo the design. A weight of 0 marks a row that has no place in reality; "
    "in several learners that is not the same as leaving the row out."
)
IMPUTED = (
    "Nothing was imputed: what is missing in real rows is missing in these, unless the design sets a missing share."
)
TOLD = 12
"""Bins and factors that are told by name in one sentence or list."""
MAKING = ("mode", "derive", "label", "level", "missing", "carry", "drop")
"""Kinds of controls by which values are computed, left out or put in."""
HOLDING = ("relation", "rule")
"""Kinds that say what is so in every row; all others say how often something is there."""


def described(subject: Subject) -> str:
    """The data set in a few sentences."""
    design = subject.study.design
    given = " ".join(design.description.split())
    return " ".join(filter(None, [given, summary(subject.study), size(subject)]))


def size(subject: Subject) -> str:
    """How many rows there are, where these are not as many as the design asks for; else nothing."""
    asked = subject.study.size
    if subject.rows == asked:
        return ""
    return f"These are {subject.rows:,} rows; where a sentence counts rows, it is of the design's own {asked:,}."


def origin(subject: Subject) -> Iterator[str]:
    """Where the rows come from."""
    study = subject.study
    if study.declared:
        yield f"No real data: every value was made from {counted(len(study.columns), 'declared factor')}."
        return
    source = study.source
    yield (
        f"Derived from the file {source.name}: {counted(source.rows, 'row')}, "
        f"{counted(len(source.columns), 'column')}, SHA-256 {source.sha256}."
    )
    for note in source.notes:
        yield f"How that file was read: {note}"
    yield f"How, when and why the data of that file were collected: {UNKNOWN}."
    real = int(subject.receipt.get("real_records", 0))
    are = "is a whole record" if real == 1 else "are whole records"
    yield f"{counted(real, 'row')} of {subject.rows:,} {are} of it."


def preparation(subject: Subject) -> Iterator[str]:
    """What was done to the data."""
    study = subject.study
    yield (
        f"Made by Trimtab {subject.receipt['trimtab']} from the design {study.design.name} (fingerprint "
        f"{study.design.fingerprint()[:16]}), seed {subject.seed}: the same design, source and seed give the same "
        "bytes."
    )
    if study.design.mode == "select":
        yield "Whole real rows were chosen, none of them twice, so that together they meet the design."
    elif study.declared:
        yield "Values were drawn from the declared marginals and joined by the declared dependence."
    else:
        yield (
            "Rows that are made are spliced: each begins with a real row, and factor after factor takes the value of "
            "another real row that agrees in what the factor depends on."
        )
    yield from (one.line for one in sentences(study) if one.kind in MAKING)
    yield IMPUTED


def assumptions(subject: Subject) -> Iterator[str]:
    """What was taken for granted."""
    study = subject.study
    if not study.declared:
        yield "The real rows stand for reality as far as they go; of what they do not show nothing is known."
        yield (
            f"What a factor depends on was learned from {study.grounding.rows:,} real rows; what nobody set keeps that "
            "dependence, approximately."
        )
    yield from (f"In every row: {one.text}." for one in study.relations)
    yield from (f"In every row, as a rule of the design: {' '.join(rule.split())}." for rule in study.design.rules)


def suitability(subject: Subject) -> Iterator[str]:
    """How many rows there are and what they can be relied on for."""
    receipt = subject.receipt
    yield f"{subject.rows:,} rows. {kept_text(subject.promises)} in the file that was written."
    yield (
        f"The design lies {receipt['cost_bits']:.3f} bits (KL divergence) from its source and leans on "
        f"{percent(receipt['effective_share'])} of the rows that were learned from (effective sample size)."
    )
    if subject.weighted:
        yield f"Weighted by _weight the rows speak of {percent(receipt['covered'])} of reality."
    if receipt["ungrounded"] > 0:
        share = percent(receipt["ungrounded"])
        yield f"{share} of the rows lie where the source shows nothing: values there are made up."


def biases(subject: Subject) -> Iterator[str]:
    """In what the rows are other than reality, on purpose or by it."""
    study = subject.study
    if study.declared:
        yield "There are no real rows to compare with: every share is as it was declared."
        return
    shifts = sorted(subject.projection.shifts, key=lambda one: -one.tv)
    moving = [one for one in shifts if one.tv >= STILL]
    if not moving:
        yield "No factor was moved away from its shares in the source."
    for one in moving[:TOLD]:
        why = "set by the design" if one.asked else "carried along, set by nobody"
        yield f"{one.factor} is moved by {percent(one.tv)} of the rows ({why}): {moved(study, one)}."
    if len(moving) > TOLD:
        yield f"{counted(len(moving) - TOLD, 'more factor')} moved by {percent(moving[TOLD].tv)} at most."
    yield copies(subject)
    yield f"Which columns tell of groups of people that must not be disadvantaged: {UNKNOWN}."
    yield f"Biases that the real rows themselves have: {UNKNOWN}; the rows repeat them unless the design changes them."


def copies(subject: Subject) -> str:
    """How many rows are or equal real ones."""
    told = subject.receipt.get("copies")
    counted_yet = told is not None and told["equal"] is not None
    if not (counted_yet or subject.study.declared):
        return f"How many rows equal a real row: {UNKNOWN}."
    return copies_text(told, int(subject.receipt.get("real_records", 0)))


def measures(subject: Subject) -> Iterator[str]:
    """What the design does about shares, and how that can be undone."""
    yield from (one.line for one in sentences(subject.study) if one.kind not in (*MAKING, *HOLDING))
    if subject.weighted:
        yield WEIGHT
    yield f"Approval of the design: {subject.said.approval or UNKNOWN}."


def gaps(subject: Subject) -> Iterator[str]:
    """What is not in the rows."""
    seen, study = subject.seen, subject.study
    for one in seen.spreads:
        if one.gone:
            bins = ", ".join(one.gone[:TOLD]) + (f" and {len(one.gone) - TOLD:,} more" if len(one.gone) > TOLD else "")
            yield f"{one.factor}: no row has {bins}, which real rows have."
    if study.declared:
        yield f"What reality has and the declared factors do not: {UNKNOWN}."
        return
    if seen.cells is None or seen.covered is None:
        yield f"Combinations of two factors that no row has: {UNKNOWN}; they were not counted in so many rows."
    elif seen.cells:
        yield (
            f"Of {seen.cells:,} combinations of two factors' bins that real rows show, these rows have "
            f"{seen.covered:,} ({percent(seen.covered / seen.cells)})."
        )
    for lost in seen.lost:
        told = " with ".join(f"{name} {label}" for name, label in lost.bins)
        yield f"No row has {told}, as {percent(lost.share)} of the real rows have."
    yield f"What the real rows do not show at all: {UNKNOWN}."


def limits(subject: Subject) -> Iterator[str]:
    """What the rows are not good for."""
    if not subject.study.declared:
        yield "Real rows, and rows spliced from real values, are not anonymous: see how many equal a real row."
    yield "Shares that the design sets are not those of reality; estimates about reality need the source, or _weight."
    yield "Dependence that nobody set is kept approximately; rare combinations least."
    if subject.receipt["ungrounded"] > 0:
        yield "Rows marked _ungrounded have a value that the source never shows."


def units(subject: Subject) -> dict[str, str]:
    """The units of the columns that have one."""
    return {name: one.unit for name, one in subject.study.design.factors.items() if one.unit}


def column_texts(subject: Subject) -> dict[str, str]:
    """What is known of each column, in a sentence."""
    study = subject.study
    told: dict[str, list[str]] = {name: [] for name in subject.schema.names}
    for one in sentences(study):
        if one.name.of in told and one.kind != "event":  # an event may have the name of a column
            told[one.name.of].append(one.text)
    for label in study.design.labels:
        told.get(CLEAN.format(label), []).append(f"{label} before any label was made wrong on purpose")
        told.get(PROBABILITY.format(label), []).append(f"the probability that {label} was drawn with")
    real = "a declared factor" if study.declared else f"a column of {study.source.name}"
    return {name: PROVENANCE.get(name) or "; ".join(texts) or real for name, texts in told.items()}


PROVENANCE = {
    "_origin": "Where the row comes from: real, spliced, constructed or ordered.",
    "_source_row": "The number of a real row in the source, from 0; missing for a row that was made.",
    "_weight": WEIGHT,
    "_ungrounded": "True for a row with a value that the source never shows.",
    "_group": "The group of a sweep that the row belongs to.",
    "_varied": "The factor that varies in the row's group.",
}
