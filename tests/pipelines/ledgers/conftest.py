"""The ledgers of the synthetic city, in a workspace of their own: taken in and made once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.lake import Lake
from pipelines.sample.city import _planted, _register, _settings
from pipelines.sample.economy import SEED
from pipelines.sample.firm_files import Planted, Sent
from pipelines.sample.ledger_files import write_ledgers
from pipelines.steps.ledgers import refreshed
from pipelines.workspace import Workspace
from tests.conftest import made_once


def write(home: Path) -> None:
    """Settings and ledgers with the list of their slips, nothing else."""
    (home / "inbox").mkdir(parents=True)
    made = list(write_ledgers(home / "inbox", seed=SEED))
    sent = [line for line in made if isinstance(line, Sent)]
    (home / "inbox" / "received.csv").write_text(_register(sent, home / "none"), encoding="utf-8")
    planted = [line for line in made if isinstance(line, Planted)]
    (home / "planted_errors.csv").write_text(_planted(planted), encoding="utf-8-sig")
    (home / "city.toml").write_text(_settings(), encoding="utf-8")


@pytest.fixture(scope="session")
def ledger_city(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    def make(home: Path) -> None:
        write(home)
        workspace = Workspace(home)
        with workspace.held("test"):
            refreshed(workspace)

    return Workspace(made_once(tmp_path_factory, "ledgers", make))


@pytest.fixture(scope="session")
def history(ledger_city: Workspace) -> pd.DataFrame:
    return Lake(ledger_city.lake).read("core_ledger").to_pandas()
