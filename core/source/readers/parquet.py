"""Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from trimtab.core.errors import InputError
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.readers.reader import Job, Reader

ENCRYPTED = b"PARE"
"""What a file begins with whose footer is encrypted, too."""


class Parquet(Reader):
    """One Parquet file. Nothing can be said of how it is written."""

    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")
    magics: ClassVar[tuple[bytes, ...]] = (b"PAR1",)
    content: ClassVar[str] = "Parquet"

    def check(self, file: Path, said: Dialect, owner: str) -> None:
        with file.open("rb") as handle:
            if handle.read(4) == ENCRYPTED:
                raise InputError(f"{owner}: it is encrypted. Decrypt it, or store the table without encryption.")
        super().check(file, said, owner)

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source.typed.parquet import convert

        job.report("reading")
        return convert(job.file, target, job.owner)
