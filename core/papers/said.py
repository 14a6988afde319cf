"""What papers say that no file knows: a licence, who made the data set, where it stands, the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

UNKNOWN = "not known"
"""What stands where nothing is known: a paper has no empty heading."""

LICENCES = {
    "apache-2.0": "Apache-2.0",
    "bsd-3-clause": "BSD-3-Clause",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0",
    "cc-by-nd-4.0": "CC-BY-ND-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc0-1.0": "CC0-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "gpl-3.0": "GPL-3.0-only",
    "mit": "MIT",
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
}
"""Licences as hubs call them -> their SPDX identifier; all others are told in the words they came in."""


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Said:
    """What a person says of a data set; nothing of it is checked, and what is None is told as not known.

    `license` is an identifier such as CC0-1.0, an address or plain words, `url` the page of the data set, `day` what
    the papers are dated, `approval` a sentence on who approved the design, `scenario` the scenario file whose
    parameters the columns are.
    """

    license: str | None = None
    creator: str | None = None
    url: str | None = None
    day: date = field(default_factory=today)
    approval: str | None = None
    scenario: str = "scenario.xosc"

    @property
    def hub_license(self) -> str | None:
        """The licence as hubs call it; None for one that has no such name."""
        wanted = (self.license or "").lower()
        return next((name for name, spdx in LICENCES.items() if wanted in (name, spdx.lower())), None)

    @property
    def license_address(self) -> str | None:
        """Where the licence can be read; None if that is not known."""
        if self.hub_license:
            return f"https://spdx.org/licenses/{LICENCES[self.hub_license]}.html"
        given = self.license or ""
        return given if is_address(given) else None


def is_address(text: str) -> bool:
    """Whether a text is a web address and nothing else."""
    return text.startswith(("https://", "http://")) and not any(one.isspace() or one in '<>"`\\' for one in text)
