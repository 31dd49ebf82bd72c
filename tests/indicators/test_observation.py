"""What lacks an attribute cannot be stored."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from classification.errors import InputError
from indicators import observation as module
from indicators.observation import COLUMNS, KEY, implausible, observations
from pipelines.contracts import contract


def row(**changes: Any) -> dict[str, Any]:
    return {
        "indicator": "core_growth", "definition_id": "rate_method", "period": "2023Q4", "span": "cumulative",
        "region": "419900", "class": "core", "value": 0.061, "unit": "比率", "price_basis": "constant",
        "base": "comparable", "vintage": "preliminary", "as_of": dt.date(2024, 1, 20), "status": "P",
        "authority": "监测测算", "release_level": "L2",
    } | changes  # fmt: skip


def test_columns_and_key_are_those_of_the_contract() -> None:
    table = contract("observation")
    assert table.names == COLUMNS
    assert list(table.key) == KEY
    allowed = {column.name: column.allowed for column in table.columns if column.allowed}
    assert allowed == {name: tuple(words) for name, words in module._WORDS.items()}


def test_rows_come_back_typed_and_in_order() -> None:
    given = pd.DataFrame([row(region="419902"), row(**{"class": ""}), row()])
    before = given.copy()
    found = observations(given)
    assert list(found["class"]) == ["", "core", "core"]
    assert found["as_of"].iloc[0] == dt.date(2024, 1, 20)
    pd.testing.assert_frame_equal(given, before)
    pd.testing.assert_frame_equal(observations([row(), row(**{"class": ""}), row(region="419902")]), found)


def test_nothing_gives_an_empty_frame_of_the_right_types() -> None:
    assert list(observations([]).columns) == COLUMNS
    assert observations(pd.DataFrame())["value"].dtype == "float64"


@pytest.mark.parametrize("attribute", COLUMNS)
def test_a_missing_attribute_is_refused_by_name(attribute: str) -> None:
    with pytest.raises(InputError, match=attribute):
        observations(pd.DataFrame([row()]).drop(columns=attribute))
    with pytest.raises(InputError, match=attribute):
        observations([row(), row(**{"region": "419901"} | {attribute: None})])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"unit": ""}, "unit"),
        ({"unit": "%"}, "unit"),
        ({"region": 419900}, "region"),
        ({"span": "month"}, "span"),
        ({"span": "annual"}, "period"),
        ({"period": "2023Q5"}, "period"),
        ({"price_basis": "constant", "base": "published"}, "price_basis, base"),
        ({"vintage": "first"}, "vintage"),
        ({"status": "X"}, "status"),
        ({"release_level": "L7"}, "release_level"),
        ({"value": float("inf")}, "value"),
        ({"value": "many"}, "value"),
        ({"as_of": "soon"}, "as_of"),
        ({"indicator": "core_grwth"}, "core_grwth"),
        ({"definition_id": "guess"}, "guess"),
        ({"span": "annual", "period": "2023"}, "span"),
    ],
)
def test_a_wrong_attribute_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        observations([row(**changes)])


def test_a_key_twice_is_refused_and_says_where() -> None:
    with pytest.raises(InputError, match="主键") as caught:
        observations([row(), row(value=0.05), row(value=0.04)])
    assert "2023Q4" in caught.value.where
    assert "共2行" in caught.value.zh


def test_implausible_values_are_listed_not_altered() -> None:
    found = implausible(observations([row(value=-1.2), row(region="419901", value=0.1)]))
    assert list(found["region"]) == ["419900"]
    assert found["minimum"].iloc[0] == -1
