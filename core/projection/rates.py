"""How often a condition is true in the whole source, counted by DuckDB."""

from __future__ import annotations

from trimtab.core.database import connect, quote_text
from trimtab.core.projection.controls.condition import Condition
from trimtab.core.study.study import Study


def real_rows(study: Study, event: Condition) -> int:
    """Rows of the source in which an event or a rule is true."""
    return _count(study, event.predicate.sql)


def unknown_rows(study: Study, event: Condition) -> int:
    """Rows of the source in which it is neither true nor false, because a value is missing."""
    return _count(study, f"({event.predicate.sql}) IS NULL")


def _count(study: Study, condition: str) -> int:
    file = study.source.path

    def count() -> int:
        con = connect(files=[file])
        path = quote_text(str(file.resolve()))
        found = con.execute(f"SELECT count(*) FROM read_parquet({path}) WHERE {condition}").fetchall()
        return int(found[0][0])

    return study.memo.of("rows of the source where", (file, condition), count)
