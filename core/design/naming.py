"""The names of the columns that a design adds: none twice, none that a source column or the provenance has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.checks import PROVENANCE

CLEAN = "{}_clean"
"""The clean label beside a noisy one."""
PROBABILITY = "{}_probability"
"""The probability beside a label drawn with it."""


def label_columns(design: Design, name: str) -> tuple[str, ...]:
    """The columns that a label is written as: itself, then its probability, then the clean one."""
    label = design.labels[name]
    probability = (PROBABILITY.format(name),) if label.probability is not None else ()
    return (name, *probability, *((CLEAN.format(name),) if label.noise > 0 else ()))


def column_of(design: Design, name: str) -> str:
    """The column in which rows have what a definition gives: a drawn label's probability, a noisy one's clean label."""
    if name not in design.labels:
        return name
    label = design.labels[name]
    if label.probability is not None:
        return PROBABILITY.format(name)
    return CLEAN.format(name) if label.noise > 0 else name


def naming_faults(design: Design, columns: Iterable[str]) -> Iterator[InputError]:
    """A fault for each column of the design whose name is taken, upper and lower case being the same."""
    taken = {name.lower(): f"`{name}` of the source" for name in columns}
    replaced = {name.lower() for name in columns if design.factor(name).role == "derive"}
    taken |= {name: f"`{name}` of the provenance" for name in PROVENANCE}
    for owner, name in _added(design):
        other = taken.get(name.lower())
        if other is not None and not (owner == f"Factor `{name}`" and name.lower() in replaced):
            yield InputError(f"{owner}: its column `{name}` would have the name of {other}. Rename one of them.")
        taken[name.lower()] = f"`{name}` of {owner[0].lower()}{owner[1:]}"


def _added(design: Design) -> Iterator[tuple[str, str]]:
    """(what adds it, the column's name)."""
    yield from ((f"Factor `{name}`", name) for name, factor in design.factors.items() if factor.role == "derive")
    yield from ((f"Level mix `{name}`", name) for name in design.levels)
    yield from ((f"Label `{name}`", column) for name in design.labels for column in label_columns(design, name))
