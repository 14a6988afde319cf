"""Formats of files: each is one class that says its suffix, label and media type, writes rows and reads them back."""

from trimtab.core.formats.format import (
    FORMATS,
    MADE_IN,
    Format,
    Stored,
    Table,
    file_formats,
    format_at,
    format_of,
    listed,
)
from trimtab.core.registering import import_files

import_files(__name__, __path__)

__all__ = ["FORMATS", "MADE_IN", "Format", "Stored", "Table", "file_formats", "format_at", "format_of", "listed"]
