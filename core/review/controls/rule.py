"""Rules in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.projection.controls.rule import rules_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.review.controls.sentence import Sentence, of_all, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.plain import in_words


@sentences_at(70)
def rule_sentences(study: Study) -> Iterator[Sentence]:
    units = {name: factor.unit for name, factor in study.design.factors.items() if factor.unit}
    for rule in rules_of(study):
        really = "" if study.declared else f", in reality {of_all(real_rows(study, rule) / study.source.rows)}"
        yield Sentence(rule.name, in_words(rule.predicate, units), f"in every row{really}", asked="in every row")
