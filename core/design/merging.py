"""Two designs that were made of the same one, as one: what only one of them changed is taken from it, and where both
changed the same thing in different ways somebody has to choose."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from trimtab.core.design.controls.kind import KINDS, ControlName
from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.files import line_of

KIND_OF = {kind.part: kind for kind in KINDS.values() if kind.part}
"""The kind of the controls in each part of a design."""

Prefer = Literal["mine", "theirs"]

ROLE = ("role", "target", "value", "values", "expression")
"""What a factor says together: a role, and what that role needs."""

UNIQUE = {part: kind.unique for part, kind in KIND_OF.items() if kind.unique}
"""Lists of controls of which a design can have each only once, and the field that tells them apart."""

LISTED = tuple(part for part in KIND_OF if part not in UNIQUE and Design.model_fields[part].default == ())
"""Lists whose entries nothing but their content tells apart."""


@dataclass(frozen=True)
class Clash:
    """What both designs changed, each in its way, as the file has it on one line; None for what one took away.

    `name` is the control's, or that of a field of the design or of a factor, such as `description` or `unit visib`.
    """

    name: ControlName
    mine: str | None
    theirs: str | None

    @property
    def what(self) -> str:
        """What both changed, in a sentence: "event `fog`", "the unit of `visib`"."""
        if self.name.kind in KINDS and self.name.of:
            return self.name.called
        if self.name.of:
            return f"the {self.name.kind} of `{self.name.of}`"
        return "the number of rows" if self.name.kind == "rows" else f"the {self.name.kind}"


class _Absent:
    """Stands for what a design does not have."""


_ABSENT = _Absent()

_Key = tuple[Hashable, ...]
_Units = dict[_Key, Any]


def clashes(base: Design, mine: Design, theirs: Design) -> tuple[Clash, ...]:
    """What `mine` and `theirs`, both made of `base`, changed in different ways; none if they can be merged."""
    found = [
        Clash(_name(key), _text(key, its), _text(key, other))
        for key, its, other in _contrary(*(_units(one) for one in (base, mine, theirs)))
    ]
    for part in LISTED:
        for one, its, other in _contrary_entries(*(getattr(each, part) for each in (base, mine, theirs))):
            found.append(Clash(_name((part, one)), _lines(its), _lines(other)))
    return tuple(found)


def merge(base: Design, mine: Design, theirs: Design, *, prefer: Prefer) -> Design:
    """`theirs` with all that `mine` changed of `base`; where they clash, as the one to `prefer` has it.

    Raises InputError where both together are no design: one takes away what the other one builds on.
    """
    units = [_units(one) for one in (base, mine, theirs)]
    before, changed, now = units
    contrary = {key for key, _, _ in _contrary(*units)}
    for key in dict.fromkeys([*before, *changed]):
        its, was = changed.get(key, _ABSENT), before.get(key, _ABSENT)
        if its == was or (key in contrary and prefer == "theirs"):
            continue
        if its is _ABSENT:
            now.pop(key, None)
        else:
            now[key] = its
    lists = {
        part: _merged_list(getattr(base, part), getattr(mine, part), getattr(theirs, part), prefer) for part in LISTED
    }
    return theirs.changed(**_fields(now), **lists)


def _contrary(base: _Units, mine: _Units, theirs: _Units) -> Iterator[tuple[_Key, Any, Any]]:
    """What both changed in different ways: (key, mine, theirs)."""
    for key in dict.fromkeys([*base, *mine, *theirs]):
        was, its, other = (one.get(key, _ABSENT) for one in (base, mine, theirs))
        if its != was and other != was and its != other:
            yield key, its, other


def _units(design: Design) -> _Units:
    """What can be changed by itself in a design: (part, and which one of it) -> its value."""
    found: _Units = {}
    for field in Design.model_fields:
        value = getattr(design, field)
        if field == "factors":
            found |= {key: part for name, factor in value.items() for key, part in _of_factor(name, factor)}
        elif isinstance(value, dict):
            found |= {(field, name): one for name, one in value.items()}
        elif field in UNIQUE and value is not None:
            found |= {(field, _which(getattr(one, UNIQUE[field]))): one for one in value}
        elif field not in LISTED:
            found[(field,)] = value
    return found


def _which(value: str | tuple[str, ...]) -> Hashable:
    """What tells a control apart: a text, or factors in any order."""
    return value if isinstance(value, str) else frozenset(value)


def _of_factor(name: str, factor: Factor) -> Iterator[tuple[_Key, Any]]:
    """What a design says of a factor: its role with what that needs, and each other field that is given."""
    yield ("factors", name, "role"), tuple(getattr(factor, field) for field in ROLE)
    for field, info in Factor.model_fields.items():
        value = getattr(factor, field)
        if field not in ROLE and value != info.default:
            yield ("factors", name, field), value


def _fields(units: _Units) -> dict[str, Any]:
    """The fields of a design, of what can be changed by itself in it."""
    fields: dict[str, Any] = {"factors": {}, **dict.fromkeys(UNIQUE, ())}
    fields |= {part: {} for part in KIND_OF if part not in (*UNIQUE, *LISTED)}
    for (part, *of), value in units.items():
        place = cast(str, part)
        if place == "factors":
            name, field = cast(tuple[str, str], tuple(of))
            given = dict(zip(ROLE, value, strict=True)) if field == "role" else {field: value}
            fields["factors"].setdefault(name, {}).update(given)
        elif not of:
            fields[place] = fields.get(place) or value  # relations that were not looked for are no list
        elif place in UNIQUE:
            fields[place] = (*(fields[place] or ()), value)
        else:
            fields[place][of[0]] = value
    return fields


def _name(key: _Key) -> ControlName:
    """What somebody calls what can be changed by itself."""
    part, *of = cast(tuple[Any, ...], key)
    if part == "factors":
        return ControlName(of[1], of[0])
    if not of:
        return ControlName(part, "")
    if isinstance(of[0], frozenset):
        return ControlName(KIND_OF[part].word, " × ".join(sorted(of[0])))
    return ControlName(KIND_OF[part].word, of[0] if isinstance(of[0], str) else " × ".join(of[0].factors))


def _text(key: _Key, value: Any) -> str | None:
    if value is _ABSENT:
        return None
    if key[-1] == "role":
        value = {field: part for field, part in zip(ROLE, value, strict=True) if part is not None}
    return line_of(value)


def _lines(entries: Sequence[Any]) -> str | None:
    return "; ".join(map(line_of, entries)) or None


def _contrary_entries(
    base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]
) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """Entries that neither has any more, where what they put in their place differs: (entry, mine, theirs)."""
    added, others = _without(mine, base), _without(theirs, base)
    if added != others:
        for one in _without(_without(base, mine), theirs):
            yield one, added, others


def _merged_list(base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any], prefer: Prefer) -> tuple[Any, ...]:
    """`theirs` without what `mine` took away of `base`, and with what it added."""
    if list(base) == list(theirs):
        return tuple(mine)  # in its order, too
    contrary = any(_contrary_entries(base, mine, theirs))
    left, added = _without(theirs, _without(base, mine)), _without(_without(mine, base), theirs)
    if contrary and prefer == "theirs":
        return tuple(left)
    return (*(_without(left, _without(theirs, base)) if contrary else left), *added)


def _without(entries: Sequence[Any], gone: Sequence[Any]) -> list[Any]:
    """`entries` without those that are equal to one that is `gone`, each as often."""
    left = list(entries)
    for one in gone:
        if one in left:
            left.remove(one)
    return left
