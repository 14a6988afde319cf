"""Folders of one's own while something is written or worked on, and clearing away what killed runs left of theirs."""

from __future__ import annotations

import fcntl
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.exchange import clear, settle

TEMPORARY = ".trimtab-work-"
"""How the folders begin that are needed only while a command runs, below the system's temporary folder."""
LOCK = "lock"


@contextmanager
def scratch(parent: Path | None, prefix: str) -> Iterator[Path]:
    """A folder of one's own below `parent`, or below the system's temporary folder; it is gone when the block ends.

    What killed runs left of folders with this prefix is cleared away first: they are known by a lock that nobody holds
    any more. Raises OSError when the disk or the rights do not allow it.
    """
    parent = Path(tempfile.gettempdir()) if parent is None else parent
    sweep(parent, prefix)
    made: tuple[Path, int] | None = None
    try:
        with uninterrupted():
            made = _locked(parent, prefix)
        yield made[0]
    finally:
        if made is not None:
            with uninterrupted():
                clear(made[0], last=LOCK)
                os.close(made[1])


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off SIGINT and SIGTERM until the block ends: making a folder and remembering it are one step, and so is
    clearing it away. Only the main thread hears of signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    known = {one: handler for one, handler in handlers.items() if handler is not None}  # None: not Python's own
    for one in known:
        signal.signal(one, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for one, handler in known.items():
            signal.signal(one, handler)
        for number in heard[:1]:
            signal.raise_signal(number)


def _locked(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # swept away between the two steps
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)


def sweep(parent: Path, *prefixes: str) -> None:
    """Clear away the folders that killed runs left, and bring to its end what they were exchanging."""
    with os.scandir(parent) as entries:
        found = [Path(entry.path) for entry in entries if entry.name.startswith(prefixes) and entry.is_dir()]
    for folder in found:
        try:
            lock = os.open(folder / LOCK, os.O_RDWR)
        except FileNotFoundError:
            _remove_empty(folder)
            continue
        except OSError:  # another person's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # in use
            os.close(lock)
            continue
        if os.fstat(lock).st_nlink:  # else another one was quicker
            settle(folder)
            clear(folder, last=LOCK)
        os.close(lock)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # it is being used by now
        return
