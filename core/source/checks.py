"""What a table must have to be a source, whatever kind of file it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from trimtab.core.database import OWN
from trimtab.core.errors import InputError

MAX_COLUMNS = 2000
PROVENANCE = ("_origin", "_source_row", "_weight", "_ungrounded", "_group", "_varied")
"""Columns that Trimtab adds to what it delivers; a source can't bring its own."""


def check_names(names: Sequence[str], owner: str) -> None:
    """Raise InputError unless `names` can be the columns of a source: present, not blank, and all different."""
    if not names:
        raise InputError(f"{owner}: it has no columns.")
    if len(names) > MAX_COLUMNS:
        raise InputError(f"{owner}: {len(names):,} columns; at most {MAX_COLUMNS:,} can be read. Leave some out.")
    blank = [i for i, name in enumerate(names, 1) if not name.strip()]
    if blank:
        index = " If it holds row numbers, leave it out (pandas: index=False)." if blank == [1] else ""
        raise InputError(f"{owner}: column {_listed(blank)} has no name. Name every column in the header.{index}")
    repeated = [f"`{name}`" for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise InputError(f"{owner}: more than one column is called {_listed(repeated)}. Give each its own name.")
    own = [f"`{name}`" for name in names if name.lower().startswith(OWN)]
    if own:
        raise InputError(
            f"{owner}: {_listed(own)}: Trimtab's own columns begin with {OWN}. Give the column another name."
        )
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                f"{owner}: the columns `{other}` and `{name}` differ only by upper and lower case. Rename one of them."
            )


def check_provenance(names: Sequence[str], owner: str) -> None:
    """Raise InputError if one of `names` is that of a column that Trimtab adds."""
    taken = [f"`{name}`" for name in names if name.lower() in PROVENANCE]
    if taken:
        raise InputError(
            f"{owner}: {_listed(taken)} is a name that Trimtab gives to its own provenance columns. Rename the column."
        )


def check_values(
    rows: int, filled: bool, owner: str, *, infinite: Mapping[str, int], far: Mapping[str, int] | None = None
) -> None:
    """Raise InputError if a table has no rows, no cell `filled`, or values we can't take.

    `infinite` and `far`: by column, the rows with an infinite value and those with a date beyond the years 1 to 9999.
    """
    if not rows:
        raise InputError(f"{owner}: it has column names but no rows.")
    if not filled:
        raise InputError(f"{owner}: all {rows:,} rows are empty; every value is missing.")
    for found, rule in ((infinite, "infinite values"), (far or {}, "dates beyond the years 1 to 9999")):
        named = [f"`{name}` ({count:,} of {rows:,} rows)" for name, count in found.items() if count]
        if named:
            raise InputError(f"{owner}: {rule} in {_listed(named)}. Replace them by an empty cell or a real value.")


def _listed(items: Sequence[object], shown: int = 5) -> str:
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return ", ".join(map(str, items[:shown])) + more
