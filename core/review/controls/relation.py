"""Relations in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.relations.key import Key
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study


@sentences_at(75)
def relation_sentences(study: Study) -> Iterator[Sentence]:
    """A sentence for each relation that is to hold."""
    for relation in study.relations:
        name = ControlName("relation", relation.text)
        how = relation.renewal(study.columns) if isinstance(relation, Key) else ""
        text = f"in every row, as in reality{how and f'; {how}'}"
        yield Sentence(name, relation.text, text, asked="in every row")
