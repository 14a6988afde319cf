"""The dictionary of a design's columns: what each that is delivered means, for whoever gets the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import pyarrow as pa

from trimtab.core.design.naming import CLEAN, PROBABILITY
from trimtab.core.sampling.run import ORIGINS, schema_of
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.core.words.plain import value_text

MOST_VALUES = 12
"""Values of a column that are listed; of more, how many there are."""

ASKED = {
    "follow": "moves with the other factors",
    "keep": "has its real shares, whatever else moves",
    "target": "has the shares that the design sets",
    "hold": "has these values only",
    "carry": "is no factor: it only tells rows apart",
}
"""What a role says of a column."""

OWN = {
    "_origin": "where the row comes from: real is a whole real row, spliced is put together from real values, "
    "constructed has something that the real data never show",
    "_source_row": "the number of the real row in the source, from 0; missing for a row that is made",
    "_weight": "how much a row counts if the design is to be undone, as in a training run: 1 on average, 0 for what "
    "reality has not",
    "_ungrounded": "whether the row has something that the real data never show",
    "_group": "which rows of a sweep belong together: they differ in one factor only",
    "_varied": "the factor that differs within the group",
}
"""What columns mean that tell of the rows themselves."""


@dataclass(frozen=True)
class ColumnEntry:
    """One column: its name, kind (of values) and type (in the file), unit, values or their range, missing share in the
    source, what the design asks of it (its role), where its values come from and what it means."""

    name: str
    kind: str
    type: str
    unit: str = ""
    values: str = ""
    missing: str = ""
    role: str = ""
    comes_from: str = ""
    meaning: str = ""


def dictionary(study: Study) -> tuple[ColumnEntry, ...]:
    """An entry for every column that a study's design delivers, in the order of the file."""
    schema = schema_of(study, provenance=study.design.output.provenance)
    return tuple(_entry(study, field) for field in schema)


def dictionary_csv(entries: Sequence[ColumnEntry]) -> str:
    """The dictionary as CSV, with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(ColumnEntry)])
    writer.writerows(asdict(one).values() for one in entries)
    return text.getvalue()


def _entry(study: Study, field: pa.Field) -> ColumnEntry:
    name, type_ = field.name, str(field.type)
    if name in study.definitions:
        return _computed(study, name, type_)
    if name in study.columns:
        return _real(study, name, type_)
    return next(_beside(study, name, type_), None) or _own(study, name, field.type)


def _real(study: Study, name: str, type_: str) -> ColumnEntry:
    asked, column = study.design.factor(name), study.columns[name]
    source = "declared by hand" if study.declared else f"real values of {study.source.name}"
    if asked.role == "carry":
        source = f"the whole real row of {study.source.name}; missing in rows that are made"
    return ColumnEntry(
        name,
        column.kind,
        type_,
        unit=asked.unit or "",
        values=", ".join(map(value_text, asked.held)) or values_text(column),
        missing="" if study.declared else percent(column.missing_share),
        role=asked.role,
        comes_from=source,
        meaning=ASKED.get(asked.role, ""),
    )


def _computed(study: Study, name: str, type_: str) -> ColumnEntry:
    """A derived factor, a level mix or a label."""
    found, label, mix = study.definitions[name], study.design.labels.get(name), study.design.levels.get(name)
    if found.role == "probability":
        meaning = f"drawn for each row with the probability beside it, {PROBABILITY.format(name)}"
        values = "false, true"
        return ColumnEntry(name, "boolean", type_, values=values, role="label", comes_from="drawn", meaning=meaning)
    meaning = ""
    if mix is not None:
        meaning = f"the score cut at {', '.join(value_text(cut) for cut in mix.cuts)}"
    if label is not None and label.noise:
        meaning = f"{percent(label.noise)} of the rows have another label on purpose; {CLEAN.format(name)} has none"
    return ColumnEntry(
        name,
        found.kind,
        type_,
        unit=study.design.factor(name).unit or "",
        values=", ".join(mix.shares) if mix else values_text(study.known(name)),
        role="level mix" if mix else found.role,
        comes_from=_formula(study, name),
        meaning=meaning,
    )


def _beside(study: Study, name: str, type_: str) -> Iterator[ColumnEntry]:
    """What stands beside a label: its probability, and the clean one beside a noisy one."""
    for label in study.design.labels:
        found, formula = study.definitions[label], _formula(study, label)
        drawn = found.role == "probability"
        if name == PROBABILITY.format(label):
            meaning = f"the probability with which {label} is drawn"
            yield ColumnEntry(
                name, "continuous", type_, values="0 to 1", role="label", comes_from=formula, meaning=meaning
            )
        if name == CLEAN.format(label):
            kind, source = ("boolean", "drawn") if drawn else (found.kind, formula)
            yield ColumnEntry(name, kind, type_, role="label", comes_from=source, meaning=f"{label} without noise")


def _own(study: Study, name: str, type_: pa.DataType) -> ColumnEntry:
    """A column that tells of the row itself."""
    kind = "boolean" if pa.types.is_boolean(type_) else "categorical" if pa.types.is_string(type_) else "number"
    return ColumnEntry(
        name,
        kind,
        str(type_),
        values=", ".join(_origins(study)) if name == "_origin" else "",
        role="provenance",
        comes_from="made beside the row",
        meaning=OWN[name],
    )


def _formula(study: Study, name: str) -> str:
    return f"computed: {' '.join(study.definitions[name].scalar.text.split())}"


def _origins(study: Study) -> list[str]:
    """The grades that rows of the design can have; those of rows that were ordered elsewhere only once they came."""
    found: list[str] = ORIGINS.to_pylist()
    return [one for one in found if one != "ordered" and (one != "real" or study.design.takes_real_rows)]


def values_text(column: Column) -> str:
    """The values of a column, or from where to where they reach."""
    if not column.distinct:
        return ""
    if len(column.numbers) and column.distinct > MOST_VALUES:
        ends = level_texts(column.values.take(pa.array([0, column.distinct - 1]))).to_pylist()
        return f"{ends[0]} to {ends[1]}"
    listed = ", ".join(level_texts(column.values.slice(0, MOST_VALUES)).to_pylist())
    more = column.distinct - MOST_VALUES
    return f"{listed} and {more:,} more" if more > 0 else listed
