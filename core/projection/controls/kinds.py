"""All controls of a study, of every kind that has a file in this folder."""

from __future__ import annotations

from collections.abc import Collection

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection import controls
from trimtab.core.projection.controls.control import MAKERS, Control
from trimtab.core.registering import import_files
from trimtab.core.study.study import Study

import_files(controls.__name__, controls.__path__)


def controls_of(study: Study, *, without: Collection[ControlName] = ()) -> tuple[Control, ...]:
    """The controls of a study's design, kind by kind, but for some. Raises InputError for one that is wrong."""
    found = [control for make in MAKERS for control in make(study)]
    found = [control for control in found if control.name not in without]
    return tuple(control.beside(found) for control in found)
