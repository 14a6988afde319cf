"""What was written takes its place in one go: the next run puts right what one that was killed on the way left.

Everything new stands in a folder beside the place, and a note of what is moved. Whoever finds the folder without its
owner puts back what had gone, or, if the thing itself has come, moves what belongs beside it: rows and receipt that
stand together are always of one run.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

NEW = "new"
BESIDE = "beside"
"""Where in such a folder stand what comes, and what comes beside it."""
OLD = "old"
"""Where in it stands what goes."""
NOTE = "exchange.json"
"""What is being exchanged: the number of the thing itself on the disk, its name, and those of its companions."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one who exchanges files of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def exchange(folder: Path, name: str, companions: Sequence[str]) -> None:
    """Move `NEW/name`, and what of its `companions` stands in BESIDE, from a folder to the one around it.

    What stands there goes, the companions even if no new ones come. On an OSError it is put back. Be `alone`.
    """
    place, new, old, note = folder.parent, folder / NEW / name, folder / OLD, folder / NOTE
    note.write_text(json.dumps([new.lstat().st_ino, name, *companions]), encoding="utf-8")
    old.mkdir()  # from here on the note counts
    try:
        for one in companions:  # first: none may stand beside another thing than its own
            if os.path.lexists(place / one):
                (place / one).replace(old / one)
        if new.is_dir() and (place / name).is_dir():  # a folder can't be replaced in one step
            (place / name).rename(old / name)
        new.replace(place / name)
        _move_companions(folder, companions)
    except OSError:
        if os.path.lexists(new):
            _put_back(folder)
        raise


def settle(folder: Path) -> None:
    """Put right what a killed run was exchanging from a folder that was its own."""
    if not (folder / OLD).is_dir():
        return
    with alone(folder.parent), suppress(OSError):
        number, name, *companions = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        if os.path.lexists(folder / NEW / name):
            _put_back(folder)
        elif (folder.parent / name).lstat().st_ino == number:  # else another one has come since
            _move_companions(folder, companions)


def clear(folder: Path, *, last: str) -> None:
    """Remove a folder, what tells of an exchange before what was exchanged, and the file `last` at the end: a run that
    is killed meanwhile leaves what the next one knows."""
    parts = [folder / NEW, folder / BESIDE, folder / OLD]
    for one in [*parts, *folder.iterdir()]:
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one, ignore_errors=True)
        elif one.name not in (NOTE, last):
            one.unlink(missing_ok=True)
    (folder / NOTE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _move_companions(folder: Path, companions: Sequence[str]) -> None:
    for one in companions:
        if (folder / BESIDE / one).exists():
            (folder / BESIDE / one).replace(folder.parent / one)


def _put_back(folder: Path) -> None:
    """What was on its way out, where nothing has come instead."""
    for old in (folder / OLD).iterdir():
        if not os.path.lexists(folder.parent / old.name):
            old.rename(folder.parent / old.name)
