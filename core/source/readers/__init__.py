"""Readers: each is one class that says which files it reads, and turns one into a clean Parquet file."""

from trimtab.core.registering import import_files
from trimtab.core.source.readers.reader import READERS, Reader, reader_of, suffixes

import_files(__name__, __path__)

__all__ = ["READERS", "Reader", "reader_of", "suffixes"]
