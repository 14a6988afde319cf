"""Events in words: how often really, and how often they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study, whole_size
from trimtab.core.words.numbers import counted
from trimtab.core.words.plain import in_words, words
from trimtab.core.words.rates import rates


@sentences_at(20)
def event_sentences(study: Study) -> Iterator[Sentence]:
    total = whole_size(study, study.size)
    units = {name: factor.unit for name, factor in study.design.factors.items() if factor.unit}
    for event in events_of(study):
        reality = "as declared" if study.declared else "in reality"
        said = rates(real_rows(study, event) / study.source.rows, event.rate, reality=reality)
        rows = f" ({counted(round(event.rate * total), 'row')})" if event.rate else ""
        where = in_words(event.predicate, units)
        yield Sentence(event.name, words(event.of), said.text + rows, where, said.asked)
