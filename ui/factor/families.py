"""Target families as forms: which fields a family has, their ranges, and values to begin with from the real data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trimtab.core.design.targets import FAMILIES, Target
from trimtab.core.design.targets.tail import FEWEST, FEWEST_VALUES, Tail
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column
from trimtab.core.source.labels import moment_texts

DRAWN = ("histogram", "categorical")
"""Families whose parameters are the bars."""
TAIL_SHARE = 0.05
"""Share of the real rows that a tail begins with."""


@dataclass(frozen=True)
class Parameter:
    """A field of a family's form. Kind `bound`: a number, or a date for factors of dates; `value`: one value."""

    name: str
    about: str
    kind: str  # number, whole, bound, value
    optional: bool
    low: float | None = None
    above: float | None = None
    high: float | None = None

    @property
    def range_text(self) -> str:
        """The range in words; empty if there is none."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.above is not None:
            return f"more than {self.above:g}"
        return f"at least {self.low:g}" if self.low is not None else ""


def parameters(family: str) -> tuple[Parameter, ...]:
    """The fields of a family's form, from its class; cuts last, bars and levels not among them."""
    schema = FAMILIES[family].model_json_schema()
    required = schema.get("required", [])
    found = [
        _parameter(name, field, optional=name not in required and field.get("default") is None)
        for name, field in schema["properties"].items()
        if name not in ("family", "weights", "rest", "parts", "weight")
    ]
    return tuple(sorted(found, key=lambda one: one.name in ("low", "high")))


def _parameter(name: str, field: dict[str, Any], *, optional: bool) -> Parameter:
    # What may be left out is a union with null.
    ways = [way for way in field.get("anyOf", []) if way.get("type") != "null"]
    if len(ways) == 1:
        field = {**ways[0], **field}
    type_ = field.get("type")
    kind = "whole" if type_ == "integer" else "number" if type_ == "number" else "bound"
    if isinstance(type_, list):
        kind = "value"
    return Parameter(
        name,
        field.get("description", ""),
        kind,
        optional,
        low=field.get("minimum"),
        above=field.get("exclusiveMinimum"),
        high=field.get("maximum"),
    )


def starting(family: str, column: Column) -> dict[str, Any]:
    """A target of a family that resembles the real data: by moments, and at the ends of what occurs."""
    counts = column.counts[:-1].astype(float)
    if family == "constant":
        from trimtab.ui.sculptor.shaping import plain_value

        return {"family": family, "value": plain_value(column, int(np.argmax(counts)))}
    if family == "mixture":
        return {"family": family, "parts": [{"weight": 9, "family": "empirical"}, {"weight": 1, **extra(column)}]}
    if family not in (*_STARTS, "tail"):
        return {"family": family}
    if family == "tail":
        return {"family": family, **_tail(column)}
    numbers, shares = column.numbers, counts / counts.sum()
    first, last = float(numbers[0]), float(numbers[-1])
    if column.kind == "datetime":
        low, high = moment_texts([first, last])
        return {"family": family, "low": low, "high": high}
    mean = float(numbers @ shares)
    sd = float(np.sqrt(((numbers - mean) ** 2) @ shares)) or 1.0
    given = _STARTS[family](first, last, mean, sd)
    return {"family": family, **{name: _short(value) for name, value in given.items()}}


def extra(column: Column) -> dict[str, Any]:
    """One more part for a mixture: a tail for numbers, else what is the simplest."""
    return starting({"continuous": "tail", "count": "tail", "datetime": "uniform"}.get(column.kind, "constant"), column)


def fitted_values(target: Target, column: Column) -> dict[str, float]:
    """What the source gives to the parameters that a tail leaves open; nothing for other families, or if it can't."""
    if not isinstance(target, Tail):
        return {}
    try:
        found = target.fitted(column)
    except InputError:
        return {}
    return {name: value for name, value in (("shape", found.shape), ("scale", found.scale)) if value is not None}


def _tail(column: Column) -> dict[str, Any]:
    """A tail above what most real rows have, lower if a fit needs more of them; a plain one if it can't be fitted."""
    counts = column.counts[:-1]
    above = counts.sum() - np.cumsum(counts)
    enough = np.flatnonzero((above >= FEWEST) & (np.arange(len(counts)) < len(counts) - FEWEST_VALUES))
    if not len(enough):
        return {"above": float(column.numbers[0]), "shape": 0.0, "scale": float(np.ptp(column.numbers)) or 1.0}
    beyond = np.flatnonzero(above <= TAIL_SHARE * counts.sum())
    at = min(int(beyond[0]), int(enough[-1]))
    return {"above": float(column.numbers[at])}


def _short(value: float) -> float | int:
    return value if isinstance(value, int) else float(f"{value:.4g}")


def _positive(first: float, mean: float, sd: float) -> tuple[float, float]:
    """Where a positive law begins, and its mean counted from there."""
    loc = min(first, 0.0)
    return loc, max(mean - loc, sd / 10)


def _lognormal(first: float, last: float, mean: float, sd: float) -> dict[str, Any]:
    loc, above = _positive(first, mean, sd)
    s = float(np.sqrt(np.log1p((sd / above) ** 2)))
    return {"s": s, "scale": above * float(np.exp(-s * s / 2)), "loc": loc}


def _gamma(first: float, last: float, mean: float, sd: float) -> dict[str, Any]:
    loc, above = _positive(first, mean, sd)
    return {"a": (above / sd) ** 2, "scale": sd * sd / above, "loc": loc}


def _beta(first: float, last: float, mean: float, sd: float) -> dict[str, Any]:
    width = last - first or 1.0
    m, v = min(max((mean - first) / width, 0.01), 0.99), (sd / width) ** 2
    k = max(m * (1 - m) / max(v, 1e-6) - 1, 0.1)
    return {"a": m * k, "b": (1 - m) * k, "loc": first, "scale": width}


def _triangular(first: float, last: float, mean: float, sd: float) -> dict[str, Any]:
    width = last - first or 1.0
    return {"c": min(max(3 * (mean - first) / width - 1, 0.0), 1.0), "loc": first, "scale": width}


_STARTS: dict[str, Any] = {
    "uniform": lambda first, last, mean, sd: {"low": first, "high": last if last > first else first + 1},
    "normal": lambda first, last, mean, sd: {"mean": mean, "sd": sd},
    "lognormal": _lognormal,
    "gamma": _gamma,
    "beta": _beta,
    "triangular": _triangular,
    "exponential": lambda first, last, mean, sd: {"scale": max(mean - first, sd / 10), "loc": first},
    "poisson": lambda first, last, mean, sd: {"mu": max(mean, 0.1)},
    "binomial": lambda first, last, mean, sd: {
        "n": max(int(last), 1),
        "p": min(max(mean / max(int(last), 1), 0.0), 1.0),
    },
}
