"""A part of a design merged into a whole one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trimtab.core.design.controls.kind import KINDS
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, loads
from trimtab.core.errors import InputError
from trimtab.core.yaml.reading import read, text_of
from trimtab.core.yaml.writing import write

INSTEAD = (("rate", "rows"), ("rule", "probability"), ("value", "values"))
"""Fields of which a part has one: another one that is given takes its place."""

REMOVE = "remove"
"""The key of an entry of a list that takes another one away."""

ROLE_FIELDS = ("target", "value", "values", "expression")
"""What a factor loses with its role, if the patch gives it another one."""


def patched(design: Design, patch: Path) -> Design:
    """`design` with the part of a design that the file `patch` holds.

    Mappings are merged key by key, and a null takes a key away. Where a patch gives an event rows, a label a rule, or
    a factor another role or family, what that replaces goes. Pairs of the same two factors, sweeps and quantiles of
    the same factor and floors of the same factors take the place of those there are; others, and rules, are added.
    `{remove: ENTRY}` in a list takes away the first entry that has all that ENTRY has. Raises InputError, naming the
    patch, for a file that can't be read, and for every fault of the whole.
    """
    part = read(text_of(patch, "patch"), owner=patch.name)
    if not isinstance(part, dict) or not part:
        raise InputError(f"{patch.name}: a patch is a mapping with a part of a design, such as `events: ...`.")
    return with_part(design, part, owner=patch.name)


def with_part(design: Design, part: Mapping[str, Any], *, owner: str = "patch") -> Design:
    """`design` with a part of a design merged in, as `patched` does it. Raises InputError, for `owner`."""
    whole = _merged(read(dumps(design), owner=design.name), part, (), owner)
    return loads(write(whole), owner=owner)


def removal(entries: Sequence[Any], one: Any) -> dict[str, Any]:
    """What a patch of a list says to take away `one` of its entries: named by its factors where no other entry has the
    same, so that it goes whatever numbers it has by then."""
    named = {key: one[key] for key in ("factors", "factor") if key in one} if isinstance(one, Mapping) else {}
    alone = named and sum(_is_like(other, named) for other in entries) == 1
    return {REMOVE: named if alone else one}


def _merged(before: Any, part: Any, path: tuple[str, ...], owner: str) -> Any:
    if isinstance(before, Mapping) and isinstance(part, Mapping):
        found = _kept(before, part, path)
        for key, value in part.items():
            if value is None:
                found.pop(key, None)
            else:
                found[key] = _merged(found.get(key), value, (*path, str(key)), owner)
        return found
    if isinstance(part, list) and len(path) == 1 and isinstance(before, list | None):
        gone = [one[REMOVE] for one in part if _removes(one)]
        left = _without(before or [], gone, path[0], owner)
        return _listed(left, [one for one in part if not _removes(one)], path[0])
    return part


def _kept(before: Mapping[str, Any], part: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """What a patch of a mapping leaves of it before it is merged."""
    if part.get("family", before.get("family")) != before.get("family"):
        return {}
    gone = {other for fields in INSTEAD if set(fields) & part.keys() for other in fields}
    if path[:1] == ("factors",) and len(path) == 2 and part.get("role", before.get("role")) != before.get("role"):
        gone |= set(ROLE_FIELDS)
    return {key: value for key, value in before.items() if key not in gone or len(path) != 2}


def _removes(one: Any) -> bool:
    return isinstance(one, Mapping) and set(one) == {REMOVE}


def _without(before: list[Any], gone: list[Any], name: str, owner: str) -> list[Any]:
    """A list of a design without the first entry that is like each of those that go."""
    left = list(before)
    for like in gone:
        found = next((place for place, one in enumerate(left) if _is_like(one, like)), None)
        if found is None:
            raise InputError(f"{owner}: {name}: there is nothing to remove that is like {like!r}.")
        del left[found]
    return left


def _is_like(one: Any, like: Any) -> bool:
    """Whether an entry has all that another one has; the order of `factors` says nothing."""
    if not isinstance(one, Mapping) or not isinstance(like, Mapping):
        return bool(one == like)
    same = all(one.get(key) == value for key, value in like.items() if key != "factors")
    wanted = like.get("factors", one.get("factors"))
    return same and isinstance(wanted, list | None) and set(wanted or ()) == set(one.get("factors", ()))


def _listed(before: list[Any], part: list[Any], name: str) -> list[Any]:
    """A list of a design with those of a patch: each takes the place of the first that it names the same as."""
    places = [_place(name, one) for one in part]
    found, done = [], set()
    for one in before:
        place = _place(name, one)
        if place not in places:
            found.append(one)
        elif place not in done:
            done.add(place)
            found += [new for new, its in zip(part, places, strict=True) if its == place]
    return found + [new for new, its in zip(part, places, strict=True) if its not in done]


def _place(name: str, one: Any) -> Any:
    """What two entries of a list have in common if one takes the place of the other."""
    unique = next((kind.unique for kind in KINDS.values() if kind.part == name), "")
    if name == "floors":  # a design may have several of the same factors, and a patch means the one there is
        unique = "factors"
    value = one.get(unique) if isinstance(one, Mapping) else None
    if value is None:
        return repr(one)
    return frozenset(map(str, value)) if isinstance(value, list) else str(value)
