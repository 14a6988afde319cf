"""JSON Lines, plain or gzipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from trimtab.core.source.converted import Converted
from trimtab.core.source.readers.reader import Job, Reader


class JsonLines(Reader):
    """An object of JSON in each line. A key that a line does not have is a missing value there."""

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
    content: ClassVar[str] = "text"
    says: ClassVar[frozenset[str]] = frozenset(("missing", "dates", "encoding"))

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source import json_lines
        from trimtab.core.source.delimited import cells

        job.report("copying")
        texts = json_lines.read_texts(job.file, job.work, job.owner, job.said, gzipped=job.zipped)
        job.report("reading")
        # A text such as "1,234" is a text: what is a number has no quotes.
        return cells.convert(texts, target, job.owner, replace(job.said, numbers="plain"))
