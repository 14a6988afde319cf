"""Conflicts in the order in which they can be settled: what is told works, and nothing leads back.

The program over cells knows what it is asked at once. Rows that are reserved, tables that follow from what all others
come to and whole rows are known only afterwards. So the first number that is told is tried, then the first of what is
told then, until all is met: these are the conflicts there are, and each is settled once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.patching import with_part
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.fitted import fitted, row_weights
from trimtab.core.projection.goals import source_counts
from trimtab.core.projection.projection import project
from trimtab.core.projection.solver.wording import Way, asked_and_nearest
from trimtab.core.projection.ways_out import Patch, WayOut, giving_way, number, without
from trimtab.core.study.study import Study, open_study, whole_size

MOST_STEPS = 12
"""Conflicts after which no more are looked for: what is told must be read."""

MOST_TRIES = 40
"""Changes that are tried for them in all."""

SHARES = ("event", "missing", "target", "level")
"""Kinds of which a number is a share, or several."""

HALVINGS = 8
"""A number between one that works and one that does not is found in so many."""


@dataclass(frozen=True, eq=False)
class Settled:
    """One conflict, told for each control that could give way, and the `way` that settles it: the first one's; None if
    there is none."""

    conflicts: tuple[Conflict, ...]
    way: WayOut | None


@dataclass(frozen=True, eq=False)
class _Step:
    """A conflict of the study `before`, the one of it that is settled, how, and whether by a number."""

    before: Study
    group: tuple[Conflict, ...]
    way: WayOut | None
    by_number: bool

    @property
    def control(self) -> ControlName:
        return self.group[0].control

    def undoes(self, earlier: _Step) -> bool:
        """Whether the number of an earlier step did not last: this one has another, or speaks of the same conflict."""
        again = self.by_number and self.control == earlier.control
        return earlier.by_number and (again or set(self.group[0].controls) == set(earlier.group[0].controls))


def settled_in_turn(study: Study, conflicts: Sequence[Conflict]) -> list[Settled]:
    """The conflicts of a study's design, of which some are known, in the order in which they can be settled."""
    steps: list[_Step] = []
    late: list[ControlName] = []
    here, left = study, tuple(conflicts)
    for _ in range(MOST_TRIES):
        if not left and not late:
            break
        # Of what can't be met without the late ones their numbers know nothing: that is told first.
        step = _step(_without(here, late), left) if left else _last(here, late)
        again = next((i for i, one in enumerate(steps) if step and step.undoes(one)), None)
        if step is None:
            late.pop()
        elif again is not None:
            first = steps[again]
            here, steps = first.before, steps[:again]
            if first.control.kind in SHARES and first.control not in late:
                late.append(first.control)
                step = None
        if step is not None:
            steps.append(replace(step, before=here))
            after = _changed(here, step.way.patch) if step.way else None
            if after is None or len(steps) == MOST_STEPS:
                break
            here = after
        left = _conflicts(_without(here, late)) or ()
    return [Settled(step.group, step.way) for step in steps]


def _step(here: Study, conflicts: tuple[Conflict, ...]) -> _Step:
    """The first conflict of those told, and what settles it: a number that works, else that a control goes."""
    group = [one for one in conflicts if one.controls == conflicts[0].controls]
    ways = [(one, way) for one in group if (way := number(here, one)) and _leads_on(here, way)]
    by_number = bool(ways)
    ways = ways or [(one, way) for one in group if (way := giving_way(here, one.control))]
    if not ways:
        ways = [(group[0], way) for name in group[0].controls if (way := giving_way(here, name))]
    if not ways:
        return _Step(here, tuple(group), None, False)
    one, way = ways[0]
    if by_number and way.exact:
        alone = len({other.controls for other in conflicts}) == 1
        rounded = _changed(here, way.patch) if alone else None
        way = way if _conflicts(rounded) == () else way.exact
    return _Step(here, (one, *(other for other in group if other is not one)), way, by_number)


def _changed(study: Study, patch: Patch) -> Study | None:
    """The study of the design with a part of it changed; None if there can be no such design."""
    try:
        return open_study(with_part(study.design, patch), study.source, previous=study)
    except InputError:
        return None


