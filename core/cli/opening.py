"""Sources and studies as the commands open them: what a person must be told of how a file was read is said.

And where they may write a design."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.atomic import check_writable, writing
from trimtab.core.cli.console import note
from trimtab.core.delivery.places import holds
from trimtab.core.design.files import load
from trimtab.core.errors import InputError, Progress
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.workspace import opening
from trimtab.core.workspace.opening import workspace
from trimtab.core.workspace.workspace import Workspace

__all__ = ["bring_in", "check_design_place", "compared", "files_of", "study_of", "workspace"]


def bring_in(
    home: Workspace, file: Path, *, progress: Progress | None, dialect: Dialect = OPEN, delivered: bool = False
) -> Source:
    """The file as a source of the workspace, read as `dialect` says."""
    source = home.spool(file, progress=progress, dialect=dialect, delivered=delivered)
    _tell(source)
    return source


@contextmanager
def compared(files: Sequence[Path], dialect: Dialect, *, progress: Progress | None) -> Iterator[list[Path | Source]]:
    """Data sets to hold against a source: the files themselves, which are read as it was, or if a person says how they
    are written, what is read so."""
    if not dialect.given:
        yield list(files)
        return
    with workspace() as home:
        yield [bring_in(home, file, progress=progress, dialect=dialect, delivered=True) for file in files]


def files_of(design: Path) -> list[Path]:
    """The files that a design stands on, itself and its source: nothing may be written over them."""
    source = load(design).source
    return [design] if source is None else [design, design.parent / source.path]


@contextmanager
def study_of(path: Path, *, accept_source: bool, progress: Progress | None) -> Iterator[Study]:
    """The study of a design file and the source it names."""
    with opening.study_of(path, accept_source=accept_source, progress=progress) as study:
        _tell(study.source)
        yield study


def _tell(source: Source) -> None:
    for one in source.notes:
        note(f"{source.name}: {one}")


def check_design_place(output: Path, *, kept: Iterable[Path], force: bool) -> None:
    """Raise InputError, before any work, for a place that can't be written, that is taken if not `force`, or that is
    one of the files `kept`, such as the data, whatever names and links lead there."""
    with writing(output):
        if output.is_dir():
            raise InputError(f"{output}: it is a folder. Name a file for the design.")
        if os.path.lexists(output) and not force:
            raise InputError(f"{output}: it is there already. Name another file, or give --force to replace it.")
        for file in kept:
            if holds(output, file):
                raise InputError(
                    f"{output}: {file.name} is there, from which the design is made. Name another file for the design."
                )
        check_writable(output)
