"""New keys in the form of a column's own: numbers that go on, or texts with the same characters at the same places."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.maths.streams import other_words
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import NUMBERED, holds_dates, numbered

EXACT = 2**53
"""Whole numbers up to this one are exact as floats, which columns with gaps are."""
COUNTED = 2**31
"""The places of a text that tell keys apart have at most so many combinations: products of two fit 64 bits."""
ROOM = 10
"""A text is the form of a key if it allows so many times the keys that there are."""
GOLDEN = (math.sqrt(5) - 1) / 2


class KeyForm(Protocol):
    """Makes as many as `room` keys that differ from each other and from all of its column."""

    @property
    def room(self) -> int:
        """How many there are, at least one."""

    def keys(self, numbers: np.ndarray) -> pa.Array:
        """(n,) the keys of these numbers, each from 0 to `room` - 1, in the column's type."""


# It takes a look at all values of a column, and is asked for at every edit of a design.
_FORMS: WeakKeyDictionary[Column, KeyForm | None] = WeakKeyDictionary()


def form_of(column: Column) -> KeyForm | None:
    """How new keys of a column look; None if its values are no keys (names, measures, dates), or none is left."""
    if column not in _FORMS:
        form = _form(column)
        _FORMS[column] = form if form and form.room > 0 else None
    return _FORMS[column]


def _form(column: Column) -> KeyForm | None:
    if not column.distinct:
        return None
    if column.kind == "count":
        return _Numbers(column.type, int(pc.max(column.values).as_py()))
    if column.kind != "categorical" or not pa.types.is_string(column.type) or holds_dates(column):
        return None
    return _numbered(column) or _places(column)


@dataclass(frozen=True)
class _Numbers:
    """Whole numbers after the `last`."""

    type: pa.DataType
    last: int

    @property
    def room(self) -> int:
        if not pa.types.is_integer(self.type):
            return EXACT - self.last
        bits = min(63, self.type.bit_width - pa.types.is_signed_integer(self.type))
        return int(2**bits - 1 - self.last)

    def keys(self, numbers: np.ndarray) -> pa.Array:
        return pa.array(self.last + 1 + numbers.astype(np.int64)).cast(self.type)


@dataclass(frozen=True)
class _Numbered:
    """A word and a number, such as T001: the numbers after the `last`, with at least `width` digits."""

    head: str
    last: int
    width: int

    @property
    def room(self) -> int:
        return EXACT - self.last

    def keys(self, numbers: np.ndarray) -> pa.Array:
        digits = pa.array(self.last + 1 + numbers.astype(np.int64)).cast(pa.string())
        return pc.binary_join_element_wise(self.head, pc.utf8_lpad(digits, self.width, "0"), "")


def _numbered(column: Column) -> _Numbered | None:
    numbers = numbered(column.values)
    first = re.match(NUMBERED, column.values[0].as_py())
    if not len(numbers) or first is None:
        return None
    lengths = pc.min_max(pc.utf8_length(column.values))
    same = lengths["min"].equals(lengths["max"])
    return _Numbered(first["head"], int(numbers.max()), len(first["number"]) if same else 0)


@dataclass(frozen=True, eq=False)
class _Places:
    """Texts of one length: at each place one of its `characters`, code points that stand there in the column.

    The `counting` places count, the others are filled by mixing the number. What counts of number i is a·x mod m, where
    x is the i-th that gives none of the column's own (`taken`, ascending); a is near the golden section of m, so that
    neighbours look unalike.
    """

    characters: list[np.ndarray]
    counting: list[int]
    a: int
    m: int
    taken: np.ndarray

    @property
    def room(self) -> int:
        return self.m - len(self.taken)

    def keys(self, numbers: np.ndarray) -> pa.Array:
        x = numbers.astype(np.int64) + np.searchsorted(self._free_before, numbers, side="right")
        left, words = x * self.a % self.m, numbers.astype(np.uint32)
        points = np.empty((len(numbers), len(self.characters)), dtype=np.uint32)
        for place, characters in enumerate(self.characters):
            points[:, place] = characters[other_words(words, place) % np.uint32(len(characters))]
        for place in reversed(self.counting):
            left, digit = np.divmod(left, len(self.characters[place]))
            points[:, place] = self.characters[place][digit]
        return pa.array(points.view(f"<U{points.shape[1]}").ravel().tolist(), pa.string())

    @cached_property
    def _free_before(self) -> np.ndarray:
        """For each of the taken how many before it are free."""
        return self.taken - np.arange(len(self.taken))


def _places(column: Column) -> _Places | None:
    """The form of texts of one length, if it holds digits and allows many more keys than there are."""
    texts = column.values.to_pylist()
    if len({len(text) for text in texts}) != 1 or not texts[0]:
        return None
    points = np.array(texts).view(np.uint32).reshape(len(texts), -1)
    characters = [np.unique(place) for place in points.T]
    counting, m = _counting([len(one) for one in characters])
    every = np.concatenate(characters)
    if m < (ROOM + 1) * len(texts) or not ((every >= ord("0")) & (every <= ord("9"))).any():
        return None
    a = next(a for a in range(max(1, round(m * GOLDEN)), 2 * m + 2) if math.gcd(a, m) == 1)
    value = np.zeros(len(texts), dtype=np.int64)
    for place in counting:
        value = value * len(characters[place]) + np.searchsorted(characters[place], points[:, place])
    return _Places(characters, counting, a, m, np.unique(value * pow(a, -1, m) % m))


def _counting(sizes: list[int]) -> tuple[list[int], int]:
    """The places that count, the most varied first, and their combinations."""
    found, product = [], 1
    for place in sorted(range(len(sizes)), key=lambda place: -sizes[place]):
        if sizes[place] > 1 and product * sizes[place] <= COUNTED:
            found.append(place)
            product *= sizes[place]
    return found, product
