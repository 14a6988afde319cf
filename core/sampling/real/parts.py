"""A split: the rows of the source dealt out to parts, each of which learns from its own and takes no other.

So no real row is in two parts, and no value of a made row of one part comes from a row of another: a part can be held
against another as fresh rows are. Rows are dealt out cell by cell of the controls, so that every part has its share of
what the design asks for; where an owner such as a customer has several rows, owner by owner.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from trimtab.core.errors import InputError
from trimtab.core.grounding.grounding import learn
from trimtab.core.maths.rounding import whole_rows
from trimtab.core.maths.streams import stream
from trimtab.core.projection.fitted import fitted
from trimtab.core.projection.real.rows import real_rows_of
from trimtab.core.relations.key import Key
from trimtab.core.study.memo import Memo
from trimtab.core.study.study import Part, Study

GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it are spread evenly over 0 to 1, however many of them in a row are taken."""
NAME = re.compile("[A-Za-z][A-Za-z0-9_]*")
FEWEST_ROWS = 2
"""Of so many rows of the source at least a part can learn."""


def read_shares(text: str) -> dict[str, float]:
    """The shares of the parts of a split as people type them. Raises InputError for what is none.

    >>> read_shares("train=0.8, validation=0.1, test=0.1")
    {'train': 0.8, 'validation': 0.1, 'test': 0.1}
    """
    found: dict[str, float] = {}
    for one in text.split(","):
        name, equals, share = (part.strip() for part in one.partition("="))
        try:
            number = float(share)
        except ValueError:
            equals = ""
        if not equals:
            raise InputError(f"split: parts are written as train=0.8,validation=0.1,test=0.1, got {one.strip()!r}.")
        if name in found:
            raise InputError(f"split: there are two parts called `{name}`. Give each its own name.")
        found[name] = number
    return checked(found)


def checked(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares of a split. Raises InputError unless there are two at least, each above 0, that sum to 1, with names
    of letters, digits and _."""
    for name, share in shares.items():
        if not NAME.fullmatch(name):
            raise InputError(
                f"split: the name of a part has letters, digits and _ and begins with a letter, got {name!r}."
            )
        if not 0 < share < 1:
            raise InputError(f"split: the share of `{name}` must be above 0 and below 1, got {share:g}.")
    if len({name.lower() for name in shares}) < max(2, len(shares)):
        raise InputError(f"split: it needs two parts at least, of different names, got {', '.join(shares) or 'none'}.")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise InputError(f"split: the shares must sum to 1, got {sum(shares.values()):.9g}.")
    return dict(shares)


def rows_of_parts(shares: Mapping[str, float], rows: int) -> dict[str, int]:
    """How many of `rows` each part has: they sum to `rows`. Raises InputError if one has none."""
    whole = whole_rows(np.array(list(shares.values())), rows)
    for name, own in zip(shares, whole, strict=True):
        if not own:
            raise InputError(f"split: part `{name}` would have none of the {rows:,} rows. Ask for more rows.")
    return {name: int(own) for name, own in zip(shares, whole, strict=True)}


def seed_of(seed: int, name: str) -> int:
    """The seed of a part: parts must not draw alike."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:7], "little")


def parts_of(study: Study, shares: Mapping[str, float], *, rows: int, seed: int) -> dict[str, Study]:
    """The study of each part, for `rows` rows in all.

    Raises ConflictsError if the design can't be met as a whole, InputError for a supplement, and for a source with too
    few rows.
    """
    if study.design.mode == "supplement":
        raise InputError(
            "split: the rows of a supplement stand beside all of the source, which would be in every part. Set mode: "
            "standalone, select or blend."
        )
    if study.declared:
        return {name: replace(study, part=Part(name, dict(shares), study, None)) for name in shares}
    part_of_row = _dealt_out(study, shares, rows, seed)
    found = {}
    for number, name in enumerate(shares):
        own = part_of_row == number
        learned = own if study.grounding.rows == study.source.rows else own[_learning_rows(study)]
        if learned.sum() < FEWEST_ROWS:
            raise InputError(
                f"split: part `{name}` would learn from {int(learned.sum())} of the source's {study.source.rows:,} "
                "rows. Give it a larger share."
            )
        found[name] = _restricted(study, learned, Part(name, dict(shares), study, own))
    return found


def _restricted(study: Study, learned: np.ndarray, part: Part) -> Study:
    """A study that learns from some of its learning rows; what is counted stays that of the whole source."""
    columns = {name: replace(one, codes=one.codes[learned]) for name, one in study.columns.items()}
    grounding = learn(columns, ties=study.grounding.ties)
    memo = Memo((columns, grounding))
    return replace(study, columns=columns, grounding=grounding, memo=memo, part=part)


def _learning_rows(study: Study) -> np.ndarray:
    from trimtab.core.source.columns import learning_rows

    rows = learning_rows(study.source.rows)
    assert rows is not None, "all rows are learned"
    return rows


def _dealt_out(study: Study, shares: Mapping[str, float], rows: int, seed: int) -> np.ndarray:
    """(rows of the source,) the number of the part of each row."""
    generator = stream(seed, "split")
    owner = _owner(study)
    count = study.source.rows
    if owner is not None:
        units, unit_of_row = np.unique(owner, return_inverse=True)
        order, unit_of_row = generator.permutation(len(units)), unit_of_row.ravel()
    else:
        fit = fitted(study, rows)
        real = real_rows_of(study, fit.pool, fit.cells, fit.controls)
        cell = np.full(count, -1, dtype=np.int64)
        for number in np.flatnonzero(real.room):
            first = real.first[number]
            cell[real.rows[first : first + real.room[number]]] = number
        order, unit_of_row = np.lexsort((generator.random(count), cell)), np.arange(count)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    even = (generator.random() + place * GOLDEN) % 1.0
    ends = np.cumsum(list(shares.values()))[:-1]
    return np.searchsorted(ends, even, side="right")[unit_of_row]


def _owner(study: Study) -> np.ndarray | None:
    """(rows,) the value of the factor that tells whose rows are whose, such as a customer; None if there is none."""
    keys = [one for one in study.relations if isinstance(one, Key) and len(one.factors) > 1]
    if not keys:
        return None
    if study.grounding.rows < study.source.rows:
        raise InputError(
            f"split: `{keys[0].text}` has several rows of one owner, which belong in one part, and the source is too "
            "large to look at all of them. Let the relation go, or take a part of the source."
        )
    return np.asarray(study.columns[str(keys[0].renewed(study.columns))].codes)
