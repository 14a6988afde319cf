"""From a design and where its data are to an opened source or study."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.design.files import load, loads, read_text
from trimtab.core.design.parts.source_ref import reference
from trimtab.core.errors import InputError, Progress
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.workspace import HOME_VARIABLE, Workspace, default_home


def existing() -> Workspace | None:
    """The workspace of TRIMTAB_HOME, or that of this folder if it has one."""
    return Workspace(default_home()) if os.environ.get(HOME_VARIABLE) or default_home().is_dir() else None


@contextmanager
def workspace() -> Iterator[Workspace]:
    """The workspace of this folder or of TRIMTAB_HOME; where there is none, one that is gone afterwards."""
    home = existing()
    if home is not None:
        yield home
        return
    with scratch(None, TEMPORARY) as folder:
        yield Workspace(folder)


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
    if not file.exists():
        try:
            return home.source(wanted or "", design.source.dialect)
        except InputError as error:
            raise InputError(
                f"{path.name}: source.path: there is no file {file}. The path is relative to the design file."
            ) from error
    source = home.spool(file, progress=progress, dialect=design.source.dialect)
    if not accept_source:
        check_content(design, source, owner=path.name)
    return source


def design_of(file: Path, home: Workspace) -> tuple[Design, str]:
    """The design in a file as one of a workspace that has its data, and its text.

    Raises InputError, which says what to do, if it can't be read or its data were not brought in.
    """
    text = read_text(file)
    design = loads(text, owner=file.name)
    if design.source is None:
        return design, text
    data, wanted = Path(design.source.path).name, design.source.sha256
    if wanted is None:
        raise InputError(
            f"{file.name}: source.sha256: it is not there, so nobody knows which content of {data} the design was made "
            "for. Bring these data in; the design that begins then names it."
        )
    try:
        source = home.source(wanted, design.source.dialect)
    except InputError as error:
        raise InputError(
            f"{file.name}: it stands on {data} (SHA-256 {wanted[:12]}…), which was not brought in here, or not read in "
            "that way. Bring that file in first, then the design again."
        ) from error
    return design.changed(source=reference(source.name, source)), text


def check_content(design: Design, source: Source, *, owner: str) -> None:
    """Raise InputError, which begins with `owner`, if a design was made for another content than that of `source`."""
    wanted = design.source.sha256 if design.source else None
    if wanted and source.sha256 != wanted:
        raise InputError(
            f"{owner}: source.sha256: {source.name} has the SHA-256 {source.sha256[:12]}…, and the design was made for "
            f"{wanted[:12]}…. If the new content is meant, give --accept-source (in Python accept_source=True) or "
            "change the design."
        )
