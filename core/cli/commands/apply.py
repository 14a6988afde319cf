"""The command `apply`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimtab.core.changes.matching import Matched, matched, told
from trimtab.core.cli.commands.diff import control_row
from trimtab.core.cli.console import note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import check_design_place, compared, files_of, study_of
from trimtab.core.cli.options import factors_of
from trimtab.core.coverage.gaps.applying import Wish, boost_slices, cover_patterns
from trimtab.core.design.design import Design
from trimtab.core.design.files import read_text, save
from trimtab.core.design.patching import patched
from trimtab.core.errors import InputError, Progress
from trimtab.core.review.difference import control_changes
from trimtab.core.source.axes import Axis
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.study.study import Study, open_study
from trimtab.core.yaml.reading import text_of

MOST = 50
"""Patterns of a file that become controls, an event each, unless a person says how many."""


@dataclass(frozen=True)
class Given:
    """The options of the command: what to apply, and how much of it."""

    gap: str | None = None
    slice: str | None = None
    remedy: str | None = None
    patch: Path | None = None
    rows: int | None = None
    rate: float | None = None
    top: int | None = None
    match: Path | None = None
    factors: str | None = None
    dialect: Dialect = OPEN

    @property
    def files(self) -> list[Path]:
        """The files that hold what is applied."""
        texts = (self.gap, self.slice, self.remedy)
        named = [Path(one[1:]) for one in texts if one is not None and one.startswith("@")]
        return [*named, *(one for one in (self.patch, self.match) if one is not None)]

    def __post_init__(self) -> None:
        options = {
            "--gap": self.gap,
            "--slice": self.slice,
            "--remedy": self.remedy,
            "--patch": self.patch,
            "--match": self.match,
        }
        named = [name for name, value in options.items() if value is not None]
        if len(named) != 1:
            raise InputError(
                f"apply: give one of {', '.join(options)}" + (f", not {' and '.join(named)}." if named else ".")
            )
        if self.rows is not None and self.rate is not None:
            raise InputError("apply: give --rows or --rate, not both.")
        if self.rate is not None and self.slice is None:
            raise InputError("apply: --rate goes with --slice; a gap is closed by a number of --rows.")
        if self.remedy is not None and (self.rows is not None or self.top is not None):
            raise InputError("apply: a remedy is taken whole, with its own rows; leave --rows and --top out.")
        for name, value in (("--rows", self.rows), ("--top", self.top)):
            if value is not None and (self.patch is not None or self.match is not None):
                raise InputError(f"apply: {name} goes with --gap or --slice.")
        if self.factors is not None and self.match is None:
            raise InputError("apply: --factors goes with --match.")
        if self.dialect.given and self.match is None:
            raise InputError("apply: how a text file is written goes with --match.")


@dataclass(frozen=True)
class Entry:
    """One pattern and the rows that its file asks for."""

    levels: dict[str, str]
    rows: int | None


def apply(path: Path, output: Path, given: Given, *, force: bool, accept_source: bool, as_json: bool) -> None:
    """Write a design with a gap, a weak slice or a patch as its controls, and print what that changed."""
    check_design_place(output, kept=[*files_of(path)[1:], *given.files], force=force)
    text = read_text(path)
    with progress_bar() as progress, study_of(path, accept_source=accept_source, progress=progress) as study:
        design, said = _changed(study, given, progress)
        # Which controls differ needs both designs opened: this also checks the new one against the source.
        if design.source != study.design.source:
            raise InputError(f"{given.patch}: a patch can't give a design another source.")
        changes = list(control_changes(study, open_study(design, study.source, previous=study)))
    save(_moved(design, path, output), output, over=text)
    if as_json:
        print_json({"path": str(output), "controls": [asdict(one) for one in changes], **(told(said) if said else {})})
        return
    for one in said.left_out if said else ():
        note(one.text)
    print(f"{output}: {len(changes)} controls differ." if len(changes) != 1 else f"{output}: 1 control differs.")
    print_table(("control", "change", path.name, output.name), [control_row(one) for one in changes])


def _changed(study: Study, given: Given, progress: Progress | None) -> tuple[Design, Matched | None]:
    if given.match is None:
        return _edited(study, given), None
    with compared([given.match], given.dialect, progress=progress) as (data,):
        named = None if given.factors is None else factors_of(given.factors, study.columns)
        found = matched(study, data, named, progress=progress)
    return found.design, found


def _edited(study: Study, given: Given) -> Design:
    if given.patch is not None:
        return patched(study.design, given.patch)
    if given.gap is not None:
        entries = _entries(given.gap, "--gap", "patterns", "rows_to_close", study, given.top)
        return cover_patterns(study, [Wish(one.levels, _rows(one, given, "--gap")) for one in entries])
    if given.remedy is not None:
        entries = _entries(given.remedy, "--remedy", "combinations", "rows", study, None)
        return cover_patterns(study, [Wish(one.levels, _rows(one, given, "--remedy")) for one in entries])
    entries = _entries(str(given.slice), "--slice", "slices", "rows_to_add", study, given.top)
    return boost_slices(study, [(one.levels, _boost(one, given)) for one in entries])


def _boost(one: Entry, given: Given) -> dict[str, Any]:
    """What is wanted of a slice; a file may say that one has enough rows."""
    if given.rate is not None:
        return {"rate": given.rate}
    rows = _rows(one, given, "--slice")
    return {"rows": rows} if rows or given.rows is not None else {}


def _rows(one: Entry, given: Given, option: str) -> int:
    rows = one.rows if given.rows is None else given.rows
    if rows is None:
        raise InputError(f"{option}: say how many: --rows N" + (" or --rate R." if option == "--slice" else "."))
    return rows


def _entries(text: str, option: str, list_: str, rows: str, study: Study, top: int | None) -> list[Entry]:
    """The patterns that an option names: written out, as JSON, or in a file."""
    if text.startswith("@"):
        found = _of_file(Path(text[1:]), option)
    elif text.lstrip().startswith(("{", "[")):
        found = _parsed(text, option)
    else:
        found = _written(text, study, option)
    if isinstance(found, dict) and isinstance(found.get("remedy"), dict) and option == "--remedy":
        found = found["remedy"]
    if isinstance(found, dict) and list_ in found:
        found = found[list_]
    listed = found if isinstance(found, list) else [found]
    entries = [_entry(one, rows, option) for one in listed[:top]]
    if not entries:
        raise InputError(f"{option}: there are no {list_} to apply.")
    if top is None and len(entries) > MOST:
        way = "name fewer factors" if option == "--remedy" else "say with --top how many of the first to apply"
        raise InputError(f"{option}: there are {len(entries):,} {list_}, and {MOST} can be applied at once; {way}.")
    return entries


def _of_file(file: Path, option: str) -> Any:
    try:
        text = text_of(file, "JSON file", largest=None)
    except InputError as error:
        raise InputError(f"{option}: {error}") from error
    return _parsed(text, f"{option}: {file}")


def _parsed(text: str, owner: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{owner}: this is no JSON: {str(error)[:100]}.") from error


def _written(text: str, study: Study, option: str) -> dict[str, str]:
    """`carrier=HA,origin=EWR` taken apart, at commas that a factor and = follow, so that a level may have one."""
    names = "|".join(re.escape(name) for name in sorted(study.axes, key=len, reverse=True))
    found: dict[str, str] = {}
    for part in re.split(rf",\s*(?=(?:{names})\s*=)", text):
        name, sign, label = part.partition("=")
        if not sign:
            raise InputError(f"{option}: write factor=level with commas between, or JSON; got `{part}`.")
        found[name.strip()] = label.strip()
    return found


def _entry(one: Any, rows: str, option: str) -> Entry:
    """A pattern, or an object that has one beside its figures as the commands print it."""
    asked = None
    if isinstance(one, Mapping) and isinstance(one.get("pattern"), Mapping):
        asked, one = one.get(rows), one["pattern"]
    if not isinstance(one, Mapping) or not all(
        value is None or isinstance(value, str | int | float) for value in one.values()
    ):
        raise InputError(f'{option}: a pattern is an object such as {{"carrier": "HA"}}, got {json.dumps(one)[:60]}.')
    if asked is not None and (not isinstance(asked, int) or isinstance(asked, bool)):
        raise InputError(f"{option}: `{rows}` must be a whole number, got {json.dumps(asked)[:60]}.")
    return Entry({str(name): _label(value) for name, value in one.items()}, asked)


def _label(value: str | float | bool | None) -> str:
    if value is None:
        return Axis.missing_label
    return str(value).lower() if isinstance(value, bool) else str(value)


def _moved(design: Design, path: Path, output: Path) -> Design:
    """The design as it stands in the file `output`: the source is named relative to that."""
    source, here, there = design.source, path.resolve().parent, output.resolve().parent
    if source is None or here == there or Path(source.path).is_absolute():
        return design
    place = Path(os.path.relpath(here / source.path, there)).as_posix()
    return design.changed(source=source.model_copy(update={"path": place}))
