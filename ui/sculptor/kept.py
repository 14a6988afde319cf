"""What a session keeps of each factor beside its design: the bars that are locked. The design file knows none of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

_KEPT = "trimtab_sculptor"


@dataclass
class Kept:
    """What is kept of one factor: the labels of its locked bars."""

    locks: tuple[str, ...] = ()


@dataclass
class _Shelf:
    design_id: str
    factors: dict[str, Kept] = field(default_factory=dict)


def kept(design_id: str, factor: str) -> Kept:
    """What this session keeps of a factor of a design; another design begins anew."""
    shelf = st.session_state.get(_KEPT)
    if not isinstance(shelf, _Shelf) or shelf.design_id != design_id:
        shelf = st.session_state[_KEPT] = _Shelf(design_id)
    return shelf.factors.setdefault(factor, Kept())
