"""Disclosure control: what may leave the house without giving a respondent away.

Belongs here: primary rules, publications as relations, the audit of what is hidden, the choice of what to hide, and
differences between releases. Does not belong here: which tables are published at which level (release).
"""

from indicators.disclosure.audit import audit
from indicators.disclosure.difference import release_difference
from indicators.disclosure.pattern import Pattern, cell_sums, exposed, pattern, tellable
from indicators.disclosure.pattern import Rules as PatternRules
from indicators.disclosure.primary import primary
from indicators.disclosure.protect import protect
from indicators.disclosure.relations import Relation, published_rank, published_relation, table_relations

__all__ = [
    "Pattern",
    "PatternRules",
    "Relation",
    "audit",
    "cell_sums",
    "exposed",
    "pattern",
    "primary",
    "protect",
    "published_rank",
    "published_relation",
    "release_difference",
    "table_relations",
    "tellable",
]
