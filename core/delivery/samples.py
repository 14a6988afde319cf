"""Samples of a design: the first rows it would give, kept as Parquet so that they can be counted and queried."""

from __future__ import annotations

import hashlib
from pathlib import Path

from trimtab.core.delivery.writers import write
from trimtab.core.projection.projection import Projection
from trimtab.core.sampling.run import prepare, schema_of
from trimtab.core.study.study import Study

MOST_SAMPLES = 20
"""Samples that are kept in a folder; of more the oldest go."""


def design_sample(study: Study, projection: Projection, folder: Path) -> Path:
    """The first block of the rows a design gives, at most 65,536 of them, as a Parquet file in `folder`.

    Quotas are spread evenly over the blocks, so it stands for all rows; of a design with fewer rows it is all. The same
    design and source give the same file, which is made once. Raises what `prepare` raises, and InputError if it can't
    be written.
    """
    made_of = f"{study.source.key} {study.design.fingerprint()}"
    path = folder / f"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        generator = prepare(study, projection=projection)
        write([generator.first()], path, schema=schema_of(study, provenance=study.design.output.provenance))
        _prune(folder)
    return path


def _prune(folder: Path) -> None:
    """Delete the oldest samples; another process may do the same at the same time."""
    dated = sorted(((_made(file), file) for file in folder.glob("*.parquet")), reverse=True)
    for _, file in dated[MOST_SAMPLES:]:
        file.unlink(missing_ok=True)


def _made(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
