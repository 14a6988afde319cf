"""The five calls of the library: data, load (or Design), check, sample, verify, and what stands beside them. Each is
what a command does too."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimtab.core.changes.matching import Matched, matched
from trimtab.core.declared.declared import declared_source
from trimtab.core.delivery import receipt as receipts
from trimtab.core.delivery.places import own_receipt, receipt_path
from trimtab.core.delivery.receipt import compare, deliver
from trimtab.core.delivery.splitting import deliver_split
from trimtab.core.design.design import Design
from trimtab.core.engines.engines import engine_of
from trimtab.core.errors import InputError, Progress
from trimtab.core.formats.choosing import format_for, stored_as
from trimtab.core.papers.bundle import is_bundle, read_bundle
from trimtab.core.papers.export import Exported, Wish
from trimtab.core.papers.export import export as export_study
from trimtab.core.papers.said import Said
from trimtab.core.projection.check import check as check_study
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.study.study import Study, open_study
from trimtab.core.tables.incoming import is_table, write_table
from trimtab.core.tables.querying import Connection, query_rows
from trimtab.core.workspace.opening import check_content, existing
from trimtab.core.workspace.workspace import Workspace
from trimtab.results import Check, Data, Receipt, Sample

if TYPE_CHECKING:
    from trimtab.results import What

TABLES = "a DataFrame of pandas or polars, an Arrow table"


def data(
    what: What | Connection | Sequence[Path | str],
    *,
    query: str | None = None,
    name: str = "table",
    dialect: Dialect | None = None,
    progress: Progress | None = None,
) -> Data:
    """Real data to stand on: a file of any kind that is read, a folder or a list of the parts of one table, or a table
    of pandas, polars or Arrow. With `query`, the rows that it gives on a connection to a database: of an ADBC driver,
    of DuckDB, or of any that follows the DB-API, such as sqlite3 and psycopg.

    A file is known by the SHA-256 of its bytes, a table, called `name`, by one of what it holds: the same content gives
    the same digest. What was read stays in the workspace (`.trimtab` in this folder or the folder that TRIMTAB_HOME
    names), or, where there is none, for as long as this process lives. `dialect` says how a text file is written, as
    far as that is not left to be found in it. `progress` is called with (done, total,
    message). Raises InputError, which names the file or the table and the column, for what can't be read or is no
    table of plain columns.
    """
    home = _home()
    if query is not None:
        return _queried(what, query, name, progress)
    said = dialect or OPEN
    if isinstance(what, Sequence) and not isinstance(what, str):
        what, said = _folder_of(what, said)
    if isinstance(what, (str, os.PathLike)):
        path = Path(what)
        return Data(home.spool(path, progress=progress, dialect=said), path.as_posix())
    if not is_table(what):
        if isinstance(what, Connection):
            raise InputError("data: of a database a query is read: give it as query='SELECT …'.")
        raise InputError(f"data: it is the path of a file, or a table ({TABLES}), got {_got(what)}.")
    source = home.spool_table(what, name, progress=progress)
    return Data(source, source.name)


def check(
    design: Design, data: Data | What | None = None, *, accept_source: bool = False, progress: Progress | None = None
) -> Check:
    """Whether a design can be met, what it costs and what it moves, before any row is drawn; conflicts are told too.

    `data` is what the design stands on, and None for a design without a source. Data of another content than the design
    names are an error unless `accept_source`. Raises InputError for a design that does not fit the data.
    """
    study = _study(design, data, accept_source=accept_source, progress=progress)
    return Check(study, check_study(study))


def match(
    design: Design,
    data: Data | What | None,
    like: Data | What,
    factors: Sequence[str] | None = None,
    *,
    accept_source: bool = False,
    progress: Progress | None = None,
) -> Matched:
    """A design with each of `factors` (all that both have, if None) as a target of the shares that another data set
    `like`, such as production logs, has in its bins, and of its missing share.

    The `design` of the result is a new one; its `left_out` tells the rows of `like` that lie where `data` have no
    value, which no target can follow. Raises InputError for what can't be read, and for a factor that one of them lacks
    or that is computed.
    """
    study = _study(design, data, accept_source=accept_source, progress=progress)
    other = like if isinstance(like, Data) else _like(like, progress)
    return matched(study, other.source, factors, progress=progress)


def sample(
    design: Design,
    data: Data | What | None = None,
    path: Path | str | None = None,
    *,
    rows: int | None = None,
    seed: int | None = None,
    engine: str = "local",
    connect: str | None = None,
    workers: int | None = None,
    partition_by: str | None = None,
    defuse: bool = False,
    replace: bool = False,
    accept_source: bool = False,
    progress: Progress | None = None,
) -> Sample:
    """The rows of a design and their receipt, written to `path`, or held in memory without one.

    `path` ends in .parquet, .arrow, .csv, .csv.gz, .jsonl or .jsonl.gz, or is a folder of Parquet parts (no suffix);
    the receipt is beside it. `rows` (at least 1) and `seed` (0 to 2**63 - 1) are the design's if None. `engine` says
    where they are made: "local", or "sail" or "spark", which `connect` may name a running server of
    (sc://host:15002); `workers` how many blocks at once, one per processor of this machine if None. `partition_by`: a
    folder of parts has a folder for every value of this factor, as Hive has it. `defuse`: in a CSV ' stands before
    every text that a spreadsheet would take for a formula. `replace` allows to replace what Trimtab did not make, but
    never the data. The same design, data, seed and rows give the same bytes, whatever the engine and the workers. A
    promise that was not kept is told by the receipt, not by an error. Raises ConflictsError before a row is drawn if
    the controls can't be met together, and InputError for a design that does not fit the data, a path that can't be
    written, or an engine that is not there.
    """
    maker = engine_of(engine, connect)
    study = _study(design, data, accept_source=accept_source, progress=progress)
    options: dict[str, Any] = {"rows": rows, "seed": seed, "progress": progress, "engine": maker}
    options["workers"] = os.cpu_count() or 1 if workers is None else workers
    if path is not None:
        kept = [Path(data)] if isinstance(data, str | Path) else []
        form = format_for(path, partition_by=partition_by, defuse=defuse)
        return Sample(study, deliver(study, path, form=form, replace=replace, kept=kept, **options))
    if partition_by is not None or defuse:
        raise InputError("sample: `partition_by` and `defuse` are of files. Give a path.")
    with scratch(None, TEMPORARY) as folder:
        file = folder / "rows.parquet"
        return Sample(study, deliver(study, file, **options), held=True)


def split(
    design: Design,
    data: Data | What | None,
    path: Path | str,
    shares: Mapping[str, float],
    *,
    rows: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    partition_by: str | None = None,
    defuse: bool = False,
    replace: bool = False,
    accept_source: bool = False,
    progress: Progress | None = None,
) -> dict[str, Sample]:
    """The rows of a design in parts, such as {"train": 0.8, "validation": 0.1, "test": 0.1} of all rows, each written
    beside `path`, its name behind the path's own: `rows-train.parquet` for `rows.parquet`.

    Each part meets the whole design by its own receipt. No row of the data is in two parts, and no value of a made row
    comes from a row that another part has; rows of one owner (a key of several factors) are in one part. All else is as
    for `sample`. Raises ConflictsError, which names the part, where the design can't be met in one.
    """
    study = _study(design, data, accept_source=accept_source, progress=progress)
    threads = os.cpu_count() or 1 if workers is None else workers
    kept = [Path(data)] if isinstance(data, str | Path) else []
    form = format_for(path, partition_by=partition_by, defuse=defuse)
    options: dict[str, Any] = {"rows": rows, "seed": seed, "workers": threads, "replace": replace, "kept": kept}
    made = deliver_split(study, path, shares, form, progress=progress, **options)
    return {name: Sample(study, compare(study, one, progress=progress)) for name, one in made.items()}


def verify(
    what: Sample | Data | What,
    design: Design,
    data: Data | What | None = None,
    *,
    rows: int | None = None,
    accept_source: bool = False,
    progress: Progress | None = None,
) -> Receipt:
    """Measure any rows against a design: a sample, a file or a folder of Parquet parts, a bundle, whose files are held
    against its manifest first, or a table in memory.

    `rows` is the number of rows there must be; if None, that of the sample or of the receipt beside the file, else any
    number, but for events of which a number of rows is asked: there must be that number. A promise that is not kept is
    told by the result; its `require` makes it an error. Raises InputError for rows that can't be read.
    """
    study = _study(design, data, accept_source=accept_source, progress=progress)
    if isinstance(what, Data):
        return Receipt(study, receipts.verify(what.source, study, rows=rows))
    if isinstance(what, Sample):
        rows = what.rows if rows is None else rows
        what = what.to_arrow() if what.path is None else what.path
    if isinstance(what, (str, os.PathLike)):
        file = Path(what)
        if is_bundle(file):
            bundle = read_bundle(file)
            found = receipts.verify(bundle.data, study, rows=bundle.rows if rows is None else rows)
            return Receipt(study, found, matches=bundle.whole, faults=bundle.faults)
        own = own_receipt(file)
        rows = own["rows"] if own and rows is None else rows
        matches = own is not None if receipt_path(file).exists() else None
        return Receipt(study, receipts.verify(stored_as(file, own), study, rows=rows), matches=matches)
    if not is_table(what):
        raise InputError(f"verify: rows are a sample, the path of a file, or a table ({TABLES}), got {_got(what)}.")
    with scratch(None, TEMPORARY) as folder:
        file = folder / "table.parquet"
        write_table(what, file, owner="verify")
        return Receipt(study, receipts.verify(file, study, rows=rows))


def _queried(connection: object, query: str, name: str, progress: Progress | None) -> Data:
    if not isinstance(connection, Connection):
        raise InputError(f"data: a query goes to a connection of ADBC or the DB-API, got {_got(connection)}.")
    with query_rows(connection, query, name) as rows:
        source = _home().spool_table(rows, name, progress=progress)
    return Data(source, source.name)


def _folder_of(files: Sequence[Path | str], said: Dialect) -> tuple[Path, Dialect]:
    """The folder in which the parts of a table lie, and what says that they are its parts. Raises InputError for what
    is no list of paths."""
    if not files or not all(isinstance(one, (str, os.PathLike)) for one in files):
        raise InputError("data: a list holds the paths of the parts of one table, at least one.")
    paths = [Path(os.path.abspath(one)) for one in files]
    folder = Path(os.path.commonpath([one.parent for one in paths]))
    return Path(os.path.relpath(folder)), replace(
        said, parts=tuple(one.relative_to(folder).as_posix() for one in paths)
    )


def export(
    design: Design,
    data: Data | What | None,
    path: Path | str,
    *,
    as_: str,
    made: Sample | Path | str | None = None,
    rows: int | None = None,
    seed: int | None = None,
    said: Said | None = None,
    stochastic: bool = False,
    workers: int | None = None,
    replace: bool = False,
    accept_source: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write the rows of a design with their papers to `path`, whole or not at all.

    `as_` is bundle (a folder with all), croissant (JSON-LD with the rows beside it), card (a page in Markdown) or
    openscenario (the rows as parameter value sets, or with `stochastic` the design as distributions). The rows are made
    with `rows` and `seed`, the design's if None, or they are those that were `made` before: a sample that was written,
    or the path of one, in Parquet. `said` is what no file knows, such as the licence. Raises what `sample` raises, and
    InputError that names what a form can't carry.
    """
    if isinstance(made, Sample) and made.path is None:
        raise InputError("made: the sample is held in memory. Write it: trimtab.sample(design, data, path).")
    study = _study(design, data, accept_source=accept_source, progress=progress)
    there = made.path if isinstance(made, Sample) else made
    wish = Wish(
        data=None if there is None else Path(there),
        rows=rows,
        seed=seed,
        said=said or Said(),
        stochastic=stochastic,
        replace=replace,
        source=_file_of(data),
        kept=[Path(data)] if isinstance(data, str | Path) else [],
        workers=os.cpu_count() or 1 if workers is None else workers,
        progress=progress,
    )
    return export_study(study, path, as_, wish)


def _file_of(data: Data | What | None) -> Path | None:
    """The file that data were read from; None for a table in memory."""
    where = data.path if isinstance(data, Data) else data
    return Path(where) if isinstance(where, str | Path) else None


def _like(what: What, progress: Progress | None) -> Data:
    return data(what, name="like", progress=progress)


def _got(what: object) -> str:
    return f"{type(what).__module__}.{type(what).__qualname__}".removeprefix("builtins.")


def _home() -> Workspace:
    return existing() or Workspace(_temporary())


@cache
def _temporary() -> Path:
    """The workspace where there is none, which goes when the process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(scratch(None, TEMPORARY))


def _study(design: Design, data_: Data | What | None, *, accept_source: bool, progress: Progress | None) -> Study:
    """The study of a design on its data. Raises InputError if they do not go together."""
    if not isinstance(design, Design):
        raise InputError(f"design: it is a trimtab.Design, or what trimtab.load gives of a file, got {_got(design)}.")
    owner = f"Design `{design.name}`"
    if design.source is None:
        if data_ is not None:
            raise InputError(
                f"{owner}: it has no `source`, so it stands on what it declares and takes no data. Leave the data out, "
                "or begin with their own design: data.neutral()."
            )
        return open_study(design, declared_source(design, _home().home, progress=progress), progress=progress)
    if data_ is None:
        raise InputError(
            f"{owner}: it stands on {design.source.path}, and no data are given. Give them: "
            f"trimtab.data({design.source.path!r})."
        )
    given = data_ if isinstance(data_, Data) else data(data_, dialect=design.source.dialect, progress=progress)
    if not accept_source:
        check_content(design, given.source, owner=owner)
    return given.study(design, progress=progress)
