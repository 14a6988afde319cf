"""How the entries of a collection in a text become those of other data: which stay, change, go and come, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trimtab.core.yaml.entries import Entry, Otherwise

MOST_PAIRS = 10_000
"""Pairs of items that are looked at to find which belong together."""
UNCHANGED = object()
"""The new data of an entry that stays as it is."""
UNSAID = object()
"""The old data of a key that the text has, but the data do not: it has its default."""


@dataclass(frozen=True)
class Step:
    """An entry of the new data: `old` is the number of the entry that it was, None for a new one, which stands behind
    the entry with the number `behind`, None for the beginning."""

    old: int | None
    key: str
    was: Any
    now: Any
    behind: int | None = None


def same(one: Any, other: Any) -> bool:
    """Whether two data are the same, order and truth values too: 1 is 1.0, but not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(part, other[key]) for key, part in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def steps(entries: Sequence[Entry], before: Any, after: Any) -> list[Step]:
    """The entries of `after` in their order, where `entries` say `before`. Raises Otherwise if they don't."""
    if isinstance(before, dict):
        return _of_mapping({entry.key: i for i, entry in enumerate(entries)}, before, after)
    if len(before) != len(entries):
        raise Otherwise
    found: list[Step] = []
    behind = None
    for i, j in _aligned(before, after):
        if i is None:
            found.append(Step(None, "", None, after[j], behind))
        else:
            behind = i
            found.append(Step(i, "", before[i], after[j]))
    return found


def _of_mapping(places: dict[str, int], before: dict[str, Any], after: dict[str, Any]) -> list[Step]:
    if not places.keys() >= before.keys():
        raise Otherwise
    was = {key: key for key in after if key in places} | _renamed(places, before, after)
    kept, new = [], []
    behind = None
    for key, now in after.items():
        if key in was:
            behind = places[was[key]]
            kept.append(Step(behind, key, before.get(was[key], UNSAID), now))
        else:
            new.append(Step(None, key, None, now, behind))
    gone = before.keys() - was.values()
    silent = places.keys() - was.values() - gone
    kept += [Step(places[key], key, UNSAID, UNCHANGED) for key in silent]
    order = [was[key] for key in after if was.get(key) in before]
    if order == [key for key in before if key not in gone]:
        kept.sort(key=lambda step: step.old or 0)
    return [*kept, *new]


def _renamed(places: dict[str, int], before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """New keys whose data stood under a key that is gone."""
    gone = [key for key in before if key not in after]
    found: dict[str, str] = {}
    for key, now in after.items():
        old = next((one for one in gone if key not in places and same(before[one], now)), None)
        if old is not None:
            gone.remove(old)
            found[key] = old
    return found


def _aligned(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[int | None, int]]:
    """For each item of `after` the one of `before` that it was: as many alike ones in order as there can be, then those
    that moved."""
    short = min(len(before), len(after))
    head = next((i for i in range(short) if not same(before[i], after[i])), short)
    tail = next((i for i in range(short - head) if not same(before[-1 - i], after[-1 - i])), short - head)
    ours, theirs = before[head : len(before) - tail], after[head : len(after) - tail]
    middle = _middle(ours, theirs)
    found = [
        *((i, i) for i in range(head)),
        *((None if i is None else i + head, j + head) for i, j in middle),
        *((len(before) - i, len(after) - i) for i in range(tail, 0, -1)),
    ]
    return _moved(found, before, after)


def _moved(
    found: Sequence[tuple[int | None, int]], before: Sequence[Any], after: Sequence[Any]
) -> list[tuple[int | None, int]]:
    """The alignment in which an item that stands elsewhere now is still the one that it was."""
    left = sorted(set(range(len(before))) - {i for i, _ in found})
    moved: list[tuple[int | None, int]] = []
    for i, j in found:
        if i is None:
            i = next((one for one in left if same(before[one], after[j])), None)
            left = [one for one in left if one != i]
        moved.append((i, j))
    return moved


def _middle(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[int | None, int]]:
    """The alignment with the largest sum of likenesses (Needleman and Wunsch 1970, gaps cost nothing)."""
    if len(before) * len(after) > MOST_PAIRS:
        return [(j if j < len(before) else None, j) for j in range(len(after))]
    # What stands elsewhere as it is has moved, and is not what something else was made of.
    moved_from = [any(same(one, other) for other in after) for one in before]
    moved_to = [any(same(one, other) for one in before) for other in after]
    like = [
        [
            0 if (here or there) and not same(one, other) else _likeness(one, other)
            for other, there in zip(after, moved_to, strict=True)
        ]
        for one, here in zip(before, moved_from, strict=True)
    ]
    best = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in reversed(range(len(before))):
        for j in reversed(range(len(after))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + like[i][j])
    found: list[tuple[int | None, int]] = []
    i = j = 0
    while j < len(after):
        if i < len(before) and like[i][j] and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif i < len(before) and best[i][j] == best[i + 1][j]:
            i += 1
        else:
            found.append((None, j))
            j += 1
    return found


def _likeness(one: Any, other: Any) -> int:
    if same(one, other):
        return 20
    if isinstance(one, dict) and isinstance(other, dict):
        shared = sum(key in other and same(part, other[key]) for key, part in one.items())
        return min(4 * shared, 16)
    return int(isinstance(one, dict) == isinstance(other, dict))
