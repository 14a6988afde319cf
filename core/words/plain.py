"""Conditions in plain words, for people who read no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trimtab.core.expressions import Condition, Predicate
from trimtab.core.source.labels import number_texts

_WORDS = {
    "=": "is",
    "!=": "is not",
    "<": "below",
    "<=": "at most",
    ">": "above",
    ">=": "at least",
    "is null": "is missing",
    "is not null": "is there",
}
MOST_LISTED = 6
"""Values of a list that are named."""


def words(name: str) -> str:
    """A name that people give in a design file as they read it: with spaces."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[0].upper() + text[1:]


def in_words(predicate: Predicate, units: Mapping[str, str] | None = None) -> str:
    """A condition in words, such as "visib below 2 mi and wind_speed above 15".

    `units` are those of the columns. What is more than plain conditions joined by AND stays as it was typed.
    """
    rows = predicate.builder_rows()
    if rows is None:
        return " ".join(predicate.text.split())
    return " and ".join(_condition(row, (units or {}).get(row.column, "")) for row in rows)


def listed(parts: Sequence[str], *, last: str = "and", most: int = MOST_LISTED) -> str:
    """Parts of a sentence; of more than `most` the first ones, and how many more there are.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed([str(i) for i in range(9)])
    ('a', 'a, b and c', '0, 1, 2, 3, 4 and 4 more')
    """
    if len(parts) > most:
        parts = [*parts[: most - 1], f"{len(parts) - most + 1} more"]
        last = "and"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def value_text(value: bool | int | float | str) -> str:
    """A value as people read it.

    >>> value_text(True), value_text(0.1 + 0.2), value_text("LGA")
    ('true', '0.3', 'LGA')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else signed(number_texts([float(value)])[0])


def signed(number: str) -> str:
    """A number with a minus sign, which a hyphen beside words is not.

    >>> signed("-1.5"), signed("1e-07")
    ('−1.5', '1e-07')
    """
    return f"−{number[1:]}" if number.startswith("-") else number


def _condition(row: Condition, unit: str) -> str:
    after = f" {unit}" if unit else ""
    if row.value is None:
        return f"{row.column} {_WORDS[row.op]}"
    if not isinstance(row.value, tuple):
        return f"{row.column} {_WORDS[row.op]} {value_text(row.value)}{after}"
    texts = [value_text(value) for value in row.value]
    if row.op == "between":
        return f"{row.column} from {texts[0]} to {texts[1]}{after}"
    word = "is" if row.op == "in" else "is not"
    return f"{row.column} {word} {listed(texts, last='or')}{after}"