def _leads_on(here: Study, way: WayOut) -> bool:
    """Whether a way leads to a design of which the conflicts can be told: its number may ask for the undecidable."""
    return _conflicts(_changed(here, (way.exact or way).patch)) is not None


def _conflicts(study: Study | None) -> tuple[Conflict, ...] | None:
    """The conflicts of a study; None if they can't be told, for there is none or something else is wrong with it."""
    if study is None:
        return None
    try:
        project(study)
    except ConflictsError as error:
        return error.conflicts
    except InputError:
        return None
    return ()


def _without(study: Study, late: Sequence[ControlName]) -> Study:
    """The study of the design without some of its controls."""
    for name in late:
        study = _changed(study, without(study.design, name)) or study
    return study


def _last(here: Study, late: list[ControlName]) -> _Step | None:
    """What settles the conflict of the last of the late controls with all those that can be met without it; None if
    there is none any more. It is the one that gives way: as little as works, between what it comes to without being
    asked for and the nearest that is told; else it goes."""
    name = late[-1]
    free, view = _without(here, late), _without(here, late[:-1])
    left = _conflicts(view) or ()
    if not left:
        return None
    late.pop()
    told = next((one for one in left if one.control == name and number(view, one)), None)
    control = next(one for one in controls_of(view) if one.name == name)
    found = _between(view, free, told or replace(left[0], control=name, nearest=None, shares=()), control)
    if found is not None:
        return found
    way = giving_way(view, name)
    return replace(_step(view, left), way=way, by_number=False) if way else _step(view, left)


def _between(view: Study, free: Study, one: Conflict, control: Control) -> _Step | None:
    """A step with a number of a control that works: that of a conflict, or one between it and what the control comes to
    in a study that does not ask for it; None if none does."""
    own, told = _own_shares(free, control), _told_shares(one, control)
    best: _Step | None = None
    works, fails, part = 0.0, 1.0, 1.0
    for _ in range(HALVINGS):
        conflict = _with_shares(view, one, control, own + part * (told - own))
        way = number(view, conflict)
        way = way.exact or way if way else None
        after = _changed(view, way.patch) if way else None
        if _conflicts(after) == ():
            works, best = part, _Step(view, (conflict,), way, True)
            if part == 1.0:
                break
        else:
            fails = part
        part = (works + fails) / 2 if best else 0.0
    return best


def _own_shares(study: Study, control: Control) -> np.ndarray:
    """(L,) the shares that the codes of a control come to in a study that does not ask for it."""
    found = fitted(study, study.size)
    weights = row_weights(found.cells, found.fit.shares, found.pool.rows) * found.drawn
    codes = control.codes(found.pool)
    rows = np.bincount(codes[codes >= 0], weights=weights[codes >= 0], minlength=control.size)
    if found.reserved.rows:
        codes = found.reserved.with_codes(study, (control,)).codes[0]
        rows += np.bincount(codes[codes >= 0], minlength=control.size)
    if study.design.mode == "supplement" and not control.generated_only:
        rows += source_counts(study, found.pool, control)
    return np.asarray(rows / rows.sum())


def _told_shares(one: Conflict, control: Control) -> np.ndarray:
    """(L,) the nearest shares of a control that a conflict tells."""
    if len(control.requested) == 2 and one.nearest is not None:
        nearest = one.nearest
        return np.array([1.0 - nearest, nearest] if control.asked else [nearest, 1.0 - nearest])
    return np.array(one.shares or control.requested)


def _with_shares(study: Study, one: Conflict, control: Control, shares: np.ndarray) -> Conflict:
    """A conflict that tells other shares (L,) of a control."""
    code, label = control.asked, None
    if len(shares) > 2:
        code = int(np.abs(control.requested - shares).argmax())
        label = control.labels[code]
    else:  # rows are whole
        total = whole_size(study, study.size)
        shares = np.round(shares * total) / total
    nearest = float(shares[code])
    rest = [name for name in one.controls if name != one.control]
    way = Way(one.control, float(control.requested[code]), nearest, label, certain=label is None)
    message = asked_and_nearest(way, rest) if rest else one.message
    return replace(one, message=message, nearest=nearest, shares=tuple(map(float, shares)) if label else ())
