"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.errors import InputError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to, a file or a folder; it takes the place of `target` when the block ends.

    If the block raises anything at all, nothing is left of it and what stood at `target` is untouched. Raises
    InputError, naming `target`, when the disk or the rights do not allow it.
    """
    beside = target.with_name(f".{target.name}.partial-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        yield beside
        _flush(beside)
        _move(beside, target)
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror or error}.") from error
    finally:
        _remove(beside)


def write_text(target: Path, text: str) -> None:
    """Write a small text file, atomically. Raises InputError as `replacing` does."""
    with replacing(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_new(target: Path, text: str) -> bool:
    """Write a small text file, atomically; False, and nothing is done, if there is one of that name already."""
    beside = target.with_name(f".{target.name}.new-{uuid.uuid4().hex[:8]}")
    write_text(beside, text)
    try:
        os.link(beside, target)  # appears whole, and fails where the name is taken
    except FileExistsError:
        return False
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror}.") from error
    finally:
        _remove(beside)
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


def _move(beside: Path, target: Path) -> None:
    if beside.is_dir() and target.is_dir():
        # A folder can't be replaced in one step: move the old one away, and back if the new one does not come.
        old = beside.with_name(beside.name.replace(".partial-", ".replaced-"))
        target.rename(old)
        try:
            beside.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old)
    else:
        beside.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
