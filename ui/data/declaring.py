"""Factors that are declared by hand, as a form has them: words for the kinds, levels as they are typed, a factor in
words."""

from __future__ import annotations

import re

from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import FAMILIES, Categorical
from trimtab.core.errors import InputError
from trimtab.core.source.kinds import Kind
from trimtab.core.words.numbers import percent
from trimtab.ui.factor.families import parameters

KINDS: dict[Kind, str] = {
    "continuous": "number",
    "count": "whole number",
    "categorical": "category",
    "boolean": "true or false",
    "datetime": "date",
}
"""The kinds, as a form calls them."""
LEVELS = {"categorical": "first: 3, second: 1", "boolean": "true: 1, false: 3"}
"""What the field of levels begins with, by kind."""

_SEPARATORS = re.compile(r"[,;\n]")


def read_levels(text: str, *, owner: str) -> dict[str, float]:
    """Levels with weights as people type them; without one it is 1. Raises InputError, which begins with `owner`.

    >>> read_levels("free: 6, pro: 3, team", owner="Factor `plan`")
    {'free': 6.0, 'pro': 3.0, 'team': 1.0}
    """
    found: dict[str, float] = {}
    for part in filter(None, map(str.strip, _SEPARATORS.split(text))):
        level, colon, weight = part.rpartition(":")
        level = (level if colon else part).strip()
        if level in found:
            raise InputError(f"{owner}: the level `{level}` is there twice.")
        try:
            found[level] = float(weight) if colon else 1.0
        except ValueError as error:
            said = weight.strip()[:40]
            raise InputError(f"{owner}: the weight of `{level}` must be a number, got `{said}`.") from error
    if not found:
        raise InputError(f"{owner}: needs levels with weights, such as `free: 6, pro: 3`.")
    return found


def marginal_text(factor: Factor) -> str:
    """What a factor is declared to be, in words.

    >>> from trimtab.core.declared.drafting import EXAMPLE
    >>> marginal_text(EXAMPLE["age"]), marginal_text(EXAMPLE["plan"])
    ('Normal: mean 40, sd 12, low 18, high 90', 'free 60.0 %, pro 30.0 %, team 10.0 %')
    """
    target = factor.target
    if target is None:
        return f"held at {', '.join(map(str, factor.held))}"
    if isinstance(target, Categorical):
        total = sum(target.weights.values()) or 1.0
        return ", ".join(f"{level} {percent(weight / total)}" for level, weight in target.weights.items())
    given = [(one.name, getattr(target, one.name, None)) for one in parameters(target.family)]
    said = ", ".join(
        f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}"
        for name, value in given
        if value is not None
    )
    title = FAMILIES[target.family].title
    return f"{title}: {said}" if said else title
