"""Copies: how many generated rows are real rows again, and if rows are nearer to what was learned than to the rest.

A generator that repeats what it learned makes rows that lie nearer to the rows it was taught than to equally real rows
it never saw (the holdout test of M. Platzer and T. Reutterer 2021). So the design is met once more from every second
real row, and the other rows are held out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.counting.datasets import ROWS, open_data, reading_of
from trimtab.core.database import quote_name
from trimtab.core.delivery.measuring.opening import REAL
from trimtab.core.design.parts.blend import Blend
from trimtab.core.errors import ConflictError, InputError, Progress
from trimtab.core.formats import Stored
from trimtab.core.grounding.coding import Coding
from trimtab.core.sampling.new_keys import renewed_factors
from trimtab.core.sampling.run import prepare
from trimtab.core.source.columns import Column, as_numbers
from trimtab.core.study.memo import Memo
from trimtab.core.study.study import Study

COMPARING = "comparing with the real rows"
"""What progress is told meanwhile."""
FEWEST_ROWS = 100
"""Of fewer rows, generated or real, it is not told which half they are nearer to: it would be chance."""
COMPARED_ROWS = (500, 2_000)
FEWER = (100, 0.15)
"""Between so many generated rows are compared with the real ones; of few rows no more than this share has to be, but so
many."""
COMPARISONS = (1_000_000_000, 4_000_000_000)
A_ROW = 1_000_000
"""So many comparisons (rows times real rows times factors) are made, for half a second to two seconds, and between
these as many for each generated row: nobody who makes few waits for long. Fewer generated rows are compared then, and
the standard error is told. Real rows are left out last, and evenly: with a tenth of them a row that repeats a real one
would find it in one case of ten only."""
BLOCK = (32, 8_192)
"""Generated and real rows that are compared at once: what they need stays in the processor's cache."""
FEW_FACTORS = 3
MOST = {np.int16: 16_000, np.int32: 1_000_000_000}
"""Distances are whole numbers, so large at most: of 16 bits, twice as fast as floats, but of 32 for few factors, where
all that tells two rows apart is a small difference of one number."""


@dataclass(frozen=True)
class Nearer:
    """The share of `sampled` generated rows that are nearer to the learned half, 0 to 1; None with the `reason`."""

    share: float | None
    sampled: int = 0
    reason: str | None = None

    @property
    def standard_error(self) -> float | None:
        """The standard error of the share if one half is right."""
        return math.sqrt(0.25 / self.sampled) if self.sampled else None


@dataclass(frozen=True)
class Copies:
    """How many of `rows` rows that were made equal a real row in every learned factor, and which half they are
    `nearer`."""

    rows: int
    equal: int
    nearer: Nearer

    @property
    def share(self) -> float:
        """The share of the rows that equal a real one, 0 to 1."""
        return self.equal / max(1, self.rows)


def copies_of(study: Study, data: Path | Stored, rows: int, *, progress: Progress | None = None) -> Copies | None:
    """The copies in a data set of `rows` rows that was generated from the study, whole real rows aside; None if it
    learned from no real rows.

    Raises InputError for a data set that can't be read; whatever `progress` raises stops the work.
    """
    factors = learned_factors(study)
    if study.design.source is None or not factors:
        return None
    tell = _telling(progress)
    tell(0.0)
    made, equal = count_equal(study, data, factors)
    tell(0.2)
    nearer = nearer_half(study, rows, tell) if made else Nearer(None, reason="no row is made")
    return Copies(made, equal, nearer)


def _telling(progress: Progress | None) -> Callable[[float], None]:
    """What tells `progress` which share of the work is done, 0 to 1."""
    return lambda share: progress(round(share * 100), 100, COMPARING) if progress else None


def copies_json(copies: Copies | None) -> dict[str, object] | None:
    """Copies in the names of the receipt, in plain Python types; None where there are no real rows."""
    if copies is None:
        return None
    return {
        "rows": copies.rows,
        "equal": copies.equal,
        "share": copies.share,
        "nearer": copies.nearer.share,
        "sampled": copies.nearer.sampled,
        "standard_error": copies.nearer.standard_error,
        "reason": copies.nearer.reason,
    }


UNMEASURED = {
    "rows": None,
    "equal": None,
    "share": None,
    "nearer": None,
    "sampled": 0,
    "standard_error": None,
    "reason": "not measured yet",
}
"""What a receipt says of copies while they are being counted, or if that was cut off: the same names, no figure."""


def learned_factors(study: Study) -> tuple[str, ...]:
    """The factors whose values were learned from the source: neither dropped nor computed from others nor made anew."""
    computed = {*study.design.labels, *study.design.levels, *renewed_factors(study)}
    return tuple(name for name in study.delivered if name not in computed)


