"""Level mixes in words."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import listed, value_text, words
from trimtab.core.words.rates import in_reality


@sentences_at(40)
def level_sentences(study: Study) -> Iterator[Sentence]:
    """A sentence for each level mix: the shares asked for, and the real ones."""
    for name, mix in study.design.levels.items():
        yield _level(study, name, mix)


def _level(study: Study, name: str, mix: LevelMix) -> Sentence:
    real = dict(zip(study.axes[name].labels, study.real_shares(name), strict=False))
    asked = ", ".join(f"{rounded_percent(share)} {level}" for level, share in mix.shares.items())
    really = listed([in_reality(float(real.get(level, 0.0)), share) for level, share in mix.shares.items()])
    cuts = listed([value_text(cut) for cut in mix.cuts])
    text = f"{asked}{'' if study.declared else f'; in reality {really}'}"
    return Sentence(
        ControlName("level", name), words(name), text, f"{' '.join(mix.score.split())}, cut at {cuts}", asked
    )
