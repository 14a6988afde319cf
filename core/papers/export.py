"""Export: from a design, or rows that were made of it, to a bundle or one of the papers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trimtab.core.atomic import PARTIAL, check_writable, companion_of, replacing, writing
from trimtab.core.delivery.places import check_output, holds, receipt_path
from trimtab.core.delivery.receipt import deliver
from trimtab.core.errors import InputError, Progress, nearest
from trimtab.core.formats.folder import PART_ROWS
from trimtab.core.papers.bundle import CARD, CROISSANT, DATA, carried_design, check_bundle_place, write_papers
from trimtab.core.papers.card import card
from trimtab.core.papers.croissant import croissant
from trimtab.core.papers.openscenario import write_value_sets
from trimtab.core.papers.said import Said
from trimtab.core.papers.stochastic import distributions, write_distributions
from trimtab.core.papers.subject import Subject, slug, subject_of
from trimtab.core.scratch import scratch
from trimtab.core.study.study import Study

FORMS = ("bundle", "croissant", "card", "openscenario")
"""What a design can be exported as."""
Write = Callable[[Subject, Path], tuple[str, ...]]
"""Writes a paper to a place; returns what a person must be told."""


@dataclass(frozen=True)
class Exported:
    """What was written: the folder or file at `path`, all `files`, whether every promise was `kept`, and `notes` that a
    person must be told."""

    path: Path
    files: tuple[Path, ...]
    kept: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What is to be exported beside the design: `rows` and `seed` if they are not the design's, or `data`, rows that
    were made of it before; `text` is that of the design's file, whose comments a bundle keeps, and `source` the file
    that it stands on; `kept` are files that nothing may be written over. `stochastic`: of OpenSCENARIO the
    distributions instead of the rows."""

    data: Path | None = None
    rows: int | None = None
    seed: int | None = None
    said: Said = field(default_factory=Said)
    text: str = ""
    source: Path | None = None
    stochastic: bool = False
    replace: bool = False
    kept: Sequence[Path] = ()
    workers: int = 1
    progress: Progress | None = None

    def with_progress(self, progress: Progress | None) -> Wish:
        """The same, which tells how far it is."""
        return replace(self, progress=progress)


def check_form(form: str, wish: Wish) -> None:
    """Raise InputError for a form that there is not, and for wishes that contradict each other."""
    if form not in FORMS:
        raise InputError(f"as: there is nothing called `{form}` to export a design as.{nearest(form, FORMS)}")
    if wish.data is not None and (wish.rows is not None or wish.seed is not None):
        raise InputError("data: rows that are there have their own number and seed. Leave rows and seed out.")
    if wish.stochastic and form != "openscenario":
        raise InputError(f"stochastic: it goes with openscenario, not with {form}.")


def export(study: Study, path: Path | str, form: str, wish: Wish) -> Exported:
    """Export a study's design as a bundle, as Croissant, as a data card or for OpenSCENARIO.

    A bundle is a folder. Croissant is a file with the rows beside it; a card and an OpenSCENARIO file stand alone. A
    file goes into `path` under its usual name if that is a folder. All is written whole or not at all. Raises
    ConflictsError before a row is drawn, InputError for what does not go together, and for a place that can't be
    written, or must not be.
    """
    check_form(form, wish)
    if wish.stochastic:
        distributions(study)  # before any row
    if form == "bundle":
        return _bundle(study, Path(path), wish)
    name = slug(study.design.name)
    usual = {"croissant": CROISSANT, "card": CARD, "openscenario": f"{name}.xosc"}[form]
    place = _paper_place(path, usual, study, wish)
    if form == "croissant" and wish.data is None:
        return _with_rows(study, place, name, wish)
    with _subject(study, place, wish) as subject, replacing(place) as new:
        if form == "croissant" and subject.place is None:
            raise InputError(
                f"{wish.data}: Croissant tells where the rows are as seen from itself, and they do not lie in the "
                f"folder of {place} or below. Write it there."
            )
        notes = _writer(form, wish)(subject, new)
        return Exported(place, (place,), subject.kept, notes)


def _writer(form: str, wish: Wish) -> Write:
    if form == "openscenario":
        return write_distributions if wish.stochastic else write_value_sets

    def write(subject: Subject, place: Path) -> tuple[str, ...]:
        text = croissant(subject) if form == "croissant" else card(subject, f"{slug(subject.study.design.name)}.yaml")
        place.write_text(text, encoding="utf-8", newline="\n")
        return ()

    return write


