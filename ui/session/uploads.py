"""Files that a person brings: each under its own name, whatever it is for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.spool import Source
from trimtab.ui.session.document import workspace


@contextmanager
def uploaded(name: str, content: IO[bytes]) -> Iterator[Path]:
    """An uploaded file under its own name, for as long as the block takes."""
    with scratch(None, TEMPORARY) as folder:
        file = folder / (PurePosixPath(name.replace("\\", "/")).name or "upload")
        content.seek(0)  # it may have been read before, in another way
        with file.open("wb") as target:
            shutil.copyfileobj(content, target)
        yield file


def bring_in(name: str, content: IO[bytes]) -> Source:
    """Spool an uploaded file. Raises InputError for one that can't be read."""
    with uploaded(name, content) as file:
        return workspace().spool(file, delivered=True)
