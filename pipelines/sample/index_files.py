"""The scheme of the composite index of the synthetic city as a file, HS16.

Belongs here: how it looks and when it comes. Does not belong here: what is in it (``index_scheme.csv``). Weights are
made up and its document is an example: no official set of weights for a city is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipelines.ingest.forms import forms
from pipelines.sample.firm_files import BASE_RECEIVED, Sent
from pipelines.sample.layout import Dress, headers, write_text
from pipelines.sample.profile import rows

BASE_YEAR: Final = 2021
_DOCUMENT: Final = "示例〔2021〕1号（合成，非正式文件）"
_SOURCE: Final = "合成数据"


def write_index_scheme(inbox: Path) -> Iterator[Sent]:
    """Write HS16."""
    form = forms()["index_scheme"]
    columns = headers("index_scheme", 0)
    said = {"base_year": str(BASE_YEAR), "document": _DOCUMENT, "source": _SOURCE, "approver": _SOURCE}
    table = [[(row | said)[name] for name in columns] for row in rows("index_scheme.csv")]
    name = f"HS16_{form.title}_{BASE_YEAR}年基期.csv"
    write_text(
        inbox / name, Dress(form.title, ("表    号：HS16表",), ("说明：合成数据。",)), list(columns.values()), table
    )
    yield Sent(name, BASE_RECEIVED, "专班办公室", "指数方案（合成）")
