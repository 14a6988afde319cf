"""Find what always holds in a source: claimed on a sample, against chance, and looked up in every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from trimtab.core.database import connect, quote_text
from trimtab.core.errors import Progress
from trimtab.core.relations.at_hand import KINDS
from trimtab.core.relations.relation import Claim, Found, Relation
from trimtab.core.relations.sample import Sample
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source


def find_relations(
    columns: Mapping[str, Column], source: Source, *, progress: Progress | None = None
) -> tuple[Found, ...]:
    """What holds in every row of `source`, whose `columns` are given; of what follows from each other the first."""
    sample = Sample(columns)
    if not sample.names:
        return ()
    claims: list[Claim] = []
    for done, kind in enumerate(KINDS.values()):
        if progress:
            progress(done, len(KINDS) + 1, f"looking for what always holds: {kind.title}")
        claims += kind.find(sample)
    kinds = {name: column.kind for name, column in columns.items()}
    counted = count(source.path, [claim.relation for claim in claims], kinds)
    if progress:
        progress(len(KINDS) + 1, len(KINDS) + 1, "looked for what always holds")
    found = [
        Found(claim.relation, rows, exceptions, claim.surprise)
        for claim, (rows, exceptions) in zip(claims, counted, strict=True)
        if rows and not exceptions
    ]
    return tuple(without_echoes(found))


def count(file: Path, relations: Sequence[Relation], kinds: Mapping[str, str]) -> list[tuple[int, int]]:
    """For each of `relations` how many rows of a Parquet file could break it, and how many do."""
    with connect(files=[file]) as con:
        table = f"read_parquet({quote_text(str(file.resolve()))})"
        return [_counted(con, relation.query(table, kinds)) for relation in relations]


def _counted(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    rows, exceptions = con.sql(query).fetchall()[0]
    return int(rows or 0), int(exceptions or 0)  # a sum over nothing is NULL


def without_echoes(found: Sequence[Found]) -> list[Found]:
    """What was found without what another of it says better: a dependency or an order within an equation, say."""
    said = [set(one.relation.factors) for one in found if one.relation.kind in ("equation", "parts", "one_of")]
    tied = [set(one.relation.factors) for one in found if one.relation.kind == "determines"]
    better = {"determines": said, "order": said + tied}
    return [
        one for one in found if not any(set(one.relation.factors) <= tie for tie in better.get(one.relation.kind, []))
    ]
