"""The income approach and its trap."""

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.income import COMPONENTS, income_approach, income_mapping, standards

ITEMS = {
    "labour": 100, "tax_surcharge": 5, "vat": 20, "depreciation": 30, "operating_profit": 80, "investment_income": 15,
    "fair_value_gain": 2, "disposal_gain": 1, "asset_impairment": -4, "credit_impairment": -6, "other_income": 3,
}  # fmt: skip


def returns(**changes: object) -> pd.DataFrame:
    return pd.DataFrame([{"year": 2022} | ITEMS | changes])


def test_components_sum_to_value_added_and_whole_yuan_stay_whole() -> None:
    found = income_approach(returns())
    assert found.iloc[0].to_dict() == {
        "compensation": 100, "net_production_tax": 22, "depreciation": 30, "operating_surplus": 80 - 15 - 2 - 1 + 4 + 6,
        "value_added": 224,
    }  # fmt: skip
    assert list(found.columns) == [*COMPONENTS, "value_added"]
    assert (found.dtypes == "int64").all()


def test_forgetting_investment_income_inflates_by_a_quarter() -> None:
    """Guangzhou 2021 services, % of revenue: pay, VAT, surcharge and operating profit 33.0; 26.5 without 投资收益."""
    city = dict.fromkeys(ITEMS, 0.0) | {
        "labour": 17.0, "vat": 2.0, "tax_surcharge": 0.8, "operating_profit": 13.2, "investment_income": 6.5,
    }  # fmt: skip
    right = income_approach(returns(**city))["value_added"].iloc[0]
    assert right == pytest.approx(26.5)
    wrong = sum(city[name] for name in ("labour", "vat", "tax_surcharge", "operating_profit"))
    assert wrong / right - 1 == pytest.approx(0.245, abs=0.005)
    with pytest.raises(InputError, match="investment_income"):
        income_approach(returns().drop(columns="investment_income"))
    with pytest.raises(InputError, match="investment_income") as caught:
        income_approach(pd.concat([returns(), returns(investment_income=None)], ignore_index=True))
    assert "1" in caught.value.where


def test_the_sign_of_impairments_follows_the_edition_of_the_form() -> None:
    new = income_approach(returns(year=2019))["operating_surplus"].iloc[0]
    old = income_approach(returns(year=2018, asset_impairment=4, credit_impairment=6))["operating_surplus"].iloc[0]
    assert new == old == 72


def test_taxes_in_administrative_expenses_count_before_2016_only() -> None:
    tax = {
        year: income_approach(returns(year=year, admin_taxes=7))["net_production_tax"].iloc[0] for year in (2015, 2016)
    }
    assert tax == {2015: 29, 2016: 22}


def test_optional_items_may_be_missing() -> None:
    found = income_approach(returns(other_income=None).drop(columns=["fair_value_gain", "disposal_gain"]))
    assert found["value_added"].iloc[0] == 224 + 3 + 3


def test_institutions_and_finance_keep_other_books() -> None:
    assert standards(pd.Series(["8710", "6637", "3911"])).tolist() == ["institution", "finance", "enterprise"]
    school = {"year": 2022, "standard": "institution", "wages_and_welfare": 70, "taxes": 1, "depreciation": 9}
    both = pd.concat([returns(standard="finance"), pd.DataFrame([school])], ignore_index=True)
    assert income_approach(both)["value_added"].tolist() == [224, 80]


@pytest.mark.parametrize("standard", ["association", None])
def test_a_standard_without_lines_is_refused(standard: str | None) -> None:
    with pytest.raises(InputError, match=r"association|空"):
        income_approach(returns(standard=standard))


def test_a_mapping_of_ones_own() -> None:
    mapping = pd.DataFrame([("pay", "labour", 1, "new"), ("surplus", "loss", -1, "new"), ("surplus", "loss", 1, "old")])
    mapping = mapping.set_axis(["component", "item", "sign", "edition"], axis=1)
    frame = pd.DataFrame({"edition": ["new", "old"], "labour": [10, 10], "loss": [-4.0, 4.0]})
    assert income_approach(frame, mapping)["value_added"].tolist() == [14.0, 4.0]


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        (income_mapping().drop(columns="sign"), "sign"),
        (income_mapping().assign(sign="2"), "labour"),
        (income_mapping().assign(edition="since 2019"), "since 2019"),
    ],
)
def test_a_broken_mapping_is_refused(mapping: pd.DataFrame, named: str) -> None:
    with pytest.raises(InputError, match=named):
        income_approach(returns(), mapping)


def test_the_year_is_needed() -> None:
    with pytest.raises(InputError, match="year"):
        income_approach(returns().drop(columns="year"))
