"""The command `orders`."""

from __future__ import annotations

from pathlib import Path

from trimtab.core.atomic import write_text
from trimtab.core.cli.console import note, print_json, progress_bar
from trimtab.core.cli.opening import check_design_place, files_of, study_of
from trimtab.core.orders.orders import generator_of, id_column, order_lines
from trimtab.core.orders.received import read_back

SHOWN = 10


def write_orders(
    design: Path, output: Path, *, received: Path | None, force: bool, accept_source: bool, as_json: bool
) -> None:
    """Write what must be made as orders, or with what was `received` the orders that are still missing."""
    kept = [*files_of(design), *([received] if received else [])]
    check_design_place(output, kept=kept, force=force)
    with progress_bar() as progress, study_of(design, accept_source=accept_source, progress=progress) as study:
        generator = generator_of(study)
        back = read_back(study, generator, received) if received else None
        lines = list(order_lines(study, generator, back.missing if back else None))
        ordered = back.ordered if back else len(lines)
        column = id_column(study)
    write_text(output, "".join(f"{line}\n" for line in lines))
    differing = back.differing if back else ()
    came = ordered - len(lines)
    if as_json:
        told = [{"id": one.id, "asked": one.asked} for one in differing]
        counts = {"ordered": ordered, "received": came, "differing": told, "missing": len(lines)}
        print_json({"path": str(output), **counts})
        return
    if back is None:
        print(f"{output}: {ordered:,} orders. What comes back is a table with their ids in the column `{column}`.")
        return
    print(f"{came:,} of {ordered:,} orders came back as they were asked for; {len(lines):,} are missing.")
    for one in differing[:SHOWN]:
        print(f"- {one.id} differs: asked for was {one.asked}")
    if len(differing) > SHOWN:
        print(f"- and {len(differing) - SHOWN:,} more")
    if lines:
        note(f"{output}: the orders that are still missing")
    else:
        note(f"all are there: trimtab sample {design} -o OUT --received {received}")
