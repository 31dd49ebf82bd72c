"""A small synthetic city, written once, and the default city's universe, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.sample import build, write_city
from pipelines.sample.universe import Universe

FIRMS = 120


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("small_city")
    write_city(home, firms=FIRMS)
    return home


@pytest.fixture(scope="session")
def default_universe() -> tuple[Universe, list[dict[str, str]]]:
    return build()
