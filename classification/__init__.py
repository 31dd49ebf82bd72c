"""What the digital economy is: the national standard as data, and how a unit gets its classes.

Belongs here: the public names, imported when first used, so that a look-up does not pay for pandas and DuckDB.
Does not belong here: any logic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classification.allocation import allocate
    from classification.assign import classify, conservation
    from classification.claims import check_claims
    from classification.description import describe
    from classification.hierarchy import rollup
    from classification.standard import load_standard
    from classification.suggestion import Suggestion, agrees, suggest
    from classification.tables import arrow_tables, chains, future_industries, labels, membership

_HOME = {
    "Suggestion": "suggestion",
    "agrees": "suggestion",
    "allocate": "allocation",
    "arrow_tables": "tables",
    "check_claims": "claims",
    "chains": "tables",
    "classify": "assign",
    "conservation": "assign",
    "describe": "description",
    "future_industries": "tables",
    "labels": "tables",
    "load_standard": "standard",
    "membership": "tables",
    "rollup": "hierarchy",
    "suggest": "suggestion",
}

__all__ = [
    "Suggestion",
    "agrees",
    "allocate",
    "arrow_tables",
    "chains",
    "check_claims",
    "classify",
    "conservation",
    "describe",
    "future_industries",
    "labels",
    "load_standard",
    "membership",
    "rollup",
    "suggest",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"classification.{home}"), name)
