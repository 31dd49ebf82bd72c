"""What the ladder measures of a release is what the pipeline makes: the same observations, the same cells."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import released
from benchmarks.units import QUARTER, Rung
from indicators.observation import KEY
from pipelines.lake import Lake
from pipelines.steps.observed import CELLS
from tests.end_to_end.running import duplicate


@pytest.fixture(scope="module")
def home(ran_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return duplicate(ran_city, tmp_path_factory.mktemp("released") / "home")


def test_indicators_and_release_are_those_of_the_pipeline(home: Path) -> None:
    run = released.release(home)
    made = Lake(home / "lake").read("observation", ["2021Q3"]).to_pandas()
    found = released.indicators(home)()
    pd.testing.assert_frame_equal(found[[*KEY, "value"]].reset_index(drop=True), made[[*KEY, "value"]])
    cells = dict(zip(CELLS, released.read_cells(home)(), strict=True))
    counts = json.loads((run() / "manifest.json").read_text(encoding="utf-8"))["provenance"]["counts"]
    assert counts["observation"] == len(found) > 1000
    assert counts["cell_published"] == (cells["cells"]["origin"] == "measured").sum() > 1000


def test_a_country_is_released_from_the_returns_that_were_put_there(tmp_path: Path) -> None:
    home = released.country(tmp_path / "country", Rung("small", 900, 5))
    released.release(home)  # refuses what is behind the returns
    lake, found = Lake(home / "lake"), released.indicators(home)()
    assert lake.note_of("core_return", str(QUARTER)).rows == 900
    counties = {county for county in found["region"] if county.startswith("1000")}
    assert len(counties) == 6  # with the whole
    whole = found.query("indicator == 'firms' and region == '100000' and `class` == 'core'")["value"].max()
    assert 0 < whole < 900
