"""Whether a file stays as it is while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.errors import InputError


@contextmanager
def unchanged(files: Sequence[Path], owner: str, *, before: Sequence[tuple[int, ...]] | None = None) -> Iterator[None]:
    """Raise InputError, which begins with `owner`, if one of `files` is written to or goes while the block reads it.

    `before` are their states if they were looked at earlier.
    """
    try:
        before = [state_of(file) for file in files] if before is None else before
        try:
            yield
        except Exception as error:  # of a file that is being written any other fault is one of the moment
            _check_states(files, owner, before, error)
            raise
        _check_states(files, owner, before, None)
    except FileNotFoundError as error:
        raise InputError(f"{owner}: it was deleted or renamed while it was read.") from error


def _check_states(
    files: Sequence[Path], owner: str, before: Sequence[tuple[int, ...]], cause: Exception | None
) -> None:
    if [state_of(file) for file in files] != list(before):
        raise InputError(f"{owner}: it changed while it was read. Wait until it is written to its end.") from cause


def state_of(file: Path) -> tuple[int, ...]:
    """What is another number once somebody has written to a file."""
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
