"""Rates and shares as people grasp them, and what moves most in a factor as one phrase."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trimtab.core.source.axes import Axis
from trimtab.core.source.labels import moment_texts, number_texts
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import signed

OFTEN = 0.1
"""A rate above this is told in percent, one below as "1 in 20"."""
RARE = 0.001
"""A rate below this is never told in percent: nobody grasps 0.02 %."""
ROUND = 0.02
"""How far off "1 in 20" may be from the rate, as a part of it."""
PLAIN = 0.8
"""What falls, lies in the middle or is no gap is told only if of it this part alone moves more than what rises, lies at
an end, or is missing: those are plainer."""
SAME = 0.0005
"""Shares nearer to each other than this are the same."""


@dataclass(frozen=True)
class Words:
    """A phrase and the part of it that matters most."""

    text: str
    asked: str = ""


def rounded_one_in(rate: float) -> str | None:
    """A small rate as "1 in 20", where that is right within ROUND; else None.

    >>> rounded_one_in(0.05), rounded_one_in(0.0047), rounded_one_in(0.075), rounded_one_in(0.5)
    ('1 in 20', '1 in 213', None, None)
    """
    if not 0 < rate <= OFTEN * (1 + ROUND):
        return None
    times = round(1 / rate)
    return f"1 in {times:,}" if abs(rate * times - 1) <= ROUND else None


def rates(real: float, asked: float, *, reality: str = "in reality") -> Words:
    """How often something is to happen, and how often it does.

    >>> rates(0.0047, 0.05).text, rates(0.04, 0.2).text
    ('from 1 in 213 rows to 1 in 20', 'from 4 % of the rows to 20 %')
    >>> rates(0, 0.05).text, rates(0.05, 0).text
    ('in 1 in 20 rows, never in reality', 'never, in reality in 1 in 20 rows')
    """
    same = _same(reality)
    if real <= 0 or asked <= 0:
        if asked > 0:
            return Words(f"in {_often(asked)}, never {reality}", _short(asked))
        return Words(f"never, {reality} in {_often(real)}" if real > 0 else f"never, {same}", "never")
    if abs(real - asked) <= 1e-9 * asked:
        return Words(f"in {_often(asked)}, {same}", _short(asked))
    both = rounded_one_in(real), rounded_one_in(asked)
    if None in both and min(real, asked) >= RARE:
        both = rounded_percent(real, 2), rounded_percent(asked)
    texts = [both[0] or _short(real), both[1] or _short(asked)]
    if texts[0] == texts[1]:
        texts = [rounded_percent(real, 4), rounded_percent(asked, 4)]
    unit = " of the rows" if texts[0].endswith("%") else " rows"
    then = texts[1] + (" of the rows" if texts[1].endswith("%") and unit == " rows" else "")
    named = "" if reality == "in reality" else f" {reality}"
    return Words(f"from {texts[0]}{unit}{named} to {then}", texts[1])


def of_rows(share: float, digits: int = 3) -> str:
    """How many of the rows: "no rows", "1 in 500 rows", "12.5 % of the rows", "all rows".

    >>> of_rows(0), of_rows(0.002), of_rows(0.125), of_rows(1)
    ('no rows', '1 in 500 rows', '12.5 % of the rows', 'all rows')
    """
    if share < 1e-9:
        return "no rows"
    if share >= 1 - 1e-9:
        return "all rows"
    text = _short(share, digits, small=0.01)
    return f"{text} of the rows" if text.endswith("%") else f"{text} rows"


def in_reality(share: float, than: float) -> str:
    """How often something really happens, where `than` is asked for: "never", "1 in 500", "4 %"."""
    if share < 1e-9:
        return "never"
    digits = next((d for d in (2, 3, 4) if rounded_percent(share, d) != rounded_percent(than, d)), 5)
    return "always" if share >= 1 - 1e-9 else _short(share, digits, small=0.01)


def most_moved(
    axis: Axis, before: np.ndarray, after: np.ndarray, unit: str = "", *, digits: int = 3, reality: str = "in reality"
) -> Words:
    """The part of a factor that moves most from `before` to `after`, both (size + 1,) shares with missing last.

    Of numbers a stretch of neighbouring bins, such as "20 % of the rows below 2 mi, in reality 4 %"; of levels one or
    two; or missing. What rises is told rather than what falls.
    """
    off = after - before
    if 0.5 * float(np.abs(off).sum()) < SAME:
        return Words(_same(reality))
    if axis.numeric:
        low, high = _stretch(off[:-1])
        if abs(off[-1]) >= PLAIN * abs(off[low:high].sum()):
            return _told("have no value", before[-1], after[-1], digits, reality)
        return _told(_where(axis, low, high, unit), before[low:high].sum(), after[low:high].sum(), digits, reality)
    order = np.argsort(-np.abs(off), kind="stable")[:2]
    if off[order[0]] < 0 < off[order[1]] and off[order[1]] > -off[order[0]] * (1 - 1e-9):
        order = order[::-1]
    shown = order[: 1 if axis.size == 2 or abs(off[order[1]]) < abs(off[order[0]]) / 2 else 2]
    parts = [_told(_level(axis, int(i)), before[i], after[i], digits, reality) for i in shown]
    text = "; ".join(part.text for part in parts)
    gone = [int(i) for i in np.flatnonzero((after <= 0) & (before > 0)) if i not in shown]
    if gone:
        named = sorted(gone, key=lambda i: -before[i])[:2]
        names = [axis.labels[i] if i < axis.size else axis.missing_label for i in named]
        others = f" and {len(gone) - len(named)} more" if len(gone) > len(named) else ""
        text += f"; no row is {' or '.join(names)}{others}, {reality} {rounded_percent(float(before[gone].sum()))}"
    return Words(text, parts[0].asked)


def described(axis: Axis, shares: np.ndarray, unit: str = "") -> Words:
    """A distribution that there is nothing to compare with: its commonest levels, or where most of it lies."""
    if not axis.numeric:
        order = np.argsort(-shares, kind="stable")[:3]
        parts = [f"{of_rows(float(shares[i]))} {_level(axis, int(i))}" for i in order if shares[i] > 0]
        return Words("; ".join(parts), parts[0].partition(" of the rows")[0] if parts else "")
    cumulative = np.cumsum(shares[:-1]) / max(float(shares[:-1].sum()), 1e-300)
    low, middle, high = (int(np.searchsorted(cumulative, q - 1e-12)) for q in (0.1, 0.5, 0.9))
    inside = float(shares[low : high + 1].sum())
    around = f", the middle of them {_where(axis, middle, middle + 1, unit)}" if low < middle < high else ""
    return Words(f"{of_rows(inside, 2)} {_where(axis, low, high + 1, unit)}{around}", _short(inside, 2))


def _same(reality: str) -> str:
    return reality if reality.startswith("as ") else f"as {reality}"


def _told(where: str, before: float, after: float, digits: int, reality: str) -> Words:
    differ = next((d for d in (2, 3, 4) if rounded_percent(before, d) != rounded_percent(after, d)), 5)
    asked = of_rows(float(after), max(digits, differ))
    real = in_reality(float(before), float(after))
    really = f"never {reality}" if real == "never" else f"{reality} {real}"
    return Words(f"{asked} {where}, {really}", asked.removesuffix(" of the rows").removesuffix(" rows"))


def _short(rate: float, digits: int = 3, *, small: float = OFTEN * (1 + ROUND)) -> str:
    """A rate as "1 in 20" where it is small, and that is near or nothing else could be grasped; else in percent."""
    told = rounded_one_in(rate) if rate < small else None
    return told or (f"1 in {round(1 / rate):,}" if rate < RARE else rounded_percent(rate, digits))


def _often(rate: float) -> str:
    """A rate above 0 and the word rows."""
    text = "all" if rate >= 1 - 1e-9 else _short(rate)
    return f"{text}{' of the rows' if text.endswith('%') else ' rows'}"


def _level(axis: Axis, place: int) -> str:
    return "have no value" if place == axis.size else f"are {axis.labels[place]}"


def _stretch(off: np.ndarray) -> tuple[int, int]:
    """The neighbouring bins [low, high) whose shares together move most, rather up than down, rather at an end."""
    sums = np.concatenate([[0.0], np.cumsum(off)])
    moved = sums[None, :] - sums[:, None]
    worth = np.where(moved > 0, moved, -PLAIN * moved)
    inner = np.ones_like(moved, dtype=bool)
    inner[0, :] = inner[:, -1] = False
    worth[inner] *= PLAIN
    worth -= 1e-9 * (np.arange(len(sums))[None, :] - np.arange(len(sums))[:, None])  # of equal ones the shortest
    worth[np.tril_indices(len(sums))] = -1.0
    if len(off) > 1:
        worth[0, -1] = -1.0  # the whole axis moves only as far as missing does
    low, high = np.unravel_index(int(worth.argmax()), worth.shape)
    return int(low), int(high)


def _where(axis: Axis, low: int, high: int, unit: str) -> str:
    """The bins [low, high) in words: "below 2 mi", "at 10 mi", "from 6 to 9", "at 15 or more"."""
    after = f" {unit}" if unit else ""
    first, last = _ends(axis, low, high)
    if first == last:
        return f"at {first}{after}"
    if axis.kind == "datetime":
        below, above = f"before {last}", f"from {first} on"
    elif axis.kind == "continuous" and not axis.points:
        below, above = f"below {last}{after}", f"at {first}{after} or more"
    else:
        below, above = f"up to {last}{after}", f"at {first}{after} or more"
    if low == 0 and high < axis.size:
        return below
    return above if low > 0 and high == axis.size else f"from {first} to {last}{after}"


def _ends(axis: Axis, low: int, high: int) -> tuple[str, str]:
    """The first and last value of the bins [low, high); of numbers that are not whole, the edges."""
    begin, end = axis.edges[low], axis.edges[high]
    if axis.points:
        end = axis.edges[high - 1]
    elif axis.kind == "count":
        begin, end = math.ceil(begin), math.floor(end) if high == axis.size else math.ceil(end) - 1
    if axis.kind == "datetime":
        first, last = moment_texts([begin, end])
    else:
        first, last = map(signed, number_texts([begin, end]))
    return first, last
