"""Tables in which a relation of each kind is planted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Planted = tuple[dict[str, np.ndarray], set[str]]
"""Columns, and the factors of the relation between them."""


def determines(generator: np.random.Generator, rows: int) -> Planted:
    levels = int(generator.integers(5, 40))
    code = generator.integers(0, levels, rows)
    return {"p_code": code, "p_name": generator.permutation(levels)[code] + 1000}, {"p_code", "p_name"}


def one_of(generator: np.random.Generator, rows: int) -> Planted:
    level = generator.integers(0, int(generator.integers(3, 9)), rows)
    names = [f"p_{i}" for i in range(int(level.max()) + 1)]
    return {name: (level == i).astype(int) for i, name in enumerate(names)}, set(names)


def at_most_one_of(generator: np.random.Generator, rows: int) -> Planted:
    columns, names = one_of(generator, rows)
    last = sorted(names)[-1]
    return ({k: v for k, v in columns.items() if k != last}, names - {last}) if len(names) > 3 else (columns, names)


def equation(generator: np.random.Generator, rows: int) -> Planted:
    a, b, c = (generator.integers(1, 400, rows) / 10 ** int(generator.integers(0, 3)) for _ in range(3))
    left = [a + b, a - b, a * b, a + b + c, 1.8 * a + 32][int(generator.integers(5))]
    return {"p_a": a, "p_b": b, "p_c": c, "p_left": np.round(left, 6)}, {"p_left"}


def order(generator: np.random.Generator, rows: int) -> Planted:
    low = generator.normal(0, 10, rows).round(1)
    return {"p_low": low, "p_high": (low + generator.exponential(1, rows)).round(1)}, {"p_low", "p_high"}


def parts(generator: np.random.Generator, rows: int) -> Planted:
    days = np.datetime64("2011-03-01") + generator.integers(0, 3000, rows)
    return {"p_day": days, "p_month": days.astype("datetime64[M]").astype(int) % 12 + 1}, {"p_day", "p_month"}


def missing_together(generator: np.random.Generator, rows: int) -> Planted:
    gaps = generator.random(rows) < 0.4
    columns = {n: np.where(gaps, np.nan, generator.normal(size=rows)) for n in ("p_one", "p_two")}
    return columns, set(columns)


def key(generator: np.random.Generator, rows: int) -> Planted:
    steps = int(generator.integers(5, 20))
    place = np.arange(rows)
    return {"p_owner": place // steps, "p_step": place % steps}, {"p_owner", "p_step"}


PLANTS: dict[str, Callable[[np.random.Generator, int], Planted]] = {
    one.__name__: one for one in (determines, one_of, at_most_one_of, equation, order, parts, missing_together, key)
}
