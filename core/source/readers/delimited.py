"""Text with commas, tabs or other signs between the cells, plain or gzipped."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited.dialect import TEXT
from trimtab.core.source.readers.reader import Job, Reader


class Delimited(Reader):
    """CSV, TSV and the like; how it is written is found in the file, as far as nobody says it."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
    content: ClassVar[str] = "text"
    says: ClassVar[frozenset[str]] = TEXT

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source.delimited import cells
        from trimtab.core.source.delimited.rows import read_texts

        job.report("copying")
        texts = read_texts(job.file, job.work, job.owner, job.said, gzipped=job.zipped)
        job.report("reading")
        return cells.convert(texts, target, job.owner, job.said)
