"""The polluted file of a seed."""

from __future__ import annotations

import benchmarks.pollution.dialects
import benchmarks.pollution.mixtures
import benchmarks.pollution.shapes
import benchmarks.pollution.values  # noqa: F401
from benchmarks.pollution.draft import KINDS, Polluted, draft


def polluted(seed: int) -> Polluted:
    """The file of a seed; kinds come in turn."""
    names = list(KINDS)
    name = names[seed % len(names)]
    one = draft(seed)
    KINDS[name](one)
    right = None if one.refused else tuple(map(tuple, one.right))
    return Polluted(name, one.content(), tuple(one.read_names), right)
