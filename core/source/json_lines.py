"""The rows of a JSON Lines file as a table of texts: every value as it stands in the file.

DuckDB splits the lines into values of the type JSON and guesses nothing: its own guesses look at the first rows only,
and make one type of what is a number in one line and a text in another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from trimtab.core.database import connect, quote_text
from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names
from trimtab.core.source.delimited.copying import copy_text
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.delimited.rows import Texts
from trimtab.core.source.delimited.words import MISSING

NESTED, WORDS, NUMBER, TRUTH = "a list or an object", "a text", "a number", "true or false"
KINDS = {"ARRAY": NESTED, "OBJECT": NESTED, "VARCHAR": WORDS, "BOOLEAN": TRUTH}
"""What a value of one of DuckDB's types of JSON is called; all others are numbers."""
LINES_ADVICE = "Write an object in a line of its own for each row (pandas: orient='records', lines=True)"


def read_texts(file: Path, work: Path, owner: str, said: Dialect = OPEN, *, gzipped: bool) -> Texts:
    """The rows of `file`, in `work`: the columns are the keys, in the order in which they come first.

    Fields that hold lists or objects are left out, with a note. Raises InputError, naming the line, for what is no
    object of JSON, for a key that comes twice in one, and for a field whose values are not of one kind.
    """
    copy, split, target = work / "original.jsonl", work / "split.parquet", work / "texts.parquet"
    encoding = copy_text(file, copy, owner, said, gzipped=gzipped)
    with connect(folders=[work]) as con:
        try:
            names = _keys(con, copy)
            if not names and (fault := _fault(copy)):
                raise InputError(f"{owner}{fault}")
            check_names(names, owner)
            _split(con, copy, names, split)
            kinds = _kinds(con, split, names, said)
            _check_kinds(copy, kinds, owner)
            kept = [i for i, name in enumerate(names) if NESTED not in kinds[name]]
            picked = ", ".join(f"c{i} AS c{place}" for place, i in enumerate(kept))
            con.execute(f"COPY (SELECT {picked} FROM {_table(split)}) TO {quote_text(str(target))} (FORMAT parquet)")
        except duckdb.Error as error:
            sentence = str(error).strip().splitlines()[0].rstrip(".").replace(str(copy), owner)
            raise InputError(f"{owner}{_fault(copy) or f': it can not be read: {sentence}.'}") from error
    for one in (copy, split):
        one.unlink()
    words = frozenset(f"c{place}" for place, i in enumerate(kept) if kinds[names[i]] == {WORDS})
    notes = [f"it is text in {encoding.upper()} (--encoding)"] if encoding != "utf-8" and not said.encoding else []
    left = [f"`{name}`" for name in names if NESTED in kinds[name]]
    if left:
        notes.append(
            f"left out, for a factor holds one value a row, and these hold lists or objects: {', '.join(left)}"
        )
    rows = pq.read_metadata(target).num_rows
    return Texts(target, rows, tuple(names[i] for i in kept), tuple(notes), {"encoding": encoding}, words, loose=False)


def _keys(con: duckdb.DuckDBPyConnection, copy: Path) -> list[str]:
    """The keys of all objects, in the order in which they come first."""
    objects = f"read_ndjson_objects({quote_text(str(copy))})"
    numbered = f"SELECT json_keys(json) AS keys, row_number() OVER () AS n FROM {objects}"
    places = f"SELECT unnest(keys) AS key, [n, unnest(range(len(keys)))] AS place FROM ({numbered})"
    return [row[0] for row in con.execute(f"SELECT key FROM ({places}) GROUP BY key ORDER BY min(place)").fetchall()]


