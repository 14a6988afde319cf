"""What runs at a worker: the study is opened once in each process, from the spooled file, and blocks are made of it.

A worker gets a job as text, a few kilobytes, and answers with the rows of a block as bytes of Arrow: an engine
casts what it takes for columns (Sail makes NULL of what does not fit), but leaves bytes alone.
"""

from __future__ import annotations

import hashlib
import json
import platform
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trimtab.core.delivery.version import deciding_versions
from trimtab.core.design.files import dumps, loads
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.sampling.new_keys import Codes
from trimtab.core.sampling.run import Generator, prepare, schema_of
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.spool import Source, content_digest
from trimtab.core.study.study import open_study
from trimtab.core.study.texts import as_it_came

ANSWER = "block bigint, part int, status string, content binary"
"""The columns of an answer, for Spark: a block comes in parts, in whatever order."""

ROWS, UNSEEN, REFUSED = "rows", "unseen", "refused"
"""What an answer is: rows, that the worker does not see the spooled file, or the message of an error."""

PART = 4 << 20
"""Bytes of a part: an answer must fit into a message of gRPC."""

MOST_OPEN = 2
"""Studies that a process keeps opened, each some hundred MB."""

_open: dict[str, Generator] = {}
_opening = threading.Lock()
"""Workers of Sail are threads of one process: one of them opens, the others wait."""


def versions() -> dict[str, str]:
    """The versions that all workers must share, by name."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, **deciding_versions()}


def job_of(generator: Generator) -> str:
    """All that a worker needs to make the same blocks, beside the spooled file of the source."""
    study, source = generator.study, as_it_came(generator.study.source)  # a worker reads texts as the design says
    job = {
        "versions": versions(),
        "design": dumps(study.design),
        "source": {"path": str(source.path.resolve()), "name": source.name, "sha256": source.sha256},
        "table": {"rows": source.rows, "columns": source.columns},
        "content": content_digest(source.path),
        "rows": generator.plan.rows,
        "seed": generator.plan.seed,
        "mark": mark_of(generator),
    }
    return json.dumps(job)


def mark_of(generator: Generator) -> str:
    """A digest of what was learned, fitted and planned: another processor may give other last digits, and blocks of two
    plans would keep no promise."""
    projection, plan = generator.projection, generator.plan
    found = hashlib.sha256(repr(generator.study.grounding.neighbourhoods).encode())
    arrays = (plan.quota, plan.slots.cell, projection.cells.codes, projection.shares, generator.weights)
    for one in (*arrays, generator.real.rows):
        found.update(np.ascontiguousarray(one).tobytes())
    return found.hexdigest()


def answers(job: str, content: bytes | None, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The function that an engine maps over the numbers of blocks: the parts of each block asked for.

    `content` is the spooled file, for workers that do not see it. What a person must be told is answered, not raised,
    so that no engine tries it again.
    """
    for batch in batches:
        for number in batch.column(0).to_pylist():
            try:
                generator = _generator(job, content)
                status, found = (UNSEEN, b"") if generator is None else (ROWS, packed(generator, number))
            except TrimtabError as error:
                status, found = REFUSED, str(error).encode()
            for part, start in enumerate(range(0, max(1, len(found)), PART)):
                yield pa.record_batch(
                    {
                        "block": pa.array([number], pa.int64()),
                        "part": pa.array([part], pa.int32()),
                        "status": pa.array([status]),
                        "content": pa.array([found[start : start + PART]], pa.binary()),
                    }
                )


def packed(generator: Generator, number: int) -> bytes:
    """A block as a compressed Arrow stream: the columns of the rows, whose types are compared here, where they are
    made, then the codes of keys."""
    table, codes = generator.with_codes(number)
    expected = schema_of(generator.study, provenance=generator.study.design.output.provenance)
    if not table.schema.equals(expected):
        raise InputError(f"block {number}: it has the columns {table.schema}, and {expected} were expected.")
    columns = [*table.columns, *(pa.array(codes[name]) for name in sorted(codes))]
    whole = pa.table(columns, names=[str(place) for place in range(len(columns))]).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, whole.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(whole)
    return bytes(sink.getvalue())


def unpacked(content: bytes, generator: Generator) -> tuple[pa.Table, Codes]:
    """What was `packed`, on this side."""
    schema = schema_of(generator.study, provenance=generator.study.design.output.provenance)
    whole = pa.ipc.open_stream(content).read_all()
    names = sorted(generator.key_factors)
    codes = {name: column.to_numpy() for name, column in zip(names, whole.columns[len(schema) :], strict=True)}
    return pa.Table.from_arrays(whole.columns[: len(schema)], schema=schema), codes


@contextmanager
def lent(job: str, generator: Generator) -> Iterator[None]:
    """Let workers that are threads of this process use a generator that is ready."""
    with _opening:
        _open[job] = generator
    try:
        yield
    finally:
        with _opening:
            _open.pop(job, None)


def _generator(job: str, content: bytes | None) -> Generator | None:
    """The generator of a job, opened once; None if the spooled file is not seen here."""
    with _opening:
        if job not in _open:
            found = _opened(json.loads(job), content)
            if found is None:
                return None
            while len(_open) >= MOST_OPEN:
                del _open[next(iter(_open))]
            _open[job] = found
        return _open[job]


def _opened(job: dict[str, Any], content: bytes | None) -> Generator | None:
    own, wanted = versions(), job["versions"]
    differing = [name for name in wanted if own.get(name) != wanted[name]]
    if differing:
        told = ", ".join(f"{name} {own.get(name)} instead of {wanted[name]}" for name in differing)
        raise InputError(f"a worker ({platform.node()}) has {told}. Give all workers the same versions.")
    path = Path(job["source"]["path"])
    if path.is_file() and content_digest(path) == job["content"]:
        return _prepared(job, path)
    if content is None:
        return None
    with scratch(None, TEMPORARY) as folder:
        (folder / "source.parquet").write_bytes(content)
        return _prepared(job, folder / "source.parquet")


def _prepared(job: dict[str, Any], path: Path) -> Generator:
    source = Source(
        path, job["source"]["name"], job["source"]["sha256"], job["table"]["rows"], tuple(job["table"]["columns"])
    )
    generator = prepare(open_study(loads(job["design"]), source), rows=job["rows"], seed=job["seed"])
    if mark_of(generator) != job["mark"]:
        raise InputError(
            f"a worker ({platform.node()}, {platform.machine()}) learns or plans other numbers from the same data than "
            "this machine, in their last digits at least. Take workers with the same processor and operating system."
        )
    return generator
