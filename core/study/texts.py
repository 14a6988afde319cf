"""Columns of text that a design says are dates or numbers: they are read so, once, and kept beside their source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.atomic import replacing
from trimtab.core.database import connect, quote_name, quote_text
from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column
from trimtab.core.source.delimited.dates import HINTED, date_sql
from trimtab.core.source.delimited.numbers import Written, pattern
from trimtab.core.source.delimited.words import MISSING
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source

FOLDER = "read"
"""Below the sources: a Parquet file for each way in which texts of one are read."""
LOOKED_AT = 500
"""So many values of a column are looked at to offer readings; all of them are when one is chosen."""
DAY = date(2024, 3, 31)

Forms = tuple[tuple[str, Kind, str], ...]
"""(column, kind, format) of each column of text that is read as something else."""


@dataclass(frozen=True)
class Reread(Source):
    """A source of which some columns of text are read as dates or numbers; `base` is the one it is made of."""

    base: Source | None = None
    forms: Forms = ()

    @property
    def home(self) -> Path:
        """The workspace that it is in."""
        return self.path.parent.parent.parent

    @property
    def key(self) -> str:
        """What tells this table from any other, from the one it is made of too."""
        said = json.dumps(self.forms, ensure_ascii=True)
        return f"{super().key}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Reading:
    """A way in which the texts of a column can be read: what a design says of it, and an example."""

    kind: Kind
    format: str
    example: str


def forms_of(design: Design, source: Source) -> Forms:
    """What a design says of columns of text of its source."""
    return tuple(
        (name, one.kind, one.format)
        for name, one in sorted(design.factors.items())
        if one.kind and one.format and one.role != "derive" and name in source.columns
    )


def as_it_came(source: Source) -> Source:
    """The source with its texts as they are, whatever a design reads in them."""
    return source.base if isinstance(source, Reread) and source.base else source


def as_design_says(design: Design, source: Source) -> Source:
    """The source as a design reads its texts; itself where the design says nothing of them.

    What is read once is kept beside the source. Raises InputError with a line for each column that has another value,
    or that is no text.
    """
    base = as_it_came(source)
    forms = forms_of(design, base)
    if not forms:
        return base
    if isinstance(source, Reread) and source.forms == forms:
        return source
    plain = {one.name: getattr(base, one.name) for one in fields(Source)}
    found = Reread(**plain, base=base, forms=forms)
    place = base.path.parent / FOLDER / f"{found.key}.parquet"
    if not place.is_file():
        place.parent.mkdir(exist_ok=True)
        with replacing(place) as new:
            _write(base, forms, new)
    told = tuple(f"`{name}` is read as {_word(kind, form)}" for name, kind, form in forms)
    return Reread(**{**plain, "path": place, "notes": (*base.notes, *told)}, base=base, forms=forms)


def read_alike(design: Design, data: Path | Source) -> Path | Source:
    """Another data set with the texts read that a design says are dates or numbers, where it has them as texts, too.

    Raises InputError as `as_design_says` does.
    """
    if not isinstance(data, Source):
        return data
    types = {one.name: one.type for one in pq.read_schema(data.path)}
    names = [name for name, *_ in forms_of(design, data) if pa.types.is_string(types[name])]
    plain = {name: Factor(kind=one.kind, format=one.format) for name, one in design.factors.items() if name in names}
    return as_design_says(design.changed(factors=plain), data) if plain else data


def readings(column: Column) -> list[Reading]:
    """How the texts of a column can be read, judged by its most frequent values: dates of the usual forms, numbers with
    thousands, currency or per cent signs. None for a column that is no text, or that has no such value."""
    if not pa.types.is_string(column.type):
        return []
    values = pc.utf8_trim_whitespace(column.values.slice(0, LOOKED_AT))
    filled = values.filter(pc.invert(pc.is_in(pc.utf8_lower(values), pa.array(MISSING))))
    if not len(filled):
        return []
    found = [Reading("datetime", form, DAY.strftime(form)) for form in HINTED if _all_dates(filled, form)]
    example = filled[0].as_py()
    marked = pc.any(pc.match_substring_regex(filled, "[.,]")).as_py()
    for mark in ".," if marked else ".":  # without any mark both say the same
        if pc.all(pc.match_substring_regex(filled, f"^(?:{pattern(mark)})$")).as_py():
            found.append(Reading("continuous", mark, example))
    return found


def _all_dates(values: pa.Array, form: str) -> bool:
    return bool(pc.all(pc.is_valid(pc.strptime(values, format=form, unit="s", error_is_null=True))).as_py())


def _word(kind: Kind, form: str) -> str:
    return f"dates of the form {form}" if kind == "datetime" else f"numbers with a decimal `{form}`"


def _write(base: Source, forms: Forms, target: Path) -> None:
    with connect(folders=[base.path.parent]) as con:
        table = f"read_parquet({quote_text(str(base.path))})"
        types = {name: str(type_) for name, type_, *_ in con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
        faults, picked = [], []
        for name, kind, form in forms:
            fault = _fault(con, table, name, kind, form, types)
            faults += [fault] if fault else []
            picked.append(f"{_sql(name, kind, form)} AS {quote_name(name)}")
        if faults:
            raise InputError("\n".join(faults))
        try:
            query = f"SELECT * REPLACE ({', '.join(picked)}) FROM {table}"
            con.execute(f"COPY ({query}) TO {quote_text(str(target))} (FORMAT parquet, COMPRESSION zstd)").fetchall()
        except duckdb.Error as error:
            raise InputError(f"{base.name}: its texts can't be read as the design says: {error}") from error


def _sql(name: str, kind: Kind, form: str) -> str:
    """SQL of a column as what it is said to be; NULL for words that mean missing."""
    cell = f"trim(CAST({quote_name(name)} AS VARCHAR))"
    value = f"CASE WHEN lower({cell}) NOT IN ({', '.join(map(quote_text, MISSING))}) THEN {cell} END"
    return date_sql(value, form) if kind == "datetime" else _number(kind, form).sql(value)


def _number(kind: Kind, form: str) -> Written:
    return Written(form, kind == "continuous", "", "")


def _fault(
    con: duckdb.DuckDBPyConnection, table: str, name: str, kind: Kind, form: str, types: Mapping[str, str]
) -> str | None:
    """What stands in the way of reading a column so; None if nothing does."""
    if types[name] not in ("VARCHAR", "BIGINT"):
        return f"Factor `{name}`: `format` is for columns of text, and this one has the type {types[name]}."
    cell = f"trim(CAST({quote_name(name)} AS VARCHAR))"
    if kind == "datetime":
        moment = f"try_strptime({cell}, {quote_text(form)})"
        fits = f"coalesce({moment} BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59', false)"
    else:
        plain = _number(kind, form).plain(cell)
        whole = f"NOT contains({plain}, '.')" if kind == "count" else "true"
        fits = f"coalesce({plain} IS NOT NULL AND {whole}, false)"
    words = ", ".join(map(quote_text, MISSING))
    wrong: Any = con.execute(
        f"SELECT count(*), min({cell}) FROM {table} WHERE lower({cell}) NOT IN ({words}) AND NOT {fits}"
    ).fetchall()[0]
    if not wrong[0]:
        return None
    whole = "whole " if kind == "count" else ""
    what = f"date of the form {form}" if kind == "datetime" else f"{whole}number with a decimal `{form}`"
    return f"Factor `{name}`: every value must be a {what}; {wrong[0]:,} rows have others, such as {wrong[1][:40]!r}."
