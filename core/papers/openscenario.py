"""ASAM OpenSCENARIO XML 1.3: rows as parameter value sets, one for each run of a scenario.

Every row is a set of values that stand together, so what depends on what is kept: simulators such as esmini read these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.errors import InputError
from trimtab.core.papers.subject import Subject
from trimtab.core.source.checks import PROVENANCE

VERSION = (1, 3)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a scenario can refer to as `$name`."""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file can hold."""
ROWS_AT_ONCE = 10_000


def write_value_sets(subject: Subject, place: Path) -> tuple[str, ...]:
    """Write the rows as a deterministic multi-parameter distribution, each column a parameter of that name; columns of
    the provenance are no parameters. Returns what a person must be told.

    A value that is missing is not assigned, so that the scenario keeps its own. Memory does not grow with the rows.
    Raises InputError, naming the column and the row, for what a parameter can't be.
    """
    names = [name for name in subject.schema.names if name not in PROVENANCE]
    check_names(names)
    lacking: set[str] = set()
    with place.open("w", encoding="utf-8", newline="\n") as out:
        for line in _lines(subject, names, lacking):
            out.write(f"{line}\n")
    if not lacking:
        return ()
    told = ", ".join(f"`{name}`" for name in names if name in lacking)
    return (f"{told}: where a row has no value nothing is assigned, and the scenario keeps its own.",)


def check_names(names: Sequence[str]) -> None:
    """Raise InputError, naming them, for columns that a scenario can't refer to."""
    wrong = [name for name in names if not NAME.fullmatch(name)]
    if wrong:
        listed = ", ".join(f"`{name}`" for name in wrong)
        raise InputError(
            f"OpenSCENARIO: {listed} can't be the name of a parameter, which a scenario calls `$name`: it begins with "
            "a letter or _, and has letters, digits and _ only. Rename the column in the source, or drop it."
        )


def heading(subject: Subject) -> Iterator[str]:
    """The file up to where its distributions begin."""
    said, study = subject.said, subject.study
    author, day = said.creator or "not known", f"{said.day.isoformat()}T00:00:00"
    about = f"Design {study.design.name}: {subject.rows} rows, seed {subject.seed}"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<OpenSCENARIO>"
    yield (
        f"  <FileHeader revMajor={_quoted(VERSION[0])} revMinor={_quoted(VERSION[1])} date={_quoted(day)} "
        f"description={_quoted(about)} author={_quoted(author)}>"
    )
    if said.license:
        yield f"    <License name={_quoted(said.license)}/>"
    yield "    <Properties>"
    for name, value in _properties(subject):
        yield f"      <Property name={_quoted(name)} value={_quoted(value)}/>"
    yield "    </Properties>"
    yield "  </FileHeader>"
    yield "  <ParameterValueDistribution>"
    yield f"    <ScenarioFile filepath={_quoted(said.scenario)}/>"


def ending() -> Iterator[str]:
    """The file from where its distributions end."""
    yield "  </ParameterValueDistribution>"
    yield "</OpenSCENARIO>"


def _properties(subject: Subject) -> Iterator[tuple[str, str]]:
    yield "trimtab", str(subject.receipt["trimtab"])
    yield "design", subject.study.design.fingerprint()
    if not subject.study.declared:
        yield "source", subject.study.source.sha256
    yield "rows", subject.sha256


def _lines(subject: Subject, names: list[str], lacking: set[str]) -> Iterator[str]:
    yield from heading(subject)
    yield "    <Deterministic>"
    yield "      <DeterministicMultiParameterDistribution>"
    yield "        <ValueSetDistribution>"
    number = 0
    for rows in _batches(subject, names):
        for row in rows.to_pylist():
            yield from _value_set(row, number, lacking)
            number += 1
    yield "        </ValueSetDistribution>"
    yield "      </DeterministicMultiParameterDistribution>"
    yield "    </Deterministic>"
    yield from ending()


def _batches(subject: Subject, names: list[str]) -> Iterator[pa.RecordBatch]:
    for file in subject.files:
        with pq.ParquetFile(file) as opened:
            yield from opened.iter_batches(ROWS_AT_ONCE, columns=names)


def _value_set(row: dict[str, Any], number: int, lacking: set[str]) -> Iterator[str]:
    if all(value is None for value in row.values()):
        raise InputError(f"OpenSCENARIO: row {number:,} has no value at all, and a set of values can't be empty.")
    yield "          <ParameterValueSet>"
    for name, value in row.items():
        if value is None:
            lacking.add(name)
        else:
            text = _quoted(value_text(name, number, value))
            yield f'            <ParameterAssignment parameterRef="{name}" value={text}/>'
    yield "          </ParameterValueSet>"


def value_text(name: str, number: int, value: Any) -> str:
    """A value as a scenario reads it. Raises InputError, naming column and row, for a text that it would read as
    something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return {"inf": "INF", "-inf": "-INF"}.get(repr(value), repr(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return str(value)
    text = str(value)
    if text.startswith("$"):
        raise InputError(
            f"OpenSCENARIO: `{name}` is {text!r} in row {number:,}: what begins with $ is taken for a reference to "
            "another parameter, so it can't be told as it is."
        )
    if NOT_XML.search(text):
        raise InputError(f"OpenSCENARIO: `{name}` is {text!r} in row {number:,}: XML has no such character.")
    return text


def _quoted(value: object) -> str:
    """A value as that of an attribute; what a person typed as text loses what XML can't hold."""
    return quoteattr(NOT_XML.sub("\ufffd", str(value)), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
