"""Review: the design in sentences and pictures for those who decide, versions side by side, comments, approval."""

import streamlit as st

from trimtab.core.errors import TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.ui.changes.changes import conflicts
from trimtab.ui.parts.parts import notice, quiet, styles
from trimtab.ui.review.comments import comments, open_comments
from trimtab.ui.review.parts import along, asks, head, leans, pictures
from trimtab.ui.review.versions import versions
from trimtab.ui.shell import session
from trimtab.ui.shell.pages import page_file

WIDTH = 1180  # px: a page to be read, and to be printed as it is seen


def page(found: session.Document) -> None:
    """From what it is to what people say of it."""
    head(found)
    asks(found, open_comments(found))
    outcome = session.projection()
    if isinstance(outcome, Projection):
        pictures(found, outcome)
        along(found.study, outcome.shifts)
        leans(found, outcome)
    else:
        conflicts(outcome, buttons=False)
        quiet("The design can't be met as it is, so there are no pictures of it.")
        if session.may_edit():
            st.page_link(
                page_file("design"), label="Change the design", query_params={session.PARAMETER: found.design_id}
            )
    versions(found)
    comments(found)


styles("delivery/delivery.css", "review/review.css")
session.refresh()
document = session.require_document()
session.header("review")
with st.container(key="tt_review", width=WIDTH):
    try:
        page(document)
    except TrimtabError as error:
        notice(str(error))
