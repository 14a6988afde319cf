"""The version of Trimtab that made something."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def trimtab_version() -> str:
    """The installed version of Trimtab; "unknown" where it runs without being installed."""
    try:
        return version("trimtab")
    except PackageNotFoundError:
        return "unknown"
