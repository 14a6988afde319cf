"""Scripts and styles of the components: small files, joined when a component is registered."""

from __future__ import annotations

from pathlib import Path

ROOMS = Path(__file__).parents[1]


def asset(*names: str) -> str:
    """The text of the named files, one after the other; each is named by its room: `sculptor/sculptor.css`."""
    return "\n".join((ROOMS / name).read_text(encoding="utf-8") for name in names)
