"""Gaps, remedies and weak slices as controls of a design: a pattern of axis labels becomes an event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from trimtab.core.counting.levels import Levels
from trimtab.core.coverage.gaps.possible import design_levels, possible_of
from trimtab.core.coverage.gaps.remedy import Remedy
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions import Condition, build_predicate
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.source.axes import Axis
from trimtab.core.source.labels import moment_texts
from trimtab.core.study.study import Study, open_study, whole_size

LONGEST_NAME = 60
"""Characters of an event's name."""

Pattern = Mapping[str, str]
"""Factor -> the label of a level, as `gaps` and `slices` name it."""


@dataclass(frozen=True)
class Wish:
    """Levels that should be covered by so many more `rows`."""

    levels: Pattern
    rows: int


def condition_of(pattern: Pattern, axes: Mapping[str, Axis]) -> str:
    """The SQL condition that is true where a row has all levels of `pattern`, on the axes its labels are from.

    `missing` is a missing value unless a level is called so. Raises InputError for an empty pattern, an unknown factor
    or an unknown label.

    >>> condition_of({"visib": "0–2", "origin": "missing"},
    ...              {"visib": Axis("visib", "continuous", edges=(0, 2, 5)), "origin": Axis("origin", "categorical")})
    'visib >= 0 AND visib < 2 AND origin IS NULL'
    """
    if not pattern:
        raise InputError("Pattern: name at least one factor and its level.")
    for factor in pattern:
        if factor not in axes:
            raise InputError(f"Pattern: there is no factor `{factor}`.{nearest(factor, axes)}")
    return build_predicate([one for factor, label in pattern.items() for one in _conditions(axes[factor], label)])


def cover_pattern(study: Study, pattern: Pattern, rows: int) -> Design:
    """The study's design with an event that brings `rows` more rows of `pattern`; see `cover_patterns`."""
    return cover_patterns(study, [Wish(pattern, rows)])


def cover_patterns(study: Study, wishes: Sequence[Wish]) -> Design:
    """The study's design with an event for each of `wishes`, such as gaps with their rows to close.

    Of a pattern that the generated rows would show more often anyway, as the source does, so many rows are asked for;
    in a supplement those of the source come on top, since its events count them. If the patterns are all combinations
    of the display bins of some factors, with the same rows each, they become one floor, which says the same. An event
    of the same condition is not repeated: it asks for more rows if it has too few. All else stays.

    Raises InputError for unknown factors or labels, less than 1 row, patterns that the design's rules, holds or shares
    of 0 forbid, and more rows than the design has.
    """
    factors = list(dict.fromkeys(factor for wish in wishes for factor in wish.levels))
    levels = {one.factor: one for one in _known_levels(study, factors)}
    for wish in wishes:
        if wish.rows < 1:
            raise InputError(f"{_named(wish.levels)}: ask for at least 1 row, got {wish.rows}.")
    whens = [condition_of(wish.levels, {name: one.axis for name, one in levels.items()}) for wish in wishes]
    _refuse_impossible(study, [wish.levels for wish in wishes], levels)
    if _is_floor(study, wishes, levels):
        return _opened(study, study.design.with_floor(**_floor(wishes))).design
    design, names = study.design, []
    for wish, when in zip(wishes, whens, strict=True):
        design, name = _with_event(design, "cover", wish.levels, when)
        names.append(name)
    known = {one.of: real_rows(study, one) for one in events_of(_opened(study, design)) if one.of in names}
    for wish, name in zip(wishes, names, strict=True):
        asked = max(_rows_asked(study, study.design, name), _rows_wanted(study, wish.rows, known[name]))
        design = design.with_event(name, rows=asked)
    return _opened(study, design).design


def cover_remedy(study: Study, remedy: Remedy) -> Design:
    """The study's design with an event for each combination of a remedy."""
    return cover_patterns(study, [Wish(one.levels, one.rows) for one in remedy.combinations])


def boost_slice(study: Study, pattern: Pattern, *, rate: float | None = None, rows: int | None = None) -> Design:
    """The study's design with an event that gives a weak slice its share: a `rate` of the rows, or a number of `rows`.

    In a supplement a rate is of the source and the generated rows together; `rows` are generated ones, so those of the
    source come on top. An event of the same condition is changed. Raises InputError as `cover_patterns` does, and
    unless there is either a rate or rows.
    """
    if (rate is None) == (rows is None):
        raise InputError(f"{_named(pattern)}: give a rate or a number of rows" + (", not both." if rows else "."))
    levels = {one.factor: one for one in _known_levels(study, list(pattern))}
    when = condition_of(pattern, {name: one.axis for name, one in levels.items()})
    _refuse_impossible(study, [pattern], levels)
    design, name = _with_event(study.design, "boost", pattern, when)
    if rate is not None:
        return _opened(study, design.with_event(name, rate=float(rate))).design
    assert rows is not None  # one of them is given
    if rows < 1:
        raise InputError(f"{_named(pattern)}: ask for at least 1 row, got {rows}.")
    if study.design.mode == "supplement":
        (control,) = (one for one in events_of(_opened(study, design)) if one.of == name)
        rows += real_rows(study, control)
    return _opened(study, design.with_event(name, rows=rows)).design


def boost_slices(study: Study, wished: Iterable[tuple[Pattern, Mapping[str, Any]]]) -> Design:
    """The study's design with weak slices boosted, one after the other: each a pattern with the `rate` or `rows` of
    `boost_slice`; those with neither stay as they are. Raises InputError."""
    for pattern, fields in wished:
        if fields:
            study = _opened(study, boost_slice(study, pattern, **fields))
    return study.design


