"""The statements of a release database, as .sql files.

Belongs here: nothing but package data and the one way to read it. Does not belong here: code.
"""

from __future__ import annotations

from importlib.resources import files


def statement(name: str) -> str:
    """The text of a statement by its file name without ``.sql``."""
    return (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")
