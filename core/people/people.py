"""Who signed in, and the list of those who may edit and of those who may only review: a plain file of the workspace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from trimtab.core.errors import InputError, NotAllowedError, nearest
from trimtab.core.yaml.reading import read, text_of

FILE = "people.yaml"
Role = Literal["edit", "review", "none"]
"""Who may edit may review, too; `none` is somebody who is not on the list."""
LISTS: tuple[Role, ...] = get_args(Role)[:2]
EVERYBODY = "*"
LONGEST = 80
"""Characters of an address, and of a name with the address behind it, as they stand under what people say."""
WHY = "You may review designs here, not edit them: so says the list of people."
"""What a button that is off says."""


@dataclass(frozen=True)
class Person:
    """Somebody who signed in: the address that the provider vouches for, the name they go by, and what they may do."""

    email: str
    name: str = ""
    role: Role = "none"

    @property
    def signed(self) -> str:
        """How they stand under what they say and do. The address is part of it: names people choose themselves."""
        both = f"{self.name} ({self.email})"
        return both if self.name and len(both) <= LONGEST else self.email

    @property
    def may_edit(self) -> bool:
        return self.role == "edit"

    def check_edit(self) -> None:
        """Raise NotAllowedError if they may not edit."""
        self.check_in()
        if not self.may_edit:
            raise NotAllowedError(f"{WHY} It knows {self.email} as one who reviews.")

    def check_in(self) -> None:
        """Raise NotAllowedError if they may not even look."""
        if self.role == "none":
            raise NotAllowedError("Sign in first, as somebody who is on the list of people.")


NOBODY = Person("")
"""Where people sign in, whoever has not."""


@dataclass(frozen=True)
class People:
    """The list: addresses, and patterns such as `*@example.org`."""

    edit: tuple[str, ...] = ()
    review: tuple[str, ...] = ()

    def role_of(self, email: str) -> Role:
        """What an address may do; who stands in both lists may edit."""
        by_list: dict[Role, tuple[str, ...]] = {"edit": self.edit, "review": self.review}
        return next((role for role, patterns in by_list.items() if is_one_of(email, patterns)), "none")


def person_of(claims: Mapping[str, Any], home: Path) -> Person:
    """The person whom the provider's claims are of, as the list of a workspace knows them.

    Raises NotAllowedError if the claims have no address that the provider vouches for, and InputError if the list can't
    be read: then nobody gets in.
    """
    email = address(claims.get("email"))
    if not email:
        raise NotAllowedError("The list of people is one of e-mail addresses, and the provider tells none of yours.")
    if claims.get("email_verified") in (False, "false"):
        raise NotAllowedError(f"The provider has not verified that {email} is yours.")
    return Person(email, _name(claims.get("name")), read_people(home).role_of(email))


def read_people(home: Path) -> People:
    """The list of a workspace. Raises InputError with the file and the fault if it can't be read."""
    file = home / FILE
    try:
        found = file.stat()
    except OSError as error:
        raise InputError(
            f"{file}: the list of people is not there, so nobody gets in. It is a text such as\n"
            'edit: [ann@example.org]\nreview: ["*@example.org"]'
        ) from error
    return _people(file, found.st_ino, found.st_mtime_ns, found.st_size)


def addresses(found: object, *, owner: str) -> tuple[str, ...]:
    """Addresses and patterns as a file or a person gives them. Raises InputError, which begins with `owner`."""
    if not isinstance(found, list | tuple):
        raise InputError(f"{owner}: must be a list of addresses, got {found!r}.")
    for place, one in enumerate(found):
        if not isinstance(one, str) or not (one.strip() == EVERYBODY or address(one)):
            raise InputError(f"{owner}[{place}]: must be an address or a pattern such as *@example.org, got {one!r}.")
    return tuple(one.strip() if one.strip() == EVERYBODY else address(one) for one in found)


def address(found: object) -> str:
    """An address in the form in which they are compared, empty if it is none.

    Only letters from a to z lose their case: other letters become ones that stand in other people's addresses.

    >>> address(" Ann@Example.org ")
    'ann@example.org'
    """
    text = found.strip() if isinstance(found, str) else ""
    whole = re.fullmatch(r"[^\s@]+@[^\s@]+", text) and len(text) <= LONGEST and text.isprintable()
    return "".join(sign.lower() if sign.isascii() else sign for sign in text) if whole else ""


def is_one_of(email: str, patterns: Iterable[str]) -> bool:
    """Whether an address is one of those given, or fits a pattern: `*` stands for any signs but @, alone for all."""
    return any(one == EVERYBODY or _pattern(one).fullmatch(email) for one in patterns)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("[^@]*".join(re.escape(part) for part in text.split("*")))


@lru_cache(maxsize=8)
def _people(file: Path, *_: int) -> People:
    """What a file says. Kept while it stays as it is: it is asked for with every request."""
    text = text_of(file, "list of people")
    try:
        data = read(text, owner=file.name)
    except InputError as error:
        stars = " Patterns that begin with * stand in quotation marks." if "*" in text else ""
        raise InputError(f"{error}{stars}") from error
    if not isinstance(data, dict):
        raise InputError(f"{file.name}: it is a mapping with the lists `edit` and `review`.")
    for key in data:
        if key not in LISTS:
            raise InputError(f"{file.name}: there is no list `{key}`.{nearest(str(key), LISTS)}")
    lists = {key: addresses(data.get(key) or [], owner=f"{file.name}: {key}") for key in LISTS}
    return People(**cast(dict[str, tuple[str, ...]], lists))


def _name(found: object) -> str:
    """A name as it may be shown: one line without signs that can't be seen, and none that looks like an address."""
    text = " ".join(found.split()) if isinstance(found, str) else ""
    shown = "".join(sign for sign in text if sign.isprintable())
    return "" if set(shown) & set("@()") else shown
