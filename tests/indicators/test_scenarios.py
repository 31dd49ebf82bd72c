"""Methods against numbers that somebody else made."""

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from indicators.structure import share_of_gdp, shares

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def case(name: str) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    folder = SCENARIOS / name
    with (folder / "case.toml").open("rb") as file:
        settings = tomllib.load(file)
    return settings, pd.read_csv(folder / "input.csv"), pd.read_csv(folder / "expected.csv")


def test_national_core_2023() -> None:
    settings, given, expected = case("structure/01_national_core_2023")
    published = expected.set_index("key")["published"]
    values = given.set_index("class")["va_100m_yuan"]
    assert values.sum() == published["total_core_va_100m"]
    found = shares(values) * 100
    for name, share in found.items():
        assert round(share, 1) == published[f"share_{name}_pct"]
    cell = {"region": "000000", "period": "2023", "span": "annual", "price_basis": "current"}
    core = pd.DataFrame([cell | {"vintage": "census", "value": values.sum()}])
    gdp = pd.DataFrame(
        [
            cell | {"vintage": "preliminary", "value": settings["gdp_preliminary"]},
            cell | {"vintage": "census", "value": settings["gdp_census"]},
        ]
    )
    same = share_of_gdp(core, gdp)
    assert same.loc[0, "value"] * 100 == pytest.approx(published["share_of_gdp_pct"], abs=settings["tolerance_pct"])
    assert same.loc[0, "definition_id"] == "same_vintage"
    mixed = share_of_gdp(core, gdp, mixed="preliminary")
    assert round(mixed.loc[0, "value"] * 100, 1) == settings["share_of_gdp_preliminary_pct"]
    assert mixed.loc[0, "definition_id"] == "mixed_vintage"
