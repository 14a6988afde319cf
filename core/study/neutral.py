"""The neutral design of a source: every factor follows, and what only identifies rows is left out."""

from __future__ import annotations

from collections.abc import Sequence

from trimtab.core.design.design import Design, reference
from trimtab.core.design.factors import Factor
from trimtab.core.errors import InputError
from trimtab.core.relations.relation import Found
from trimtab.core.source.profile import Profile
from trimtab.core.source.spool import Source


def neutral_design(source: Source, profile: Profile, relations: Sequence[Found], *, name: str, path: str) -> Design:
    """A design in which every factor of `source` has its kind and follows, and what was found to hold holds; a column
    that only tells rows apart is dropped.

    `path` is where the design says that its data are. Raises InputError for a name that is blank, or if all columns
    only tell rows apart.
    """
    dropped = {factor.name for factor in profile.factors if factor.identifier}
    if len(dropped) == len(profile.factors):
        raise InputError(
            f"{source.name}: every column only tells rows apart ({', '.join(sorted(dropped))}), so there is nothing to "
            "learn and nothing to design. Bring in data with at least one column that has levels or measures."
        )
    factors = {
        factor.name: Factor(kind=factor.kind, role="drop" if factor.identifier else "follow")
        for factor in profile.factors
    }
    kept = tuple(
        one.relation
        for one in relations
        if one.relation.kept and not one.exceptions and dropped.isdisjoint(one.relation.factors)
    )
    return Design(name=name, source=reference(path, source), factors=factors, relations=kept)
