"""Every kind of relation, registered by being imported."""

from __future__ import annotations

from trimtab.core.relations import determines, equation, key, missing_together, one_of, order, parts  # noqa: F401
from trimtab.core.relations.relation import KINDS

__all__ = ["KINDS"]
