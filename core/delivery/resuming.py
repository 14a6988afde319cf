"""A folder of parts that a killed run left goes on at the first missing part: the parts are kept beside their place.

They stand in a folder of their own, which is called by all that decides their bytes, with a line for every part that is
on the disk as a whole. Nothing of it stands under the final name before all parts are there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from trimtab.core.atomic import append_line, sync, writing
from trimtab.core.delivery.manifest import Written, digests
from trimtab.core.delivery.version import deciding_versions
from trimtab.core.delivery.writers import plain_schema, written_to
from trimtab.core.formats import Format, folder
from trimtab.core.formats.folder import Folder
from trimtab.core.sampling.plan import BLOCK
from trimtab.core.scratch import LOCK, uninterrupted
from trimtab.core.study.study import Study

UNFINISHED = ".trimtab-parts-"
"""How the folders begin in which parts are kept until all are there, beside their place."""
PARTS, JOURNAL = "parts", "parts.jsonl"


def made_of(study: Study, schema: pa.Schema, *, rows: int, seed: int) -> str:
    """One text for all that decides the bytes of a design's parts."""
    decided = [
        deciding_versions(),
        *(study.design.fingerprint(), study.source.key, rows, seed),
        *((study.part.name, study.part.shares) if study.part else ()),
        *(schema.to_string(truncate_metadata=False), BLOCK, folder.PART_ROWS),
    ]
    return json.dumps(decided)


class Parts:
    """The parts that are there so far; those that a killed run wrote were looked through."""

    def __init__(self, place: Path, form: Folder) -> None:
        self._form, self._place, self._journal = form, place / PARTS, place / JOURNAL
        self._place.mkdir(exist_ok=True)
        self._done = self._kept()
        self.rows: int = sum(one["rows"] for one in self._done)

    @property
    def blocks(self) -> int:
        """How many blocks of rows are in the parts that are there."""
        return -(-self.rows // BLOCK)

    def finish(self, tables: Iterator[pa.Table], new: Path, schema: pa.Schema) -> Written:
        """Write the `tables` that follow, part by part, and put all parts in the folder `new`."""
        plain = plain_schema(schema)
        blocks = (table.cast(plain) for table in tables)
        size = -(-folder.PART_ROWS // BLOCK)
        while (ahead := next(blocks, None)) is not None:
            number = len(self._done)
            rows = self._form.write_part(chain([ahead], islice(blocks, size - 1)), self._place, number, plain)
            files = sorted(self._place.rglob(f"part-{number:05}.parquet"))
            for file in {*files, *(file.parent for file in files)}:
                sync(file)
            self._done.append({"rows": rows, "files": self._described(files)})
            append_line(self._journal, json.dumps(self._done[-1]))
        self._link(new)
        return written_to(new, self._form, sum(one["rows"] for one in self._done))

    def _described(self, files: list[Path]) -> dict[str, str]:
        names = [file.relative_to(self._place).as_posix() for file in files]
        return dict(zip(names, digests(files)[1], strict=True))

    def _kept(self) -> list[dict[str, Any]]:
        """What the journal tells of parts that are as they were written; all else is removed."""
        found = []
        with suppress(OSError, ValueError, KeyError, TypeError):
            for line in self._journal.read_text(encoding="utf-8").splitlines():
                one = json.loads(line)
                if self._described([self._place / name for name in one["files"]]) != one["files"]:
                    break
                found.append({"rows": int(one["rows"]), "files": one["files"]})
        known = {self._place / name for one in found for name in one["files"]}
        for file in self._place.rglob("*"):
            if file.is_file() and file not in known:
                file.unlink()
        self._journal.unlink(missing_ok=True)
        for one in found:
            append_line(self._journal, json.dumps(one))
        return found

    def _link(self, new: Path) -> None:
        """Have the parts in another folder too, so that they are still here if this is killed before all is done."""
        for one in self._done:
            for name in one["files"]:
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(self._place / name, new / name)
                except OSError:  # a disk without links
                    self._journal.unlink(missing_ok=True)
                    (self._place / name).replace(new / name)


@contextmanager
def unfinished(target: Path, form: Format, made_of: str) -> Iterator[Parts | None]:
    """The parts for a folder `target` that a killed run made of the same left, or none yet; None for what is no folder,
    for an empty `made_of`, and while another run makes the same.

    When the block ends, however it does, they are gone: only a kill leaves them. What was left of a run for this place
    that was made of something else goes too. Raises InputError when the disk or the rights do not allow it.
    """
    if not isinstance(form, Folder) or not made_of:
        yield None
        return
    own = f"{UNFINISHED}{_short(target.name)}-"
    place = target.parent / f"{own}{_short(f'{made_of} {form.partition_by}')}"
    with writing(target):
        for other in target.parent.glob(f"{own}*"):
            if other != place and (handle := _locked(other)) is not None:
                _clear(other, handle)
        place.mkdir(exist_ok=True)
        handle = _locked(place)
    if handle is None:
        yield None
        return
    try:
        with writing(target):
            parts = Parts(place, form)
        yield parts
    finally:
        with uninterrupted():
            _clear(place, handle)


def _locked(place: Path) -> int | None:
    """The lock of such a folder; None if another one has it."""
    try:
        handle = os.open(place / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # it goes at this moment, or is another person's
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_nlink:
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def _clear(place: Path, handle: int) -> None:
    """Remove such a folder, what tells of its parts first."""
    (place / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    os.close(handle)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
