"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.errors import InputError
from trimtab.core.scratch import OLD, scratch

PARTIAL = ".trimtab-partial-"
"""How the folders begin in which something is written, beside its place."""
NEW = "new"


@contextmanager
def replacing(target: Path, *, companion: Path | None = None) -> Iterator[Path]:
    """A path to write to, a file or a folder of the same name; it takes the place of `target` when the block ends.

    A `companion`, such as a receipt, is written to `companion_of` that path: it comes with the target, and what stood
    in its place goes first, so that it never stands beside another target, whoever else writes there. A link is
    followed. If the block raises anything at all, nothing is left of it and what stood at `target` is untouched. Raises
    InputError, naming `target`, when the disk or the rights do not allow it.
    """
    target = followed(target)
    try:
        with scratch(target.parent, PARTIAL) as folder:
            new = folder / NEW / target.name
            new.parent.mkdir()
            yield new
            beside = companion_of(new)
            for one in (new, beside):
                if one.exists():
                    _flush(one)
            with _alone(target.parent):
                if companion is not None:
                    companion.unlink(missing_ok=True)
                _move(new, target, folder)
                if companion is not None and beside.exists():
                    beside.replace(companion)
                sync(target.parent)
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror or error}.") from error


def companion_of(new: Path) -> Path:
    """Where the companion of what is written to `new` is written to, see `replacing`."""
    return new.with_name(f"{new.name}.companion")


def followed(target: Path) -> Path:
    """What a path leads to, if it is a link: that is replaced, and the link stays."""
    return Path(os.path.realpath(target)) if target.is_symlink() else target


def check_writable(target: Path) -> None:
    """Raise InputError, naming `target`, if nothing can be written in its place. What is tried leaves nothing."""
    target = followed(target)
    try:
        with scratch(target.parent, PARTIAL):
            pass
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror or error}.") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who exchanges files of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_text(target: Path, text: str) -> None:
    """Write a small text file, atomically. Raises InputError as `replacing` does."""
    with replacing(target) as new:
        new.write_text(text, encoding="utf-8", newline="\n")


def write_new(target: Path, text: str) -> bool:
    """Write a small text file, atomically; False, and nothing is done, if there is one of that name already."""
    try:
        with scratch(target.parent, PARTIAL) as folder:
            new = folder / NEW
            new.write_text(text, encoding="utf-8", newline="\n")
            _flush(new)
            os.link(new, target)  # appears whole, and fails where the name is taken
    except FileExistsError:
        return False
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror}.") from error
    return True


def append_line(target: Path, line: str) -> None:
    """Add a line to a text file, which need not be there yet, in one piece: of two writers both lines stay whole.

    After a line that was cut off, as by a crash, a new one is begun. Raises InputError when the disk or the rights do
    not allow it, ValueError for text of more than one line.
    """
    if "\n" in line:
        raise ValueError("a line must not have a line break in it")
    content = f"{line}\n".encode()
    try:
        handle = os.open(target, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                content = b"\n" + content
            if os.write(handle, content) < len(content):  # at the end of the file, whoever else writes there
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror or error}.") from error


def _flush(path: Path) -> None:
    """Have the content on the disk before the name points to it: a crash must not leave a name with half a file."""
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        sync(file)
    if path.is_dir():
        sync(path)


def _move(new: Path, target: Path, folder: Path) -> None:
    if new.is_dir() and target.is_dir():
        # A folder can't be replaced in one step: move the old one away, and back if the new one does not come.
        old = folder / OLD / target.name
        old.parent.mkdir()
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
    else:
        new.replace(target)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
