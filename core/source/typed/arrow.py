"""Reading a stranger's Arrow file: a clean copy of the columns that can be factors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from trimtab.core.errors import InputError
from trimtab.core.source.converted import Converted
from trimtab.core.source.typed.clean import batch_rows, write_clean
from trimtab.core.source.typed.fields import Kept

STREAM = b"\xff\xff\xff\xff"
"""What a stream begins with, as it was sent."""


class ArrowRows:
    """The rows of an Arrow file or stream. Not mapped into memory: a file that is cut short meanwhile would end the
    process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with file.open("rb") as handle:
            self._streamed = handle.read(4) == STREAM
        with pa.OSFile(str(file)) as handle:
            self.schema = self._open(handle, []).schema

    def batches(self, kept: Sequence[Kept]) -> Iterator[list[pa.Array]]:
        """The columns `kept`, in their order, some rows at a time."""
        places = sorted(one.place for one in kept)
        rows = batch_rows(len(kept))
        with pa.OSFile(str(self._file)) as handle:
            for batch in self._read(handle, places):
                batch.validate(full=True)  # offsets that lead nowhere would end the process
                for start in range(0, batch.num_rows, rows):
                    part = batch.slice(start, rows)
                    yield [part.column(places.index(one.place)) for one in kept]

    def _read(self, handle: pa.NativeFile, places: list[int]) -> Iterator[pa.RecordBatch]:
        reader = self._open(handle, places)
        if self._streamed:
            yield from reader
            return
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)

    def _open(self, handle: pa.NativeFile, places: list[int]) -> pa.RecordBatchReader | pa.RecordBatchFileReader:
        options = pa.ipc.IpcReadOptions(included_fields=places or None)
        open_ = pa.ipc.open_stream if self._streamed else pa.ipc.open_file
        return open_(handle, options=options)


def convert(file: Path, target: Path, owner: str) -> Converted:
    """Write the columns of `file` that can be factors to `target`; see `write_clean`. Raises InputError for a damaged
    file, too."""
    try:
        return write_clean(ArrowRows(file), target, owner)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # a full disk, say: no fault of the file
            raise
        said = str(error).strip().splitlines()[0].rstrip(".")
        raise InputError(
            f"{owner}: the Arrow file can't be read to its end ({said}). It was probably cut off or changed while it "
            "was copied. Copy or export it again."
        ) from error