def count_equal(study: Study, data: Path | Stored, factors: Sequence[str]) -> tuple[int, int]:
    """The rows of a data set that were made, and those of them that equal some row of the whole source in all
    `factors`; missing equals missing.

    Numbers are compared by value and texts as they are, whatever the format of the file. Rows are compared by hashes of
    64 bits, so that memory is 8 bytes for each real row: of counts of a million rows among a million, one in twenty
    million is off by one. Raises InputError for a data set that can't be read.
    """
    readings = {name: reading_of(study.columns[name]) for name in factors}
    origin = REAL if study.design.takes_real_rows else {}
    with open_data(data, {**readings, **origin}) as made, open_data(study.source, readings) as real:
        # A narrow type of the source and a wide one of the file give one hash only as the same type.
        same = ", ".join(f"CAST({quote_name(name)} AS {made.types[name]})" for name in factors)
        hashes = f"SELECT hash({same}) AS of_row FROM {ROWS}"
        made.con.register("real_rows", real.con.sql(hashes).to_arrow_reader())
        of_made = f"{hashes} WHERE _origin <> 'real'" if origin else hashes
        told = (
            f"SELECT (SELECT count(*) FROM ({of_made})), count(*) FROM ({of_made}) SEMI JOIN real_rows USING (of_row)"
        )
        ((rows, equal),) = made.con.execute(told).fetchall()
        return int(rows), int(equal)


def nearer_half(study: Study, rows: int, tell: Callable[[float], None] = lambda _: None) -> Nearer:
    """For what share of the design's rows, made anew from every second learning row, the nearest real row is one of
    those and not one of the others; a tie counts half. About one half is right, 1 is a copier.

    The distance of two rows is the mean over the learned factors (J. C. Gower 1971) of the difference of their ranks in
    the source, 0 to 1, for numbers and dates, and of 0 or 1 for all others; missing is 1 away from every value. What
    depends on what is not learned again from the half, only the rows that values are taken from. `tell` is told the
    share of the work that is done, 0 to 1.
    """
    if rows < FEWEST_ROWS or study.grounding.rows < FEWEST_ROWS:
        what = "generated" if rows < FEWEST_ROWS else "real"
        return Nearer(None, reason=f"fewer than {FEWEST_ROWS} {what} rows")
    if study.design.takes_real_rows:  # it is the made rows that are asked about
        study = replace(study, design=study.design.changed(mode="standalone", blend=Blend()))
    unnamed = study.design.model_copy(update={"name": "", "description": ""})  # they decide no row
    key = (study.grounding, unnamed.content, rows)
    return study.memo.of("nearer half", key, lambda: _nearer_half(study, rows, tell))


