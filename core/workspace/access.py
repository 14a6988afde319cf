"""To whom a design of a workspace is open, and how its maker says so."""

from __future__ import annotations

from collections.abc import Sequence

from trimtab.core.atomic import write_text
from trimtab.core.errors import NotAllowedError
from trimtab.core.people.access import FILE, Access, read_access, text_of_access
from trimtab.core.people.people import addresses
from trimtab.core.workspace.workspace import Workspace


def access_of(home: Workspace, id_: str) -> Access:
    """To whom a design is open. Raises InputError if that can't be read."""
    return read_access(home.folder(id_))


def set_access(home: Workspace, id_: str, *, private: bool, people: Sequence[str] = ()) -> Access:
    """Make a design private to its maker and the `people`, addresses or patterns, or share it with all who sign in.

    Raises NotAllowedError for anybody but its maker, and InputError for what is no address.
    """
    home.check_edit()
    found = access_of(home, id_)
    if home.person is not None and not found.made_by(home.person):
        raise NotAllowedError(f"Only {found.maker or 'its maker, who is not known,'} says to whom a design is open.")
    changed = Access(found.maker, private, addresses(people, owner="Open to"))
    write_text(home.folder(id_) / FILE, text_of_access(changed))
    return changed
