"""Spooling: a data file, or a folder of parts, becomes one Parquet file in the workspace, known by a SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeGuard

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.atomic import sync
from trimtab.core.errors import InputError, Progress
from trimtab.core.exchange import alone
from trimtab.core.scratch import scratch, uninterrupted
from trimtab.core.source.checks import check_provenance
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.readers import Reader, reader_of
from trimtab.core.source.readers.reader import Job, digest_of
from trimtab.core.unchanged import state_of, unchanged

SPOOLING = ".spool-"
"""How the folders begin in which a file is read, below the workspace."""
STEPS = 4
READER = 4
"""Raise it when the same bytes are read as another table: what was spooled before is then read again."""


@dataclass(frozen=True)
class Source:
    """Real data, spooled.

    `path` is the Parquet file in the workspace, `name` the name of the file it was read from, `sha256` the digest of
    that file's bytes (what `sha256sum` prints), `columns` the names in the file's order. `notes`: a sentence for each
    thing that was left out or read in a way that the file alone does not settle. `dialect`: what was said of the file,
    `found`: how it is written, by the same names; empty for Parquet. `stored` is the digest of the Parquet file,
    `format` the name of the reader.
    """

    path: Path
    name: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    dialect: Dialect = OPEN
    found: Mapping[str, Any] = field(default_factory=dict, compare=False)
    stored: str = field(default="", compare=False)
    format: str = field(default="", compare=False)

    @property
    def home(self) -> Path:
        """The workspace that it is in."""
        return self.path.parent.parent

    @property
    def key(self) -> str:
        """What tells this table from any other: the digest of its bytes, and of what was said of them."""
        return _key(self.sha256, self.dialect)


def spool(
    file: Path,
    home: Path,
    *,
    progress: Progress | None = None,
    delivered: bool = False,
    sha256: str | None = None,
    dialect: Dialect = OPEN,
    keep: bool = False,
) -> Source:
    """Read `file` (of any kind that a reader in `core/source/readers` takes) into `<home>/sources/<sha256>.parquet`.

    What `dialect` says of it, as far as that means something for its kind, is kept beside other readings of the same
    bytes. With `keep` the file is kept too, if it can be read in another way (`original`).
    With `delivered` it may be one that Trimtab made, with its provenance columns; no design can stand on it. `sha256`
    is the digest of what it holds, if its bytes may differ for the same content. The same digest again reuses the
    spooled file. It is written beside its place and renamed, so a failure leaves nothing behind.
    Raises InputError naming the file, the rule it breaks, where, and what to do.
    """

    def report(done: int, message: str) -> None:
        if progress:
            progress(done, STEPS, f"{message} {file.name}")

    report(0, "checking")
    try:
        reader = reader_of(file)
        said = reader.heard(dialect)
        files = reader.files_of(file, said)
        for one in files:
            reader.check(one, said, one.name)
        before = [state_of(one) for one in files]
        known = sha256 or reader.digest(file, files)
        _store(file, files, home, _key(known, said), reader, said, report, delivered=delivered, before=before)
        if keep and reader.says and file.is_file():
            _keep_original(file, home, known)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise InputError(f"{file.name}: it can't be read, or not stored in {home}: {reason}.") from error
    report(STEPS, "read")
    return open_source(home, known, said)


def open_source(home: Path, sha256: str, dialect: Dialect = OPEN) -> Source:
    """The source with this SHA-256, spooled earlier as `dialect` says. Raises InputError if `home` has none."""
    key = _key(sha256, dialect)
    record = _recorded(home, key) if re.fullmatch("[0-9a-f]{64}", sha256) else None
    if record is None:
        raise InputError(f"Source {sha256[:12]}…: it is not in this workspace ({home}). Bring its file in again.")
    place = _place(home, key, "parquet")
    if not _is_sound(home, key, record):
        raise InputError(
            f"{record['name']}: its copy in the workspace is gone or damaged ({place}). Bring the file in again."
        )
    notes = tuple(record.get("notes", ()))
    columns, found = tuple(record["columns"]), record.get("found", {})
    return Source(
        place,
        record["name"],
        sha256,
        record["rows"],
        columns,
        notes,
        dialect,
        found,
        stored=record["stored"],
        format=record["format"],
    )


@contextmanager
def original(home: Path, source: Source) -> Iterator[Path | None]:
    """The file that a source was read from, under its own name, while this lasts; None if it was not kept."""
    kept = _place(home, source.sha256, "original")
    if not kept.is_file():
        yield None
        return
    with scratch(home, SPOOLING) as folder:
        file = folder / source.name
        file.symlink_to(kept.resolve())
        yield file


def _keep_original(file: Path, home: Path, sha256: str) -> None:
    place = _place(home, sha256, "original")
    if not place.is_file():
        with scratch(home, SPOOLING) as work:
            shutil.copyfile(file, work / "original")
            os.replace(work / "original", place)


def _store(
    path: Path,
    files: Sequence[Path],
    home: Path,
    key: str,
    reader: Reader,
    said: Dialect,
    report: Callable[[int, str], None],
    *,
    delivered: bool,
    before: Sequence[tuple[int, ...]],
) -> None:
    """Spool a path, whose files were in the states `before` when its digest was taken, unless it is there."""
    home.mkdir(parents=True, exist_ok=True)
    with scratch(home, SPOOLING) as work:
        record = _recorded(home, key)
        stored: Path | None = None
        if not _is_read(record, reader) or not _is_sound(home, key, record):
            stored = work / "source.parquet"
            steps = {"copying": 1, "reading": 2}
            job = Job(path, path.name, work, said, lambda message: report(steps[message], message))
            with unchanged(files, path.name, before=before):
                found = reader.convert(job, stored)
                if reader.files_of(path, said) != list(files):
                    raise InputError(f"{path.name}: a part came while it was read. Wait until all are written.")
            pa.default_memory_pool().release_unused()  # it would keep hundreds of MB that copying took
            report(3, "storing")
            size = sum(one.stat().st_size for one in files)
            read = {"size": size, "reader": READER, "format": reader.name, "stored": digest_of(stored)}
            record = {**asdict(found), **read}
            sync(stored)
        if not delivered:  # it may have been brought in to be compared
            check_provenance(record["columns"], path.name)
        _keep(home, work, key, {**record, "name": path.name}, stored)  # the latest name is the one the person knows


def _is_read(record: Mapping[str, Any] | None, reader: Reader) -> TypeGuard[Mapping[str, Any]]:
    """Whether a source was read by this very reader."""
    return record is not None and (record.get("reader"), record["format"]) == (READER, reader.name)


def _key(sha256: str, dialect: Dialect) -> str:
    """Under what a source is kept: the digest of its bytes, and one of what was said of how to read them."""
    if not dialect.given:
        return sha256
    said = json.dumps(dialect.given, sort_keys=True)
    return f"{sha256}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _place(home: Path, key: str, suffix: str) -> Path:
    return home / "sources" / f"{key}.{suffix}"


def _keep(home: Path, work: Path, key: str, record: Mapping[str, object], stored: Path | None) -> None:
    """Put the rows, if they were `stored` anew, and their description in their places; a source counts as there once it
    has one. Rows without one, which a killed run may have left, go."""
    described = work / "source.json"
    described.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sync(described)
    place = _place(home, key, "json")
    place.parent.mkdir(exist_ok=True)
    with alone(place.parent), uninterrupted():
        if stored is not None:
            os.replace(stored, _place(home, key, "parquet"))
        os.replace(described, place)
        for rows in place.parent.glob("*.parquet"):
            if not rows.with_suffix(".json").exists():
                rows.unlink()
        sync(place.parent)


def _recorded(home: Path, key: str) -> dict[str, Any] | None:
    """The description of a source, None if there is none or it does not fit the file: as good as not there, and
    bringing the file in again mends it."""
    try:
        record = json.loads(_place(home, key, "json").read_text(encoding="utf-8"))
        found = pq.read_metadata(_place(home, key, "parquet"))
        fits = record["rows"] == found.num_rows and record["columns"] == found.schema.to_arrow_schema().names
        texts = [record["name"], record["stored"], record["format"], *record["notes"]]
        return record if fits and all(isinstance(one, str) for one in texts) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, pa.ArrowException):
        return None


def _is_sound(home: Path, key: str, record: Mapping[str, Any]) -> bool:
    """Whether the spooled file still has the bytes that were written."""
    place = _place(home, key, "parquet")
    try:
        return bool(content_digest(place) == record["stored"])
    except OSError:
        return False


def content_digest(spooled: Path) -> str:
    """The SHA-256 of a spooled file itself, which another machine may see or be sent."""
    return _digest_in(spooled, state_of(spooled))


@lru_cache(maxsize=64)
def _digest_in(place: Path, state: tuple[int, ...]) -> str:
    """The digest of a file in this state: of one that nobody wrote to since, it is not worked out again."""
    return digest_of(place)
