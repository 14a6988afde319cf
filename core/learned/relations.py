"""What always holds in a source, as it was found or as it was kept."""

from __future__ import annotations

from collections.abc import Mapping

from trimtab.core.errors import Progress
from trimtab.core.learned.store import Entry, load, place_of, store
from trimtab.core.relations.at_hand import KINDS
from trimtab.core.relations.finding import find_relations
from trimtab.core.relations.relation import Found
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source


def learned_relations(
    source: Source, columns: Mapping[str, Column], *, progress: Progress | None = None
) -> tuple[Found, ...]:
    """What `find_relations` finds in a source with these columns."""
    place = place_of(source, "relations", [[name, column.kind] for name, column in columns.items()])
    entry = load(place)
    if entry is not None:
        return tuple(Found(KINDS[kind].model_validate(said), *figures) for kind, said, figures in entry.about)
    found = find_relations(columns, source, progress=progress)
    about = [
        [one.relation.kind, one.relation.model_dump(mode="json"), [one.rows, one.exceptions, one.surprise]]
        for one in found
    ]
    store(place, Entry(about))
    return found
