"""How often an event happens in the whole source, counted by DuckDB."""

from __future__ import annotations

from core.database import connect, quote_text
from core.projection.controls import EventControl
from core.study import Study


def real_rows(study: Study, event: EventControl) -> int:
    """Rows of the source in which the event is true."""
    return study.memo.of(f"rows of {event.name}", event.predicate.sql, lambda: _count(study, event.predicate.sql))


def _count(study: Study, condition: str) -> int:
    con = connect(folders=[study.source.path.parent])
    path = quote_text(str(study.source.path.resolve()))
    found = con.execute(f"SELECT count(*) FROM read_parquet({path}) WHERE {condition}").fetchall()
    return int(found[0][0])
