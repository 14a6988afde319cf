"""A design without data while it is drafted (cold start): families that are offered, what a factor begins with, a
checked factor, an example."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from trimtab.core.declared.declared import ROWS
from trimtab.core.declared.marginals import TYPES, declared_marginal
from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.design.targets import FAMILIES, starting, suitable_families
from trimtab.core.errors import InputError
from trimtab.core.source.axes import NUMERIC
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.kinds import Kind

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

_NO_DESIGN = Design(name="draft", source=SourceRef(path="draft"))


def declarable_families(kind: Kind) -> list[str]:
    """The families by which a factor of a kind is declared: those that need no data, and for what has no order the
    weights of its levels, since any other would name one of them only."""
    if kind not in NUMERIC:
        return ["categorical"]
    return [name for name in suitable_families(kind) if FAMILIES[name].without_data is not None]


@cache
def undeclared(family: str, kind: Kind) -> dict[str, Any]:
    """A target of a family for numbers or dates of which nothing is known yet, which can be declared as it is."""
    return {**starting(family, _any_column(kind)), **(FAMILIES[family].without_data or {})}


def _any_column(kind: Kind) -> Column:
    """0 to 100, or the days of a year."""
    days = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]").astype("datetime64[us]")
    values = pa.array(days) if kind == "datetime" else pa.array(np.arange(101)).cast(TYPES[kind])
    return encode("values", pa.chunked_array([values]), kind)


def declared_factor(name: str, fields: Mapping[str, Any], taken: Mapping[str, object]) -> Factor:
    """A factor with role target and these fields, such as kind, unit, missing and target. Raises InputError if it can't
    be declared, or its name is one of those `taken`."""
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
    """The design of a draft; without a name it is called `design`. Raises InputError."""
    plain = Design(name=name.strip() or "design", source=SourceRef(path="draft"))
    return plain.changed(source=None, factors=dict(factors))
