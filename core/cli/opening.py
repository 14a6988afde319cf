"""From the paths a person types to an opened source, design or study."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.cli.console import note
from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.errors import InputError, Progress, nearest
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import HOME_VARIABLE, Workspace, default_home


@contextmanager
def workspace() -> Iterator[Workspace]:
    """The workspace of this folder or of TRIMTAB_HOME; where there is none, one that is gone afterwards."""
    if os.environ.get(HOME_VARIABLE) or default_home().is_dir():
        yield Workspace(default_home())
        return
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        yield Workspace(Path(folder))


def bring_in(home: Workspace, file: Path, *, progress: Progress | None) -> Source:
    """The file as a source of the workspace; what a person must be told of how it was read goes to standard error."""
    source = home.spool(file, progress=progress)
    for one in source.notes:
        note(f"{source.name}: {one}")
    return source


@contextmanager
def study_of(path: Path, *, accept_source: bool, progress: Progress | None) -> Iterator[Study]:
    """The study of a design file and the source it names."""
    design = load(path)
    with workspace() as home:
        source = source_of(path, design, home, accept_source=accept_source, progress=progress)
        yield open_study(design, source, progress=progress)


def source_of(path: Path, design: Design, home: Workspace, *, accept_source: bool, progress: Progress | None) -> Source:
    """The source of the design in the file `path`: the file it names, else the workspace's copy of the same content,
    or the table that it declares if it names none.

    Raises InputError if there is neither, or if the file's content is not what the design names and `accept_source`
    does not allow that.
    """
    if design.source is None:
        return declared_source(design, home.home, progress=progress)
    wanted = design.source.sha256
    file = path.parent / design.source.path
    if not file.is_file():
        try:
            return home.source(wanted or "")
        except InputError as error:
            raise InputError(
                f"{path.name}: source.path: there is no file {file}. The path is relative to the design file."
            ) from error
    source = bring_in(home, file, progress=progress)
    if wanted and source.sha256 != wanted and not accept_source:
        raise InputError(
            f"{path.name}: source.sha256: {design.source.path} has the SHA-256 {source.sha256[:12]}…, and the design "
            f"was made for {wanted[:12]}…. If the new content is meant, give --accept-source or change the design."
        )
    return source


def factors_of(text: str | None, known: Iterable[str]) -> list[str]:
    """The factors named in `text` with commas between, all the `known` ones if it is None."""
    names = list(known)
    if text is None:
        return names
    wanted = [name.strip() for name in text.split(",")]
    for name in wanted:
        if name not in names:
            raise InputError(f"--factors: there is no factor `{name}`.{nearest(name, names)}")
        if wanted.count(name) > 1:
            raise InputError(f"--factors: `{name}` is named {wanted.count(name)} times; once is enough.")
    return wanted
