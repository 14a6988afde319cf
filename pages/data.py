"""Data."""
from ui import session
session.require_document()
session.header("data")
