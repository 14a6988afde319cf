"""Labels in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import words
from trimtab.core.words.rates import of_rows


@sentences_at(60)
def label_sentences(study: Study) -> Iterator[Sentence]:
    for name, label in study.design.labels.items():
        how = "computed by its rule" if label.rule is not None else "drawn with this probability"
        wrong = f"; wrong on purpose in {of_rows(label.noise)}" if label.noise else ""
        detail = " ".join((label.rule or label.probability or "").split())
        asked = rounded_percent(label.noise) if label.noise else ""
        yield Sentence(ControlName("label", name), words(name), f"{how} in every row{wrong}", detail, asked)
