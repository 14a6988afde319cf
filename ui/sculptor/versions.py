"""A saved version of the design, laid over the bars of the one that is open."""

from __future__ import annotations

from trimtab.core.errors import TrimtabError
from trimtab.core.review.difference import laid_over
from trimtab.ui.sculptor.kept import shelf
from trimtab.ui.sculptor.sculptor import DraftData, VersionData
from trimtab.ui.session.document import Document, workspace
from trimtab.ui.session.library import study_of


def version_list(found: Document) -> list[VersionData]:
    """The versions that can be laid over, the newest first."""
    return [{"number": one.number, "name": f"version {one.number}"} for one in workspace().versions(found.design_id)]


def draft(found: Document, name: str) -> DraftData | None:
    """What the version that the person chose has for a factor, on the bins that are shown; None: none is chosen, or
    there is nothing to show of it."""
    number = shelf(found.design_id).over
    if number is None:
        return None
    try:
        design, axis = workspace().load_design(found.design_id, number), found.study.axes[name]

        def make() -> list[float] | None:
            return laid_over(axis, study_of(design, workspace()), name)

        shares = found.study.memo.of("version laid over", (design.content, axis, name), make)
    except TrimtabError:  # a version of a source that is gone: the page review says why
        shares = None
    return {"number": number, "name": f"version {number}", "shares": shares}
