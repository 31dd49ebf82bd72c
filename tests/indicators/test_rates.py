"""Value-added rates: computed from annual cells, and found for a class as known on a day."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.rates import annual_rates, rates_for
from tests.indicators import small_city

EVER = dt.date(9999, 12, 31)
KNOWN = dt.date(2022, 6, 10)
AS_OF = dt.date(2024, 1, 20)


def cells(*rows: tuple[str, int, int, int], year: int = 2021) -> pd.DataFrame:
    """Cells of a county, each of a survey of its own."""
    frame = pd.DataFrame(rows, columns=["gbt", "units", "va", "output"])
    surveys = [f"survey {n}" for n in range(len(frame))]
    return frame.assign(year=year, known_from=KNOWN, known_to=EVER, county="990101", sector=surveys, de="non_core")


def table(*rows: tuple[int, str, str, str], **more: dt.date) -> pd.DataFrame:
    """Rates as year, level of region, code, rate."""
    frame = pd.DataFrame(rows, columns=["year", "region_level", "code", "rate"]).assign(county="")
    return frame.assign(**{"known_from": KNOWN, "known_to": EVER, "rate": frame["rate"].map(Decimal), **more})


def of_city(cells: pd.DataFrame, **more: int) -> pd.DataFrame:
    found = annual_rates(cells, **more)
    return found[found["region_level"] == "city"]


def here(*codes: str) -> list[tuple[str, str]]:
    return [("990101", code) for code in codes]


def by_code(rates: pd.DataFrame) -> dict[str, Decimal]:
    return dict(zip(rates["code"], rates["rate"], strict=True))


def test_classes_groups_and_divisions_each_rest_on_all_their_units() -> None:
    found = of_city(cells(("3911", 2, 300, 1000), ("3911", 1, 100, 600), ("3912", 3, 100, 400), ("6513", 4, 2, 3)))
    assert by_code(found) == {
        "39": Decimal("0.250000"), "391": Decimal("0.250000"), "3911": Decimal("0.250000"),
        "3912": Decimal("0.250000"), "65": Decimal("0.666667"), "651": Decimal("0.666667"), "6513": Decimal("0.666667"),
    }  # fmt: skip
    assert found.set_index("code")["units"].to_dict()["391"] == 6
    assert found.set_index("code")["code_level"].to_dict() | {"x": ""} == {
        "39": "division", "391": "group", "3911": "class", "3912": "class", "65": "division", "651": "group",
        "6513": "class", "x": "",
    }  # fmt: skip
    assert set(found["region_level"]) == {"city"}
    assert list(found.columns) == [
        "year", "known_from", "known_to", "region_level", "county", "code_level", "code", "rate", "units", "source",
    ]  # fmt: skip


def test_a_rate_is_rounded_half_up_to_six_places_and_exact_for_large_money() -> None:
    assert by_code(of_city(cells(("3911", 3, 1, 2_000_000))))["3911"] == Decimal("0.000001")
    money = 90_000_000_000_000_001
    assert by_code(of_city(cells(("3911", 3, money, 3 * money))))["3911"] == Decimal("0.333333")


def test_few_units_give_no_rate_of_their_own() -> None:
    frame = cells(("3911", 2, 400, 1000), ("3912", 1, 100, 1000))
    assert set(by_code(of_city(frame))) == {"39", "391"}
    assert set(by_code(of_city(frame, minimum_units=1))) == {"39", "391", "3911", "3912"}
    assert annual_rates(frame, minimum_units=4).empty


def test_the_parts_of_a_split_class_are_the_same_units() -> None:
    """One unit in three parts is one unit, on whom no rate of a class may rest; three in as many are three."""
    parts = cells(("6429", 1, 48, 120), ("6429", 1, 35, 90), ("6429", 1, 17, 40)).assign(
        sector="service", de=["030304", "030307", "non_core"]
    )
    assert annual_rates(parts).empty
    found = of_city(parts.assign(units=3))
    assert by_code(found)["6429"] == Decimal("0.400000")
    assert set(found["units"]) == {3}


@pytest.mark.parametrize(("va", "output"), [(-5, 100), (0, 100), (100, 100), (101, 100), (5, 0), (-5, -10)])
def test_only_rates_between_none_and_all_are_rates(va: int, output: int) -> None:
    assert annual_rates(cells(("3911", 5, va, output))).empty


def test_vintages_of_a_year_stay_apart_and_the_input_is_untouched() -> None:
    later = dt.date(2022, 9, 1)
    old, new = cells(("3911", 3, 30, 100)).assign(known_to=later), cells(("3911", 3, 40, 100)).assign(known_from=later)
    both = pd.concat([new, old], ignore_index=True)
    before = both.copy()
    found = of_city(both)
    pd.testing.assert_frame_equal(both, before)
    assert found.loc[found["code"] == "3911", "rate"].tolist() == [Decimal("0.300000"), Decimal("0.400000")]
    for day, expected in ((dt.date(2022, 8, 31), "0.300000"), (later, "0.400000")):
        assert rates_for(here("3911"), found, year=2022, as_of=day)[0].rate == Decimal(expected)


def test_the_search_goes_from_class_to_division_and_from_city_to_province() -> None:
    rates = table(
        (2021, "city", "3911", "0.21"),
        (2021, "city", "391", "0.22"),
        (2021, "city", "39", "0.23"),
        (2022, "province", "3911", "0.31"),
        (2022, "province", "65", "0.32"),
    )
    found = {
        rate.gbt: rate
        for rate in rates_for(here("6513", "3990", "3912", "3911", "3911"), rates, year=2023, as_of=AS_OF)
    }
    assert list(found) == ["3911", "3912", "3990", "6513"]
    assert {code: (str(rate.rate), rate.level) for code, rate in found.items()} == {
        "3911": ("0.210000", "city-class-2021"),
        "3912": ("0.220000", "city-group-2021"),
        "3990": ("0.230000", "city-division-2021"),
        "6513": ("0.320000", "province-division-2022"),
    }


def test_a_countys_own_rate_comes_before_the_citys_of_the_same_class_and_after_no_narrower_class() -> None:
    west = cells(("3911", 3, 50, 100), ("3912", 2, 90, 100)).assign(county="990102")
    rates = annual_rates(pd.concat([cells(("3911", 3, 20, 100), ("3912", 2, 10, 100)), west], ignore_index=True))
    counties = ("990101", "990102", "990103")
    pairs = [(county, gbt) for county in counties for gbt in ("3911", "3912", "3919", "3990")]
    found = {(rate.county, rate.gbt): (str(rate.rate), rate.level) for rate in rates_for(
        pairs, rates, year=2022, as_of=AS_OF)}  # fmt: skip
    assert found["990101", "3911"] == ("0.200000", "county-class-2021")
    assert found["990102", "3911"] == ("0.500000", "county-class-2021")
    assert found["990103", "3911"] == ("0.350000", "city-class-2021")
    # Two units tell of themselves in the county; the four of the city tell of the class.
    assert found["990101", "3912"] == ("0.500000", "city-class-2021")
    assert found["990101", "3919"] == ("0.150000", "county-group-2021")
    assert found["990102", "3990"] == ("0.700000", "county-division-2021")


def test_the_latest_earlier_year_that_was_known_holds() -> None:
    rates = pd.concat(
        [
            table((2020, "city", "3911", "0.20"), (2023, "city", "3911", "0.23"), (2024, "city", "3911", "0.24")),
            table((2022, "city", "3911", "0.22"), known_from=dt.date(2023, 6, 10)),
            table((2021, "city", "3911", "0.21"), known_to=dt.date(2023, 1, 1)),
        ]
    ).sample(frac=1, random_state=5)
    cases = {
        (2023, AS_OF): "city-class-2022",
        (2023, dt.date(2023, 6, 9)): "city-class-2020",
        (2023, dt.date(2022, 12, 31)): "city-class-2021",
        (2021, AS_OF): "city-class-2020",
    }
    for (year, as_of), level in cases.items():
        assert [rate.level for rate in rates_for(here("3911"), rates, year=year, as_of=as_of)] == [level]


def test_classes_without_any_rate_are_all_named() -> None:
    rates = table((2021, "city", "39", "0.2"), (2023, "province", "65", "0.3"))
    with pytest.raises(InputError, match=r"6421、6513") as caught:
        rates_for(here("6513", "3911", "6421"), rates, year=2023, as_of=AS_OF)
    assert "HS02" in caught.value.zh
    assert "2023年" in str(caught.value)
    assert "3911" not in str(caught.value)


def test_no_codes_need_no_rates() -> None:
    assert rates_for([], table(), year=2023, as_of=AS_OF) == []


def test_rates_do_not_depend_on_the_order_of_cells() -> None:
    cells = small_city.annual()
    pd.testing.assert_frame_equal(annual_rates(cells.sample(frac=1, random_state=5)), annual_rates(cells))
