"""Controls and promises in tests: names from text, the controls that ask for shares of rows, figures of promises."""

from __future__ import annotations

from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.controls.pair import PairControl, pairs_of
from trimtab.core.study.study import Study


def named(text: str) -> ControlName:
    """The name that is written so: `named("event fog")`."""
    kind, _, of = text.partition(" ")
    return ControlName(kind, of)


def asking(study: Study) -> tuple[Control, ...]:
    """The controls of a study that ask for shares of rows; pairs wait for what these come to."""
    return tuple(control for control in controls_of(study) if control.constrains)


def pair_of(study: Study) -> PairControl:
    """The only pair of a study, as it is before it is settled."""
    (pair,) = pairs_of(study)
    return pair


def figures(promise: Promise) -> tuple[str, float | str, float | str, float, bool]:
    """Name, requested, delivered, tolerance and kept of a promise."""
    return promise.promise, promise.requested, promise.delivered, promise.tolerance, promise.kept
