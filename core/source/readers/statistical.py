"""Files of SPSS, Stata and SAS."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from trimtab.core.errors import InputError
from trimtab.core.source.converted import Converted
from trimtab.core.source.readers.reader import Job, Reader


class Statistical(Reader):
    """What statistics packages write: values with labels, and values that are declared to mean missing."""

    suffixes: ClassVar[tuple[str, ...]] = (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt")
    content: ClassVar[str] = "a file of SPSS, Stata or SAS"
    says: ClassVar[frozenset[str]] = frozenset(("labels", "missing", "dates"))

    def convert(self, job: Job, target: Path) -> Converted:
        from trimtab.core.source.delimited import cells

        try:
            from trimtab.core.source.statistical.reading import read_texts
        except ModuleNotFoundError as error:
            raise InputError(
                f"{job.owner}: to read SPSS, Stata and SAS, pyreadstat is needed, which is not installed: pip install "
                "'trimtab[stat]'"
            ) from error
        job.report("copying")
        texts = read_texts(job.file, job.work, job.owner, job.said)
        job.report("reading")
        return cells.convert(texts, target, job.owner, replace(job.said, numbers="plain"))
