"""The manifest of a folder of parts: every part with its rows, bytes and SHA-256.

It stands beside the folder, as the receipt does: polars reads no folder in which there is anything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimtab.core.formats import Format, format_at
from trimtab.core.formats.folder import Folder

HASHED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Part:
    """A part of a folder: its path below it, with slashes, its rows, its size and the SHA-256 of its bytes."""

    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Written:
    """What was written: the rows, the size on disk, the SHA-256 of the bytes, and of a folder its `parts`.

    The digest of a folder is that of its parts one after the other, by name: `cat FOLDER/part-*.parquet | sha256sum`,
    or `cat FOLDER/*/part-*.parquet` if it is partitioned.
    """

    rows: int
    bytes: int
    sha256: str
    parts: tuple[Part, ...] = ()


def manifest_path(folder: Path) -> Path:
    """Where the manifest of a folder is: `rows.manifest.json` beside `rows`."""
    folder = folder if folder.name else folder.resolve()  # the folder one is in
    return folder.with_name(f"{folder.name}.manifest.json")


def parts_of(folder: Path, files: Sequence[Path], digests: Sequence[str]) -> tuple[Part, ...]:
    """The parts of a folder, with the SHA-256 of each."""
    import pyarrow.parquet as pq

    return tuple(
        Part(file.relative_to(folder).as_posix(), pq.read_metadata(file).num_rows, file.stat().st_size, sha256)
        for file, sha256 in zip(files, digests, strict=True)
    )


def manifest_beside(target: Path, form: Format, written: Written) -> dict[Path, str]:
    """The manifest's place and text, where a folder was written. `sha256` is that of all parts one after the other, as
    the receipt has it."""
    if not isinstance(form, Folder):
        return {}
    document: dict[str, Any] = {"rows": written.rows, "bytes": written.bytes, "sha256": written.sha256}
    document |= {"partition_by": form.partition_by, "parts": [asdict(part) for part in written.parts]}
    return {manifest_path(target): json.dumps(document, ensure_ascii=False, indent=1) + "\n"}


def differences(folder: Path) -> list[str]:
    """What is not as the manifest beside a folder has it, a sentence each; nothing if there is no manifest."""
    try:
        told = json.loads(manifest_path(folder).read_text(encoding="utf-8"))
        wanted = {one["name"]: (one["bytes"], one["sha256"]) for one in told["parts"]}
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return [f"{manifest_path(folder).name} can't be read"]
    files = {file.relative_to(folder).as_posix(): file for file in format_at(folder, folder.name).files_of(folder)}
    found = [f"{name} is missing" for name in wanted if name not in files]
    found += [f"{name} is not one of its parts" for name in files if name not in wanted]
    for name, (size, sha256) in wanted.items():
        if name in files and (files[name].stat().st_size != size or digests([files[name]])[1] != [sha256]):
            found.append(f"{name} was changed")
    return found


def digests(files: Iterable[Path]) -> tuple[str, list[str]]:
    """The SHA-256 of the bytes of `files` one after the other, and that of each."""
    total, each = hashlib.sha256(), []
    for file in files:
        own = hashlib.sha256()
        with file.open("rb") as handle:
            while chunk := handle.read(HASHED_AT_ONCE):
                total.update(chunk)
                own.update(chunk)
        each.append(own.hexdigest())
    return total.hexdigest(), each
