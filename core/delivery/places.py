"""Where rows may be written: never over the data they are made from, nor over what Trimtab did not make unasked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trimtab.core.atomic import check_writable, followed
from trimtab.core.delivery.writers import check_place, digest
from trimtab.core.errors import InputError
from trimtab.core.formats import format_of


def receipt_path(path: Path | str) -> Path:
    """Where the receipt of a data set is: `flights.parquet.receipt.json` beside `flights.parquet`."""
    path = Path(path)
    return path.with_name(f"{path.name}.receipt.json")


def check_output(path: Path | str, *, kept: Iterable[Path], replace: bool) -> Path:
    """The place that rows for `path` go to, a link followed.

    `kept` are files that must stay, such as the source; `replace` allows to replace what Trimtab did not make. Raises
    InputError, before any work, for a place that can't be written, that holds one of those, or that is taken.
    """
    form, target = format_of(path), followed(Path(path))
    check_place(target, form)
    for file in kept:
        if _holds(target, file) or _holds(receipt_path(target), file):
            raise InputError(f"{path}: {file.name} is there, from which the rows are to be made. Name another place.")
    if target.exists() and not replace and not is_own(target):
        raise InputError(
            f"{path}: it is there already, and Trimtab did not make it, or it was changed since. Name another place, "
            "or give --force (in Python replace=True) to replace it."
        )
    check_writable(target)
    return target


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
        told, files = receipt["file"], _files(data)
        size = sum(file.stat().st_size for file in files)
        same = isinstance(receipt["rows"], int) and told["bytes"] == size and told["sha256"] == digest(files)
        return receipt if same else None
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return None


def _files(target: Path) -> Sequence[Path]:
    return format_of(target).files_of(target) if target.is_dir() else [target]


def _holds(target: Path, file: Path) -> bool:
    """Whether a place is a file, or a folder with it somewhere below, whatever names and links lead there."""
    if not target.exists() or not file.exists():
        return False
    own = target.resolve()
    return target.samefile(file) or own in file.resolve().parents
