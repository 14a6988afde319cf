"""Places are taken once, so that a new kind never takes the place of another without a word."""

from __future__ import annotations

import pytest

from trimtab.core.registering import Places


def test_a_place_is_taken_once() -> None:
    shelf = Places[str]()
    shelf.put(20, "floor")
    shelf.put(10, "event")
    assert list(shelf) == ["event", "floor"]
    with pytest.raises(ValueError, match="place 20 is taken by 'floor'; take another one for 'mine'"):
        shelf.put(20, "mine")
    assert list(shelf) == ["event", "floor"]
