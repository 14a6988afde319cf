"""New keys in the form of a column's own: numbers that go on, or texts with the same characters at the same places."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.maths.streams import other_words
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import NUMBERED, numbered

LARGEST = 2**53
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
        """How many there are."""

    def keys(self, numbers: np.ndarray) -> pa.Array:
        """(n,) the keys of these numbers, each from 0 to `room` - 1, in the column's type."""


def form_of(column: Column) -> KeyForm | None:
    """How new keys of a column look; None if its values are no keys: names, measures, dates."""
    if column.kind == "count" and column.distinct:
        return _Numbers(column)
    if column.kind != "categorical" or not column.distinct or not pa.types.is_string(column.values.type):
        return None
    if len(numbered(column.values)):
        return _Numbered(column)
    places = _Places(column)
    return places if places.is_key else None


@dataclass(frozen=True, eq=False)
class _Numbers:
    """Whole numbers after the largest."""

    column: Column

    @property
    def room(self) -> int:
        type_ = self.column.type
        largest = LARGEST
        if pa.types.is_integer(type_) and type_.bit_width < 64:
            largest = 2 ** (type_.bit_width - pa.types.is_signed_integer(type_)) - 1
        return max(0, largest - int(self.column.numbers[-1]))

    def keys(self, numbers: np.ndarray) -> pa.Array:
        return pa.array(int(self.column.numbers[-1]) + 1 + numbers.astype(np.int64)).cast(self.column.type)


@dataclass(frozen=True, eq=False)
class _Numbered:
    """A word and a number, such as T001: the numbers after the largest, with as many digits."""

    column: Column

    @cached_property
    def _last(self) -> int:
        return int(numbered(self.column.values).max())

    @property
    def room(self) -> int:
        return LARGEST - self._last

    def keys(self, numbers: np.ndarray) -> pa.Array:
        first = re.match(NUMBERED, self.column.values[0].as_py())
        assert first is not None, "all values are numbered"
        lengths = pc.utf8_length(self.column.values)
        width = len(first["number"]) if pc.min_max(lengths)["min"].equals(pc.min_max(lengths)["max"]) else 0
        digits = pa.array(self._last + 1 + numbers.astype(np.int64)).cast(pa.string())
        return pc.binary_join_element_wise(first["head"], pc.utf8_lpad(digits, width, "0"), "").cast(self.column.type)


@dataclass(frozen=True, eq=False)
class _Places:
    """Texts of one length: at each place a character that some of them have there.

    Some places count, the others are filled by mixing the number. What counts of number i is (a·x + b) mod m, where x
    is the i-th that gives none of the column's own; a is near the golden section of m, so that neighbours look unalike.
    """

    column: Column

    @cached_property
    def _characters(self) -> list[np.ndarray]:
        """For each place the code points that stand there, ascending; none if the lengths differ."""
        texts = self.column.values.to_pylist()
        if len({len(text) for text in texts}) != 1:
            return []
        return [np.unique(place) for place in _points(texts).T]

    @cached_property
    def _counting(self) -> list[int]:
        """The places that count, the most varied first."""
        found, product = [], 1
        for place in sorted(range(len(self._characters)), key=lambda place: -len(self._characters[place])):
            size = len(self._characters[place])
            if size > 1 and product * size <= COUNTED:
                found.append(place)
                product *= size
        return found

    @cached_property
    def _sizes(self) -> list[int]:
        return [len(self._characters[place]) for place in self._counting]

    @property
    def _m(self) -> int:
        return math.prod(self._sizes)

    @property
    def is_key(self) -> bool:
        """Whether it holds digits and allows many more keys than there are."""
        points = np.concatenate(self._characters) if self._characters else np.empty(0)
        digits = (points >= ord("0")) & (points <= ord("9"))
        return bool(digits.any()) and self.room >= ROOM * self.column.distinct

    @property
    def room(self) -> int:
        return self._m - len(self._taken) if self._counting else 0

    @cached_property
    def _a(self) -> int:
        a = max(1, round(self._m * GOLDEN))
        while math.gcd(a, self._m) > 1:
            a += 1
        return a

    @cached_property
    def _taken(self) -> np.ndarray:
        """The x of the column's own keys, ascending."""
        points, value = _points(self.column.values.to_pylist()), np.zeros(self.column.distinct, dtype=np.int64)
        for place in self._counting:
            characters = self._characters[place]
            value = value * len(characters) + np.searchsorted(characters, points[:, place])
        return np.unique(value * pow(self._a, -1, self._m) % self._m)

    def keys(self, numbers: np.ndarray) -> pa.Array:
        before = self._taken - np.arange(len(self._taken))
        x = numbers.astype(np.int64) + np.searchsorted(before, numbers, side="right")
        left, words = x * self._a % self._m, numbers.astype(np.uint32)
        points = np.empty((len(numbers), len(self._characters)), dtype=np.uint32)
        for place, characters in enumerate(self._characters):
            points[:, place] = characters[other_words(words, place) % np.uint32(len(characters))]
        for place, size in zip(reversed(self._counting), reversed(self._sizes), strict=True):
            points[:, place] = self._characters[place][left % size]
            left //= size
        texts = points.view(f"<U{points.shape[1]}").ravel()
        return pa.array(texts.tolist(), pa.string()).cast(self.column.type)


def _points(texts: list[str]) -> np.ndarray:
    """(n, length) the code points of texts of one length."""
    return np.array(texts).view(np.uint32).reshape(len(texts), -1)
