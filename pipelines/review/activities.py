"""What firms say they do against the class they are coded to (C05T).

Belongs here: asking the classifier about each pair of text and code. Does not belong here: how a text is scored
(classification), or what becomes of the row (rules).
"""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from classification import agrees, load_standard, suggest


def at_odds(pairs: pa.Table, core: pa.Table) -> pa.Table:
    """The pairs in which the text clearly reads like another division than the code's.

    Args:
        pairs: ``activity, class_code``, each once; codes that are no class of GB/T 4754-2017 are left out.
        core: ``code`` of the classes that are core, in full or in part.

    Returns:
        ``activity, class_code, reads_core``: whether the class that the text reads most like is core.

    Cost: about 1.5 ms for each text not seen before in this process; nothing for the class's own name.
    """
    known, cores = frozenset(load_standard().classes), frozenset(core["code"].to_pylist())
    rows = [
        {"activity": text, "class_code": code, "reads_core": best in cores}
        for text, code in zip(pairs["activity"].to_pylist(), pairs["class_code"].to_pylist(), strict=True)
        if code in known and (best := _reads_like(text, code))
    ]
    schema = pa.schema([("activity", pa.string()), ("class_code", pa.string()), ("reads_core", pa.bool_())])
    return pa.Table.from_pylist(rows, schema=schema)


@lru_cache(maxsize=1 << 16)
def _reads_like(text: str, code: str) -> str:
    """The class that a text reads most like where the code is clearly another, else ''."""
    if text == load_standard().gbt[code].name_zh:  # many firms copy it
        return ""
    return suggest(text, 1)[0].code if agrees(text, code) is False else ""
