"""The command line: one thin function per command. What a command needs is imported when it runs, so help is quick."""

from trimtab.core.cli.main import app, main

__all__ = ["app", "main"]
