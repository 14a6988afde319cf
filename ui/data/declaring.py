"""Factors that are declared by hand: what a form offers and what is typed into it, an example, and a draft's design."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from trimtab.core.declared.declared import ROWS
from trimtab.core.declared.marginals import TYPES, declared_marginal
from trimtab.core.design.design import Design, SourceRef
from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import FAMILIES, Categorical, suitable_families
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.kinds import Kind
from trimtab.ui.factor.families import parameters, starting
from trimtab.ui.parts.parts import percent

KINDS: dict[Kind, str] = {
    "continuous": "number",
    "count": "whole number",
    "categorical": "category",
    "boolean": "true or false",
    "datetime": "date",
}
"""The kinds, as a form calls them."""
WITH_DATA = ("empirical", "histogram", "mixture")
"""Families that a form does not offer: they need data, or are better drawn on the design page."""
LEVELS = {"categorical": "first: 3, second: 1", "boolean": "true: 1, false: 3"}
"""What the field of levels begins with, by kind."""

EXAMPLE_NAME = "new-product"
_EXAMPLE: dict[str, dict[str, Any]] = {
    "age": {
        "kind": "continuous",
        "unit": "years",
        "target": {"family": "normal", "mean": 40, "sd": 12, "low": 18, "high": 90},
    },
    "visits": {"kind": "count", "unit": "a week", "target": {"family": "poisson", "mu": 3}},
    "plan": {
        "kind": "categorical",
        "target": {"family": "categorical", "weights": {"free": 6, "pro": 3, "team": 1}},
    },
    "mobile": {"kind": "boolean", "target": {"family": "categorical", "weights": {"true": 3, "false": 2}}},
    "spend": {
        "kind": "continuous",
        "unit": "EUR",
        "missing": 0.1,
        "target": {"family": "lognormal", "s": 0.8, "scale": 20},
    },
}
EXAMPLE = {name: Factor.model_validate({"role": "target", **fields}) for name, fields in _EXAMPLE.items()}
"""Customers of a product that nobody has bought yet."""

_SEPARATORS = re.compile(r"[,;\n]")
_NO_DESIGN = Design(name="draft", source=SourceRef(path="draft"))


def families_of(kind: Kind) -> list[str]:
    """The families that a form offers for a kind."""
    if kind in LEVELS:
        return ["categorical"]
    known = suitable_families(kind)
    return [name for name in FAMILIES if name in known and name not in WITH_DATA]


@cache
def begins_with(family: str, kind: Kind) -> dict[str, Any]:
    """Parameters that a family's form begins with, so that it can be added as it is."""
    found = starting(family, _unit_column(kind))
    if family == "tail":  # there is nothing to fit it to
        found |= {"shape": 0.1, "scale": 10.0}
    return found


def _unit_column(kind: Kind) -> Column:
    """0 to 100, or the days of a year."""
    days = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]").astype("datetime64[us]")
    values = pa.array(days) if kind == "datetime" else pa.array(np.arange(101)).cast(TYPES[kind])
    return encode("values", pa.chunked_array([values]), kind)


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


def checked(name: str, fields: Mapping[str, Any], taken: Mapping[str, object]) -> Factor:
    """A factor that is a target of what was typed. Raises InputError if it can't be declared, or its name is taken."""
    if not name:
        raise InputError("A factor needs a name.")
    if name in taken:
        raise InputError(f"There is a factor `{name}` already. Choose another name.")
    try:
        factor = _NO_DESIGN.with_factor(name, role="target", **fields).factor(name)
    except InputError as error:
        raise InputError(str(error).replace("Design `draft`: ", "")) from error
    declared_marginal(name, factor, ROWS)
    return factor


def drafted(name: str, factors: Mapping[str, Factor]) -> Design:
    """The design of a draft. Raises InputError."""
    plain = Design(name=name.strip() or "design", source=SourceRef(path="draft"))
    return plain.changed(source=None, factors=dict(factors))


def marginal_text(factor: Factor) -> str:
    """What a factor is declared to be, in words.

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
