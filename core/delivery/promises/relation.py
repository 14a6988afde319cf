"""Promises of relations: what always holds in the source holds in every row of a data set."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.counting.datasets import ROWS, DataSet
from trimtab.core.database import OWN, quote_name
from trimtab.core.delivery.measuring.opening import lacking
from trimtab.core.delivery.measuring.promise import Measure, Measuring, Promise, exactly, promises_at, unmeasured
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.maths.grouping import group_rows
from trimtab.core.relations.determines import Determines
from trimtab.core.relations.relation import Relation
from trimtab.core.study.study import Study

KNOWN = f"{OWN}known"


@promises_at(95)
def relation_measures(asked: Measuring) -> Iterator[Measure]:
    """*relation*, see `relation_promises`: what breaks one is counted by a query of its own."""
    yield Measure(lambda found: relation_promises(asked.study, asked.data))


def relation_promises(study: Study, data: DataSet) -> Iterator[Promise]:
    """*relation*: no row breaks it. Where factors decide another, rows break it too if the source has their
    determinants with another value. One of a dropped factor promises nothing."""
    kinds = {name: column.kind for name, column in study.columns.items()}
    for relation in study.relations:
        name, lacks = ControlName("relation", relation.text), lacking(data.types, relation.factors)
        if lacks:
            yield unmeasured(name, 0, lacks, "rows")
            continue
        _, broken = data.con.execute(relation.query(ROWS, kinds)).fetchall()[0]
        yield exactly(name, 0, max(int(broken or 0), _unlike_the_source(study, data, relation)))


def _unlike_the_source(study: Study, data: DataSet, relation: Relation) -> int:
    """Rows in which something is decided otherwise than in the source."""
    if not isinstance(relation, Determines):
        return 0
    columns = [study.columns[name] for name in relation.factors]
    codes = [column.codes for column in columns]
    _, first = group_rows(codes, [column.distinct + 1 for column in columns], study.grounding.rows)
    data.con.register(KNOWN, study.rows_of(relation.factors, {c.name: c.codes[first] for c in columns}))
    same = {name: f"k.{quote_name(name)} IS NOT DISTINCT FROM d.{quote_name(name)}" for name in relation.factors}
    roots = " AND ".join(same[name] for name in relation.roots)
    known = f"EXISTS (SELECT 1 FROM {quote_name(KNOWN)} AS k WHERE {roots})"
    alike = f"EXISTS (SELECT 1 FROM {quote_name(KNOWN)} AS k WHERE {' AND '.join(same.values())})"
    found = data.con.execute(f"SELECT count(*) FROM {ROWS} AS d WHERE {known} AND NOT {alike}").fetchall()
    data.con.unregister(KNOWN)
    return int(found[0][0])
