"""Several kinds of pollution in one file."""

from __future__ import annotations

from benchmarks.pollution.draft import MIXABLE, Draft, kind


def _mix(one: Draft, most: int) -> None:
    groups = list(MIXABLE)
    picked = sorted(one.chance.sample(groups, most), key=ORDER.index)
    for group in picked:
        one.chance.choice(MIXABLE[group])(one)


ORDER = ["values", "delimiter", "ends", "heads", "numbers", "above", "quotes", "last", "mark"]
"""The cells first, then what is written around them."""


@kind
def mixture_of_two(one: Draft) -> None:
    _mix(one, 2)


@kind
def mixture_of_three(one: Draft) -> None:
    _mix(one, 3)


@kind
def mixture_of_four(one: Draft) -> None:
    _mix(one, 4)


@kind
def mixture_of_six(one: Draft) -> None:
    _mix(one, 6)
