"""A bundle: a folder with rows, their design and receipt, their papers, and a manifest with the digest of each file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from trimtab.core.atomic import check_writable, followed, writing
from trimtab.core.delivery.places import holds
from trimtab.core.delivery.version import trimtab_version
from trimtab.core.delivery.writers import digest
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, revised
from trimtab.core.errors import InputError
from trimtab.core.papers.card import card
from trimtab.core.papers.croissant import croissant
from trimtab.core.papers.subject import Subject
from trimtab.core.source.spool import Source

MANIFEST, DESIGN, CARD, CROISSANT, DATA = "manifest.json", "design.yaml", "README.md", "croissant.json", "data"
FORM = 1
"""Version of the manifest."""
NAMED = 3
"""Files that a message names."""


@dataclass(frozen=True)
class Bundle:
    """A bundle as it stands in `folder`, by its manifest: which files were `changed` since they were written, which are
    `missing`, and which were `added`; `files` is how many there should be. `data` are its rows, of which there should
    be `rows`."""

    folder: Path
    data: Path
    rows: int
    files: int
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def design(self) -> Path:
        """The design's file."""
        return self.folder / DESIGN

    @property
    def whole(self) -> bool:
        """Whether every file is there as it was written."""
        return not (self.changed or self.missing)

    @property
    def faults(self) -> tuple[str, ...]:
        """A sentence for each file that is not as it was written."""
        told = [f"{self.folder}: {name}: it was changed since it was written." for name in self.changed]
        return (*told, *(f"{self.folder}: {name}: it is missing." for name in self.missing))

    def as_json(self) -> dict[str, list[str]]:
        """Its files in the names of `trimtab verify --json`."""
        return {"changed": list(self.changed), "missing": list(self.missing), "added": list(self.added)}


def write_papers(subject: Subject, folder: Path, text: str) -> None:
    """Write design, card, Croissant and manifest into a folder that has the rows and their receipt; `text` is that of
    the design."""
    _write(folder / DESIGN, text)
    _write(folder / CARD, card(subject, DESIGN))
    _write(folder / CROISSANT, croissant(subject))
    names = _files_in(folder)
    listed = [
        {"path": name, "bytes": (folder / name).stat().st_size, "sha256": digest([folder / name])} for name in names
    ]
    told = {
        "bundle": FORM,
        "trimtab": trimtab_version(),
        "design": dict(subject.receipt["design"]),
        "data": subject.place,
        "rows": subject.rows,
        "seed": subject.seed,
        "files": listed,
    }
    _write(folder / MANIFEST, json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def carried_design(design: Design, source: Source, text: str, *, folder: Path, file: Path | None) -> str:
    """The text of a design as it travels in a bundle at `folder`, with the comments of `text`.

    Its source is known by its digest. Where it lies is told as seen from the bundle if that is under one roof with its
    `file`; else it is looked for beside the bundle, for where it lies on this machine is nobody else's business.
    """
    if design.source is None:
        return text or dumps(design)
    own = folder.resolve()
    place = f"../{source.name}"
    if file is not None and file.exists() and len(Path(os.path.commonpath([own, file.resolve()])).parts) > 1:
        place = Path(os.path.relpath(file.resolve(), own)).as_posix()
    named = design.source.model_copy(update={"path": place, "sha256": source.sha256})
    moved = design.changed(source=named)
    return revised(text, moved) if text else dumps(moved)


def is_bundle(path: Path) -> bool:
    """Whether a folder says that it is a bundle."""
    return path.is_dir() and (path / MANIFEST).is_file()


def read_bundle(folder: Path) -> Bundle:
    """A bundle, each of its files held against the manifest. Raises InputError for a manifest that can't be read."""
    data, rows, told = _manifest(folder)
    changed, missing = [], []
    for name, (size, sha256) in told.items():
        file = folder / name
        try:
            if file.stat().st_size != size or digest([file]) != sha256:
                changed.append(name)
        except (FileNotFoundError, NotADirectoryError):
            missing.append(name)
        except OSError as error:
            raise InputError(f"{file}: it can't be read: {error.strerror or error}.") from error
    added = [name for name in _files_in(folder) if name not in told and name != MANIFEST]
    return Bundle(folder, folder / data, rows, len(told), tuple(changed), tuple(missing), tuple(added))


def check_bundle_place(path: Path, *, kept: Iterable[Path], replace: bool) -> Path:
    """The folder that a bundle for `path` goes to, a link followed.

    `kept` are files that must stay, such as the source; `replace` allows to replace a bundle that was changed. Raises
    InputError, before any work, for a place that can't be written, that holds one of those or other files, or that is
    taken.
    """
    target = followed(path)
    with writing(target):
        if not target.name or not target.parent.is_dir():
            raise InputError(f"{path}: there is no folder {target.parent}, or no name for a new one in it.")
        if os.path.lexists(target) and not target.is_dir():
            raise InputError(f"{path}: it is a file, so no folder of that name can be made.")
        for file in kept:
            if holds(target, file):
                raise InputError(f"{path}: {file.name} is there, which must stay. Name a new folder.")
        _check_taken(target, path, replace=replace)
        check_writable(target)
    return target


def _check_taken(target: Path, path: Path, *, replace: bool) -> None:
    """Raise InputError if something stands there that must not be replaced."""
    if not target.is_dir():
        return
    found = read_bundle(target) if is_bundle(target) else None
    strange = [one.name for one in sorted(target.iterdir())] if found is None else found.added
    if strange:
        listed = ", ".join(strange[:NAMED])
        raise InputError(
            f"{path}: the folder holds other files ({listed}), and replacing it would delete them. Name a new folder."
        )
    if not replace and (found is None or not found.whole):
        raise InputError(
            f"{path}: it is there already, and it is no bundle, or it was changed since. Name another place, or give "
            "--force (in Python replace=True) to replace it."
        )


def _manifest(folder: Path) -> tuple[str, int, dict[str, tuple[int, str]]]:
    """What a manifest tells: where the rows are, how many there are, and each file with its size and digest."""
    file = folder / MANIFEST
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["bundle"] != FORM:
            raise InputError(f"{file}: it is of another version ({told['bundle']}); this Trimtab reads {FORM}.")
        found = {_inside(one["path"]): (int(one["bytes"]), str(one["sha256"])) for one in told["files"]}
        return _inside(told["data"]), int(told["rows"]), found
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{file}: the manifest is damaged, so nothing tells what the bundle should hold.") from error


def _inside(name: Any) -> str:
    """The name of a file below the folder. Raises ValueError for one that leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name} leads out of the bundle")
    return str(path)


def _files_in(folder: Path) -> list[str]:
    return sorted(
        one.relative_to(folder).as_posix() for one in folder.rglob("*") if not one.is_dir() or one.is_symlink()
    )


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
