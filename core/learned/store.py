"""Files of what takes long to work out: arrays that are mapped from the disk, and JSON for the rest.

Nothing depends on them. A file is known by all that its content depends on, the code included, and begins with the
digest of what follows: one that is gone, cut off or changed is as good as none. The oldest go.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import trimtab.core
from trimtab.core.scratch import LOCK, scratch
from trimtab.core.source import columns
from trimtab.core.source.spool import Source

CODE = (
    "database.py",
    "design/fields.py",
    "errors.py",
    "expressions",
    "grounding",
    "learned",
    "maths",
    "relations",
    "source",
    "unchanged.py",
)
"""The files and rooms that decide what is learned: with any change in them all is learned anew."""
FOLDER = "learned"
STORING = ".learned-"
"""How the folders begin in which a file is written, below the workspace."""
SUFFIX = ".kept"
MOST_FILES = 400
MOST_BYTES = 2 * 2**30
"""What all files may take together; one that alone takes a quarter of it is not kept."""
HEAD = 64
"""Bytes of the digest, in hexadecimal; as many as keep what follows aligned."""


@dataclass(frozen=True)
class Entry:
    """What is kept: `about` is what JSON can say, `arrays` are as long as they like."""

    about: Any
    arrays: Mapping[str, pa.Array] = field(default_factory=dict)

    def numbers(self, name: str) -> np.ndarray:
        """An array of numbers, which must not be written to: it lies on the disk."""
        found = self.arrays[name].to_numpy(zero_copy_only=True)
        found.flags.writeable = False
        return np.asarray(found)


def place_of(source: Source, what: str, *depends: object) -> Path | None:
    """Where `what` of a source is kept, which `depends` (as JSON) on more than its content and the code. None in a
    workspace that is gone when the work is done."""
    if not source.stored or (source.home / LOCK).exists():
        return None
    known = json.dumps([source.key, source.stored, source.rows, columns.LEARNING_ROWS, code(), what, *depends])
    digest = hashlib.sha256(known.encode()).hexdigest()
    return source.home / FOLDER / f"{source.sha256[:12]}-{what.replace(' ', '-')}-{digest[:32]}{SUFFIX}"


@cache
def code() -> str:
    """The digest of the code that learns, and of the libraries that decide its numbers."""
    found, core = hashlib.sha256(), Path(trimtab.core.__file__).parent
    for name in CODE:
        for file in sorted((core / name).rglob("*.py")) if (core / name).is_dir() else [core / name]:
            found.update(f"{file.relative_to(core)} {file.stat().st_size}\n".encode())
            found.update(file.read_bytes())
    return f"{found.hexdigest()} numpy {np.__version__} pyarrow {pa.__version__}"


def load(place: Path | None) -> Entry | None:
    """What is kept in a place; None if nothing is, or not what was written."""
    if place is None or not place.is_file():
        return None
    try:
        with pa.memory_map(str(place)) as mapped:
            whole = mapped.read_buffer()
        head, body = whole.slice(0, HEAD), whole.slice(HEAD)
        if hashlib.sha256(body).hexdigest().encode() != head.to_pybytes():
            return None
        with pa.ipc.open_stream(body) as stream:
            batch = stream.read_next_batch()
        about = json.loads(batch.schema.metadata[b"about"])
    except (OSError, ValueError, pa.ArrowException):
        return None
    with suppress(OSError):  # as where it can only be read
        os.utime(place)  # used: the oldest go
    return Entry(about, {name: batch.column(i).values for i, name in enumerate(batch.schema.names) if name})


def store(place: Path | None, entry: Entry) -> None:
    """Keep an entry, as far as the disk and the rights allow it: it can be worked out again."""
    size = sum(array.nbytes for array in entry.arrays.values())
    if place is None or size > MOST_BYTES // 4:
        return
    with suppress(OSError), scratch(place.parent.parent, STORING) as folder:
        file = folder / "entry"
        _write(file, entry)
        place.parent.mkdir(exist_ok=True)
        os.replace(file, place)
        _prune(place.parent.glob(f"*{SUFFIX}"))


def _write(file: Path, entry: Entry) -> None:
    # One row with a list in each column: arrays of any length stand in one batch, and are not copied.
    lists = {
        name: pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array)
        for name, array in {"": pa.nulls(0), **entry.arrays}.items()
    }
    batch = pa.RecordBatch.from_arrays(list(lists.values()), names=list(lists))
    schema = batch.schema.with_metadata({"about": json.dumps(entry.about)})
    with pa.OSFile(str(file), "wb") as sink:
        sink.write(bytes(HEAD))
        with pa.ipc.new_stream(sink, schema) as stream:
            stream.write_batch(batch.replace_schema_metadata(schema.metadata))
    with file.open("r+b") as written:
        written.seek(HEAD)
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        written.seek(0)
        written.write(digest.encode())


def _prune(files: Iterable[Path]) -> None:
    """Delete those that were not used for longest; another process may do the same at the same time."""
    dated = []
    for file in files:
        with suppress(FileNotFoundError):
            found = file.stat()
            dated.append((found.st_mtime_ns, found.st_size, file))
    total = 0
    for number, (_, size, file) in enumerate(sorted(dated, reverse=True)):
        total += size
        if number >= MOST_FILES or total > MOST_BYTES:
            file.unlink(missing_ok=True)
