"""Files that are gzipped on their way to the disk, or not."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def sink_at(place: Path, *, zipped: bool) -> Iterator[BinaryIO | gzip.GzipFile]:
    """A new file to write bytes to. Gzipped it has neither name nor time in its header: the same rows must give the
    same bytes."""
    with ExitStack() as stack:
        raw = stack.enter_context(place.open("wb"))
        yield stack.enter_context(gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0)) if zipped else raw
