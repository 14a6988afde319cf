"""What people say of a design: comments, answers and verdicts, one JSON object a line in a file beside it.

Nothing that was said is ever changed: an answer, or that something is resolved, is a line of its own that names the one
it is about by its number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from trimtab.core.atomic import append_line
from trimtab.core.errors import InputError

Verdict = Literal["comment", "approved", "changes", "resolved", "reopened"]
"""Nothing but words, the content as it is, changes asked for; or that what was said before is settled, or is not."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
SETTLING = ("resolved", "reopened")
"""Verdicts on something that was said, not on the design."""
LONGEST_CONTROL = 1000
NEW = ("to", "control")
"""Fields that older files have not, and that are left out where they say nothing."""
LONGEST_NAME = 80
LONGEST_TEXT = 4000
"""Characters of a comment."""


@dataclass(frozen=True)
class Review:
    """What somebody said: `fingerprint` is that of the content it is about, `version` the saved version of it, if any.

    `name` is as it was typed; where people sign in it is theirs, with their address. `to` is the number of what it
    answers or settles, `control` the name of the control it is about (`event fog_and_wind`), None for the design as a
    whole. `number` is its own: the line of the file, from 1; it is not written, and 0 before that.
    """

    time: datetime
    name: str
    verdict: Verdict
    text: str
    version: int | None
    fingerprint: str
    to: int | None = None
    control: str | None = None
    number: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Thread:
    """Something that was said, and what was answered, the oldest first. `settled` is the last word on whether it is
    resolved, if there is one."""

    first: Review
    answers: tuple[Review, ...] = ()
    settled: Review | None = None

    @property
    def resolved(self) -> bool:
        """Whether nothing is left to be done about it."""
        return self.settled is not None and self.settled.verdict == "resolved"

    @property
    def open(self) -> bool:
        """Whether it asks for something: a comment, or changes, that nobody resolved."""
        return self.first.verdict != "approved" and not self.resolved


@dataclass(frozen=True)
class Reviews:
    """All that was said of a design, the oldest first, and how many lines of the file can't be read."""

    said: tuple[Review, ...] = ()
    damaged: int = 0

    @property
    def threads(self) -> tuple[Thread, ...]:
        """What was said, each with its answers, in the order in which it began. An answer to what can't be read stands
        for itself."""
        return threads_of(self.said)


@dataclass(frozen=True)
class Standing:
    """How a content stands: `approved`, `changes` asked for, `changed` since the review, or `open`: never approved."""

    state: Literal["approved", "changes", "changed", "open"]
    review: Review | None = None


def threads_of(said: Sequence[Review]) -> tuple[Thread, ...]:
    """What was said, each with its answers."""
    first: dict[int, Review] = {}
    begun: dict[int, int] = {}
    answers: dict[int, list[Review]] = {}
    for one in said:
        begins = begun.get(one.to, one.number) if one.to is not None else one.number
        begun[one.number] = begins
        if begins == one.number:
            first[begins] = one
        else:
            answers.setdefault(begins, []).append(one)
    found = []
    for number, one in first.items():
        settled = next((later for later in reversed(answers.get(number, [])) if later.verdict in SETTLING), None)
        found.append(Thread(one, tuple(answers.get(number, ())), settled))
    return tuple(found)


def check_words(name: str, verdict: Verdict, text: str) -> None:
    """Raise InputError for an empty name, for nothing said, and for what is too long."""
    if not name.strip():
        raise InputError("A review needs a name: say who you are.")
    if len(name) > LONGEST_NAME:
        raise InputError(f"A name has at most {LONGEST_NAME} characters, got {len(name):,}.")
    if verdict in ("comment", "changes") and not text.strip():
        raise InputError("Say what should change." if verdict == "changes" else "A comment needs some words.")
    if len(text) > LONGEST_TEXT:
        raise InputError(f"A comment has at most {LONGEST_TEXT:,} characters, got {len(text):,}.")


def add_review(
    file: Path,
    name: str,
    verdict: Verdict,
    text: str,
    version: int | None,
    fingerprint: str,
    *,
    to: int | None = None,
    control: str | None = None,
) -> Review:
    """Add a review to the file; of two who write at once both are kept. Raises InputError as `check_words` does, for an
    answer to what nobody said, for a word that settles nothing, and if the file can't be written."""
    check_words(name, verdict, text)
    if to is None and verdict in SETTLING:
        raise InputError(f"Say what is {verdict}: the number of something that was said.")
    if to is not None and to not in {one.number for one in read_reviews(file).said}:
        raise InputError(f"Nothing with the number {to} was said of this design, so it can't be answered.")
    if control is not None and not 0 < len(control) <= LONGEST_CONTROL:
        raise InputError(f"The name of a control has 1 to {LONGEST_CONTROL:,} characters, got {len(control):,}.")
    now = datetime.now(UTC).replace(microsecond=0)
    review = Review(now, " ".join(name.split()), verdict, text.strip(), version, fingerprint, to, control)
    line = {**asdict(review), "time": now.isoformat()}
    del line["number"]
    append_line(file, json.dumps({key: said for key, said in line.items() if key not in NEW or said is not None}))
    return review


def read_reviews(file: Path) -> Reviews:
    """The reviews in a file; none if it is not there. A line that can't be read is counted and left out."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Reviews()
    except OSError as error:
        raise InputError(f"{file}: it can't be read: {error.strerror or error}.") from error
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    said = [review for number, line in lines if (review := _review(line, number)) is not None]
    return Reviews(tuple(said), len(lines) - len(said))


def standing(said: Sequence[Review], fingerprint: str) -> Standing:
    """How the content with this fingerprint stands: by the last verdict on it, else by the last approval of another."""
    verdicts = [one for one in said if one.verdict in ("approved", "changes")]
    own = next((one for one in reversed(verdicts) if one.fingerprint == fingerprint), None)
    if own is not None:
        return Standing("approved" if own.verdict == "approved" else "changes", own)
    before = next((one for one in reversed(verdicts) if one.verdict == "approved"), None)
    return Standing("changed", before) if before else Standing("open")


def _review(line: bytes, number: int) -> Review | None:
    """A line of the file; None if it is damaged."""
    try:
        found: Any = json.loads(line)
        time = datetime.fromisoformat(found["time"])
        review = Review(**{**found, "time": time})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = all(isinstance(one, str) for one in (review.name, review.text, review.fingerprint))
    numbers = all(one is None or type(one) is int for one in (review.version, review.to))
    control = review.control is None or isinstance(review.control, str)
    known = review.verdict in VERDICTS and time.tzinfo is not None and "number" not in found
    return replace(review, number=number) if texts and numbers and control and known else None
