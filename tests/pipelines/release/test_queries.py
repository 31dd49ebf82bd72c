"""Every statement of docs/queries.md runs and brings rows back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.release.read import query
from tests.pipelines.release.conftest import Made

TEXT = (Path(__file__).parents[3] / "docs" / "queries.md").read_text(encoding="utf-8")
FOUND = re.findall(r"^## (\d+)\. (.*?)\n.*?```sql\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)


def test_there_are_ten() -> None:
    assert [number for number, _, _ in FOUND] == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize(("title", "sql"), [(title, sql) for _, title, sql in FOUND])
def test_example(title: str, sql: str, city: Made, nation: Made) -> None:
    made = nation if "全国" in title else city
    assert query(made.workspace, sql).rows
