"""Scripts and styles of the components: small files, joined when a component is registered."""

from __future__ import annotations

from pathlib import Path


def asset(*names: str) -> str:
    """The text of the named files of this folder, one after the other."""
    return "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)
