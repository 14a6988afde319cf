"""Random streams keyed by what they are for, so that no stream disturbs another."""

from __future__ import annotations

import hashlib

import numpy as np

ONE_FOR_ALL = 0
"""The seed of what must not depend on the design's own: what is learned, declared, or constructed before a check."""


def stream(seed: int, name: str, block: int = 0) -> np.random.Generator:
    """The generator of one purpose in one block: the same for the same arguments, independent of all others.

    Philox is counter based (J. K. Salmon et al., SC 2011); the key is spawned from seed, name and block by
    SeedSequence.
    """
    word = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(word, block))))