def _paper_place(path: Path | str, usual: str, study: Study, wish: Wish) -> Path:
    """Where a paper goes. Raises InputError for a place that can't be written, or that is taken."""
    place = Path(path)
    if place.is_dir() or str(path).endswith(("/", os.sep)):
        place = place / usual
    with writing(place):
        if not place.parent.is_dir():
            raise InputError(f"{place}: there is no folder {place.parent}. Make it first.")
        for file in (study.source.path, *wish.kept, *([wish.data] if wish.data else [])):
            if holds(place, file):
                raise InputError(f"{place}: {file.name} is there, which must stay. Name another place.")
        if place.is_dir():
            raise InputError(f"{place}: it is a folder, so no file of that name can be written.")
        if os.path.lexists(place) and not wish.replace:
            raise InputError(
                f"{place}: it is there already. Name another file, or give --force (in Python replace=True) to replace "
                "it."
            )
        check_writable(place)
    return place


@contextmanager
def _subject(study: Study, place: Path, wish: Wish) -> Iterator[Subject]:
    """The rows that a paper at a place is about: those that are there, or made for as long as it is being written."""
    if wish.data is not None:
        yield subject_of(study, wish.data, wish.said, place=_seen_from(place.parent, wish.data))
        return
    with scratch(place.parent, PARTIAL) as work:
        made = _made(study, work / _rows_name(study, "rows", wish), wish, place)
        yield subject_of(study, made, wish.said, place=None)


def _seen_from(folder: Path, data: Path) -> str | None:
    """The rows' place as seen from a folder; None if they do not lie in it or below."""
    try:
        return data.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return None


def _with_rows(study: Study, place: Path, name: str, wish: Wish) -> Exported:
    """Croissant with the rows that it describes, and their receipt, beside it."""
    folder = place.parent
    target = check_output(
        folder / _rows_name(study, name, wish), kept=[study.source.path, *wish.kept], replace=wish.replace
    )
    receipt = receipt_path(target)
    if place.name in (target.name, receipt.name):
        raise InputError(f"{place}: that is where the rows go, or their receipt. Name another file.")
    with scratch(folder, PARTIAL) as work:
        made = _made(study, work / target.name, wish, target)
        subject = subject_of(study, made, wish.said, place=target.name)
        text = croissant(subject)
        with replacing(target, companions=[receipt, place]) as new:
            os.replace(receipt_path(made), companion_of(new, receipt))
            os.replace(made, new)
            companion_of(new, place).write_text(text, encoding="utf-8", newline="\n")
    return Exported(place, (place, target, receipt), subject.kept)


def _bundle(study: Study, path: Path, wish: Wish) -> Exported:
    kept = [study.source.path, *wish.kept, *([wish.data] if wish.data else [])]
    target = check_bundle_place(path, kept=kept, replace=wish.replace)
    with replacing(target) as new:
        new.mkdir()
        if wish.data is None:
            name = _rows_name(study, DATA, wish)
            data = _made(study, new / name, wish, target / name)
        else:
            data = _copied(subject_of(study, wish.data, wish.said, place=None), new)
        subject = subject_of(study, data, wish.said, place=data.name)
        text = carried_design(study.design, study.source, wish.text, folder=target, file=wish.source)
        write_papers(subject, new, text)
        names = sorted(one.relative_to(new) for one in new.rglob("*") if one.is_file())
    return Exported(target, tuple(target / name for name in names), subject.kept)


def _rows_name(study: Study, name: str, wish: Wish) -> str:
    """One file, or of more rows than stand in one part a folder of parts."""
    rows = study.size if wish.rows is None else wish.rows
    return name if rows > PART_ROWS else f"{name}.parquet"


def _made(study: Study, place: Path, wish: Wish, shown: Path) -> Path:
    """The rows of a design, with their receipt beside them; what goes wrong there is told of the place that is `shown`
    to people."""
    options: dict[str, Any] = {"rows": wish.rows, "seed": wish.seed, "workers": wish.workers, "progress": wish.progress}
    try:
        return deliver(study, place, **options).path
    except InputError as error:
        raise InputError(str(error).replace(str(place), str(shown))) from error


def _copied(subject: Subject, folder: Path) -> Path:
    """Rows and their receipt, copied into a folder under the names that they have in a bundle."""
    place = folder / (DATA if subject.data.is_dir() else f"{DATA}.parquet")
    if subject.data.is_dir():
        place.mkdir()
    for file in subject.files:
        shutil.copyfile(file, place / file.name if place.is_dir() else place)
    told = {**subject.receipt, "file": {**subject.receipt["file"], "name": place.name}}
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    receipt_path(place).write_text(text, encoding="utf-8", newline="\n")
    return place
