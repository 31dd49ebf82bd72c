"""Every statement of docs/queries.md and of the READMEs runs and brings rows back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.release.read import query
from tests.pipelines.release.conftest import Made

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
FOUND = re.findall(r"^## (\d+)\. (.*?)\n.*?```sql\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)


def test_there_are_ten() -> None:
    assert [number for number, _, _ in FOUND] == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize(("title", "sql"), [(title, sql) for _, title, sql in FOUND])
def test_example(title: str, sql: str, city: Made, nation: Made) -> None:
    made = nation if "全国" in title else city
    assert query(made.workspace, sql).rows


MACROS = TEXT.partition("## 表函数")[2].partition("```sql\n")[2].partition("```")[0].strip().splitlines()
ASKED = re.compile(r'^shuce sql (--home data/national )?"(.*?)"', re.MULTILINE)
README = [
    asked
    for name in ("README.md", "README.zh-CN.md")
    for asked in ASKED.findall((ROOT / name).read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("sql", MACROS)
def test_macro(sql: str, city: Made) -> None:
    assert query(city.workspace, sql).rows


@pytest.mark.parametrize(("national", "sql"), README)
def test_readme(national: str, sql: str, city: Made, nation: Made) -> None:
    assert query((nation if national else city).workspace, sql).rows


def test_there_are_some() -> None:
    assert (len(MACROS), len(README)) == (6, 6)
