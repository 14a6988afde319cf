"""A conflict: controls that pull against each other, told before a row is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import ConflictError
from trimtab.core.words.plain import listed


@dataclass(frozen=True)
class Conflict:
    """Controls that pull against each other. `control` is the one to change and `nearest` its nearest working share.

    For an event that is its rate, for a hold the share of rows that can have a held value, for a missing share that
    share, and for a keep or a target the share of the bin that is furthest off. `shares` are those of all its codes,
    which work together, if it has more than two.
    """

    controls: tuple[ControlName, ...]
    message: str
    control: ControlName
    nearest: float | None
    shares: tuple[float, ...] = ()

    def beside(self, others: Sequence[ControlName]) -> Conflict:
        """The same, told with others without which there would be none."""
        message = f"{self.message} Without {listed([one.called for one in others])} it could be met."
        return replace(self, controls=(*self.controls, *others), message=message)

    def as_json(self) -> dict[str, Any]:
        """The conflict in the names of the command line's contract."""
        return {
            "controls": [str(name) for name in self.controls],
            "message": self.message,
            "control": str(self.control),
            "nearest": self.nearest,
        }


class ConflictsError(ConflictError):
    """The design's controls conflict; `conflicts` has one entry for each control that could give way."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__("\n".join(one.message for one in self.conflicts))
