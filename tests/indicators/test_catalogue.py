"""The catalogue holds what the product promises, and refuses rows that cannot stand."""

import pandas as pd
import pytest

from classification.errors import InputError
from indicators import catalogue as module
from indicators.catalogue import catalogue, indicator, indicators
from indicators.penetration import survey_rates

PROMISED = {
    "core_value_added",
    "core_value_added_income",
    "core_share_gdp",
    "core_class_share",
    "core_growth",
    "core_contribution",
    "core_pull",
    "gdp",
    "sector_value_added",
    "gdp_growth",
    "digital_penetration",
    "digital_efficiency_value_added",
    "firms",
    "revenue",
    "staff",
    "chain_value_added",
    "chain_core_value_added",
    "chain_share_secondary",
    "chain_share_above_industry",
    "industry_above_value_added",
    "base_stations_5g_new",
    "base_stations_5g_total",
    "charging_piles_new",
    "charging_piles_total",
    "charging_stations_county",
    "one_thing_services",
    "licence_free_services",
    "data_departments",
    "data_catalogues",
    "data_records",
    "smart_factories",
    "smart_scenarios",
    "smart_benchmarks",
    "service_manufacturing",
    "industrial_internet_accepted",
    "contracts_sangeyipi",
    "contracts_provincial",
}


def test_holds_every_promised_indicator_and_all_ledgers() -> None:
    ids = set(catalogue()["id"])
    assert ids >= PROMISED
    assert sum(name.startswith("ledger_") for name in ids) == 5
    assert sum(name.startswith("hydrogen_") for name in ids) == 10


def test_definitions_of_one_indicator_stand_apart() -> None:
    definitions = {definition for name, definition in indicators() if name == "digital_penetration"}
    assert definitions == {
        *("efficiency_va", "growth_accounting", "io_direct", "io_complete", "external"),
        *survey_rates(),
    }
    assert indicator("core_value_added", "rate_method").name_zh == "核心产业增加值（监测测算）"


def test_forms_pair_by_position() -> None:
    assert indicator("core_growth", "rate_method").forms == (("constant", "comparable"), ("current", "comparable"))
    base = indicator("core_value_added_base", "rate_method")
    assert base.forms == (("current", "comparable"), ("current", "published"))
    row = catalogue().iloc[0].to_dict() | {"price_basis": "constant;current", "bases": "comparable;published"}
    assert module._indicator(row).forms == (("constant", "comparable"), ("current", "published"))
    assert indicator("gdp", "accounts").forms == (("current", "none"), ("constant", "none"))
    assert indicator("core_pull", "rate_method").minimum is None
    assert indicator("core_class_share", "rate_method").maximum == 1


def test_own_rates_are_never_taken_on_the_published_base() -> None:
    own = [entry for (_, definition), entry in indicators().items() if definition not in {"published", "accounts"}]
    rates = [entry for entry in own if entry.id.endswith(("growth", "contribution", "pull"))]
    assert {entry.id for entry in rates} == {
        "core_growth",
        "core_contribution",
        "core_pull",
        "core_volume_pull",
        "revenue_growth",
    }
    assert {base for entry in rates for _, base in entry.forms} == {"comparable"}


def test_a_copy_is_handed_out() -> None:
    mine = catalogue()
    mine["id"] = "x"
    assert "x" not in set(catalogue()["id"])


def test_unknown_names_are_named() -> None:
    with pytest.raises(InputError, match="no_such"):
        indicator("no_such", "rate_method")
    with pytest.raises(InputError, match=r"blended.*\n.*blended.*external"):
        indicator("digital_penetration", "blended")


@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("name_zh", " "),
        ("definition_id", "accounts"),
        ("price_basis", "nominal"),
        ("spans", "month"),
        ("direction", "sideways"),
        ("release_level", "L9"),
        ("decimals", "one"),
        ("bases", "none;comparable;published"),
        ("unit", "百分点"),
    ],
)
def test_rows_that_cannot_stand_are_refused(column: str, word: str) -> None:
    text = module._read().query("id in ['gdp', 'core_growth']").reset_index(drop=True)
    broken = text.copy()
    broken.loc[broken["id"] == "core_growth", column] = word
    if column == "definition_id":
        broken = pd.concat([broken, broken.tail(1)], ignore_index=True)
    with pytest.raises(InputError, match=r"core_growth|gdp"):
        module._checked(broken)