def _nearer_half(study: Study, rows: int, tell: Callable[[float], None]) -> Nearer:
    half = _learned_half(study)
    # A supplement is met together with the source, so half the source takes half the rows.
    wanted = rows if study.design.mode == "standalone" else max(1, round(rows * half.source.rows / study.source.rows))
    try:
        made = prepare(half, rows=wanted).block(0)
        tell(0.5)
    except (ConflictError, InputError) as error:
        return Nearer(None, reason=f"half of the real rows can't meet the design: {str(error).splitlines()[0]}")
    factors, size = learned_factors(study), study.grounding.rows // 2
    most = int(np.clip(rows * A_ROW, *COMPARISONS))
    least = int(np.clip(rows * FEWER[1], FEWER[0], COMPARED_ROWS[0]))
    sampled = min(len(made), int(np.clip(most // (2 * size * len(factors)), least, COMPARED_ROWS[1])))
    compared = max(1, min(size, most // (2 * sampled * len(factors))))
    made = made.take(pa.array(_evenly(len(made), sampled)))
    whole = np.int32 if len(factors) <= FEW_FACTORS else np.int16
    scales = [Scale(study.columns[name], whole, max(1, MOST[whole] // len(factors))) for name in factors]
    points = [scale.of_values(made.column(scale.column.name).combine_chunks()) for scale in scales]
    picked = _evenly(size, compared)

    def distances(first: int) -> np.ndarray:
        """Those from every second real row."""
        real = [scale.of_codes(scale.column.codes[first::2][picked]) for scale in scales]
        return nearest_distances(scales, points, real, lambda share: tell(0.5 + (first + share) / 4))

    learned, held_out = distances(0), distances(1)
    share = float((learned < held_out).mean() + 0.5 * (learned == held_out).mean())
    return Nearer(share, sampled)


def _learned_half(study: Study) -> Study:
    """The study as if its source had only every second of the learning rows; axes and neighbourhoods stay."""
    grounding = study.grounding
    columns: dict[str, Column] = {}
    codings: dict[str, Coding] = {}
    for name, column in study.columns.items():
        columns[name], kept = _every_second(column)
        coding = grounding.codings[name]
        codings[name] = Coding(coding.coarse_of_value[kept], coding.bin_of_value[kept])
    rows = len(next(iter(columns.values())).codes)
    half = replace(
        grounding,
        columns=columns,
        codings=codings,
        coarse=_every_second_of(grounding.coarse),
        bins=_every_second_of(grounding.bins),
        rows=rows,
        step=2,
    )
    memo = Memo((columns, half))
    return replace(study, source=replace(study.source, rows=rows), columns=columns, grounding=half, memo=memo)


def _every_second(column: Column) -> tuple[Column, np.ndarray]:
    """A column with every second learning row and the values these have; and which values (and missing) are left."""
    codes, k = column.codes[::2], column.distinct
    counts = np.bincount(codes, minlength=k + 1)
    kept = np.append(np.flatnonzero(counts[:k]), k)
    number = np.zeros(k + 1, dtype=column.codes.dtype)
    number[kept] = np.arange(len(kept))
    values, numbers = column.values.take(pa.array(kept[:-1])), column.numbers
    return replace(
        column,
        values=values,
        counts=counts[kept].astype(np.int64),
        codes=number[codes],
        numbers=numbers[kept[:-1]] if len(numbers) else numbers,
    ), kept


def _every_second_of(codes: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.ascontiguousarray(one[::2]) for name, one in codes.items()}


def _evenly(rows: int, wanted: int) -> np.ndarray:
    """(wanted,) positions spread evenly over `rows`."""
    return (2 * np.arange(wanted, dtype=np.int64) + 1) * rows // (2 * wanted)


class Scale:
    """Where the values of one factor lie: `whole` numbers that are at most `unit` apart.

    Numbers and dates lie at their mid-rank in the source times `unit`, missing far beyond; levels at their code.
    """

    def __init__(self, column: Column, whole: type[np.signedinteger], unit: int) -> None:
        self.column, self.whole, self.unit = column, whole, unit
        self.ordered = column.kind not in ("categorical", "boolean")
        counts = column.counts[:-1]
        self._below = np.append(0, np.cumsum(counts)) / max(1, counts.sum())
        middle = (self._below[:-1] + self._below[1:]) / 2
        self._places = np.append(np.round(middle * unit), 2 * unit).astype(whole)

    def of_codes(self, codes: np.ndarray) -> np.ndarray:
        """(n,) the places of real rows with these codes."""
        return self._places[codes] if self.ordered else codes.astype(self._code_type)

    def of_values(self, values: pa.Array) -> np.ndarray:
        """(n,) the places of generated values, which the source need not have."""
        missing = values.is_null().to_numpy(zero_copy_only=False)
        if not self.ordered:
            other = self.column.distinct + 1
            codes = pc.index_in(values, value_set=self.column.values).fill_null(other).to_numpy()
            return np.where(missing, self.column.distinct, codes).astype(self._code_type)
        numbers = as_numbers(values)
        at = np.searchsorted(self.column.numbers, numbers)
        known = at < self.column.distinct
        known[known] = self.column.numbers[at[known]] == numbers[known]
        between = np.round(self._below[at] * self.unit).astype(self.whole)
        return np.where(missing, self._places[-1], np.where(known, self._places[at], between))

    @property
    def _code_type(self) -> type[np.unsignedinteger]:
        """The smallest type for the levels, missing, and levels the source does not have."""
        codes = self.column.distinct + 2
        return np.uint8 if codes <= 2**8 else np.uint16 if codes <= 2**16 else np.uint32


def nearest_distances(
    scales: Sequence[Scale],
    made: Sequence[np.ndarray],
    real: Sequence[np.ndarray],
    tell: Callable[[float], None] = lambda _: None,
) -> np.ndarray:
    """(m,) the distance of each generated row from the real row nearest to it; a block of pairs at a time, and `tell`
    is told the share of them that is done."""
    rows, others = len(made[0]), len(real[0])
    whole = scales[0].whole
    least = np.full(rows, np.iinfo(whole).max, dtype=whole)
    work, total = np.empty((2, *BLOCK), dtype=whole)
    for i in range(0, rows, BLOCK[0]):
        tell(i / rows)
        for j in range(0, others, BLOCK[1]):
            here = np.s_[: min(BLOCK[0], rows - i), : min(BLOCK[1], others - j)]
            pairs = [
                (scale, one[i : i + BLOCK[0], None], other[None, j : j + BLOCK[1]])
                for scale, one, other in zip(scales, made, real, strict=True)
            ]
            found = _distances(pairs, total[here], work[here]).min(axis=1)
            least[i : i + BLOCK[0]] = np.minimum(least[i : i + BLOCK[0]], found)
    return least


def _distances(
    pairs: Sequence[tuple[Scale, np.ndarray, np.ndarray]], total: np.ndarray, work: np.ndarray
) -> np.ndarray:
    """(m, n) the distances of generated places (m, 1) from real ones (1, n) in all factors, in `total`."""
    total[:] = 0
    for scale, made, real in pairs:
        if not scale.ordered:
            total += made != real
    total *= pairs[0][0].unit
    for scale, made, real in pairs:
        if scale.ordered:
            np.subtract(made, real, out=work)
            np.abs(work, out=work)
            if max(made.max(), real.max()) > scale.unit:  # some are missing
                np.minimum(work, scale.unit, out=work)
            total += work
    return total
