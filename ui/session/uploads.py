"""Files that a person brings beside the source: what is compared, and what is matched."""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath
from typing import IO

from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.spool import Source
from trimtab.ui.session.document import workspace


def bring_in(name: str, content: IO[bytes]) -> Source:
    """Spool an uploaded file. Raises InputError for one that can't be read."""
    with scratch(None, TEMPORARY) as folder:
        copy = folder / (PurePosixPath(name.replace("\\", "/")).name or "upload")
        with copy.open("wb") as target:
            shutil.copyfileobj(content, target)
        return workspace().spool(copy, delivered=True)
