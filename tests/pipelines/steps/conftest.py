"""A city made by hand, its reference tables and one quarter made once by the steps alone; tests change copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end import by_hand
from tests.end_to_end.running import duplicate, make_quarter, make_reference

QUARTER = by_hand.QUARTERS[0]


@pytest.fixture(scope="session")
def made_by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = by_hand.write(tmp_path_factory.mktemp("by_hand") / "home")
    make_reference(home)
    make_quarter(home, QUARTER)
    return home


@pytest.fixture
def home(made_by_hand: Path, tmp_path: Path) -> Path:
    return duplicate(made_by_hand, tmp_path / "home")


@pytest.fixture
def unmade(tmp_path: Path) -> Path:
    """The same city with its files alone."""
    return by_hand.write(tmp_path / "home")
