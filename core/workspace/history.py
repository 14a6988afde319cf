"""What was done to a design, step by step: kept beside it, so that it can be taken back tomorrow and elsewhere.

A folder `history` with a file for each step, `000001.json` the first. Whoever saves is alone in it, and says what the
design read when they changed it: what somebody else saved meanwhile is never written over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from trimtab.core.atomic import write_new, write_text, writing
from trimtab.core.design.files import read_text
from trimtab.core.errors import InputError
from trimtab.core.exchange import alone

FOLDER = "history"
CURRENT = "current.yaml"
MOST_STEPS = 200
"""Steps that are kept; with the next one the oldest goes."""
ELSEWHERE = "changed elsewhere"
"""The name of a step that nobody told of: the file was changed by hand."""

Way = Literal["begun", "edit", "undo", "redo", "aside", "settled"]
"""What a step was: the state at the beginning, an edit, one that takes another back or makes it again, an edit that was
put aside because it contradicts another one, or the end of that."""


@dataclass(frozen=True)
class Entry:
    """A file of the history: `of` is the number of the step that is undone, made again or settled, `parts` the fields
    of the design that it changed, none if that is not known, `by` who did it where people sign in."""

    number: int
    time: datetime
    way: Way
    label: str
    of: int | None = None
    parts: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class History:
    """What can be taken back, made again, and what was put aside; the last one is the newest."""

    done: tuple[Entry, ...] = ()
    undone: tuple[Entry, ...] = ()
    aside: tuple[Entry, ...] = ()
    states: tuple[int, ...] = ()
    """The numbers of the entries that say what the design read from then on."""

    def before(self, entry: Entry) -> int:
        """The number of the entry with the state before a step that is `done` or `undone`."""
        return self.states[self.states.index(entry.number) - 1]


def read_history(design: Path, known: Mapping[int, Entry] | None = None) -> dict[int, Entry]:
    """The entries of the history of the design in a folder by number; those `known` are not read again.

    A file that can't be read is none: what it tells of stays done.
    """
    known = known or {}
    found = ((number, known.get(number) or _read(_file(design, number))) for number in _numbers(design))
    return {number: entry for number, entry in found if entry is not None}


def history_of(entries: Iterable[Entry]) -> History:
    """What a history comes to, given its entries by number."""
    done: list[Entry] = []
    undone: list[Entry] = []
    aside: list[Entry] = []
    states: list[int] = []
    for entry in entries:
        of = entry.of
        if entry.way == "aside":
            aside.append(entry)
            continue
        aside = [one for one in aside if one.number != of]
        if entry.way == "settled":
            continue
        if entry.way == "undo":
            undone += [one for one in done if one.number == of]
            done = [one for one in done if one.number != of]
        elif entry.way == "redo":
            done += [one for one in undone if one.number == of]
            undone = [one for one in undone if one.number != of]
        elif entry.way == "edit" and states:  # of the oldest that is kept nobody knows what was before
            done.append(entry)
            undone = []
        states.append(entry.number)
    return History(tuple(done), tuple(undone), tuple(aside), tuple(states))


def text_at(design: Path, number: int) -> str:
    """What the design read after a step, or what an edit that was put aside asked for. Raises InputError."""
    return str(_content(design, number)["text"])


def base_at(design: Path, number: int) -> str:
    """What the design read when the edit was made that was put aside. Raises InputError."""
    return str(_content(design, number)["base"])


def keep_step(
    design: Path,
    text: str,
    *,
    base: str,
    label: str,
    way: Way = "edit",
    of: int | None = None,
    parts: Sequence[str] = (),
    by: str = "",
) -> str | None:
    """Save what a design reads from now on, as one step more, if it still reads `base`; else nothing is done, and what
    it reads is returned. Raises InputError if it can't be written."""
    with _alone(design) as place:
        now = read_text(design / CURRENT)
        if now != base:
            return now
        last = _last_state(design)
        if last is None or text_at(design, last) != now:
            beginning = last is None
            _add(place, "begun" if beginning else "edit", "" if beginning else ELSEWHERE, {"text": now})
        write_text(design / CURRENT, text)
        _add(place, way, label, {"text": text, "of": of, "parts": list(parts), "by": by})
        for number in _numbers(design)[: -MOST_STEPS - 1]:
            _file(design, number).unlink(missing_ok=True)
    return None


def put_aside(design: Path, text: str, *, base: str, label: str, by: str = "") -> None:
    """Keep an edit of `base` that contradicts what was saved meanwhile, until somebody settles it."""
    with _alone(design) as place:
        _add(place, "aside", label, {"text": text, "base": base, "by": by})


def settle(design: Path, number: int, *, by: str = "") -> None:
    """An edit that was put aside is asked about no more."""
    with _alone(design) as place:
        _add(place, "settled", "", {"of": number, "by": by})


@contextmanager
def _alone(design: Path) -> Iterator[Path]:
    """Be the only one who changes the history of a design; gives its folder."""
    place = design / FOLDER
    with writing(place):
        place.mkdir(exist_ok=True)
        with alone(place):
            yield place


def _add(place: Path, way: Way, label: str, content: Mapping[str, Any]) -> None:
    number = max(_numbers(place.parent), default=0) + 1
    line = {"time": datetime.now(UTC).isoformat(), "way": way, "label": label, **content}
    while not write_new(_file(place.parent, number), json.dumps(line)):
        number += 1


def _last_state(design: Path) -> int | None:
    """The number of the newest entry that says what the design read."""
    for number in reversed(_numbers(design)):
        entry = _read(_file(design, number))
        if entry is not None and entry.way not in ("aside", "settled"):
            return number
    return None


def _numbers(design: Path) -> list[int]:
    """The numbers of the entries there are, in their order."""
    place = design / FOLDER
    return sorted(int(one.stem) for one in place.glob("*.json") if one.stem.isdigit()) if place.is_dir() else []


def _file(design: Path, number: int) -> Path:
    return design / FOLDER / f"{number:06}.json"


def _content(design: Path, number: int) -> Mapping[str, Any]:
    file = _file(design, number)
    try:
        found: Any = json.loads(file.read_bytes())
        if isinstance(found, dict) and isinstance(found.get("text"), str):
            return found
    except (OSError, ValueError, RecursionError):
        pass
    raise InputError(f"{file}: this step of the history can't be read.")


def _read(file: Path) -> Entry | None:
    """What an entry says; None if it is damaged."""
    try:
        found: Any = json.loads(file.read_bytes())
        time = datetime.fromisoformat(found["time"])
        parts = tuple(map(str, found.get("parts", ())))
        by = str(found.get("by", ""))
        entry = Entry(int(file.stem), time, found["way"], found["label"], found.get("of"), parts, by)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    needs = {"settled": (), "aside": ("text", "base")}.get(entry.way, ("text",))
    whole = all(isinstance(found.get(one), str) for one in ("label", *needs))
    known = entry.way in get_args(Way) and whole
    return entry if known and (entry.of is None or type(entry.of) is int) and time.tzinfo is not None else None
