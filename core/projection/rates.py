"""How often a condition is true in the whole source, counted by DuckDB."""

from __future__ import annotations

from trimtab.core.database import connect, quote_text
from trimtab.core.projection.controls.condition import Condition
from trimtab.core.study.study import Study


def real_rows(study: Study, event: Condition) -> int:
    """Rows of the source in which an event or a rule is true."""
    return study.memo.of(f"rows of {event.name}", event.predicate.sql, lambda: _count(study, event.predicate.sql))


def unknown_rows(study: Study, event: Condition) -> int:
    """Rows of the source in which it is neither true nor false, because a value is missing."""
    condition = f"({event.predicate.sql}) IS NULL"
    return study.memo.of(f"unknown rows of {event.name}", condition, lambda: _count(study, condition))


def _count(study: Study, condition: str) -> int:
    con = connect(files=[study.source.path])
    path = quote_text(str(study.source.path.resolve()))
    found = con.execute(f"SELECT count(*) FROM read_parquet({path}) WHERE {condition}").fetchall()
    return int(found[0][0])
