"""Pairs in words: how two factors go together really, and how they are to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trimtab.core.coverage.dependence import joint, spearman
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.pair import Pair
from trimtab.core.review.controls.sentence import Sentence, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import signed

COMMON = 0.01
"""A bin with less of the rows is no example of how two factors go together."""
STRENGTHS = ((0.1, "hardly"), (0.3, "a little"), (0.6, "clearly"), (1.1, "strongly"))
"""How strong a rank correlation is, up to the number."""


@sentences_at(50)
def pair_sentences(study: Study) -> Iterator[Sentence]:
    """A sentence for each pair."""
    for pair in study.design.pairs:
        yield _pair(study, pair)


def _pair(study: Study, pair: Pair) -> Sentence:
    subject = " and ".join(pair.factors)
    really = "" if study.declared else _together(study, pair)
    if pair.rank_correlation is not None:
        asked = signed(f"{pair.rank_correlation:g}")
        text = f"{_strength(pair.rank_correlation)} (rank correlation {asked})"
    else:
        asked = "independent" if pair.target else "designed table"
        text = "independent: the one tells nothing of the other" if pair.target else "together as in a designed table"
    return Sentence(ControlName("pair", pair.name), subject, f"{text}{really}", asked=asked)


def _together(study: Study, pair: Pair) -> str:
    """How two factors really go together."""
    table = joint(study, *pair.factors)
    order = spearman(table)
    if order is not None and table.first.numeric and table.second.numeric:
        told = signed(f"{order:.2f}")
        return f"; in reality {_strength(order)} (rank correlation {told})"
    shares, own, other = table.shares[:-1, :-1], table.first, table.second
    if own.size < other.size:  # the share of a level of the shorter factor, over the bins of the longer one
        shares, own, other = shares.T, other, own
    rows = shares.sum(axis=1)
    common = np.flatnonzero(rows >= COMMON)
    if len(common) < 2:
        return ""
    given = shares[common] / rows[common, None]
    level = int((given.max(axis=0) - given.min(axis=0)).argmax())
    low, high = int(given[:, level].argmin()), int(given[:, level].argmax())
    ends = [f"{rounded_percent(given[at, level], 2)} ({own.labels[common[at]]})" for at in (low, high)]
    return f"; in reality {other.labels[level]} ranges from {ends[0]} to {ends[1]}"


def _strength(correlation: float) -> str:
    word = next(word for limit, word in STRENGTHS if abs(correlation) < limit)
    if word == "hardly":
        return "they hardly move together"
    return f"{'they rise together' if correlation > 0 else 'one falls as the other rises'}, {word}"
