"""The matrix of pairs: every two factors as a cell, darker the stronger they depend on each other; one is selected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from trimtab.core.coverage.dependence import Dependence
from trimtab.ui.parts.assets import asset

Names = tuple[str, str]

_component = st.components.v2.component(
    "trimtab_pair_matrix",
    html='<div class="pairs" data-testid="pair-matrix"></div>\n',
    css=asset("pairs/pair_matrix.css"),
    js=asset("parts/component.js", "pairs/pair_shapes.js", "pairs/pair_matrix.js"),
)


def pair_matrix(
    found: Dependence,
    *,
    selected: Names | None,
    controlled: Iterable[Names],
    key: str,
    on_select: Callable[[Names], None],
    height: int = 340,
    texts: Sequence[Sequence[str]] = (),
    ends: Names = ("none", "full"),
) -> None:
    """Draw the matrix, at most `height` px high; more factors scroll inside it.

    `texts` (F, F) tell each cell in words, else its strength does; `ends` are those of the scale.

    `controlled` are the pairs with a control. `on_select` is called before the next run with the pair that was chosen;
    it changes nothing but the page's own state. Always call it with the same `key`.
    """
    names = list(found.factors)
    data = {
        "names": names,
        "strength": [[round(float(value), 3) for value in row[:i]] for i, row in enumerate(found.strength)],
        "selected": list(selected) if selected else None,
        "controlled": [list(pair) for pair in controlled],
        "height": height,
        "texts": [list(row[:i]) for i, row in enumerate(texts)],
        "ends": list(ends),
    }
    json.dumps(data, allow_nan=False)

    def chosen() -> None:
        pair = st.session_state[key].get("select")
        if isinstance(pair, list) and len(pair) == 2 and set(pair) <= set(names):
            on_select((str(pair[0]), str(pair[1])))

    _component(key=key, data=data, on_select_change=chosen)
