"""The neutral design of a source: every factor follows, and what only identifies rows is left out."""

from __future__ import annotations

from trimtab.core.design.design import Design, reference
from trimtab.core.design.factors import Factor
from trimtab.core.source.profile import Profile
from trimtab.core.source.spool import Source


def neutral_design(source: Source, profile: Profile, *, name: str, path: str) -> Design:
    """A design in which every factor of `source` has its kind and follows; a column that identifies rows is dropped.

    `path` is where the design says that its data are. Raises InputError for a name that is blank.
    """
    factors = {
        factor.name: Factor(kind=factor.kind, role="drop" if factor.identifier else "follow")
        for factor in profile.factors
    }
    return Design(name=name, source=reference(path, source), factors=factors)
