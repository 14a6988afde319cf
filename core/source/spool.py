"""Spooling: any data file becomes one Parquet file in the workspace, known by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.atomic import sync
from trimtab.core.errors import InputError, Progress
from trimtab.core.exchange import alone
from trimtab.core.scratch import scratch, uninterrupted
from trimtab.core.source import parquet
from trimtab.core.source.checks import check_provenance
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited import cells
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.delimited.rows import read_texts
from trimtab.core.unchanged import state_of, unchanged

Format = Literal["text", "gzip", "parquet", "zip"]

SUFFIXES: dict[str, Format] = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".csv.gz": "gzip",
    ".tsv.gz": "gzip",
    ".txt.gz": "gzip",
    ".parquet": "parquet",
    ".pq": "parquet",
}
MAGIC: dict[bytes, Format] = {b"PAR1": "parquet", b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip"}
CONTENT: dict[Format, str] = {
    "text": "neither Parquet nor compressed, but perhaps plain text",
    "gzip": "compressed by gzip",
    "parquet": "Parquet",
    "zip": "a zip archive or an Excel workbook",
}
NO_FILE = "there is no such file"
SPOOLING = ".spool-"
"""How the folders begin in which a file is read, below the workspace."""
STEPS = 4
READER = 3
"""Raise it when the same bytes are read as another table: what was spooled before is then read again."""


@dataclass(frozen=True)
class Source:
    """Real data, spooled.

    `path` is the Parquet file in the workspace, `name` the name of the file it was read from, `sha256` the digest of
    that file's bytes (what `sha256sum` prints), `columns` the names in the file's order. `notes`: a sentence for each
    thing that was left out or read in a way that the file alone does not settle. `dialect`: what was said of the file,
    `found`: how it is written, by the same names; empty for Parquet.
    """

    path: Path
    name: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    dialect: Dialect = OPEN
    found: Mapping[str, Any] = field(default_factory=dict, compare=False)

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
    """Read `file` (CSV, TSV, either gzipped, or Parquet) into `<home>/sources/<sha256>.parquet`.

    What `dialect` says of a text file is kept beside other readings of the same bytes; of Parquet nothing can be said.
    With `keep` a text file is kept too, so that it can be read in another way (`original`).
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
        format_ = _format(file)
        if format_ == "parquet":
            dialect = OPEN
        before = state_of(file)
        known = sha256 or _digest(file)
        _store(file, home, _key(known, dialect), format_, dialect, report, delivered=delivered, before=before)
        if keep and format_ != "parquet":
            _keep_text(file, home, known)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise InputError(f"{file.name}: it can't be read, or not stored in {home}: {reason}.") from error
    report(STEPS, "read")
    return open_source(home, known, dialect)


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
    return Source(place, record["name"], sha256, record["rows"], columns, notes, dialect, found)


@contextmanager
def original(home: Path, source: Source) -> Iterator[Path | None]:
    """The text file that a source was read from, under its own name, while this lasts; None if it was not kept."""
    kept = _place(home, source.sha256, "text")
    if not kept.is_file():
        yield None
        return
    with scratch(home, SPOOLING) as folder:
        file = folder / source.name
        file.symlink_to(kept.resolve())
        yield file


def _keep_text(file: Path, home: Path, sha256: str) -> None:
    place = _place(home, sha256, "text")
    if not place.is_file():
        with scratch(home, SPOOLING) as work:
            shutil.copyfile(file, work / "text")
            os.replace(work / "text", place)


def _store(
    file: Path,
    home: Path,
    key: str,
    format_: Format,
    dialect: Dialect,
    report: Callable[[int, str], None],
    *,
    delivered: bool,
    before: tuple[int, ...],
) -> None:
    """Spool the file, which was in the state `before` when its digest was taken, unless it is there."""
    home.mkdir(parents=True, exist_ok=True)
    with scratch(home, SPOOLING) as work:
        record = _recorded(home, key)
        stored: Path | None = None
        if record is None or record.get("reader") != READER or not _is_sound(home, key, record):
            with unchanged([file], file.name, before=[before]):
                found = _convert(file, work, format_, dialect, report)
            pa.default_memory_pool().release_unused()  # it would keep hundreds of MB that copying took
            report(3, "storing")
            stored = work / "source.parquet"
            record = {**asdict(found), "size": file.stat().st_size, "reader": READER, "stored": _digest(stored)}
            sync(stored)
        if not delivered:  # it may have been brought in to be compared
            check_provenance(record["columns"], file.name)
        _keep(home, work, key, {**record, "name": file.name}, stored)  # the latest name is the one the person knows


def _key(sha256: str, dialect: Dialect) -> str:
    """Under what a source is kept: the digest of its bytes, and one of what was said of how to read them."""
    if not dialect.given:
        return sha256
    said = json.dumps(dialect.given, sort_keys=True)
    return f"{sha256}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _format(file: Path) -> Format:
    """What the file is, agreed by its name and its first bytes."""
    if not file.is_file():
        why = "it is a folder" if file.is_dir() else "it is a pipe or a device" if file.exists() else NO_FILE
        raise InputError(f"{file.name or file}: {why} ({file}).")
    lowered = file.name.lower()
    said = next((SUFFIXES[end] for end in sorted(SUFFIXES, key=len, reverse=True) if lowered.endswith(end)), None)
    if said is None:
        raise InputError(f"{file.name}: the kind of file is not known. Known: {', '.join(SUFFIXES)}.")
    with file.open("rb") as handle:
        start = handle.read(4)
    if not start:
        raise InputError(f"{file.name}: it is empty (0 bytes).")
    found: Format = next((format_ for magic, format_ in MAGIC.items() if start.startswith(magic)), "text")
    if found != said:
        right = [end for end, format_ in SUFFIXES.items() if format_ == found]
        advice = f"If that is right, rename it to end in {right[0]}." if right else "Save the table as CSV or Parquet."
        raise InputError(f"{file.name}: it is not what its name says: its content is {CONTENT[found]}. {advice}")
    return found


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _convert(
    file: Path, work: Path, format_: Format, dialect: Dialect, report: Callable[[int, str], None]
) -> Converted:
    """Write `file` as `source.parquet` in the folder `work`."""
    target = work / "source.parquet"
    if format_ == "parquet":
        report(2, "reading")
        return parquet.convert(file, target, file.name)
    report(1, "copying")
    texts = read_texts(file, work, file.name, dialect, gzipped=format_ == "gzip")
    report(2, "reading")
    return cells.convert(texts, target, file.name, dialect)


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
        texts = [record["name"], record["stored"], *record["notes"]]
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
    return _digest(place)
