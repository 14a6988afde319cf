"""What of a design decides its rows, for the fingerprint: the order of names where it is not the alphabet's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.factors import Factor


def decisive_order(
    factors: Mapping[str, Factor], made: Iterable[str], pairs: Iterable[Pair], **parts: Mapping[str, Any]
) -> dict[str, list[str]]:
    """The names whose order decides rows or columns, by the path of their mapping, wherever it is not the alphabet's.

    `made` are the factors that no source has, `parts` what else of the design is a mapping by name. Columns of a
    source stand in the source's order and quantiles in that of their shares, so these are not asked.
    """
    named: dict[str, Iterable[str]] = {"factors": made, **parts}
    for name, factor in factors.items():
        weights = getattr(factor.target, "weights", None)
        if isinstance(weights, dict):
            named[f"factors.{name}"] = weights
    for at, pair in enumerate(pairs):
        if isinstance(pair.weights, dict):
            named[f"pairs.{at}"] = pair.weights
            named |= {f"pairs.{at}.{level}": row for level, row in pair.weights.items()}
    orders = {path: list(names) for path, names in named.items()}
    return {path: names for path, names in orders.items() if names != sorted(names)}
