"""Whether rows stand alone or are added to real ones."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study, whole_size


@sentences_at(10)
def mode_sentences(study: Study) -> Iterator[Sentence]:
    if study.design.mode == "supplement":
        total = whole_size(study, study.design.rows)
        said = f"all shares are of the {total:,} rows that {study.source.rows:,} real ones and these are together"
        yield Sentence(ControlName("mode", ""), "A supplement", said, asked=f"{total:,} rows")
