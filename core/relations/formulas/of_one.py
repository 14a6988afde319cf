"""One column computed from one other: a = k·f(b) + m, f the identity, a logarithm, a power."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from trimtab.core.relations.formulas.testing import FEWEST_SIDES, Formula, Right, nats_of, tolerance_of, unit_of
from trimtab.core.relations.formulas.writing import number
from trimtab.core.relations.relation import written
from trimtab.core.relations.sample import Sample
from trimtab.core.relations.surprise import ONE_FACTOR, bound

ROWS = 300
NEARLY = 1.0 - 1e-3
"""Correlation from which on a line is tried; that of numbers with what they are rounded to is more, if they are 30."""

DIGITS = 12

FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "{0}": lambda x: x,
    "power({0}, 2)": np.square,
    "power({0}, 3)": lambda x: x**3,
    "sqrt({0})": np.sqrt,
    "ln({0})": np.log,
    "ln(1 + {0})": np.log1p,
    "log10({0})": np.log10,
    "exp({0})": np.exp,
    "1 / {0}": lambda x: 1.0 / x,
}


def curves(sample: Sample) -> tuple[list[Formula], set[int]]:
    """What holds of two columns, and the places of those that are a straight line of an earlier one."""
    places = [place for place in sample.numeric if sample.distinct[place] >= FEWEST_SIDES]
    needed = bound(len(places) * (len(places) - 1) * len(FUNCTIONS), ONE_FACTOR)
    best: dict[frozenset[int], tuple[tuple[object, ...], Formula]] = {}
    copies = set()
    for left, root, name in _candidates(sample, places):
        values = _applied(name, sample.numbers[:, root])
        found = _fitted(sample, left, root, name, values)
        if found is None or found.nats < needed:
            continue
        if name == "{0}":
            copies.add(max(left, root))
        pair = frozenset((left, root))
        rank = (found.tolerance > 0, len(found.text), -left)
        if pair not in best or rank < best[pair][0]:
            best[pair] = rank, found
    return [formula for _, formula in best.values()], copies


def _applied(name: str, numbers: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        values = FUNCTIONS[name](numbers)
    return np.where(np.isfinite(values), values, np.nan)


def _candidates(sample: Sample, places: list[int]) -> Iterator[tuple[int, int, str]]:
    """(left, root, function) of columns that go together almost on a line."""
    seen = set()
    for here, rows in sample.complete(places, ROWS):
        numbers = sample.numbers[rows][:, here]
        left = _standard(numbers)
        for name in FUNCTIONS:
            values = _applied(name, numbers)
            usable = ~np.isnan(values).any(axis=0)
            strength = np.abs(left.T @ _standard(np.where(usable, values, 0.0)))
            for i, j in np.argwhere(strength >= NEARLY):
                one = (here[i], here[j], name)
                if i != j and usable[j] and one not in seen:
                    seen.add(one)
                    yield one


def _standard(numbers: np.ndarray) -> np.ndarray:
    """Columns around 0 of length 1; constants are 0."""
    scale = np.abs(numbers).max(axis=0)
    centred = numbers / np.where(scale > 0, scale, 1.0)
    centred = centred - centred.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(np.where(length > 1e-12, centred / np.where(length > 1e-12, length, 1.0), 0.0))


def _fitted(sample: Sample, left: int, root: int, name: str, values: np.ndarray) -> Formula | None:
    """The line with the fewest digits that holds in every row."""
    if 2 * sample.distinct[left] < sample.distinct[root]:
        return None  # a coarse side fits many lines
    numbers = sample.numbers[:, left]
    known = ~(np.isnan(numbers) | np.isnan(values))
    x, y = values[known], numbers[known]
    if len(x) < FEWEST_SIDES or not np.ptp(x):
        return None
    slope = float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))
    half = unit_of(sample, left) / 2
    multiples = [_multiple(x, y, half)]
    for k in (*multiples, *(float(f"{slope:.{digits - 1}e}") for digits in range(1, DIGITS + 1))):
        rest = y - k * x
        low, high = float(rest.max()) - half, float(rest.min()) + half
        slack = 1e-12 * float(np.abs(y).max() + np.abs(k * x).max())
        if low > high + slack or not k:
            continue
        m = _shortest(low - slack, high + slack)
        right = _right(name, root, k, m)
        tolerance = tolerance_of(sample, left, right)
        if tolerance is not None:
            text = f"{written(sample.names[left])} = {_line(name.format(written(sample.names[root])), k, m)}"
            return Formula(text, tolerance, nats_of(sample, left, [root], right))
    return None


def _multiple(x: np.ndarray, y: np.ndarray, half: float) -> float:
    """The shortest number by which x is multiplied to give y, up to `half` a unit; 0 if there is none."""
    used = x != 0
    ends = np.sort(np.array([(y[used] - half) / x[used], (y[used] + half) / x[used]]), axis=0)
    low, high = float(ends[0].max()), float(ends[1].min())
    return _shortest(low, high) if low <= high else 0.0


def _right(name: str, root: int, k: float, m: float) -> Right:
    def right(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = k * _applied(name, numbers[:, root])
        return values + m, np.maximum(np.abs(values), abs(m))

    return right


def _shortest(low: float, high: float) -> float:
    """The number with the fewest decimals between two."""
    if low <= 0 <= high:
        return 0.0
    for decimals in range(-12, 15):
        middle = round((low + high) / 2, decimals)
        if low <= middle <= high:
            return middle
    return (low + high) / 2


def _line(text: str, k: float, m: float) -> str:
    """k times a text plus m, as a person would write it.

    >>> _line("celsius", 1.8, 32.0), _line("1 / x", 2.0, -1.0), _line("x", 1.0, 0.0), _line("x", -1.0, 5.0)
    ('1.8 * celsius + 32', '2 * (1 / x) - 1', 'x', '5 - x')
    """
    if k == -1.0 and m:
        return f"{number(m)} - {text}"
    factor = "" if k == 1.0 else "-" if k == -1.0 else f"{number(k)} * "
    bare = f"({text})" if factor and " " in text and not text.endswith(")") else text
    return f"{factor}{bare}" + (f" {'+' if m > 0 else '-'} {number(abs(m))}" if m else "")
