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


def other_words(words: np.ndarray, turn: int) -> np.ndarray:
    """(n,) another 32-bit word for each of n: the same for the same word and turn, and told by none of its bits.

    The finaliser of MurmurHash3 (A. Appleby 2011), a bijection.
    """
    found = words + np.uint32((turn + 1) * 0x9E3779B9 % 2**32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        found ^= found >> np.uint32(shift)
        found *= np.uint32(factor)
    found ^= found >> np.uint32(16)
    return found
