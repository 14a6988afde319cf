"""A level mix as people see it: real shares, the scores of each level, shares as thin bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import htpy as h

from trimtab.core.source.axes import level_texts
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent


def real_shares(study: Study, name: str) -> tuple[dict[str, float], float]:
    """The share of each level among the real rows that have a score, and the share of those that have none."""
    column = study.known(name)
    counts = dict(zip(level_texts(column.values).to_pylist(), column.counts[:-1].tolist(), strict=True))
    total = max(1, sum(counts.values()))
    shares = {level: counts.get(level, 0) / total for level in study.design.levels[name].shares}
    return shares, float(column.counts[-1] / max(1, column.counts.sum()))


def readable(shares: Mapping[str, float], *, left: float = 1.0) -> dict[str, float]:
    """Shares in five digits that still add up to `left`: the largest takes what rounding leaves.

    >>> readable({"easy": 2 / 3, "hard": 1 / 3})
    {'easy': 0.66667, 'hard': 0.33333}
    """
    tidy = {level: float(f"{share:.5g}") for level, share in shares.items()}
    largest = max(tidy, key=lambda level: tidy[level])
    others = sum(share for level, share in tidy.items() if level != largest)
    return {**tidy, largest: float(f"{max(0.0, left - others):.9g}")}


def ranges(cuts: Sequence[float]) -> list[str]:
    """Which scores each level holds: "below 10", "10 to 30", "from 30"."""
    texts = number_texts(cuts)
    inner = [f"{low} to {high}" for low, high in pairwise(texts)]
    return [f"below {texts[0]}", *inner, f"from {texts[-1]}"]


def stacks(bars: Mapping[str, Mapping[str, float]]) -> h.Element:
    """Thin bars, one below the other, each divided as its shares are. The first is grey."""
    return h.div(".tt-stacks")[
        [_stack(title, shares, "asked" if place else "real") for place, (title, shares) in enumerate(bars.items())]
    ]


def _stack(title: str, shares: Mapping[str, float], color: str) -> h.Element:
    label = f"{title}: {', '.join(f'{level} {percent(share)}' for level, share in shares.items())}"
    parts = [
        h.i(style=f"width:{100 * share:.3f}%;{tone(i, len(shares))}")
        for i, share in enumerate(shares.values())
        if share > 0
    ]
    return h.div(class_=["tt-stack", color])[h.span[title], h.p(role="img", aria_label=label, title=label)[parts]]


def tone(i: int, levels: int) -> str:
    """The strength of a level's colour: the highest scores are the strongest."""
    return f"--tt-strength:{round(100 * (0.28 + 0.72 * i / max(1, levels - 1)))}%"
