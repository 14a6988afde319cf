"""The workspace: sources, designs with their versions, and outputs, as a folder of plain files."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from trimtab.core.atomic import PARTIAL, replacing, write_new, write_text, writing
from trimtab.core.declared.declared import DECLARING
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, loads, read_text, revised
from trimtab.core.errors import InputError, Progress, TrimtabError, nearest
from trimtab.core.learned.store import STORING
from trimtab.core.people.access import FILE as ACCESS
from trimtab.core.people.access import Access, check_open, text_of_access
from trimtab.core.people.people import Person
from trimtab.core.review.reviews import Review, Reviews, Verdict, add_review, check_words, read_reviews
from trimtab.core.scratch import TEMPORARY, scratch, sweep
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.spool import SPOOLING, Source, open_source, original, spool
from trimtab.core.tables.incoming import write_table
from trimtab.core.workspace.history import CURRENT

HOME_VARIABLE = "TRIMTAB_HOME"
DEFAULT_HOME = ".trimtab"
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VERSION = re.compile(r"\d{4,}")
LONGEST_SLUG = 40
LONGEST_ID = 80
REVIEWS = "reviews.jsonl"
DELETED = "deleted"
"""The folder of designs that were deleted."""
MOST_DELETED = 50


@dataclass(frozen=True)
class Entry:
    """A design in a list. `source` is the name of the file it stands on, `versions` how many were saved.

    A file that can't be read has its id as `name` and says in `fault` what is wrong.
    """

    id: str
    name: str
    source: str
    saved: datetime
    versions: int
    fault: str = ""


@dataclass(frozen=True)
class Version:
    """A saved version of a design."""

    number: int
    saved: datetime


@lru_cache(maxsize=64)
def _version(file: Path, changed: int) -> Design:
    """What a version says. Kept, since versions stay as they are, and it is asked for with every repaint."""
    return loads(read_text(file), owner=file.name)


def default_home() -> Path:
    """The folder named by TRIMTAB_HOME, else `.trimtab` in the current folder."""
    return Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)


@dataclass(frozen=True)
class Workspace:
    """A folder with `sources/`, `designs/<id>/` (`current.yaml`, `0001.yaml`, …, `reviews.jsonl`, `history/`),
    `deleted/` and `outputs/`.

    Every file is written whole or not at all, so several processes may share one workspace; of two that edit the same
    design neither writes over what the other one saved (see `trimtab.core.workspace.edits`). Methods raise InputError
    for an id that can't be one or that isn't there.

    `person` is who works with it where people sign in. What they may not do raises NotAllowedError, here and nowhere
    else: every way to write goes through this class. None is whoever has the folder, and may do everything.
    """

    home: Path
    person: Person | None = None

    def check_edit(self) -> None:
        """Raise NotAllowedError if whoever works with it may not edit."""
        if self.person is not None:
            self.person.check_edit()

    @property
    def by(self) -> str:
        """Who works with it, as they stand under what they do; empty where nobody signs in."""
        return self.person.signed if self.person is not None else ""

    def spool(
        self,
        file: Path,
        *,
        progress: Progress | None = None,
        delivered: bool = False,
        dialect: Dialect = OPEN,
        keep: bool = False,
    ) -> Source:
        """Bring a file in; see `trimtab.core.source.spool.spool`."""
        self.check_edit()
        return spool(file, self.home, progress=progress, delivered=delivered, dialect=dialect, keep=keep)

    def spool_again(self, source: Source, dialect: Dialect, *, progress: Progress | None = None) -> Source:
        """Read the text file of a source in another way. Raises InputError if it was not kept, or can't be read so."""
        self.check_edit()
        with original(self.home, source) as file:
            if file is None:
                raise InputError(f"{source.name}: the file itself was not kept. Bring it in again.")
            return spool(file, self.home, progress=progress, dialect=dialect)

    def keeps(self, source: Source) -> bool:
        """Whether the text file of a source was kept, so that it can be read in another way."""
        with original(self.home, source) as file:
            return file is not None

    def spool_table(self, table: object, name: str, *, progress: Progress | None = None) -> Source:
        """Bring a table in memory in, as a file `<name>.parquet` that is known by a digest of what it holds.

        See `trimtab.core.tables.incoming.write_table`. Raises InputError for a name that can't be that of a file, and
        for a table that can't be a source.
        """
        self.check_edit()
        if not name or Path(name).name != name:
            raise InputError(f"name: `{name}` can't be the name of a table; it is used as that of a file.")
        with scratch(None, TEMPORARY) as folder:
            file = folder / f"{name}.parquet"
            digest = write_table(table, file, owner=name)
            return spool(file, self.home, progress=progress, sha256=digest)

    def clean(self) -> None:
        """Clear away what killed runs left anywhere in it, as far as the rights allow it."""
        with suppress(OSError):
            sweep(Path(tempfile.gettempdir()), TEMPORARY)
            sweep(self.home, SPOOLING, DECLARING, STORING)
            for folder in (*self.home.glob("*/"), *self.home.glob("*/*/"), *self.home.glob("*/*/*/")):
                sweep(folder, PARTIAL)

    def source(self, sha256: str, dialect: Dialect = OPEN) -> Source:
        """A source that was brought in before, read as `dialect` says."""
        if self.person is not None:
            self.person.check_in()
        return open_source(self.home, sha256, dialect)

    def save_design(self, design: Design, id_: str | None = None, *, over: str | None = None) -> str:
        """Save the current state of a design, a new one if there is no id; returns its id.

        It keeps the comments, the order and the form of the text `over`, by default the one that is there.
        """
        self.check_edit()
        if over is None and id_ is not None:
            try:
                over = self.design_text(id_)
            except InputError:  # gone or damaged
                over = ""
        text = dumps(design) if over is None else revised(over, design)
        if id_ is None:
            return self._new_folder(design.name, text)
        write_text(self.folder(id_) / CURRENT, text)
        return id_

    def load_design(self, id_: str, version: int | None = None) -> Design:
        """A design as it is now, or as it was in a saved version."""
        file = self._design_file(id_, version)
        return loads(read_text(file), owner=file.name)

    def design_text(self, id_: str) -> str:
        """The text of a design as it is now, of which `load_design` makes the design."""
        return read_text(self._design_file(id_))

    def stamp(self, id_: str) -> tuple[int, int]:
        """What is another one once a design was saved, by whomever: cheaper than to read it."""
        found = self._design_file(id_).stat()
        return found.st_ino, found.st_mtime_ns

    def touch(self, id_: str) -> None:
        """Let a design stand as saved just now: somebody has begun to work on it."""
        self.check_edit()
        with suppress(OSError):  # as where it can only be read
            self._design_file(id_).touch()

    def _design_file(self, id_: str, version: int | None = None) -> Path:
        file = self.folder(id_) / (CURRENT if version is None else f"{version:04}.yaml")
        if not file.is_file():
            numbers = ", ".join(str(one.number) for one in self.versions(id_)) or "none"
            what = "current state" if version is None else f"version {version}"
            raise InputError(f"Design `{id_}`: it has no {what}. Saved versions: {numbers}.")
        return file

    def save_version(self, id_: str, *, fingerprint: str | None = None) -> int:
        """Keep the current state of a design as its next version; returns the number, 1 for the first.

        Raises InputError if its content is not the one with the `fingerprint`, if one is given.
        """
        self.check_edit()
        return self._keep(id_, self._as_seen(id_, fingerprint)[0])

    def _as_seen(self, id_: str, fingerprint: str | None) -> tuple[str, Design]:
        """The text of a design as it is now and what it says, if its content is still what somebody saw."""
        text = self.design_text(id_)
        design = loads(text, owner=CURRENT)
        if fingerprint is not None and design.fingerprint() != fingerprint:
            raise InputError("The design was changed meanwhile, elsewhere. Look at it as it is now first.")
        return text, design

    def _keep(self, id_: str, text: str) -> int:
        number = max((one.number for one in self.versions(id_)), default=0) + 1
        # Another process may have taken the number in between.
        while not write_new(self.folder(id_) / f"{number:04}.yaml", text):
            number += 1
        return number

    def version_of(self, id_: str, design: Design) -> int | None:
        """The number of the newest version if that is just this design."""
        newest = next(iter(self.versions(id_)), None)
        try:
            if newest is None:
                return None
            file = self._design_file(id_, newest.number)
            return newest.number if _version(file, file.stat().st_mtime_ns) == design else None
        except TrimtabError:  # a damaged version is none of this one
            return None

    def versions(self, id_: str) -> tuple[Version, ...]:
        """The saved versions of a design, the newest first."""
        found = [file for file in self.folder(id_).glob("*.yaml") if VERSION.fullmatch(file.stem)]
        return tuple(sorted((Version(int(file.stem), _saved(file)) for file in found), key=lambda one: -one.number))

    def reviews(self, id_: str) -> Reviews:
        """What was said of a design."""
        return read_reviews(self.folder(id_) / REVIEWS)

    def review(
        self,
        id_: str,
        name: str,
        verdict: Verdict,
        text: str,
        *,
        fingerprint: str,
        to: int | None = None,
        control: str | None = None,
    ) -> Review:
        """Record what somebody says of a design as it is now; with a verdict on it, it is kept as a version.

        `fingerprint` is that of the content they saw; `to` is the number of what is answered, or settled, and `control`
        the name of the control it is about. Where people sign in, who signed in says it, whatever `name` is given.
        Raises InputError if the content has become another one, for an empty name or an empty comment, for a text that
        is too long, and for an answer to what nobody said.
        """
        name = self.by or name
        check_words(name, verdict, text)
        content, design = self._as_seen(id_, None if to is not None else fingerprint)
        version = self.version_of(id_, design) if to is None else None
        if version is None and verdict in ("approved", "changes"):
            version = self._keep(id_, content)
        file = self.folder(id_) / REVIEWS
        return add_review(file, name, verdict, text, version, fingerprint, to=to, control=control)

    def designs(self) -> tuple[Entry, ...]:
        """All designs, the one saved last first. A damaged one is listed with its fault."""
        return tuple(sorted(map(self._entry, self._ids()), key=lambda one: one.saved, reverse=True))

    def delete_design(self, id_: str) -> None:
        """Put a design with its versions aside, at once; `restore_design` brings it back while it is among the newest
        MOST_DELETED."""
        self.check_edit()
        folder, gone = self.folder(id_), self.home / DELETED / id_
        with writing(folder):
            gone.parent.mkdir(exist_ok=True)
            if gone.exists():  # it was deleted, begun again by hand and is deleted again
                shutil.rmtree(gone)
            folder.rename(gone)
            gone.touch()  # now is when it went
            old = sorted(gone.parent.iterdir(), key=lambda one: one.stat().st_mtime)[:-MOST_DELETED]
            for one in old:
                shutil.rmtree(one, ignore_errors=True)

    def restore_design(self, id_: str) -> None:
        """Bring a design back that was deleted. Raises InputError if it is not there any more, or again."""
        self.check_edit()
        folder, gone = self._folder(id_), self.home / DELETED / id_
        self._check_open(gone)
        if folder.exists() or not gone.is_dir():
            raise InputError(f"Design `{id_}`: it {'is there' if folder.exists() else 'can not be brought back'}.")
        with writing(folder):
            gone.rename(folder)

    def output(self, id_: str, name: str) -> Path:
        """Where a file made from a design goes: `outputs/<id>/<name>`; its folder is made."""
        if not name or name in (".", "..") or Path(name).name != name:
            raise InputError(f"Output of `{id_}`: `{name}` is not the name of a file.")
        self._check_open(self._folder(id_))
        folder = self.home / "outputs" / self._folder(id_).name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _folder(self, id_: str) -> Path:
        """The folder of a design. An id is checked here, so that it can't lead anywhere else."""
        if len(id_) > LONGEST_ID or not ID.fullmatch(id_):
            raise InputError(f"Design `{id_[:60]}`: an id consists of small letters, digits and single hyphens.")
        return self.home / "designs" / id_

    def folder(self, id_: str) -> Path:
        """The folder of a design. Raises InputError if it is not in this workspace."""
        folder = self._folder(id_)
        if not folder.is_dir():
            raise InputError(f"Design `{id_}`: it is not in this workspace.{nearest(id_, self._ids())}")
        self._check_open(folder)
        return folder

    def check_open(self, id_: str) -> None:
        """Raise InputError if a design is not open to whoever works with it."""
        self._check_open(self._folder(id_))

    def _check_open(self, folder: Path) -> None:
        if self.person is not None:
            check_open(folder, self.person)

    def _ids(self) -> list[str]:
        """The ids of the designs there are for whoever works with it."""
        folder = self.home / "designs"
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(one.name for one in found if ID.fullmatch(one.name) and one.is_dir() and self._is_open(one))

    def _is_open(self, folder: Path) -> bool:
        try:
            self._check_open(folder)
        except InputError:
            return False
        return True

    def _new_folder(self, name: str, text: str) -> str:
        """Make the folder of a new design, with its text; its id is the name as a slug and a random suffix."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-") or "design"
        id_ = f"{slug}-{secrets.token_hex(4)}"
        try:
            self._folder(id_).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.home}: the workspace can't be written: {error.strerror}.") from error
        with replacing(self._folder(id_)) as folder:
            folder.mkdir()
            (folder / CURRENT).write_text(text, encoding="utf-8", newline="\n")
            if self.person is not None:
                made = text_of_access(Access(maker=self.person.email))
                (folder / ACCESS).write_text(made, encoding="utf-8", newline="\n")
        return id_

    def _entry(self, id_: str) -> Entry:
        file = self._folder(id_) / CURRENT
        versions = len(self.versions(id_))
        saved = _saved(file if file.is_file() else self._folder(id_))
        try:
            design = self.load_design(id_)
        except TrimtabError as error:
            return Entry(id_, id_, "", saved, versions, fault=str(error))
        source = Path(design.source.path).name if design.source else ""
        return Entry(id_, design.name, source, saved, versions)


def _saved(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
