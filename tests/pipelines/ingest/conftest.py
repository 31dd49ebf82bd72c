from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.workspace import Workspace

CITY = """
code = "419900"
name = "示范市"
kind = "city"
first_quarter = "2020Q1"
last_quarter = "2023Q4"
base_quarters = 4
counties = [{ code = "419901", name = "甲区", short = "甲" }, { code = "419902", name = "乙区" }]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    (home / "city.toml").write_text(CITY, encoding="utf-8")
    return Workspace(home)
