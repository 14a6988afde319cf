"""Registration by being there: a folder whose files each define one kind of something, all imported at once."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules


def import_files(package: str, folders: Iterable[str]) -> None:
    """Import every file of a package, in the order of their names; `folders` is the package's `__path__`.

    A new kind is then a new file: no list has to be edited.
    """
    for found in sorted(iter_modules(folders), key=lambda one: one.name):
        import_module(f"{package}.{found.name}")
