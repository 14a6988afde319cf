"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.errors import InputError
from trimtab.core.exchange import BESIDE, NEW, alone, exchange
from trimtab.core.scratch import scratch, uninterrupted

PARTIAL = ".trimtab-partial-"
"""How the folders begin in which something is written, beside its place."""


@contextmanager
def replacing(target: Path, *, companions: Sequence[Path] = ()) -> Iterator[Path]:
    """A path to write to, a file or a folder of the same name; it takes the place of `target` when the block ends.

    `companions` of it in the same folder, such as a receipt, are written to what `companion_of` gives: they come with
    the target, and what stood in their place goes, so that none ever stands beside another target, whoever else writes
    there and wherever this is killed. A link is followed. If the block raises anything at all, nothing is left of it
    and what stood there is untouched. Raises InputError, naming `target`, when the disk or the rights do not allow it.
    """
    target = followed(target)
    with writing(target), scratch(target.parent, PARTIAL) as folder:
        new = folder / NEW / target.name
        new.parent.mkdir()
        (folder / BESIDE).mkdir()
        yield new
        for one in (new, *sorted((folder / BESIDE).iterdir())):
            if one.exists():
                _flush(one)
        with alone(target.parent), uninterrupted():
            exchange(folder, target.name, [one.name for one in companions])
            sync(target.parent)


def companion_of(new: Path, companion: Path) -> Path:
    """Where a companion of what is written to `new` is written to, see `replacing`."""
    return new.parents[1] / BESIDE / companion.name


def followed(target: Path) -> Path:
    """What a path leads to, if it is a link: that is replaced, and the link stays."""
    return Path(os.path.realpath(target)) if target.is_symlink() else target


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """An OSError in the block as an InputError that names `target`."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{target}: it can't be written: {error.strerror or error}.") from error


def check_writable(target: Path, *, companions: Sequence[Path] = ()) -> None:
    """Raise InputError, naming the file, if `target` and its `companions` can't be written, or if what stands there is
    none to be replaced, such as a device. What is tried leaves nothing."""
    target = followed(target)
    with writing(target), scratch(target.parent, PARTIAL) as folder:
        for place in (target, *companions):
            with writing(place):
                (folder / NEW).mkdir()
                (folder / NEW / place.name).mkdir()
                (folder / NEW / place.name).rmdir()
                (folder / NEW).rmdir()
                mode = place.lstat().st_mode if os.path.lexists(place) else stat.S_IFREG
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
                raise InputError(f"{place}: it is a device or a pipe, which is not replaced. Name a file.")
    for place in companions:
        if place.is_dir():
            raise InputError(f"{place}: it is a folder, so no file of that name can be written.")


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


def swap_text(target: Path, old: str, new: str) -> bool:
    """Write a small text file, atomically, in the place of one with the text `old`; False, and nothing is done, if
    another one is there by now, or none. Raises InputError when the disk or the rights do not allow it."""
    target = followed(target)
    with writing(target), scratch(target.parent, PARTIAL) as folder:
        fresh = folder / NEW
        fresh.write_text(new, encoding="utf-8", newline="\n")
        _flush(fresh)
        with alone(target.parent), uninterrupted():  # nobody exchanges it between the look and the step
            if not target.is_file() or target.read_bytes() != old.encode():
                return False
            fresh.replace(target)
            sync(target.parent)
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
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        sync(file)
    if path.is_dir():
        sync(path)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
