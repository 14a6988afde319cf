"""Orders that always hold, as numbers of learning rows: looked at while rows are redrawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from trimtab.core.relations.order import Order
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class Ordered:
    """Two factors, the smaller one first, with the number of each of their values, nan for missing."""

    factors: tuple[str, str]
    numbers: tuple[np.ndarray, np.ndarray]
    strict: bool

    def broken(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """(m,) whether rows with these numbers of both are out of order; what is missing is in no order."""
        return np.asarray(low >= high if self.strict else low > high)


def orders_of(study: Study) -> tuple[Ordered, ...]:
    """Every two factors of the design's orders."""
    found = []
    for relation in study.relations:
        if isinstance(relation, Order):
            for a, b in combinations(relation.order, 2):
                tables = [np.append(study.columns[name].numbers, np.nan) for name in (a, b)]
                found.append(Ordered((a, b), (tables[0], tables[1]), relation.strict))
    return tuple(found)
