"""What the calls give: data, a check, a sample, a receipt. Each shows itself in a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.delivery.dictionary import dictionary
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import Delivery, receipt_json
from trimtab.core.delivery.writers import plain_schema
from trimtab.core.design.design import Design
from trimtab.core.errors import Progress, PromiseError
from trimtab.core.formats.format import read_rows
from trimtab.core.learned.learned import learned_columns
from trimtab.core.learned.relations import learned_relations
from trimtab.core.projection.check import Checked, check_json
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.projection import ControlCost
from trimtab.core.projection.real.frontier import Point
from trimtab.core.projection.shifts import Shift
from trimtab.core.projection.ways_out import WayOut
from trimtab.core.relations.owners import holding_json
from trimtab.core.relations.relation import Found
from trimtab.core.sampling.preview import MOST, preview
from trimtab.core.sampling.run import schema_of
from trimtab.core.shown.causes import Explained, explained
from trimtab.core.shown.receipts import copies_text
from trimtab.core.shown.results import check_shown, data_shown, markup, receipt_shown
from trimtab.core.shown.rows import Looked
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind
from trimtab.core.source.profile import Profile, profile, to_json
from trimtab.core.source.spool import Source
from trimtab.core.study.neutral import neutral_design
from trimtab.core.study.study import Study, open_study
from trimtab.core.tables.incoming import ArrowStream
from trimtab.core.tables.outgoing import to_pandas, to_polars
from trimtab.core.words.numbers import bytes_text

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    Table = ArrowStream | pd.DataFrame
    """A table in memory: of pandas, polars, Arrow, DuckDB and all else that gives an Arrow stream."""
    What = Path | str | Table
    """A path of a file, or a table in memory."""


class Rows:
    """Rows that other libraries can take: by name, or as any table that gives an Arrow stream."""

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        raise NotImplementedError

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a DataFrame of pandas."""
        return to_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """The rows as a DataFrame of polars. Raises InputError if polars is not installed."""
        return to_polars(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)


class Data(Rows):
    """Real data, read in. `source` is what was read, `path` where it came from (the name of a table in memory).

    What is learned from the data is kept with this object, so that the next call on it begins at once.
    """

    def __init__(self, source: Source, path: str) -> None:
        self.source, self.path = source, path
        self._last: Study | None = None

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.source.name

    @property
    def sha256(self) -> str:
        """The digest of the content: of a file that of its bytes, of a table that of what it holds."""
        return self.source.sha256

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.source.rows

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each thing that was left out, or read in a way that the data alone do not settle."""
        return self.source.notes

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return self.source.columns

    @cached_property
    def profile(self) -> Profile:
        """Kinds, missing values, extremes and histograms of all columns."""
        return profile(self._read, self.rows)

    @cached_property
    def relations(self) -> tuple[Found, ...]:
        """What holds in every row, and is more than chance."""
        return learned_relations(self.source, self._read)

    @cached_property
    def _read(self) -> Mapping[str, Column]:
        return learned_columns(self.source)

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of every column: continuous, count, categorical, boolean or datetime."""
        return {factor.name: factor.kind for factor in self.profile.factors}

    def neutral(self, name: str = "design") -> Design:
        """The design that changes nothing, to begin with: every factor follows, what always holds is kept, and what
        identifies rows is dropped."""
        return neutral_design(self.source, self._read, self.relations, name=name, path=self.path)

    def study(self, design: Design, *, progress: Progress | None = None) -> Study:
        """The study of a design on these data. Raises InputError with every fault of the design."""
        self._last = open_study(design, self.source, progress=progress, previous=self._last)
        return self._last

    def to_arrow(self) -> pa.Table:
        """The rows as they were read."""
        with pq.ParquetFile(self.source.path) as opened:
            return opened.read()

    def to_json(self) -> dict[str, Any]:
        """The profile in the names of `trimtab profile --json`."""
        return {**to_json(self.profile), **holding_json(self._read, self.relations)}

    def _repr_html_(self) -> str:
        return markup(data_shown(self.source, self.profile))

    def __repr__(self) -> str:
        return f"<Data {self.name}: {self.rows:,} rows, {len(self.columns)} columns, sha256 {self.sha256[:12]}…>"


