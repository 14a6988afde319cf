"""Workbooks of Excel and OpenDocument."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from trimtab.core.source.converted import Converted
from trimtab.core.source.readers.reader import Job, Reader

OLE = b"\xd0\xcf\x11\xe0"
"""What a workbook of the older form begins with, and any that is encrypted."""
ZIP = b"PK\x03\x04"


class Workbook(Reader):
    """One table in a sheet, which a person names if there are several, and its range, if there is more in the sheet."""

    suffixes: ClassVar[tuple[str, ...]] = (".xlsx", ".xlsm", ".xlsb", ".ods", ".xls")
    magics: ClassVar[tuple[bytes, ...]] = (ZIP, OLE)
    content: ClassVar[str] = "a workbook"
    says: ClassVar[frozenset[str]] = frozenset(
        ("sheet", "range", "header", "header_rows", "missing", "footer", "dates")
    )

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source.delimited import cells
        from trimtab.core.source.sheets.reading import read_texts

        job.report("copying")
        texts = read_texts(job.file, job.work, job.owner, job.said)
        job.report("reading")
        # A text such as "1,234" is a text: a number is stored as one, however it is shown.
        return cells.convert(texts, target, job.owner, replace(job.said, numbers="plain"))
