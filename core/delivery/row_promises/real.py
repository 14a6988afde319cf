"""Promises of whole real rows: as many as there should be, each another one, and each as it stands in the source."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pyarrow as pa

from trimtab.core.counting.datasets import ROWS, DataSet, open_data
from trimtab.core.database import quote_name
from trimtab.core.delivery.measuring.opening import REAL, lacking, source_readings
from trimtab.core.delivery.measuring.promise import Found, Measure, Measuring, Promise, exactly, promises_at, unmeasured
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.study.study import Study

MADE, DISTINCT, SAME = "made rows", "distinct", "as in the source"
NUMBER, HASH = "number_in_source", "hash_in_source"


@promises_at(96)
def real_measures(asked: Measuring) -> Iterator[Measure]:
    """*mode*, where rows are whole real ones: no more rows are made than may be, none in mode select; no row of the
    source comes twice; and each real row has in every column what its row of the source has.

    Rows are compared by hashes of 64 bits, in a query of its own.
    """
    if asked.study.design.takes_real_rows:
        yield Measure(lambda found: list(_promises(asked, found)))


def _promises(asked: Measuring, found: Found) -> Iterator[Promise]:
    study, data = asked.study, asked.data
    name, names = ControlName("mode", study.design.mode), (*study.delivered, *study.carried)
    if lacks := lacking(data.types, [*REAL, *names]):
        yield unmeasured(name, found.rows, lacks, "rows")
        return
    real, distinct, same = _counted(study, data, names)
    share = study.design.most_made
    most, made = math.floor(share * found.rows + 1e-9), found.rows - real
    if share < 1.0:
        yield Promise(name, most, made, 0.0, made <= most, "rows", MADE)
    yield exactly(name, real, distinct).of(DISTINCT)
    yield exactly(name, real, same).of(SAME)


def _counted(study: Study, data: DataSet, names: tuple[str, ...]) -> tuple[int, int, int]:
    """The real rows of a data set, how many different rows of the source they are said to be, and how many are."""
    same = ", ".join(f"CAST({quote_name(one)} AS {data.types[one]})" for one in names)
    with open_data(study.source, source_readings(study)) as source:
        hashes = source.con.sql(f"SELECT hash({same}) AS {HASH} FROM {ROWS}").to_arrow_reader()
        data.con.register("rows_of_source", _numbered(hashes))
        query = (
            f"SELECT count(*), count(DISTINCT _source_row), count(*) FILTER (hash({same}) = {HASH}) "
            f"FROM {ROWS} LEFT JOIN rows_of_source ON _source_row = {NUMBER} WHERE _origin = 'real'"
        )
        ((real, distinct, equal),) = data.con.execute(query).fetchall()
        data.con.unregister("rows_of_source")
    return int(real), int(distinct), int(equal)


def _numbered(hashes: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The hashes with the number of each row; DuckDB gives rows in the order of the file."""
    schema = pa.schema([pa.field(NUMBER, pa.int64()), hashes.schema.field(HASH)])

    def batches() -> Iterator[pa.RecordBatch]:
        first = 0
        for batch in hashes:
            yield pa.record_batch([pa.array(range(first, first + len(batch)), pa.int64()), batch.column(0)], schema)
            first += len(batch)

    return pa.RecordBatchReader.from_batches(schema, batches())