def event_name(what: str, pattern: Pattern, taken: Sequence[str]) -> str:
    """A name for the event of a pattern, of letters, digits and `_`, other than those `taken`, that people can read.

    >>> event_name("cover", {"carrier": "HA", "visib": "0.5–2"}, ["fog"])
    'cover_carrier_HA_and_visib_0_point_5_to_2'
    """
    parts = " and ".join(f"{factor} {_spoken(label)}" for factor, label in pattern.items())
    base = re.sub(r"[^A-Za-z0-9]+", "_", f"{what} {parts}").strip("_")[:LONGEST_NAME].rstrip("_")
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _spoken(label: str) -> str:
    """A level with words for the signs that a name can't have.

    >>> _spoken("-90 – -61.5"), _spoken("55+"), _spoken("2013-04")
    ('minus 90 to minus 61 point 5', '55 or more', '2013-04')
    """
    said = re.sub(r"\s*–\s*", " to ", label)
    said = re.sub(r"(?<![\w.])[-−](?=\d)", "minus ", said)
    said = re.sub(r"(?<=\d)\.(?=\d)", " point ", said)
    return re.sub(r"(?<=\d)\+(?!\w)", " or more", said)


def _known_levels(study: Study, factors: Sequence[str]) -> list[Levels]:
    for factor in factors:
        if factor not in study.axes:
            raise InputError(f"Pattern: there is no factor `{factor}`.{nearest(factor, study.axes)}")
    return design_levels(study, factors)


def _conditions(axis: Axis, label: str) -> list[Condition]:
    """The conditions under which a value lies in the bin of this label."""
    name = axis.factor
    if label not in axis.labels:
        if label == Axis.missing_label:
            return [Condition(name, "is null")]
        hint = nearest(label, (*axis.labels, Axis.missing_label))
        raise InputError(f"Pattern: `{name}` has no level `{label}` on its axis.{hint}")
    place = axis.labels.index(label)
    if not axis.numeric:
        if place == len(axis.levels):
            return [Condition(name, "not in", axis.levels)]
        level = axis.levels[place]
        return [Condition(name, "=", level == "true" if axis.kind == "boolean" else level)]
    low, high = _literal(axis, axis.edges[place]), _literal(axis, axis.edges[place + 1])
    if axis.points or low == high:
        return [Condition(name, "=", low)]
    if place == axis.size - 1:
        return [Condition(name, "between", (low, high))]
    return [Condition(name, ">=", low), Condition(name, "<", high)]


def _literal(axis: Axis, edge: float) -> int | float | str:
    if axis.kind == "datetime":
        return moment_texts([edge])[0]
    return int(edge) if edge == int(edge) and abs(edge) < 2**53 else float(edge)


def _with_event(design: Design, what: str, pattern: Pattern, when: str) -> tuple[Design, str]:
    """(a design that has an event of this condition, its name)."""
    for name, event in design.events.items():
        if event.when == when:
            return design, name
    name = event_name(what, pattern, list(design.events))
    return design.with_event(name, when=when, rows=0), name


def _rows_asked(study: Study, design: Design, name: str) -> int:
    """The rows that an event of the design asks for so far."""
    if name not in design.events:
        return 0
    event = design.events[name]
    return event.rows if event.rows is not None else round((event.rate or 0.0) * whole_size(study, study.size))


def _rows_wanted(study: Study, more: int, known: int) -> int:
    """The rows of an event that has `known` real ones and should get so many `more`."""
    natural = round(known / study.source.rows * study.size)
    return max(more, natural) + (known if study.design.mode == "supplement" else 0)


def _is_floor(study: Study, wishes: Sequence[Wish], levels: Mapping[str, Levels]) -> bool:
    """Whether the wishes are what one floor says: all combinations of the display bins of some factors, alike."""
    names = list(wishes[0].levels) if wishes else []
    alike = {(frozenset(wish.levels), wish.rows) for wish in wishes}
    if len(wishes) < 2 or len(alike) > 1 or len(names) > 4:
        return False
    if any(levels[name].axis != study.axes[name] for name in names):
        return False
    asked = {tuple(wish.levels[name] for name in names) for wish in wishes}
    return asked == set(product(*(study.axes[name].labels for name in names)))


def _floor(wishes: Sequence[Wish]) -> dict[str, Any]:
    names = tuple(wishes[0].levels)
    return {"factors": names, "strength": len(names), "at_least": wishes[0].rows}


def _refuse_impossible(study: Study, patterns: Sequence[Pattern], levels: Mapping[str, Levels]) -> None:
    """Raise InputError for the first pattern that no row of the design can have."""
    for pattern in patterns:
        for name, label in pattern.items():
            if label not in levels[name].labels and label == Axis.missing_label:
                raise InputError(f"{_named(pattern)}: `{name}` is never missing in the source, so no row can be so.")
    order = list(levels)
    possible = possible_of(study, list(levels.values()))
    for pattern in patterns if possible is not None else ():
        chosen = [i for i, name in enumerate(order) if name in pattern]
        codes = np.array([[levels[order[i]].labels.index(pattern[order[i]]) for i in chosen]])
        if not possible.keeps(chosen, codes)[0]:  # type: ignore[union-attr]
            raise InputError(
                f"{_named(pattern)}: the design's rules, holds or shares of 0 leave no row that is so. Change those "
                "first."
            )


def _opened(study: Study, design: Design) -> Study:
    """The changed design, checked against the source."""
    return open_study(design, study.source, previous=study)


def _named(pattern: Pattern) -> str:
    return "Pattern " + ", ".join(f"{factor} = {label}" for factor, label in pattern.items())
