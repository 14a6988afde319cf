"""A control layer for training data: design the distribution a model learns from, and get the rows with a receipt.

Five calls: `data` reads a table, `load` (or `Design`) says what the rows should contain, `check` tells what that costs
and moves, `sample` makes the rows, `verify` measures any rows against the design. Beside them `match` takes shares from
other data, `split` makes the rows in parts that each meet the design, `export` writes rows with their papers, `save`
a design for the command line and the app. Errors are TrimtabError.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from trimtab.core.errors import CancelledError, ConflictError, InputError, PromiseError, TrimtabError

if TYPE_CHECKING:
    from trimtab.calls import check, data, export, match, sample, split, verify
    from trimtab.core.design.design import Design
    from trimtab.core.design.files import load, save
    from trimtab.core.papers.export import Exported
    from trimtab.core.papers.said import Said
    from trimtab.core.projection.conflict import ConflictsError
    from trimtab.results import Check, Data, Receipt, Sample

__all__ = [
    "CancelledError",
    "Check",
    "ConflictError",
    "ConflictsError",
    "Data",
    "Design",
    "Exported",
    "InputError",
    "PromiseError",
    "Receipt",
    "Said",
    "Sample",
    "TrimtabError",
    "check",
    "data",
    "export",
    "load",
    "match",
    "sample",
    "save",
    "split",
    "verify",
]

_PLACES = {
    "check": "trimtab.calls",
    "data": "trimtab.calls",
    "export": "trimtab.calls",
    "match": "trimtab.calls",
    "sample": "trimtab.calls",
    "split": "trimtab.calls",
    "verify": "trimtab.calls",
    "Design": "trimtab.core.design.design",
    "load": "trimtab.core.design.files",
    "save": "trimtab.core.design.files",
    "Exported": "trimtab.core.papers.export",
    "Said": "trimtab.core.papers.said",
    "ConflictsError": "trimtab.core.projection.conflict",
    "Check": "trimtab.results",
    "Data": "trimtab.results",
    "Receipt": "trimtab.results",
    "Sample": "trimtab.results",
}
"""What is imported when it is first asked for: the engine takes a second, and the command line's help none of it."""


if not TYPE_CHECKING:  # a type checker reads the imports above, and finds names that are mistyped

    def __getattr__(name: str) -> object:
        if name not in _PLACES:
            raise AttributeError(f"module 'trimtab' has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(_PLACES[name]), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
