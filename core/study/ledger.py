"""How many bytes objects take together: arrays and tables by their buffers, and what is held twice once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FunctionType

import numpy as np
import pyarrow as pa

SCALARS = (str, bytes, int, float, type(None))


@dataclass(slots=True)
class _Entry:
    """An object with its own bytes and the `parts` that it holds; the reference keeps its id from being used again."""

    one: object
    size: int
    parts: list[object]
    holders: int = 0


class Ledger:
    """Objects that somebody holds, with all they are made of.

    `size` are their bytes, each object counted once however many others hold it. An object must not change while it is
    held.
    """

    def __init__(self) -> None:
        self.size = 0
        self._entries: dict[int, _Entry] = {}

    def hold(self, one: object) -> None:
        """Count an object and all it is made of, once more."""
        waiting = [one]
        while waiting:
            one = waiting.pop()
            entry = self._entries.get(_place(one))
            if entry is None:
                entry = _Entry(one, *_measured(one))
                self._entries[_place(one)] = entry
                self.size += entry.size
                waiting += entry.parts
            entry.holders += 1

    def release(self, one: object) -> None:
        """Count an object that is held once less; without a holder it and its parts are let go."""
        waiting = [one]
        while waiting:
            one = waiting.pop()
            entry = self._entries[_place(one)]
            entry.holders -= 1
            if not entry.holders:
                del self._entries[_place(one)]
                self.size -= entry.size
                waiting += entry.parts


def _place(one: object) -> int:
    """Where an object lies in memory; Arrow makes a new Python object of a buffer each time it is asked."""
    return int(one.address) if isinstance(one, pa.Buffer) else id(one)


def _measured(one: object) -> tuple[int, list[object]]:
    """The bytes of an object itself, and the larger parts that it holds."""
    if isinstance(one, np.ndarray):
        # A view keeps the whole array that it is of.
        return (sys.getsizeof(one), [one.base]) if isinstance(one.base, np.ndarray) else (one.nbytes, [])
    if isinstance(one, pa.Buffer):
        return one.size, []
    # What Arrow calls the size of its objects is that of their buffers.
    if isinstance(one, pa.Table | pa.RecordBatch):
        return 0, list(one.columns)
    if isinstance(one, pa.ChunkedArray):
        return 0, list(one.chunks)
    if isinstance(one, pa.Array):
        held = [buffer for buffer in one.buffers() if buffer is not None]
        return 0, [*held, *([one.dictionary] if pa.types.is_dictionary(one.type) else [])]
    if isinstance(one, Mapping):
        return _with_scalars(one, (*one.keys(), *one.values()))
    if isinstance(one, tuple | list | set | frozenset):
        return _with_scalars(one, one)
    if isinstance(one, partial):
        return _with_scalars(one, (*one.args, *one.keywords.values()))
    if isinstance(one, FunctionType):
        return _with_scalars(one, [cell.cell_contents for cell in one.__closure__ or ()])
    if isinstance(one, type) or not hasattr(one, "__dict__"):
        return sys.getsizeof(one), []
    return _with_scalars(one, vars(one).values())


def _with_scalars(one: object, parts: Iterable[object]) -> tuple[int, list[object]]:
    """Texts and numbers are counted with what holds them: they are many and small."""
    size, larger = sys.getsizeof(one), []
    for part in parts:
        if isinstance(part, SCALARS):
            size += sys.getsizeof(part)
        else:
            larger.append(part)
    return size, larger
