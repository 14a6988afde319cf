"""What every reader shares: its registration, which file it is for, and what it must be able to do.

The files of this room import the libraries that read only where they do: the command line knows all readers at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from trimtab.core.errors import InputError
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited.dialect import Dialect

READERS: dict[str, Reader] = {}
"""Suffix -> its reader; filled by defining a class with `suffixes`."""
FOLDERS: list[Reader] = []
"""The reader of folders."""
GZIP = b"\x1f\x8b"
KNOWN: dict[bytes, tuple[str, str]] = {
    GZIP: ("compressed by gzip", ".csv.gz"),
    b"PAR1": ("Parquet", ".parquet"),
    b"PK\x03\x04": ("a zip archive or an Excel workbook", ".xlsx"),
}
"""First bytes by which a file is known whose suffix says something else: what it is, and the usual suffix. Readers add
their own."""
NO_FILE = "there is no such file"


@dataclass(frozen=True)
class Job:
    """One file to read: `file` as it lies there, called `owner` in messages; `work` is a folder for what that takes,
    `said` what a person said of how it is written. `report` is called with what is being done."""

    file: Path
    owner: str
    work: Path
    said: Dialect
    report: Callable[[str], None] = lambda message: None

    @property
    def zipped(self) -> bool:
        """Whether the file is compressed by gzip."""
        return self.file.name.lower().endswith(".gz")


class Reader:
    """A reader of a kind of files.

    `suffixes` end their names; one that ends in `.gz` stands for the same, compressed by gzip. `magics` are the first
    bytes that they have, any of them; none for text. `content` is what they are, in words. `says` are the fields of a
    `Dialect` that mean something for them: a file with any is kept when a person uploads it, to be read in another way.
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    magics: ClassVar[tuple[bytes, ...]] = ()
    content: ClassVar[str]
    says: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        if cls.suffixes:
            READERS.update(dict.fromkeys(cls.suffixes, cls()))
            KNOWN.update({magic: (cls.content, cls.suffixes[0]) for magic in cls.magics if magic not in KNOWN})

    @property
    def name(self) -> str:
        """What tells this reader from others, which may read the same bytes as another table."""
        return type(self).__name__

    def heard(self, said: Dialect) -> Dialect:
        """Of what a person said, that which means something for these files."""
        return replace(said, **dict.fromkeys(set(said.given) - self.says))

    def check(self, file: Path, said: Dialect, owner: str) -> None:
        """Raise InputError, which begins with `owner`, if a file can't be what its name says, by its first bytes."""
        start = _start(file, owner)
        if file.name.lower().endswith(".gz"):
            fits = start.startswith(GZIP)
        elif self.magics:
            fits = start.startswith(self.magics)
        else:
            fits = not start.startswith(tuple(KNOWN))
        if not fits:
            magic = next((magic for magic in KNOWN if start.startswith(magic)), b"")
            content, suffix = KNOWN.get(magic, ("neither Parquet nor compressed, but perhaps plain text", ".csv"))
            raise InputError(
                f"{owner}: it is not what its name says: its content is {content}. If that is right, rename it to "
                f"end in {suffix}."
            )

    def files_of(self, path: Path, said: Dialect) -> list[Path]:
        """The files that hold the rows, in their order."""
        return [path]

    def digest(self, path: Path, files: Sequence[Path]) -> str:
        """What the content of `path` is known by: the SHA-256 of its bytes."""
        return digest_of(path)

    def convert(self, job: Job, target: Path) -> Converted:
        """Write the rows to the Parquet file `target`, each column with its type. Raises InputError, which begins with
        the owner, for what can't be read."""
        raise NotImplementedError


def reader_of(path: Path) -> Reader:
    """The reader of what is there at a path. Raises InputError, which begins with its name, for nothing, and for a file
    of no known kind."""
    owner = path.name or str(path)
    if path.is_dir():
        return FOLDERS[0]
    if not path.is_file():
        why = "it is a pipe or a device" if path.exists() else NO_FILE
        raise InputError(f"{owner}: {why} ({path}).")
    suffix = suffix_of(owner)
    if suffix is None:
        raise InputError(f"{owner}: the kind of file is not known. Known: {', '.join(suffixes())}.")
    return READERS[suffix]


def suffix_of(name: str) -> str | None:
    """The suffix by which a file's reader is found; None if there is none."""
    lowered = name.lower()
    return max((one for one in READERS if lowered.endswith(one)), key=len, default=None)


def suffixes() -> list[str]:
    """The suffixes of all files that can be read, plain text first."""
    return sorted(READERS, key=lambda one: (bool(READERS[one].magics), one.count("."), one))


def digest_of(file: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _start(file: Path, owner: str) -> bytes:
    with file.open("rb") as handle:
        start = handle.read(max(map(len, KNOWN)))
    if not start:
        raise InputError(f"{owner}: it is empty (0 bytes).")
    return start
