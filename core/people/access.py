"""To whom a design is open where people sign in: a small file beside it, made with the design."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from trimtab.core.errors import InputError, NotAllowedError, nearest
from trimtab.core.people.people import Person, addresses, is_one_of
from trimtab.core.yaml.reading import read, text_of
from trimtab.core.yaml.writing import write

FILE = "access.yaml"
KEYS = ("maker", "private", "people")


@dataclass(frozen=True)
class Access:
    """Who made a design, whether it is private, and to whom it is open then. One that was made before anybody signed in
    has no maker, and is shared."""

    maker: str = ""
    private: bool = False
    people: tuple[str, ...] = ()

    def open_to(self, person: Person) -> bool:
        """Whether somebody may open it."""
        if person.role == "none":
            return False
        return not self.private or person.email == self.maker or is_one_of(person.email, self.people)

    def made_by(self, person: Person) -> bool:
        """Whether somebody made it: they alone say to whom it is open."""
        return bool(self.maker) and person.email == self.maker


def text_of_access(access: Access) -> str:
    """What the file says."""
    return write({"maker": access.maker, "private": access.private, "people": list(access.people)})


def read_access(design: Path) -> Access:
    """To whom the design in a folder is open. Raises InputError if its file can't be read: then nobody may open it."""
    file = design / FILE
    try:
        found = file.stat()
    except FileNotFoundError:
        return Access()
    except OSError as error:
        raise InputError(f"{file}: it can't be read: {error.strerror}.") from error
    return _access(file, found.st_ino, found.st_mtime_ns, found.st_size)


def check_open(design: Path, person: Person) -> None:
    """Raise NotAllowedError if somebody may not open the design in a folder."""
    person.check_in()
    access = read_access(design)
    if not access.open_to(person):
        raise NotAllowedError(f"Design `{design.name}`: it is private. Ask {access.maker}, who made it.")


@lru_cache(maxsize=1024)
def _access(file: Path, *_: int) -> Access:
    owner = f"Design `{file.parent.name}`: {FILE}"
    data = read(text_of(file, "list of whom a design is open to"), owner=owner)
    if not isinstance(data, dict):
        raise InputError(f"{owner}: it is a mapping with {', '.join(KEYS)}.")
    for key in data:
        if key not in KEYS:
            raise InputError(f"{owner}: there is no key `{key}`.{nearest(str(key), KEYS)}")
    maker, private = data.get("maker", ""), data.get("private", False)
    if not isinstance(maker, str) or not isinstance(private, bool):
        raise InputError(f"{owner}: `maker` is an address and `private` true or false.")
    return Access(maker, private, addresses(data.get("people") or [], owner=f"{owner}: people"))
