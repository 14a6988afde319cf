"""Controls of a list against the factors that they name: which may be named, their values, tables and cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trimtab.core.design.definitions import Language
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis


def combination_faults(language: Language) -> Iterator[InputError]:
    """A fault for each control that names what it can't, or asks for values that there can't be."""
    for control in language.design.listed:
        try:
            control.check(language)
        except InputError as error:
            yield error


def table_faults(design: Design, axes: Mapping[str, Axis]) -> Iterator[InputError]:
    """A fault for each control that does not fit the display axes of its factors: a table of weights, a floor of too
    many cells.

    Nothing is said of what names a factor without an axis here, as a derived one has none before it is computed.
    """
    for control in design.listed:
        if all(name in axes for name in control.on_axes):
            try:
                control.check_bins([axes[name] for name in control.on_axes])
            except InputError as error:
                yield error
