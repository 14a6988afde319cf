"""Where rows may be written: never over the data they are made from, nor over what Trimtab did not make unasked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trimtab.core.atomic import check_writable, followed, writing
from trimtab.core.delivery.manifest import manifest_path
from trimtab.core.delivery.writers import check_place, digest
from trimtab.core.errors import InputError
from trimtab.core.formats import Format, format_at, format_of


def receipt_path(path: Path | str) -> Path:
    """Where the receipt of a data set is: `flights.parquet.receipt.json` beside `flights.parquet`."""
    path = Path(path)
    path = path if path.name else path.resolve()  # the folder one is in
    return path.with_name(f"{path.name}.receipt.json")


def check_output(path: Path | str, *, kept: Iterable[Path], replace: bool) -> Path:
    """The place that rows for `path` go to, a link followed.

    `kept` are files that must stay, such as the source; `replace` allows to replace what Trimtab did not make. Raises
    InputError, before any work, for a place that can't be written, that holds one of those, or that is taken.
    """
    if "\0" in str(path):
        raise InputError(f"{path!r}: a name can't have a zero byte in it.")
    with writing(Path(path)):
        form, target = format_of(path), followed(Path(path))
        receipt, beside = receipt_path(target), companions_of(target, form)
        check_place(target, form)
        for file in kept:
            if any(holds(place, file) for place in (target, *beside)):
                raise InputError(
                    f"{path}: {file.name} is there, from which the rows are to be made. Name another place."
                )
            if file.is_dir() and file.resolve() in target.resolve().parents:
                raise InputError(
                    f"{path}: it lies in {file.name}, the folder of the data, and would be a part of them. Name "
                    "another place."
                )
        own = is_own(target)
        strange = next((one for one in (target, *beside) if os.path.lexists(one) and not own), None)
        if strange == receipt and _is_receipt(receipt):
            strange = None  # its rows are gone
        if strange is not None and not replace:
            raise InputError(
                f"{strange}: it is there already, and Trimtab did not make it, or it was changed since. Name another "
                "place, or give --force (in Python replace=True) to replace it."
            )
        check_writable(target, companions=beside)
    return target


def companions_of(target: Path, form: Format) -> list[Path]:
    """What comes with rows and goes with them: the receipt, and of a folder the manifest."""
    return [receipt_path(target), *([] if form.suffix else [manifest_path(target)])]


def is_own(target: Path) -> bool:
    """Whether a receipt beside a data set says that Trimtab wrote these very bytes."""
    return matches_receipt(target) is True


def matches_receipt(data: Path) -> bool | None:
    """Whether a data set has the bytes that the receipt beside it is of; None if there is no receipt."""
    return own_receipt(data) is not None if receipt_path(data).exists() else None


def own_receipt(data: Path) -> dict[str, Any] | None:
    """The receipt beside a data set if it is of its very bytes; None if there is none or it is of others."""
    try:
        receipt = json.loads(receipt_path(data).read_text(encoding="utf-8"))
        told, files = receipt["file"], data_files(data)
        size = sum(file.stat().st_size for file in files)
        same = isinstance(receipt["rows"], int) and told["bytes"] == size and told["sha256"] == digest(files)
        return receipt if same else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, InputError):
        return None


def _is_receipt(file: Path) -> bool:
    """Whether a file is a receipt, of whatever rows."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return isinstance(told, dict) and {"trimtab", "file", "receipt"} <= told.keys()
    except (OSError, ValueError, RecursionError):
        return False


def data_files(target: Path) -> Sequence[Path]:
    """The files of a data set that is there: itself, or the parts of a folder. Raises InputError for any others."""
    return format_at(target, target.name).files_of(target) if target.is_dir() else [target]


def holds(target: Path, file: Path) -> bool:
    """Whether a place is a file, or a folder with it somewhere below, whatever names and links lead there."""
    if not target.exists() or not file.exists():
        return False
    own = target.resolve()
    return target.samefile(file) or own in file.resolve().parents
