"""Papers of rows that are there, as one file each that a browser can take."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trimtab.core.errors import InputError
from trimtab.core.papers.card import card
from trimtab.core.papers.croissant import croissant
from trimtab.core.papers.export import Wish, export
from trimtab.core.papers.openscenario import check_names
from trimtab.core.papers.said import Said
from trimtab.core.papers.subject import subject_of
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.study.study import Study

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of a file in an archive: the same papers give the same bytes."""


@dataclass(frozen=True)
class Download:
    """A paper as a file: what a person reads, the end of its name, its media type, and what makes its bytes of a study
    and the rows at a path; `fault` says why there is none for a study, and nothing if there is."""

    label: str
    suffix: str
    media_type: str
    make: Callable[[Study, Path, Said, str], bytes]
    fault: Callable[[Study], str] = lambda _: ""


def _card(study: Study, data: Path, said: Said, text: str) -> bytes:
    return card(subject_of(study, data, said, place=data.name), f"{data.stem}.yaml").encode()


def _croissant(study: Study, data: Path, said: Said, text: str) -> bytes:
    return croissant(subject_of(study, data, said, place=data.name)).encode()


def _value_sets(study: Study, data: Path, said: Said, text: str) -> bytes:
    with scratch(None, TEMPORARY) as folder:
        return export(study, folder / "rows.xosc", "openscenario", Wish(data=data, said=said)).path.read_bytes()


def _no_names(study: Study) -> str:
    try:
        check_names(study.shown)
    except InputError as error:
        return str(error)
    return ""


def _bundle(study: Study, data: Path, said: Said, text: str) -> bytes:
    """The folder as an archive, in which it has the name of the rows."""
    packed = io.BytesIO()
    with scratch(None, TEMPORARY) as folder, zipfile.ZipFile(packed, "w") as archive:
        found = export(study, folder / data.stem, "bundle", Wish(data=data, said=said, text=text))
        for file in found.files:
            about = zipfile.ZipInfo(file.relative_to(folder).as_posix(), LONG_AGO)
            # Parquet is compressed already.
            about.compress_type = zipfile.ZIP_STORED if file.suffix == ".parquet" else zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, file.read_bytes())
    return packed.getvalue()


DOWNLOADS = (
    Download("Bundle with all of them", ".zip", "application/zip", _bundle),
    Download("Data card", ".md", "text/markdown", _card),
    Download("Croissant", ".croissant.json", "application/ld+json", _croissant),
    Download("OpenSCENARIO", ".xosc", "application/xml", _value_sets, _no_names),
)
