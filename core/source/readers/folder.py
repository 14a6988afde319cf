"""A folder of parts: Parquet or text, with columns in the names of its folders (`year=2013`) or without."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import ClassVar

from trimtab.core.errors import InputError, nearest
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited.dialect import TEXT, Dialect
from trimtab.core.source.readers.delimited import Delimited
from trimtab.core.source.readers.parquet import Parquet
from trimtab.core.source.readers.reader import FOLDERS, READERS, Job, Reader, digest_of, suffix_of

NUMBERED = re.compile(r"(\D*)(\d+)(\D*)")
"""A part with its number."""


class Folder(Reader):
    """A folder whose files are the parts of one table, in the order of their names or in the one that a person says.

    What begins with a dot or an underscore is no data. `parts` of a `Dialect` names files or patterns below the folder.
    """

    content: ClassVar[str] = "a folder"
    says: ClassVar[frozenset[str]] = TEXT | {"parts"}

    def check(self, file: Path, said: Dialect, owner: str) -> None:
        reader = _reader(file)
        assert reader is not None
        reader.check(file, said, owner)

    def files_of(self, path: Path, said: Dialect) -> list[Path]:
        """The parts. Raises InputError if there are none, if one that is named or numbered is missing, and if they are
        of several kinds."""
        owner, files = path.name, _files(path)
        parts = [one for one in files if _reader(path / one) is not None]
        if said.parts is not None:
            parts = _named(said.parts, parts, owner)
        else:
            _check_folders(parts, owner)
            _check_numbers(parts, owner)
        if not parts:
            raise InputError(f"{owner}: the folder holds no parts of a table, as Parquet or text ({path}).")
        kinds = Counter(type(_reader(path / one)) for one in parts)
        if len(kinds) > 1:
            ends = Counter(suffix_of(one) or "" for one in parts)
            told = " and ".join(f"{times:,} of {end}" for end, times in ends.items())
            raise InputError(
                f"{owner}: the folder holds parts of several kinds: {told}. Say which are meant: "
                f"--parts '*{next(iter(ends))}'"
            )
        return [path / one for one in parts]

    def digest(self, path: Path, files: Sequence[Path]) -> str:
        """The SHA-256 of what `sha256sum` prints of the parts, one after the other, within the folder."""
        total = hashlib.sha256()
        for file in files:
            total.update(f"{digest_of(file)}  {file.relative_to(path).as_posix()}\n".encode())
        return total.hexdigest()

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source.parts import convert_parquet, convert_texts

        files = self.files_of(job.file, job.said)
        convert = convert_parquet if isinstance(_reader(files[0]), Parquet) else convert_texts
        return convert(job, files, _others(job.file, files), target)


FOLDERS.append(Folder())


def _reader(file: Path) -> Reader | None:
    """The reader of a file that can be a part; None for others."""
    suffix = suffix_of(file.name)
    reader = READERS[suffix] if suffix else None
    return reader if isinstance(reader, Parquet | Delimited) else None


def _files(path: Path) -> list[str]:
    """The files below a folder that may be data, by their paths in it, in the order of their names."""
    found = (file.relative_to(path) for file in path.rglob("*") if file.is_file())
    return [one.as_posix() for one in sorted(found) if not any(part[0] in "._" for part in one.parts)]


def _others(path: Path, files: Sequence[Path]) -> list[str]:
    """What is in the folder beside the parts."""
    taken = {file.relative_to(path).as_posix() for file in files}
    return [one for one in _files(path) if one not in taken]


def _named(wanted: Iterable[str], there: Sequence[str], owner: str) -> list[str]:
    """The parts that a person names, in their order."""
    found: list[str] = []
    for one in wanted:
        fitting = [one] if one in there else [part for part in there if fnmatchcase(part, one)]
        if not fitting:
            raise InputError(f"{owner}: parts: the folder has no part `{one}`.{nearest(one, there)}")
        twice = next((part for part in fitting if part in found), None)
        if twice is not None:
            raise InputError(f"{owner}: parts: `{twice}` is named twice; its rows would count twice.")
        found += fitting
    return found


def _check_folders(parts: Sequence[str], owner: str) -> None:
    """Raise InputError if parts lie in folders whose names tell nothing of a column: these may be other tables."""
    for part in parts:
        plain = next((folder for folder in part.split("/")[:-1] if "=" not in folder), None)
        if plain is not None:
            raise InputError(
                f"{owner}: its folder `{plain}` holds data files, too, and its name is no column (column=value). Name "
                f"the folder that is meant, or what to take: --parts '{plain}/*'"
            )


def _check_numbers(parts: Sequence[str], owner: str) -> None:
    """Raise InputError if the parts of a folder are numbered from 0 or 1 on and one is missing."""
    numbers: defaultdict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    for part in parts:
        folder, _, name = part.rpartition("/")
        numbered = NUMBERED.fullmatch(name.removesuffix(suffix_of(name) or ""))
        if numbered:
            before, digits, after = numbered.groups()
            numbers[folder, before, after][int(digits)] = len(digits)
    for (folder, before, after), found in numbers.items():
        first, last = min(found), max(found)
        if first > 1 or len(found) < 2 or (len(numbers) > 1 and not folder):
            continue
        for number in range(first, last + 1):
            if number not in found:
                name = f"{before}{number:0{found[first]}}{after}"
                raise InputError(
                    f"{owner}: part {name} is missing: the parts are numbered from {first} to {last}. Bring it, or if "
                    f"the others are all, say so: --parts '{'**/' if folder else ''}{before}*'"
                )
