"""Quantiles in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.projection.controls.quantiles import quantiles_of
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import listed, value_text


@sentences_at(35)
def quantile_sentences(study: Study) -> Iterator[Sentence]:
    """A sentence for each factor with quantiles: the shares asked for, and the real ones."""
    for control, wish in zip(quantiles_of(study), study.design.quantiles, strict=True):
        unit = f" {unit}" if (unit := study.design.factor(wish.factor).unit) else ""
        counts = control.real_counts(study)
        said = []
        for place, (share, value) in enumerate(wish.points):
            real = "" if study.declared or counts is None else _really(counts[: place + 1].sum(), counts[:-1].sum())
            said.append(f"{rounded_percent(share)} at most {value_text(value)}{unit}{real}")
        asked = listed([f"{rounded_percent(share)} at most {value_text(value)}" for share, value in wish.points])
        yield Sentence(control.name, wish.factor, listed(said, most=len(said)), asked=asked)


def _really(rows: int, values: int) -> str:
    return f" (in reality {rounded_percent(rows / max(1, values))})"
