"""Great Expectations holds observations to their contract: the one module of tests that imports it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.checks import observation_contract, unmet_expectations
from pipelines.contracts import contract
from pipelines.lake import Lake, Made, Note, write_table
from pipelines.workspace import Workspace

pytestmark = pytest.mark.usefixtures("great_expectations")
TERMS = contract("observation")


def good() -> pd.DataFrame:
    row = {
        "indicator": "gdp",
        "definition_id": "accounts",
        "period": "2023Q1",
        "span": "quarter",
        "region": "419900",
        "class": "",
        "value": 1.0,
        "unit": "元",
        "price_basis": "current",
        "base": "none",
        "vintage": "preliminary",
        "as_of": dt.date(2023, 4, 20),
        "status": "P",
        "authority": "监测测算",
        "release_level": "L2",
    }
    return pd.DataFrame([row, row | {"period": "2023Q2"}])[TERMS.names]


def test_a_good_frame_meets_every_expectation() -> None:
    assert unmet_expectations(good(), TERMS) == []


def twice(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, frame.iloc[:1]])


@pytest.mark.parametrize(
    ("spoil", "unmet"),
    [
        (lambda frame: frame.assign(unit=["元", None]), ["expect_column_values_to_not_be_null unit 1"]),
        (twice, ["expect_compound_columns_to_be_unique  2"]),
        (lambda frame: frame.assign(status="X"), ["expect_column_values_to_be_in_set status 2"]),
        (lambda frame: frame[[*TERMS.names[1:], TERMS.names[0]]], ["expect_table_columns_to_match_ordered_list"]),
        (lambda frame: frame.assign(more=1), ["expect_table_columns_to_match_ordered_list"]),
    ],
)
def test_what_is_not_met_is_named(spoil: Callable[[pd.DataFrame], pd.DataFrame], unmet: list[str]) -> None:
    assert unmet_expectations(spoil(good()), TERMS) == unmet


def test_observations_are_checked_when_they_are_made(tmp_path: Path) -> None:
    lake = Lake(Workspace(tmp_path).lake)
    (lake.root / "observation").mkdir(parents=True)
    bad = pa.Table.from_pandas(good().assign(span="month"), preserve_index=False)
    write_table(bad, lake.path("observation", "2023Q1"))
    made = Made("observation", "2023Q1", Note(2, "", ""), computed=True)
    result = observation_contract(Workspace(tmp_path), [made])
    assert not result.passed
    assert result.description is not None
    assert "2023Q1 expect_column_values_to_be_in_set span" in result.description
    unchanged = Made("observation", "2023Q1", Note(2, "", ""), computed=False)
    assert observation_contract(Workspace(tmp_path), [unchanged]).passed
