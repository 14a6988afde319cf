"""Promises of the columns themselves: all that the design delivers, of their types, and none that it drops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trimtab.core.counting.codes import truth_code
from trimtab.core.counting.datasets import WORDS, Reading
from trimtab.core.database import quote_name
from trimtab.core.delivery.measuring.opening import computed_columns, readings_of
from trimtab.core.delivery.measuring.promise import Found, Measure, Measuring, Promise, promises_at
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.study.study import Study

FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")


@promises_at(100)
def column_measures(asked: Measuring) -> Iterator[Measure]:
    """*columns*: all that the design delivers or computes are there, and hold what they should. No row lacks what no
    row of the source lacks, in factors of which nothing is asked; in a file whose columns have types no number is a
    text, no text a fraction, and whole numbers are whole. *drop*: the dropped factor is not there."""
    yield _columns(asked)
    for name in asked.study.columns:
        if asked.study.role(name) == "drop":
            yield _drop(name, name in asked.data.columns)


def _columns(asked: Measuring) -> Measure:
    study, data = asked.study, asked.data
    left_out = {name for name in study.columns if study.role(name) in LEFT_OUT} - {*study.carried}
    readings = {name: one for name, one in readings_of(study).items() if name not in left_out}
    lacking = [f"no column `{name}`" for name in readings if name not in data.columns]
    stored = {name: (one, data.stored[name]) for name, one in readings.items() if name in data.stored}
    strange = [said for name, (one, type_) in stored.items() if (said := _strange(name, one, type_))]
    there = tuple(name for name in readings if name in data.types)
    full = [name for name in there if name not in computed_columns(study) and _always_there(study, name)]
    whole = [name for name, (one, type_) in stored.items() if one.family == "whole" and type_.startswith(FRACTIONS)]

    def judge(found: Found) -> Iterable[Promise]:
        broken = [f"fractions in `{name}`" for i, name in enumerate(whole) if found.true(i)]
        broken += [f"missing values in `{name}`" for name in full if found.filled[name] < found.rows]
        wanted = f"{len(readings)} columns"
        said = ", ".join([*lacking, *strange, *broken]) or wanted
        yield Promise(ControlName("columns", ""), wanted, said, 0.0, said == wanted, "text")

    codes = tuple(truth_code(f"{quote_name(name)} != trunc({quote_name(name)})") for name in whole)
    # All columns are looked at, so that a text file shows what can't be read in those that nothing is asked of too.
    return Measure(judge, codes, filled=there)


def _always_there(study: Study, name: str) -> bool:
    """Whether a column of the source has a value in every row, and nothing is asked of it that says so too."""
    asked = study.design.factor(name)
    return asked.role == "follow" and not asked.missing and not study.columns[name].counts[-1]


def _strange(name: str, reading: Reading, type_: str) -> str | None:
    """What is wrong with the type in which a column is stored; dates may be texts, for many programs write them so."""
    if reading.family in ("whole", "number") and type_ == "VARCHAR":
        return f"texts in `{name}`, which is {WORDS[reading.family]}"
    if reading.family == "text" and type_.startswith(FRACTIONS):
        return f"numbers in `{name}`, which is text"
    return None


def _drop(name: str, there: bool) -> Measure:
    promise = Promise(ControlName("drop", name), "absent", "present" if there else "absent", 0.0, not there, "text")
    return Measure(lambda _: [promise])
