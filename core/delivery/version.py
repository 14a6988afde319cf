"""The versions of Trimtab and of the libraries that made something."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

DECIDING = ("numpy", "scipy", "pyarrow", "duckdb")
"""Libraries of which another version may draw, round or write otherwise: rows by two of them do not belong together."""


def deciding_versions() -> dict[str, str]:
    """The versions of all that decides which rows come out, by name."""
    return {"trimtab": trimtab_version(), **{name: version(name) for name in DECIDING}}


def trimtab_version() -> str:
    """The installed version of Trimtab; "unknown" where it runs without being installed."""
    try:
        return version("trimtab")
    except PackageNotFoundError:
        return "unknown"
