"""Where a command may write a design: never over what it is made from, nor over anything unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from trimtab.core.atomic import check_writable, writing
from trimtab.core.delivery.places import holds
from trimtab.core.errors import InputError


def check_design_place(output: Path, *, kept: Iterable[Path], force: bool) -> None:
    """Raise InputError, before any work, for a place that can't be written, that is taken if not `force`, or that is
    one of the files `kept`, such as the data, whatever names and links lead there."""
    with writing(output):
        if output.is_dir():
            raise InputError(f"{output}: it is a folder. Name a file for the design.")
        if os.path.lexists(output) and not force:
            raise InputError(f"{output}: it is there already. Name another file, or give --force to replace it.")
        for file in kept:
            if holds(output, file):
                raise InputError(
                    f"{output}: {file.name} is there, from which the design is made. Name another file for the design."
                )
        check_writable(output)