def _split(con: duckdb.DuckDBPyConnection, copy: Path, names: Sequence[str], split: Path) -> None:
    """Write the values as texts in the columns c0, c1, …, and the JSON type of each in t0, t1, …"""
    columns = ", ".join(f"{quote_text(name)}: 'JSON'" for name in names)
    table = f"read_json({quote_text(str(copy))}, format = 'newline_delimited', records = true, columns = {{{columns}}})"
    cells = ", ".join(f"j{i} ->> '$' AS c{i}, json_type(j{i}) AS t{i}" for i in range(len(names)))
    aliases = ", ".join(f"j{i}" for i in range(len(names)))
    query = f"SELECT {cells} FROM {table} AS lines({aliases})"
    con.execute(f"COPY ({query}) TO {quote_text(str(split))} (FORMAT parquet)")


def _table(file: Path) -> str:
    return f"read_parquet({quote_text(str(file))})"


def _kinds(con: duckdb.DuckDBPyConnection, split: Path, names: Sequence[str], said: Dialect) -> dict[str, set[str]]:
    """Which kinds of values each field has. Words for missing do not count among numbers."""
    missing = ", ".join(map(quote_text, {word.strip().lower() for word in said.missing or MISSING}))
    asked = []
    for i in range(len(names)):
        asked.append(f"list(DISTINCT t{i}) FILTER (t{i} != 'NULL')")
        asked.append(f"coalesce(bool_or(t{i} = 'VARCHAR' AND lower(trim(c{i})) NOT IN ({missing})), false)")
    found = con.execute(f"SELECT {', '.join(asked)} FROM {_table(split)}").fetchall()[0]
    kinds = {}
    for i, name in enumerate(names):
        kinds[name] = {KINDS.get(type_, NUMBER) for type_ in found[2 * i] or ()}
        if kinds[name] in ({WORDS, NUMBER}, {WORDS, TRUTH}) and not found[2 * i + 1]:
            kinds[name] -= {WORDS}
    return kinds


def _check_kinds(copy: Path, kinds: dict[str, set[str]], owner: str) -> None:
    """Raise InputError for a field that changes, and if no field can be a factor."""
    for name, found in kinds.items():
        if len(found) > 1:
            first: dict[str, int] = {}
            for line, pairs in _objects(copy):
                kind = _kind(dict(pairs).get(name))
                if kind is not None and kind in found:
                    first.setdefault(kind, line)
            told = " and ".join(
                f"{kind} in line {line:,}" for kind, line in sorted(first.items(), key=lambda one: one[1])
            )
            raise InputError(f"{owner}: the field `{name}` changes: it holds {told}. Write all its values as one kind.")
    if all(NESTED in found for found in kinds.values()):
        raise InputError(
            f"{owner}: no field can be a factor, which holds one number, text, date or true/false a row. All hold "
            f"lists or objects: {', '.join(f'`{name}`' for name in kinds)}. Split them into fields of their own."
        )


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return TRUTH
    return {dict: NESTED, list: NESTED, str: WORDS, int: NUMBER, float: NUMBER}.get(type(value))


def _objects(copy: Path) -> Iterator[tuple[int, list[tuple[str, Any]]]]:
    """The number of each line that is not blank, and the keys and values of its object. Raises ValueError for what is
    none, with the number of the line."""
    with copy.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield number, json.loads(line, object_pairs_hook=_Pairs)
                except ValueError as error:
                    error.add_note(str(number))
                    raise


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of an object, in their order: a dict would let go of a key that comes twice."""


def _fault(copy: Path) -> str | None:
    """What is wrong with the first line that is no object of JSON, to stand behind the name of the file."""
    try:
        for line, pairs in _objects(copy):
            if not isinstance(pairs, _Pairs):
                is_list = isinstance(pairs, list)
                told = "a list" if is_list else f"{_kind(pairs) or 'null'}"
                return f", line {line:,}: it is {told} and no object of JSON. {LINES_ADVICE}."
            keys = [key for key, _ in pairs]
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                return f", line {line:,}: the key `{twice}` comes twice. Give each its own name."
    except ValueError as error:
        (line_,) = error.__notes__
        said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return f", line {int(line_):,}: it is no object of JSON ({said}). {LINES_ADVICE}."
    return None
