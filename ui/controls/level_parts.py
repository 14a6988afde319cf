"""A level mix as people see it: real shares, the scores of each level, shares as thin bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from trimtab.core.source.axes import level_texts
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.ui.parts.parts import percent


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


def stacks(bars: Mapping[str, Mapping[str, float]]) -> str:
    """Thin bars, one below the other, each divided as its shares are; markup. The first is grey."""
    lines = []
    for row, (title, shares) in enumerate(bars.items()):
        listed = ", ".join(f"{level} {percent(share)}" for level, share in shares.items())
        parts = "".join(
            f'<i style="width:{100 * share:.3f}%;{tone(i, len(shares))}"></i>'
            for i, share in enumerate(shares.values())
            if share > 0
        )
        label = escape(f"{title}: {listed}", quote=True)
        name = "real" if row == 0 else "asked"
        lines.append(
            f'<div class="tt-stack {name}"><span>{escape(title)}</span>'
            f'<p role="img" aria-label="{label}" title="{label}">{parts}</p></div>'
        )
    return f'<div class="tt-stacks">{"".join(lines)}</div>'


def tone(i: int, levels: int) -> str:
    """The strength of a level's colour: the highest scores are the strongest."""
    return f"--tt-strength:{round(100 * (0.28 + 0.72 * i / max(1, levels - 1)))}%"
