"""Registration by being there: a folder whose files each define one kind of something, in an order of places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, TypeVar

T = TypeVar("T")


def import_files(package: str, folders: Iterable[str]) -> None:
    """Import every file of a package, in the order of their names; `folders` is the package's `__path__`.

    A new kind is then a new file: no list has to be edited.
    """
    for found in sorted(iter_modules(folders), key=lambda one: one.name):
        import_module(f"{package}.{found.name}")


class Places(Generic[T]):
    """Things in the order of their places, each of which is taken once.

    >>> shelf = Places[str]()
    >>> shelf.put(20, "second"), shelf.put(10, "first"), list(shelf)
    (None, None, ['first', 'second'])
    """

    def __init__(self) -> None:
        self._taken: dict[int, T] = {}

    def put(self, place: int, one: T) -> None:
        """Take a place. Raises ValueError if it is taken: what stood there would be gone without a word."""
        if place in self._taken:
            raise ValueError(f"place {place} is taken by {self._taken[place]!r}; take another one for {one!r}")
        self._taken[place] = one

    def __iter__(self) -> Iterator[T]:
        return iter([one for _, one in sorted(self._taken.items(), key=lambda item: item[0])])

    def __len__(self) -> int:
        return len(self._taken)
