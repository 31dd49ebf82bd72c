"""Where the lines about a form lie: what was set aside (core_set_aside), what is doubted (core_finding, core_query).

Belongs here: the name of that partition. Does not belong here: the lines. Nothing heavy is imported: the list of what
came looks here too.
"""

from __future__ import annotations

from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import LEDGER_FORMS
from pipelines.lake import ALL


def lines_partition(form: str, partition: str = ALL) -> str:
    """The partition that holds the lines about a form in a table that holds those of several, given its raw partition.

    The returns of a quarter share one, any other quarterly form has its own; the task force's ledgers, which are taken
    in without all else, share one, and so does all that is not quarterly.
    """
    terms = forms()[form]
    if form in LEDGER_FORMS:
        return "ledger"
    if terms.period == "none":
        return "reference"
    return partition if terms.money else f"{form}-{partition}"
