"""What people say of a design: comments and verdicts, one JSON object a line in a file beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from trimtab.core.atomic import append_line
from trimtab.core.errors import InputError

Verdict = Literal["comment", "approved", "changes"]
"""Nothing but words, the content as it is, or changes asked for."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
LONGEST_NAME = 80
LONGEST_TEXT = 4000
"""Characters of a comment."""


@dataclass(frozen=True)
class Review:
    """What somebody said: `fingerprint` is that of the content it is about, `version` the saved version of it, if any.

    `name` is as it was typed; where people sign in it is theirs, with their address.
    """

    time: datetime
    name: str
    verdict: Verdict
    text: str
    version: int | None
    fingerprint: str


@dataclass(frozen=True)
class Reviews:
    """All that was said of a design, the oldest first, and how many lines of the file can't be read."""

    said: tuple[Review, ...] = ()
    damaged: int = 0


@dataclass(frozen=True)
class Standing:
    """How a content stands: `approved`, `changes` asked for, `changed` since the review, or `open`: never approved."""

    state: Literal["approved", "changes", "changed", "open"]
    review: Review | None = None


def check_words(name: str, verdict: Verdict, text: str) -> None:
    """Raise InputError for an empty name, for nothing said, and for what is too long."""
    if not name.strip():
        raise InputError("A review needs a name: say who you are.")
    if len(name) > LONGEST_NAME:
        raise InputError(f"A name has at most {LONGEST_NAME} characters, got {len(name):,}.")
    if verdict != "approved" and not text.strip():
        raise InputError("Say what should change." if verdict == "changes" else "A comment needs some words.")
    if len(text) > LONGEST_TEXT:
        raise InputError(f"A comment has at most {LONGEST_TEXT:,} characters, got {len(text):,}.")


def add_review(file: Path, name: str, verdict: Verdict, text: str, version: int | None, fingerprint: str) -> Review:
    """Add a review to the file; of two who write at once both are kept. Raises InputError as `check_words` does, and if
    the file can't be written."""
    check_words(name, verdict, text)
    now = datetime.now(UTC).replace(microsecond=0)
    review = Review(now, " ".join(name.split()), verdict, text.strip(), version, fingerprint)
    line = {**asdict(review), "time": now.isoformat()}
    append_line(file, json.dumps(line))
    return review


def read_reviews(file: Path) -> Reviews:
    """The reviews in a file; none if it is not there. A line that can't be read is counted and left out."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Reviews()
    except OSError as error:
        raise InputError(f"{file}: it can't be read: {error.strerror or error}.") from error
    lines = [line for line in content.split(b"\n") if line.strip()]
    said = [review for line in lines if (review := _review(line)) is not None]
    return Reviews(tuple(said), len(lines) - len(said))


def standing(said: Sequence[Review], fingerprint: str) -> Standing:
    """How the content with this fingerprint stands: by the last verdict on it, else by the last approval of another."""
    verdicts = [one for one in said if one.verdict != "comment"]
    own = next((one for one in reversed(verdicts) if one.fingerprint == fingerprint), None)
    if own is not None:
        return Standing("approved" if own.verdict == "approved" else "changes", own)
    before = next((one for one in reversed(verdicts) if one.verdict == "approved"), None)
    return Standing("changed", before) if before else Standing("open")


def _review(line: bytes) -> Review | None:
    """A line of the file; None if it is damaged."""
    try:
        found: Any = json.loads(line)
        time = datetime.fromisoformat(found["time"])
        review = Review(**{**found, "time": time})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = all(isinstance(one, str) for one in (review.name, review.text, review.fingerprint))
    version = review.version is None or type(review.version) is int
    return review if texts and version and review.verdict in VERDICTS and time.tzinfo is not None else None
