"""How the content that is open stands with those who decide: approved, changed since, changes asked for, or open."""

from __future__ import annotations

from datetime import UTC, datetime

from trimtab.core.errors import TrimtabError
from trimtab.core.review.reviews import Review, Standing, standing
from trimtab.ui.session import document as doc


def standing_of(found: doc.Document) -> Standing:
    """How the content of this revision stands; open if the reviews can't be read, which the page review tells."""
    try:
        said = doc.workspace().reviews(found.design_id).said
    except TrimtabError:
        said = ()
    return standing(said, found.design.fingerprint())


def approved_text(found: doc.Document) -> str:
    """Who approved this very content and when, as text; empty if nobody did."""
    stands = standing_of(found)
    return f"Approved by {signed(stands.review)}" if stands.state == "approved" and stands.review else ""


def signed(review: Review) -> str:
    """Who said something, and when: "Ann on 3 Nov 2026, 14:05 UTC"."""
    return f"{review.name} on {moment(review.time)}"


def moment(time: datetime) -> str:
    """A moment for people.

    >>> moment(datetime(2026, 11, 3, 14, 5, tzinfo=UTC))
    '3 Nov 2026, 14:05 UTC'
    """
    return f"{time.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
