"""Markdown in which names and values are text: nothing in them is ever a link, a tag, a heading or a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Line breaks and all else that steers what shows a text."""
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MARKS = re.compile(r"[\\`*\[\]|~$@]|:(?=\S)|(?<=www)\.|(?<![^\W_])_|_(?![^\W_])")
"""What may begin emphasis, code, a link, an image, an address, a formula, a cell of a table or an emoji's name."""
BEGINNING = re.compile(r"^([-+#=])|^(\d+)(?=[.)](?:\s|$))")
"""What would make a list, a heading or a line of a line that begins with it."""


def escaped(text: str) -> str:
    r"""A text as Markdown and HTML show it, on one line.

    >>> escaped("<b>|*x*"), escaped("10. [a](http://b)\n# c"), escaped("- _x_ y_z: 0.5")
    ('&lt;b&gt;\\|\\*x\\*', '10\\. \\[a\\](http\\://b) # c', '\\- \\_x\\_ y_z: 0.5')
    """
    plain = re.sub("[&<>]", lambda found: ENTITIES[found[0]], CONTROLS.sub(" ", text).strip())
    plain = MARKS.sub(lambda found: f"\\{found[0]}", plain)
    return BEGINNING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\", plain)


def bullets(lines: Iterable[str]) -> str:
    """Texts as a list."""
    return "".join(f"- {escaped(line)}\n" for line in lines)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Texts as a table."""
    head = [f"| {' | '.join(map(escaped, header))} |", f"|{'---|' * len(header)}"]
    return "\n".join([*head, *(f"| {' | '.join(map(escaped, row))} |" for row in rows)]) + "\n"
