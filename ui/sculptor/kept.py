"""What a session keeps of a design beside it, for the sculptor: no part of the design file."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

_KEPT = "trimtab_sculptor"


@dataclass
class Kept:
    """Of one factor: the labels of its locked bars, and two values between which the share is asked for."""

    locks: tuple[str, ...] = ()
    between: tuple[str, str] | None = None


@dataclass
class Shelf:
    """Of one design: which of its saved versions is laid over the bars, and what is kept of each factor."""

    design_id: str
    over: int | None = None
    factors: dict[str, Kept] = field(default_factory=dict)


def shelf(design_id: str) -> Shelf:
    """What this session keeps of a design; another design begins anew."""
    found = st.session_state.get(_KEPT)
    if not isinstance(found, Shelf) or found.design_id != design_id:
        found = st.session_state[_KEPT] = Shelf(design_id)
    return found


def kept(design_id: str, factor: str) -> Kept:
    """What this session keeps of a factor of a design."""
    return shelf(design_id).factors.setdefault(factor, Kept())
