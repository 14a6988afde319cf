"""What every test of a page does: see that no exception is shown, and read our own markup."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def sound(at: AppTest) -> AppTest:
    """The page, which shows no exception."""
    assert not at.exception, [one.value for one in at.exception]
    return at


def text_of(at: AppTest) -> str:
    """All our own markup on the page, without the styles."""
    bodies = [element.proto.body for element in at.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style"))
