"""The rows of a file of SPSS, Stata or SAS as a table of texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.delimited.rows import Texts
from trimtab.core.source.statistical.variables import Variable

READ: dict[str, Callable[..., Any]] = {
    ".sav": pyreadstat.read_sav,
    ".zsav": pyreadstat.read_sav,
    ".por": pyreadstat.read_por,
    ".dta": pyreadstat.read_dta,
    ".sas7bdat": pyreadstat.read_sas7bdat,
    ".xpt": pyreadstat.read_xport,
}
WITH_DECLARED = (".sav", ".zsav", ".dta", ".sas7bdat")
"""Kinds whose declared missing values pyreadstat can give."""
SPSS = (".sav", ".zsav", ".por")
GRAIN = 10
"""Microseconds to which times of SPSS are rounded: it stores seconds since 1582 as one number, good to 2 of them."""
BATCH_CELLS = 2_000_000
LEAST_ROWS = 1_000
EXACT, WRITTEN = 2**53, 1e20
"""Whole numbers from the first on have lost digits; from the second on they are measures and no identifiers."""
SHOWN = 5


def read_texts(file: Path, work: Path, owner: str, said: Dialect) -> Texts:
    """The rows of `file`, in `work`.

    Values are their labels where all that occur have one, or where `said` wants labels; values that are declared
    missing are missing, unless `said` tells what means missing. Both are told in notes. Raises InputError for a file
    that can't be read, and for whole numbers that lost digits.
    """
    kind = file.suffix.lower()
    with _errors_of(owner):
        _, meta = READ[kind](str(file), metadataonly=True, **_options(kind))
        check_names(meta.column_names, owner)
        variables = [_variable(meta, name) for name in meta.column_names]
        kept = said.missing is not None
        if any(not one.is_plain for one in variables) or kind in WITH_DECLARED:
            for columns in _batches(file, kind, len(variables)):
                for one, column in zip(variables, columns, strict=True):
                    if not one.is_plain or any(isinstance(value, str) for value in column if not one.is_text):
                        one.look_at(column, kept=kept)
        texts = [one.texts(said.labels) for one in variables]
        target = work / "texts.parquet"
        batches = _batches(file, kind, len(variables))
        rows = _write(batches, variables, texts, target, kept=kept, spss=kind in SPSS, owner=owner)
    notes = [*_titles(meta), *(note for one in variables for note in one.notes(said.labels, kept=kept))]
    words = frozenset(f"c{i}" for i, one in enumerate(variables) if one.is_text or texts[i])
    has_labels = any(one.labelled for one in variables)
    found = {"labels": "text" if any(texts) else "codes"} if has_labels else {}
    return Texts(target, rows, tuple(meta.column_names), tuple(notes), found, words, loose=False)


@contextmanager
def _errors_of(owner: str) -> Iterator[None]:
    try:
        yield
    except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, ValueError, OverflowError) as error:
        said = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise InputError(
            f"{owner}: it can't be read ({said}). It is damaged, encrypted or of another kind than its name says; save "
            "it again."
        ) from error


def _variable(meta: Any, name: str) -> Variable:
    ranges = [(one["lo"], one["hi"]) for one in meta.missing_ranges.get(name, ())]
    letters = frozenset(meta.missing_user_values.get(name, ()))
    is_text = meta.readstat_variable_types[name] == "string"
    return Variable(name, meta.variable_value_labels.get(name, {}), ranges, letters, is_text)


def _batches(file: Path, kind: str, width: int) -> Iterator[list[list[Any]]]:
    """The columns, some rows at a time."""
    rows = max(LEAST_ROWS, BATCH_CELLS // max(1, width))
    offset, found = 0, rows
    while found == rows:  # not by read_file_in_chunks, which never ends where the file does not tell its rows
        columns, _ = READ[kind](str(file), row_offset=offset, row_limit=rows, output_format="dict", **_options(kind))
        held = list(columns.values())
        found = len(held[0]) if held else 0
        offset += found
        if found:
            yield held


def _options(kind: str) -> dict[str, bool]:
    return {"user_missing": True} if kind in WITH_DECLARED else {}


def _write(
    batches: Iterator[list[list[Any]]],
    variables: Sequence[Variable],
    texts: Sequence[Mapping[Any, str]],
    target: Path,
    *,
    kept: bool,
    spss: bool,
    owner: str,
) -> int:
    schema = pa.schema([(f"c{i}", pa.string()) for i in range(len(variables))])
    digits = _Digits()
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for columns in batches:
            made = []
            for one, labels, column in zip(variables, texts, columns, strict=True):
                if not one.is_text:
                    digits.take(one.name, column)
                seen: dict[Any, str | None] = {}
                for value in column:
                    if value not in seen:
                        gone = value is None or value == "" or (not kept and one.is_missing(value))
                        seen[value] = None if gone else labels.get(value) or _text(value, spss=spss)
                made.append(pa.array([seen[value] for value in column], pa.string()))
            writer.write_batch(pa.record_batch(made, schema=schema))
            count += len(made[0])
    digits.check(owner)
    return count


class _Digits:
    """Which columns hold whole numbers only, and some of which the last digits are lost."""

    def __init__(self) -> None:
        self._broken: set[str] = set()
        self._large: set[str] = set()

    def take(self, name: str, column: Sequence[Any]) -> None:
        """Look at some rows of a column."""
        numbers = [value for value in column if isinstance(value, float)]
        if name in self._broken or not numbers:
            return
        if not all(value.is_integer() for value in numbers):
            self._broken.add(name)
        elif any(EXACT <= abs(value) < WRITTEN for value in numbers):
            self._large.add(name)

    def check(self, owner: str) -> None:
        """Raise InputError if digits were lost."""
        lost = sorted(self._large - self._broken)
        if lost:
            raise InputError(
                f"{owner}: `{lost[0]}` has whole numbers beyond 2**53, of which such a file does not hold the last "
                "digits. Store them as text."
            )


def _text(value: Any, *, spss: bool) -> str:
    """A value as CSV has it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < WRITTEN else repr(value)
    if isinstance(value, dt.datetime):
        return _rounded(value, spss=spss).isoformat(" ")
    if isinstance(value, dt.time):
        return _rounded(dt.datetime.combine(dt.date(2000, 1, 1), value), spss=spss).time().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _rounded(value: dt.datetime, *, spss: bool) -> dt.datetime:
    if not spss or not value.microsecond:
        return value
    grains = round(value.microsecond / GRAIN)
    return value.replace(microsecond=0) + dt.timedelta(microseconds=grains * GRAIN)


def _titles(meta: Any) -> list[str]:
    """What the columns are called in full, which no table keeps."""
    named = [f"`{name}`: {text}" for name, text in meta.column_names_to_labels.items() if text and text != name]
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return [f"labels of columns in the file: {'; '.join(named[:SHOWN])}{more}"] if named else []