class Check:
    """Whether the design of a `study` can be met, what it costs and what it moves."""

    def __init__(self, study: Study, checked: Checked) -> None:
        self.study, self._checked = study, checked

    @property
    def feasible(self) -> bool:
        """Whether all controls can be met together."""
        return self._checked.projection is not None

    @property
    def cost_bits(self) -> float | None:
        """The KL divergence from the source in bits; None if the design is not feasible."""
        return self._checked.projection.cost_bits if self._checked.projection else None

    @property
    def effective_share(self) -> float | None:
        """The effective sample size as a share of the rows learned from, 0 to 1; None if not feasible."""
        return self._checked.projection.effective_share if self._checked.projection else None

    @property
    def controls(self) -> tuple[ControlCost, ...]:
        """What each control costs: the bits that would be saved without it."""
        return self._checked.costs

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """How the marginal of each factor moves, whether asked for or carried along; none if not feasible."""
        return self._checked.projection.shifts if self._checked.projection else ()

    @property
    def most_real_rows(self) -> int | None:
        """How many rows can all be whole real ones, each another one; None where that is not known."""
        return self._checked.frontier.most_real_rows if self._checked.frontier else None

    @property
    def frontier(self) -> tuple[Point, ...]:
        """How many rows must be made for how many that are asked for: straight between these points."""
        return self._checked.frontier.points if self._checked.frontier else ()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Why the design can't be met: the controls that pull against each other, and the nearest value that works."""
        return self._checked.conflicts

    @property
    def ways(self) -> tuple[tuple[WayOut, ...], ...]:
        """For each conflict the ways out: what to do, and a patch that does it for `trimtab.core.design.patching`'s
        `with_part` or `trimtab apply --patch`."""
        return self._checked.ways

    def why(self, factor: str) -> Explained:
        """Which controls move a factor and how much each, by way of which others, and what it would cost to freeze it.

        Raises InputError for a factor that the rows have not, ConflictsError if the design is not feasible.
        """
        self.require()
        return explained(self.study, factor, self._checked.projection)

    def preview(self, rows: int = MOST) -> Looked:
        """The first rows that the design gives, each beside the real one that it begins with, and what their columns
        mean. Raises ConflictsError if the design is not feasible."""
        self.require()
        return Looked(preview(self.study, self._checked.projection, rows=rows), dictionary(self.study))

    def require(self) -> Check:
        """This check. Raises ConflictsError if the design is not feasible."""
        if not self.feasible:
            raise ConflictsError(self.conflicts)
        return self

    def to_json(self) -> dict[str, Any]:
        """What was found in the names of `trimtab check --json`."""
        return check_json(self._checked)

    def _repr_html_(self) -> str:
        return markup(check_shown(self.study, self._checked))

    def __repr__(self) -> str:
        if self.feasible:
            return f"<Check of {self.study.design.name}: feasible for {self.cost_bits:.3f} bits>"
        return f"<Check of {self.study.design.name}: not feasible. {' '.join(one.message for one in self.conflicts)}>"


class Receipt:
    """Every promise of the design of a `study`, as it was measured on rows.

    `document` is the receipt that stands beside rows that were made, None for rows that were only measured; `matches`
    tells of those whether the receipt beside their file is of its bytes, None if there is none. `faults` are sentences
    on files of a bundle that are not as they were written.
    """

    def __init__(
        self,
        study: Study,
        promises: Sequence[Promise],
        document: Mapping[str, Any] | None = None,
        *,
        matches: bool | None = None,
        faults: Sequence[str] = (),
    ) -> None:
        self.study, self.promises, self.document, self.matches = study, tuple(promises), document, matches
        self.faults = tuple(faults)

    @property
    def kept(self) -> bool:
        """Whether every promise was kept, and every file of a bundle is as it was written."""
        return not (self.broken or self.faults)

    @property
    def broken(self) -> tuple[Promise, ...]:
        """The promises that were not kept."""
        return tuple(promise for promise in self.promises if not promise.kept)

    def require(self) -> Receipt:
        """This receipt. Raises PromiseError, naming each promise that was not kept and each file that was changed or is
        missing, if there is one."""
        told = [
            f"Design `{self.study.design.name}`: {one.promise}: requested {one.requested}, delivered {one.delivered} "
            f"(tolerance {one.tolerance:g})."
            for one in self.broken
        ]
        if not self.kept:
            raise PromiseError("\n".join([*self.faults, *told]))
        return self

    def to_json(self) -> dict[str, Any]:
        """The document, or the promises in the names of `trimtab verify --json`."""
        measured = {"receipt": receipt_json(self.promises), "receipt_matches": self.matches}
        return measured if self.document is None else dict(self.document)

    def _repr_html_(self) -> str:
        return markup(receipt_shown(self.study, self.promises))

    def __repr__(self) -> str:
        kept = len(self.promises) - len(self.broken)
        return f"<Receipt of {self.study.design.name}: {kept} of {len(self.promises)} promises kept>"


class Sample(Rows):
    """Rows that were made, and their receipt. `path` is where they were written, None if they are held in memory.

    `nbytes` is their size: on disk, or in memory.
    """

    def __init__(self, study: Study, delivery: Delivery, *, held: bool = False) -> None:
        document = json.loads(delivery.receipt_path.read_text(encoding="utf-8"))
        self.study, self.rows = study, delivery.written.rows
        self.receipt = Receipt(study, delivery.promises, document)
        self.path = None if held else delivery.path
        self._form = delivery.form
        self._table = read_rows(delivery.path, self.schema) if held else None
        self.nbytes: int = delivery.written.bytes if self._table is None else self._table.nbytes

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        return plain_schema(schema_of(self.study, provenance=self.study.design.output.provenance))

    def to_arrow(self) -> pa.Table:
        """The rows. Raises InputError if the file they were written to can't be read any more."""
        return read_rows(self.path, self.schema, self._form) if self.path else self._table

    @property
    def _about(self) -> str:
        where = "in memory" if self.path is None else f"in {self.path}"
        return f"{self.rows:,} rows, {bytes_text(self.nbytes)} {where}"

    def _repr_html_(self) -> str:
        copies = copies_text((self.receipt.document or {})["copies"])
        return markup(receipt_shown(self.study, self.receipt.promises, self._about, copies))

    def __repr__(self) -> str:
        return f"<Sample of {self.study.design.name}: {self._about}>"
