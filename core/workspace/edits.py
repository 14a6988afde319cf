"""An edit of a design that others may edit at the same time: what each of them changed is kept, or asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trimtab.core.design.design import Design
from trimtab.core.design.files import loads, revised
from trimtab.core.design.merging import Clash, Prefer, clashes, merge
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.workspace.history import (
    CURRENT,
    Entry,
    History,
    Way,
    base_at,
    keep_step,
    put_aside,
    settle,
    text_at,
)
from trimtab.core.workspace.workspace import Workspace

Check = Callable[[Design], object]
"""Raises InputError for a design that can't be opened on its data."""


@dataclass(frozen=True)
class Stand:
    """What a design reads in a workspace, and what that says."""

    text: str
    design: Design


@dataclass(frozen=True)
class Aside:
    """An edit that was put aside, and how it stands beside the design: where both changed the same, or `reason`, why
    both together are no design. There is neither if they agree by now."""

    entry: Entry
    clashes: tuple[Clash, ...]
    reason: str = ""


def stand_of(home: Workspace, id_: str) -> Stand:
    """How a design stands. Raises InputError if it can't be read."""
    text = home.design_text(id_)
    return Stand(text, loads(text, owner=CURRENT))


def save_edit(home: Workspace, id_: str, label: str, before: Stand, design: Design, check: Check) -> Stand | None:
    """Save an edit that made `before` to `design`; returns how the design stands then.

    Where somebody saved something else meanwhile, both are merged. Where that can't be, because both changed the same
    thing or because it is no design that `check` lets pass, the edit is put aside and None returned. Raises InputError
    if nothing can be written, and NotAllowedError for whoever may not edit, as all here do.
    """
    home.check_edit()
    after = Stand(revised(before.text, design), design)
    found = _keep(home, id_, before, after, check, label=label)
    if found is None:
        put_aside(home.folder(id_), after.text, base=before.text, label=label, by=home.by)
    return found


def take_back(
    home: Workspace, id_: str, history: History, step: Entry, now: Stand, check: Check, *, again: bool = False
) -> Stand:
    """Take a step of the `history` back, or make one `again` that was taken back, wherever the design stands `now`.

    Raises InputError if what it changed was changed in another way since.
    """
    home.check_edit()
    was, is_ = history.before(step), step.number
    before, after = (was, is_) if again else (is_, was)
    try:
        base, target = (_state(home, id_, number) for number in (before, after))
    except InputError as error:
        raise InputError(f"`{step.label}` can't be {_word(again)}: {error}") from error
    way: Way = "redo" if again else "undo"
    found = _keep(home, id_, base, target, check, label=step.label, way=way, of=step.number, now=now)
    if found is None:
        raise InputError(f"`{step.label}` can't be {_word(again)}: what it changed was changed since.")
    return found


def _state(home: Workspace, id_: str, number: int) -> Stand:
    """How a design stood after a step of its history."""
    text = text_at(home.folder(id_), number)
    return Stand(text, loads(text, owner=CURRENT))


def aside_of(home: Workspace, id_: str, entry: Entry, now: Stand, check: Check) -> Aside:
    """How an edit that was put aside stands beside the design. Raises InputError if it can't be read."""
    base, mine = (loads(text, owner=CURRENT) for text in _aside_texts(home, id_, entry))
    try:
        check(merge(base, mine, now.design, prefer="mine"))
    except TrimtabError as error:
        return Aside(entry, clashes(base, mine, now.design), str(error))
    return Aside(entry, clashes(base, mine, now.design))


def settle_aside(home: Workspace, id_: str, entry: Entry, now: Stand, check: Check, *, prefer: Prefer) -> Stand:
    """Make an edit that was put aside after all (`prefer="mine"`), or let it be; returns how the design stands then.

    Raises InputError if it can't be made.
    """
    home.check_edit()
    if prefer == "theirs":
        settle(home.folder(id_), entry.number, by=home.by)
        return now
    base, mine = (loads(text, owner=CURRENT) for text in _aside_texts(home, id_, entry))
    merged = merge(base, mine, now.design, prefer="mine")
    after = Stand(revised(now.text, merged), merged)
    found = _keep(home, id_, now, after, check, label=entry.label, of=entry.number)
    if found is None:
        raise InputError("The design was changed again meanwhile. Look at it first.")
    return found


def _keep(
    home: Workspace,
    id_: str,
    base: Stand,
    after: Stand,
    check: Check,
    *,
    label: str,
    way: Way = "edit",
    of: int | None = None,
    now: Stand | None = None,
) -> Stand | None:
    """Save what leads from `base` to `after`, whatever the design reads by then; None if that contradicts."""
    now = now or base
    while True:
        if now.text == base.text:
            check(after.design)
            wanted: Stand | None = after
        else:
            wanted = _merged(base, after, now, check)
        if wanted is None:
            return None
        parts = [one for one in Design.model_fields if getattr(now.design, one) != getattr(wanted.design, one)]
        folder, by = home.folder(id_), home.by
        found = keep_step(folder, wanted.text, base=now.text, label=label, way=way, of=of, parts=parts, by=by)
        if found is None:
            return wanted
        now = Stand(found, loads(found, owner=CURRENT))


def _merged(base: Stand, mine: Stand, theirs: Stand, check: Check) -> Stand | None:
    if clashes(base.design, mine.design, theirs.design):
        return None
    try:
        design = merge(base.design, mine.design, theirs.design, prefer="mine")
        check(design)
    except TrimtabError:
        return None
    return Stand(revised(theirs.text, design), design)


def _aside_texts(home: Workspace, id_: str, entry: Entry) -> tuple[str, str]:
    """What a design read when an edit was made that was put aside, and what that asked for."""
    return base_at(home.folder(id_), entry.number), text_at(home.folder(id_), entry.number)


def _word(again: bool) -> str:
    return "made again" if again else "taken back"
