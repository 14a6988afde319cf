"""The rows of a delimited file as they stand there: a table of texts, read by one strict reader for every use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.copying import copy_text, cut_footer
from trimtab.core.source.delimited.detecting import find_form
from trimtab.core.source.delimited.dialect import DELIMITERS, OPEN, Dialect
from trimtab.core.source.delimited.header import Form
from trimtab.core.source.delimited.quotes import check_quotes, find_fault, without_blanks

CHUNK = 1 << 20
BLOCK = 1 << 24
"""Bytes that are parsed at once; a record must fit."""


@dataclass(frozen=True)
class Texts:
    """The rows of a delimited file: the Parquet file `path` has every cell as text, in the columns c0, c1, …

    A cell with nothing in it is missing, an empty text in quotes is not. `names` are those of the columns, `notes` what
    a person must be told; `found` tells how the file is written, by the fields of a `Dialect`. `words` are the columns
    that the file itself says hold texts: there 7 is no number, though 2024-03-31 may be a date. `loose`: titles, sums
    and footnotes may stand among the rows, as people write them.
    """

    path: Path
    rows: int
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    loose: bool = True


def read_texts(file: Path, work: Path, owner: str, said: Dialect = OPEN, *, gzipped: bool) -> Texts:
    """The rows of `file`; the folder `work` takes what that needs.

    Raises InputError, naming the line, for text that is not UTF-8, quotes that are not paired, and rows that have not
    as many values as the header names columns.
    """
    copy = work / "original.csv"
    encoding = copy_text(file, copy, owner, said, gzipped=gzipped)
    if said.footer:
        cut_footer(copy, said.footer, owner)
    with copy.open("rb") as handle:
        head, whole = handle.read(CHUNK), not handle.read(1)
    form = find_form(head.decode("utf-8", "ignore" if not whole else "strict"), owner, said, whole=whole)
    told = [] if said.encoding or encoding == "utf-8" else [f"it is text in {encoding.upper()} (--encoding)"]
    notes = [*told, *form.notes, *_said(form, said), *check_quotes(copy, form, owner)]
    if form.blanks:
        without_blanks(copy, form, work / "plain.csv")
        copy = work / "plain.csv"
    target = work / "texts.parquet"
    try:
        rows = _parse(copy, form, target)
    except pa.ArrowException as error:
        fault = find_fault(copy, form)
        said_ = str(error).strip().splitlines()[0].rstrip(".")
        raise InputError(f"{owner}, {fault}" if fault else f"{owner}: it can't be read: {said_}.") from error
    return Texts(target, rows, form.names, tuple(notes), _found(form, encoding))


def _found(form: Form, encoding: str) -> dict[str, Any]:
    """How the file is written, by the fields of a `Dialect`, as far as its form tells."""
    seen = {
        "encoding": encoding,
        "delimiter": form.delimiter,
        "quote": form.quote,
        "escape": form.escape,
        "header": form.header,
        "header_rows": form.header_rows if form.header else None,
    }
    return {name: value for name, value in seen.items() if value is not None}


def _said(form: Form, said: Dialect) -> list[str]:
    """What of a form is unusual enough to be told."""
    told = []
    if form.delimiter not in DELIMITERS and said.delimiter is None:
        told.append(f"the cells are split at {form.delimiter!r} (--delimiter)")
    if form.quote != '"':
        told.append(f"values are taken out of quotes of the kind {form.quote} (--quote)")
    if form.escape:
        told.append(f"{form.escape} before a quote or delimiter is taken as its escape (--escape)")
    if form.blanks:
        told.append("blanks behind the delimiters are no part of the values")
    return told


def _parse(copy: Path, form: Form, target: Path) -> int:
    names = [f"c{i}" for i in range(len(form.names))]
    schema = pa.schema([(name, pa.string()) for name in names])
    rows = 0
    with pa.OSFile(str(copy)) as handle, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        handle.seek(_begin(copy, form.skipped))
        if handle.tell() == handle.size():
            return 0
        reader = pyarrow.csv.open_csv(
            handle,
            pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK),
            pyarrow.csv.ParseOptions(
                delimiter=form.delimiter,
                quote_char=form.quote,
                double_quote=form.escape is None,
                escape_char=form.escape or False,
                newlines_in_values=True,
                # In a table of one column nothing is a missing value.
                ignore_empty_lines=len(names) > 1,
            ),
            pyarrow.csv.ConvertOptions(
                column_types=schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _begin(copy: Path, lines: int) -> int:
    """Where the line after so many begins, in bytes."""
    with copy.open(encoding="utf-8", newline="") as handle:
        return sum(len(line.encode()) for _, line in zip(range(lines), handle, strict=False))
