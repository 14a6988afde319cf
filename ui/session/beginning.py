"""How a session begins: a new design on a file that is brought in, on a sample, or on a table that it declares."""

from __future__ import annotations

from pathlib import Path

from trimtab.core.design.design import Design
from trimtab.core.design.files import loads, read_text
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.errors import InputError, Progress, nearest
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.spool import Source
from trimtab.core.workspace.opening import design_of
from trimtab.ui.session.document import Document, begin, workspace
from trimtab.ui.session.library import copy_of, library, study_of
from trimtab.ui.session.samples import SAMPLES


def open_upload(file: Path, *, dialect: Dialect = OPEN, progress: Progress | None = None) -> Document:
    """Bring a data file in, read as `dialect` says, and begin its neutral design. Raises InputError; then nothing has
    changed."""
    return _neutral(workspace().spool(file, progress=progress, dialect=dialect, keep=True), progress)


def open_design_file(file: Path, *, progress: Progress | None = None) -> Document:
    """Take a design file into the workspace, which has its data. Raises InputError; then nothing has changed."""
    design, text = design_of(file, workspace())
    study = study_of(design, workspace(), progress=progress)
    return begin(workspace().save_design(design, over=text), study)


def read_again(source: Source, dialect: Dialect, *, progress: Progress | None = None) -> Document:
    """Read the file of a source in another way, and begin a neutral design on it. Raises InputError; then nothing has
    changed."""
    return _neutral(workspace().spool_again(source, dialect, progress=progress), progress)


def _neutral(source: Source, progress: Progress | None) -> Document:
    study = library().begin(source, name=source.name.split(".")[0] or "design", progress=progress)
    return begin(workspace().save_design(study.design), study)


def open_declared(design: Design, *, progress: Progress | None = None) -> Document:
    """Begin a design without data, on the table that it declares. Raises InputError; then nothing has changed."""
    study = study_of(design, workspace(), progress=progress)
    return begin(workspace().save_design(design), study)


def open_sample(name: str, *, progress: Progress | None = None) -> Document:
    """Open a sample: its data are brought in, its design is copied to the workspace. Raises InputError."""
    if name not in SAMPLES:
        raise InputError(f"There is no sample `{name}`.{nearest(name, SAMPLES)}")
    sample = SAMPLES[name]
    source = workspace().spool(sample.data, progress=progress, keep=True)
    reference = SourceRef(path=source.name, sha256=source.sha256)
    text = read_text(sample.design)
    design = loads(text, owner=sample.design.name).changed(source=reference)
    study = library().study(design, source, progress=progress)
    return begin(copy_of(design, text, workspace()), study)
