"""Arrow IPC and Feather."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from trimtab.core.errors import InputError
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.readers.reader import Job, Reader


class Arrow(Reader):
    """Arrow IPC, as a file (which Feather is since its second version) or as a stream."""

    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather", ".arrows", ".ipc")
    magics: ClassVar[tuple[bytes, ...]] = (b"ARROW1", b"\xff\xff\xff\xff")
    content: ClassVar[str] = "Arrow"

    def check(self, file: Path, said: Dialect, owner: str) -> None:
        with file.open("rb") as handle:
            if handle.read(4) == b"FEA1":
                raise InputError(
                    f"{owner}: it is Feather of the first version, which is no longer read. Write it again with "
                    "pandas or pyarrow of today."
                )
        super().check(file, said, owner)

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source.typed.arrow import convert

        job.report("reading")
        return convert(job.file, target, job.owner)
