"""From evidence to observations: a small city whose truth is known, and the country without any cell."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from classification import membership as real_membership
from classification.errors import InputError
from indicators.measure import full_span, known_then, measure
from indicators.observation import KEY
from indicators.quarter import Quarter
from tests.indicators import small_city as small
from tests.indicators.small_city import AS_OF, COUNTIES, FIRST, LAST, PLACE, city, nation

NATION_AS_OF = dt.date(2025, 1, 20)


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return measure(city(), LAST, AS_OF)


def pick(frame: pd.DataFrame, indicator: str, period: str = "2023Q4", **more: str) -> pd.DataFrame:
    wanted = (frame["indicator"] == indicator) & (frame["period"] == period)
    for column, value in more.items():
        wanted &= frame[column.removesuffix("_")] == value
    return frame[wanted]


def pick_all(frame: pd.DataFrame, indicator: str, **more: str) -> pd.DataFrame:
    return pd.concat([pick(frame, indicator, period, **more) for period in frame["period"].unique()])


def one(frame: pd.DataFrame, indicator: str, period: str = "2023Q4", **more: str) -> float:
    rows = pick(frame, indicator, period, **({"span": "cumulative", "region": PLACE, "class_": "core"} | more))
    rows = rows[(rows["definition_id"] != "benchmarked") | ("definition_id" in more)]
    assert len(rows) == 1, rows
    return float(rows["value"].iloc[0])


def truth(quarter: Quarter, *, county: str = "", de: str = "") -> int:
    return sum(
        small.cumulative(value, quarter)
        for place, _, _, code, value in small.LEAVES
        if code != "non_core" and place.startswith(county) and code.startswith(de)
    )


@pytest.mark.parametrize("period", ["2021Q1", "2022Q3", "2023Q4"])
def test_core_value_added_carries_lagged_services_to_the_full_span(found: pd.DataFrame, period: str) -> None:
    quarter = Quarter.parse(period)
    assert one(found, "core_value_added", period) == pytest.approx(truth(quarter), rel=1e-5)
    assert one(found, "core_value_added", period, class_="03") == pytest.approx(truth(quarter, de="03"), rel=1e-5)
    assert one(found, "core_value_added", period, region=COUNTIES[1]) == pytest.approx(
        truth(quarter, county=COUNTIES[1]), rel=1e-5
    )


def test_the_city_is_the_sum_of_its_counties_and_classes_to_the_yuan(found: pd.DataFrame) -> None:
    levels = found[
        found["indicator"].isin(["core_value_added", "core_value_added_volume", "industry_above_value_added"])
    ]
    cell = ["indicator", "definition_id", "period", "span", "class"]
    is_city = levels["region"] == PLACE
    counties = levels[~is_city].groupby(cell)["value"].sum()
    assert (levels[is_city].set_index(cell)["value"] == counties).all()
    core = levels[levels["indicator"] == "core_value_added"]
    cell = ["definition_id", "period", "span", "region"]
    divisions = core[core["class"].str.fullmatch(r"\d\d")].groupby(cell)["value"].sum()
    assert (core[core["class"] == "core"].set_index(cell)["value"] == divisions).all()


def test_single_quarters_add_up_to_the_year(found: pd.DataFrame) -> None:
    core = pick_all(found, "core_value_added", region=PLACE, class_="core", definition_id="rate_method")
    singles = core[(core["span"] == "quarter") & core["period"].str.startswith("2022")]
    assert len(singles) == 4
    assert singles["value"].sum() == one(core, "core_value_added", "2022Q4")


def test_growth_contribution_and_pull_belong_together(found: pd.DataFrame) -> None:
    for span in ("cumulative", "quarter"):
        for period in ("2021Q1", "2023Q2"):
            growth = one(found, "core_growth", period, price_basis="constant", span=span)
            assert growth == pytest.approx(1.1 / 0.98 - 1, abs=1e-4)
            assert one(found, "core_growth", period, price_basis="current", span=span) == pytest.approx(0.1, abs=1e-4)
            for indicator, whole in (("core_pull", growth), ("core_contribution", 1.0)):
                rows = pick(found, indicator, period, span=span)
                city_rows = rows[(rows["region"] == PLACE) & rows["class"].str.fullmatch(r"\d\d")]
                assert city_rows["value"].sum() == pytest.approx(whole, abs=1e-9)
                assert rows.loc[rows["region"] != PLACE, "value"].sum() == pytest.approx(whole, abs=1e-9)
                assert set(rows.loc[rows["region"] != PLACE, "class"]) == {"core"}
    volume, base = one(found, "core_value_added_volume"), one(found, "core_value_added_base", base="comparable")
    assert volume / base - 1 == pytest.approx(one(found, "core_growth", price_basis="constant"), abs=1e-9)


def test_growth_rests_on_the_same_units_and_the_published_base_stands_beside() -> None:
    leaf = small.leaf()
    # A firm of last year has left: it is in neither side of growth, but in what was published for last year.
    exits = (leaf["gbt"] == "3911") & (leaf["county"] == COUNTIES[0]) & (leaf["quarter"] == "2023Q4")
    leaf.loc[exits, ["va", "va_base"]] //= 2
    found = measure(city(leaf=leaf), LAST, AS_OF)
    assert set(pick(found, "core_growth", definition_id="rate_method")["base"]) == {"comparable"}
    class_ = {"class_": "01", "region": COUNTIES[0]}
    current = one(found, "core_growth", price_basis="current", **class_)
    assert current == pytest.approx(0.1, abs=1e-5)
    assert one(found, "core_growth", price_basis="constant", **class_) == pytest.approx(1.1 / 0.98 - 1, abs=1e-5)
    value = one(found, "core_value_added", **class_)
    comparable, published = (one(found, "core_value_added_base", base=b, **class_) for b in ("comparable", "published"))
    assert value / comparable - 1 == pytest.approx(current, abs=1e-9)
    assert published == one(found, "core_value_added", "2022Q4", **class_) > 1.9 * comparable
    assert set(pick(found, "core_value_added_base")["price_basis"]) == {"current"}
    # The base year is not released, but stands as the base of the first released year.
    first = one(found, "core_value_added_base", "2021Q1", base="published")
    assert first == pytest.approx(truth(FIRST - 4), abs=1)


def test_shares(found: pd.DataFrame) -> None:
    value = one(found, "core_value_added")
    assert one(found, "core_class_share", class_="01") == pytest.approx(
        one(found, "core_value_added", class_="01") / value
    )
    assert pick(found, "core_region_share", span="quarter")["value"].sum() == pytest.approx(1)
    gdp = one(found, "gdp", class_="")
    assert one(found, "core_share_gdp", definition_id="same_vintage") == pytest.approx(value / gdp)
    assert set(pick(found, "core_share_gdp")["region"]) == {PLACE, COUNTIES[0]}
    assert not (found["definition_id"] == "mixed_vintage").any()


def test_status_follows_the_inputs(found: pd.DataFrame) -> None:
    share = pick(found, "core_share_gdp", region=PLACE)["status"].tolist()
    assert share == ["E"]
    assert pick(found, "core_share_gdp", "2022Q4", region=PLACE)["status"].tolist() == ["P"]
    estimated = measure(city(prices=small.prices("E")), LAST, AS_OF)
    assert set(pick(estimated, "core_growth", price_basis="constant")["status"]) == {"E"}
    assert set(pick(estimated, "core_growth", price_basis="current")["status"]) == {"P"}


def test_the_annual_figure_stands_apart(found: pd.DataFrame) -> None:
    income = found[found["indicator"] == "core_value_added_income"]
    assert set(income["span"]) == {"annual"}
    assert sorted(income["period"].unique()) == ["2020", "2021", "2022"]
    expected = sum(4 * value for *_, de, value in small.LEAVES if de != "non_core")
    assert one(income, "core_value_added_income", "2022", span="annual") == expected
    early = measure(city(), Quarter(2022, 4), dt.date(2023, 1, 20))
    assert sorted(early.loc[early["indicator"] == "core_value_added_income", "period"].unique()) == ["2020", "2021"]


def test_chains_and_their_two_shares(found: pd.DataFrame) -> None:
    chain, core = (one(found, f"chain_{part}value_added", class_="display") for part in ("", "core_"))
    industry = one(found, "industry_above_value_added", class_="")
    assert chain == industry > core == one(found, "core_value_added", class_="01")
    secondary = one(found, "sector_value_added", class_="secondary")
    assert one(found, "chain_share_secondary", class_="display") == pytest.approx(chain / secondary)
    assert one(found, "chain_share_above_industry", class_="display") == 1


@pytest.mark.parametrize(
    ("gbt", "shares"),
    [
        ("6513", set()),  # a service class is no part of industry
        ("4310", {"chain_share_above_industry"}),  # repair: section C, but tertiary in 三次产业划分
    ],
)
def test_only_a_chain_within_its_whole_is_a_share_of_it(gbt: str, shares: set[str]) -> None:
    membership = small.membership()
    more = [("chain", "display", gbt, "non_core")]
    if gbt == "4310":
        more += [("sector", name, gbt, "non_core") for name in ("43", "industry", "tertiary", "all")]
    added = pd.DataFrame(more, columns=membership.columns)
    found = measure(city(membership=pd.concat([membership, added])), LAST, AS_OF)
    rows = found[found["class"] == "display"]
    ours = set(rows.loc[rows["definition_id"] == "rate_method", "indicator"])
    assert ours == {"chain_value_added", "chain_core_value_added"} | shares


def test_penetration_under_three_names(found: pd.DataFrame) -> None:
    rates = found[found["indicator"] == "digital_penetration"]
    assert set(rates["definition_id"]) == {"efficiency_va", "adoption", "external"}
    assert one(rates, "digital_penetration", class_="agriculture") == pytest.approx(0.05)
    # Division 39 is core as a whole: only 38 has value added outside.
    assert one(rates, "digital_penetration", class_="industry") == pytest.approx(8 * 0.2 / 10)
    services = pick(rates, "digital_penetration", class_="services", definition_id="efficiency_va")
    software = truth(LAST, de="0303")
    trade = truth(LAST, de="02")
    scale = small.GROWTH**3 * 4
    expected = ((3e6 * scale - trade) * 0.3 + (1e6 * scale - software) * 0.4) / (7e6 * scale)
    assert services["value"].iloc[0] == pytest.approx(expected, rel=1e-6)
    assert one(rates, "digital_penetration", "2022", definition_id="adoption", span="annual", class_="all") == 0.47
    external = pick(rates, "digital_penetration", "2022", definition_id="external")
    assert external[["value", "unit", "authority"]].to_numpy().tolist() == [[0.112, "比率", "工作专班"]]


def test_a_core_estimate_above_the_account_is_controlled_and_marked() -> None:
    accounts = small.accounts()
    accounts.loc[(accounts["industry"] == "64") & (accounts["period"] == "2023Q4"), "value"] = 1000.0
    found = measure(city(accounts=accounts), LAST, AS_OF)
    rates = pick(found, "digital_penetration", definition_id="efficiency_va").set_index("class")["status"]
    assert rates["services"] == "E"
    assert rates["industry"] == "P"


def test_what_others_published_passes_through(found: pd.DataFrame) -> None:
    stations = pick(found, "base_stations_5g_total", "2023")
    assert stations[["value", "authority", "release_level", "status"]].to_numpy().tolist() == [
        [6000, "工作专班", "L1", "A"]
    ]
    assert pick(found, "data_records", "2023")[["value", "unit"]].to_numpy().tolist() == [[2_440_000_000, "条"]]
    assert pick(found, "chain_value_added", "2022", span="annual")["value"].tolist() == [2_530_000_000]
    assert one(found, "gdp_growth", class_="") == 0.05
    assert one(found, "sector_growth", class_="secondary") == pytest.approx(0.04)
    # What accounts say of sectors is published; divisions are fed back, and stay in the house.
    levels = found[found["indicator"] == "sector_value_added"].groupby("class")["release_level"].unique()
    assert {cls: list(level) for cls, level in levels.items()}["secondary"] == ["L0"]
    assert {tuple(level) for cls, level in levels.items() if str(cls).isdigit()} == {("L2",)}


def test_firms_revenue_and_staff_only_for_published_classes(found: pd.DataFrame) -> None:
    assert set(pick(found, "firms")["class"]) == {"core", "01", "02"}
    assert one(found, "firms") == 5
    assert one(found, "revenue_growth") == pytest.approx(0.1)
    assert pick(found, "revenue_growth", class_="02").empty


def test_only_released_quarters_and_nothing_later(found: pd.DataFrame) -> None:
    ours = found[(found["authority"] == "监测测算") & (found["span"] != "annual")]
    assert ours["period"].min() == "2021Q1"
    earlier = measure(city(), Quarter(2022, 2), dt.date(2022, 7, 20))
    assert earlier["period"].max() == "2022Q2"
    assert "2023" not in set(earlier["period"])


def test_a_release_is_a_function_of_its_arguments(found: pd.DataFrame) -> None:
    evidence = city()
    shuffled = city(**{
        name: getattr(evidence, name).sample(frac=1, random_state=3)
        for name in ("leaf", "cells", "membership", "accounts", "prices", "annual", "efficiency")
    })  # fmt: skip
    pd.testing.assert_frame_equal(measure(shuffled, LAST, AS_OF), found)
    assert not found.duplicated(KEY).any()
    assert found["value"].notna().all()
    assert set(found["as_of"]) == {AS_OF}


def test_later_and_superseded_rows_are_left_out(found: pd.DataFrame) -> None:
    later = dt.date(2024, 3, 1)
    leaf, accounts = small.leaf(), small.accounts()
    new = leaf[leaf["quarter"] == "2023Q4"].assign(va=1, known_from=later)
    old = leaf[leaf["quarter"] == "2023Q4"].assign(va=5, known_to=dt.date(2024, 1, 19), known_from=dt.date(2024, 1, 18))
    prices = small.prices()
    evidence = city(
        leaf=pd.concat([leaf, new, old]),
        accounts=pd.concat(
            [
                accounts.assign(value=1.0, known_from=dt.date(2020, 1, 1)),
                accounts,
                accounts.assign(value=9.0, known_from=later),
            ]
        ),
        prices=pd.concat([prices, prices.assign(index=0.5, known_from=later)]),
    )
    pd.testing.assert_frame_equal(measure(evidence, LAST, AS_OF), found)


def test_timestamps_serve_as_dates(found: pd.DataFrame) -> None:
    leaf = small.leaf()
    for column in ("known_from", "known_to"):
        leaf[column] = leaf[column].astype("datetime64[us]")
    pd.testing.assert_frame_equal(measure(city(leaf=leaf), LAST, AS_OF), found)


def test_missing_quarters_are_named() -> None:
    leaf = small.leaf()
    with pytest.raises(InputError, match="2022Q2、2023Q1"):
        measure(city(leaf=leaf[~leaf["quarter"].isin(["2023Q1", "2022Q2"])]), LAST, AS_OF)
    with pytest.raises(InputError, match=r"2021Q3 .*上年各季报表（2020Q3）"):
        measure(city(leaf=leaf[leaf["quarter"] != "2020Q3"]), LAST, AS_OF)


def test_lagged_services_without_a_base_year_say_what_to_do() -> None:
    leaf = small.leaf().query("quarter >= '2021Q1'")
    with pytest.raises(InputError) as caught:
        measure(city(leaf=leaf), Quarter(2021, 3), AS_OF)
    assert caught.value.zh.startswith("2021Q1、2021Q2、2021Q3 的错月数据缺少上年同期的汇总单元")
    assert "请提供上年各季报表（2020Q1、2020Q2、2020Q3），或把 city.toml 中的 base_quarters 设为 4" in caught.value.zh
    assert "2020Q1, 2020Q2, 2020Q3" in caught.value.en
    with pytest.raises(InputError, match=r"2021Q1、2021Q2、2021Q3 的错月数据（service）.*base_quarters 设为 4"):
        measure(city(leaf=small.leaf().query("quarter >= '2021Q1' or sector != 'service'")), Quarter(2021, 3), AS_OF)
    # Without a lagged survey no base year is needed.
    plain = measure(city(leaf=leaf.query("sector != 'service'"), accounts=pd.DataFrame()), Quarter(2021, 3), AS_OF)
    assert one(plain, "core_growth", "2021Q3", price_basis="current") == pytest.approx(0.1, abs=1e-5)
    assert pick(plain, "core_value_added_base", "2021Q3", base="published").empty


def test_bad_evidence_is_refused_by_name() -> None:
    leaf = small.leaf()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"counties": ("419901",)}, "419902"),
        ({"leaf": leaf.drop(columns="va_base")}, "va_base"),
        ({"leaf": leaf.assign(months=leaf["months"] + 1)}, "月数"),
        ({"leaf": pd.concat([leaf, leaf.tail(9).assign(months=11)])}, "月数"),
        ({"leaf": leaf.assign(de=leaf["de"].replace("030304", "030399"))}, "6429 030399"),
        ({"prices": small.prices().query("division != '65'")}, "65"),
        ({"efficiency": small.efficiency().query("division != '51'")}, "51"),
        ({"accounts": small.accounts().query("industry != '64'")}, "64"),
        ({"published": small.published().assign(unit="斤")}, "unit"),
        ({"published": small.published().assign(indicator="made_up")}, "made_up"),
        ({"first_release": Quarter(2025, 1)}, "2025Q1"),
    ]
    for changes, named in cases:
        with pytest.raises(InputError, match=named):
            measure(city(**changes), LAST, AS_OF)


def test_topics_without_input_are_absent() -> None:
    empty = pd.DataFrame()
    bare = measure(
        city(prices=empty, accounts=empty, published=empty, annual=empty, adoption=empty, cells=empty), LAST, AS_OF
    )
    assert set(bare["indicator"]) == {
        "core_value_added", "core_value_added_base", "core_growth", "core_class_share", "core_region_share",
        "core_imputed_share",
        "industry_above_value_added", "chain_value_added", "chain_core_value_added", "chain_share_above_industry",
    }  # fmt: skip
    services = small.leaf().query("sector == 'service'")
    no_industry = measure(city(leaf=services, prices=small.prices().query("division != '39'")), LAST, AS_OF)
    assert not {"industry_above_value_added", "chain_core_value_added"} & set(no_industry["indicator"])
    nothing = city(
        **dict.fromkeys(("leaf", "cells", "accounts", "prices", "published", "annual", "adoption", "efficiency"), empty)
    )
    assert measure(nothing, LAST, AS_OF).empty
    no_d = measure(city(efficiency=empty), LAST, AS_OF)
    assert set(no_d.loc[no_d["indicator"] == "digital_penetration", "definition_id"]) == {"adoption", "external"}


@pytest.mark.parametrize(
    "prices",
    [
        pd.DataFrame(),
        small.prices().head(0),
        small.prices().assign(known_from=dt.date(2024, 6, 1)),
    ],
    ids=["none", "no rows", "not known yet"],
)
def test_without_any_price_index_there_is_nothing_at_constant_prices(prices: pd.DataFrame) -> None:
    found = measure(city(prices=prices), LAST, AS_OF)
    ours = found[found["definition_id"] == "rate_method"]
    assert set(ours["price_basis"]) == {"current"}
    assert not {"core_value_added_volume", "core_contribution", "core_pull"} & set(ours["indicator"])
    assert one(found, "core_growth", price_basis="current") == pytest.approx(0.1, abs=1e-4)
    assert one(found, "core_value_added") == pytest.approx(truth(LAST), rel=1e-5)


def test_a_price_index_that_lacks_some_divisions_is_refused() -> None:
    prices = small.prices()
    gap = (prices["division"] == "65") & (prices["quarter"] >= "2023Q3")
    with pytest.raises(InputError, match="行业大类 65，季度 2023Q3、2023Q4"):
        measure(city(prices=prices[~gap]), LAST, AS_OF)
    assert not measure(city(prices=prices[~gap]), Quarter(2023, 2), AS_OF).empty


@pytest.mark.parametrize("first", [Quarter(2021, 1), Quarter(2021, 2)])
@pytest.mark.parametrize("base", [True, False])
def test_one_county_and_a_single_quarter_give_what_they_can(first: Quarter, base: bool) -> None:
    empty, county = pd.DataFrame(), COUNTIES[0]
    leaf = small.leaf().query("county == @county")
    kept = (leaf["quarter"] == str(first)) | ((leaf["quarter"] == str(first - 4)) & base)
    services = pd.Series(data=base, index=leaf.index) | (leaf["sector"] != "service")
    found = measure(
        city(
            leaf=leaf[kept & services], prices=empty, counties=(county,), first_release=first,
            **dict.fromkeys(("cells", "accounts", "published", "annual", "adoption", "efficiency"), empty),
        ),
        first,
        first.last_day + dt.timedelta(days=20),
    )  # fmt: skip
    assert set(found["indicator"]) == {
        "core_value_added", "core_value_added_base", "core_growth", "core_class_share", "core_region_share",
        "core_imputed_share",
        "industry_above_value_added", "chain_value_added", "chain_core_value_added", "chain_share_above_industry",
    }  # fmt: skip
    assert set(found["period"]) == {str(first)}
    assert set(found["span"]) == ({"cumulative", "quarter"} if first.number == 1 else {"cumulative"})
    of = {"period": str(first)}
    assert one(found, "core_value_added", **of) == one(found, "core_value_added", **of, region=county)
    assert one(found, "core_growth", **of, price_basis="current") == pytest.approx(0.1, abs=1e-4)
    assert pick(found, "core_value_added_base", **of, base="published").empty != base


def test_a_class_that_comes_and_goes_within_a_year_still_adds_up() -> None:
    leaf = small.leaf()
    trade = leaf["sector"] == "trade"
    kept = leaf[~trade | leaf["quarter"].isin(["2023Q2"])]
    found = measure(city(leaf=kept), LAST, AS_OF)
    rows = pick_all(found, "core_value_added", class_="02", region=PLACE, definition_id="rate_method")
    single = rows[rows["span"] == "quarter"].set_index("period")["value"].sort_index()
    assert list(single.index) == ["2023Q2", "2023Q3", "2023Q4"]
    assert single["2023Q3"] == -single["2023Q2"]
    assert single["2023Q4"] == 0
    beside = found[(found["indicator"] == "core_value_added_base") & (found["class"] == "02")]
    assert not (beside["base"] == "published").any()


def test_a_leaf_without_a_base_takes_the_factor_of_a_wider_cell() -> None:
    leaf = small.leaf()
    newcomer = leaf[(leaf["gbt"] == "6513") & (leaf["county"] == COUNTIES[0]) & (leaf["quarter"] >= "2022Q1")]
    rows = pd.concat([
        leaf,
        newcomer.assign(county=COUNTIES[1], gbt="6429", de="030304", va_base=0),  # division 64 knows it from county 1
        newcomer.assign(gbt="6599", de="030409", va_base=0),  # division 65 knows it from class 6513
        newcomer.assign(gbt="7310", de="non_core", va_base=0),  # only the survey knows it
        newcomer.assign(gbt="7320", de="non_core", va_base=0, va=0),
    ])  # fmt: skip
    found = full_span(rows, FIRST, LAST)
    start = found[found["quarter"] == "2022Q1"].set_index(["county", "gbt", "de"])
    levels = start["factor_level"]
    assert levels[COUNTIES[1], "6429", "030304"] == "class"
    assert levels[COUNTIES[0], "6599", "030409"] == "division"
    assert levels[COUNTIES[0], "7310", "non_core"] == "sector"
    per_quarter = small.cumulative(700_001, Quarter(2022, 1))
    assert start["va"][COUNTIES[0], "6599", "030409"] == pytest.approx(per_quarter, rel=1e-4)


def test_a_factor_far_from_the_calendar_is_another_set_of_firms() -> None:
    leaf = small.leaf()
    exits = (leaf["gbt"] == "6513") & (leaf["county"] == COUNTIES[0]) & (leaf["quarter"] == "2021Q4")
    leaf.loc[exits, ["va", "va_base"]] //= 2
    found = full_span(leaf, FIRST, LAST)
    row = found[(found["quarter"] == "2021Q4") & (found["gbt"] == "6513")].set_index("county").loc[COUNTIES[0]]
    assert row["factor_level"] == "class"
    assert row["va"] == pytest.approx(small.cumulative(700_001, Quarter(2021, 4)) / 2, rel=1e-4)


def test_when_no_factor_holds_the_plain_ratio_of_the_survey_is_taken() -> None:
    leaf = small.leaf()
    service = leaf["sector"] == "service"
    odd = leaf.assign(va_base=leaf["va_base"].where(~service | (leaf["quarter"] != "2021Q1"), leaf["va_base"] // 3))
    found = full_span(odd, FIRST, LAST)
    assert set(found[(found["quarter"] == "2021Q1") & (found["sector"] == "service")]["factor_level"]) == {"survey"}
    with pytest.raises(InputError, match="2021Q1"):
        full_span(leaf.assign(va_base=leaf["va_base"].where(~service, 0)), FIRST, LAST)


def test_nothing_is_a_share_of_a_core_that_is_not_positive() -> None:
    leaf = small.leaf().query("sector != 'service'")
    found = measure(city(leaf=leaf.assign(va=-leaf["va"]), accounts=pd.DataFrame()), LAST, AS_OF)
    assert not {"core_class_share", "core_contribution", "core_growth"} & set(found["indicator"])
    assert one(found, "core_pull") < -1


def test_without_the_first_quarter_of_a_year_there_is_no_single_quarter() -> None:
    leaf = small.leaf().query("quarter >= '2020Q2' and sector != 'service'")
    first = Quarter(2021, 2)
    of = {"span": "quarter", "region": PLACE}
    late = measure(city(leaf=leaf.query("quarter >= '2021Q2'"), first_release=first), LAST, AS_OF)
    for name in ("core_value_added", "core_growth", "core_value_added_base"):
        assert pick(late, name, "2021Q2", **of).empty
        assert not pick(late, name, "2021Q3", **of).empty
    # The comparable base comes with this year's returns; the published one needs last year's first quarter.
    found = measure(city(leaf=leaf, first_release=first), LAST, AS_OF)
    assert one(found, "core_growth", "2021Q2", **of, price_basis="current") == pytest.approx(0.1, abs=1e-4)
    assert pick(found, "core_value_added_base", "2021Q2", **of, base="published").empty
    assert not pick(found, "core_value_added_base", "2021Q3", **of, base="published").empty


def test_the_country_without_any_cell() -> None:
    found = measure(nation(), Quarter(2023, 4), NATION_AS_OF)
    of = {"region": "000000", "span": "annual"}
    assert one(found, "core_value_added", "2023", **of) == 127_555e8
    shares = pick(found, "core_class_share", "2023").set_index("class")["value"] * 100
    assert shares.round(1).to_dict() == {"01": 33.8, "02": 3.2, "03": 43.6, "04": 19.4}
    assert round(one(found, "core_share_gdp", "2023", definition_id="same_vintage", **of) * 100, 1) == 9.9
    assert round(one(found, "core_share_gdp", "2023", definition_id="mixed_vintage", **of) * 100, 1) == 10.1
    assert set(pick(found, "gdp", "2023")["vintage"]) == {"preliminary"}
    assert set(pick(found, "core_class_share", "2023")["release_level"]) == {"L0"}


def test_gdp_may_come_as_a_published_figure() -> None:
    country = nation()
    more = {"region": "000000", "price_basis": "current", "authority": "国家公布"}
    gdp = [
        small.given("gdp", "accounts", value, "亿元", "2023", vintage=vintage, **more)
        for value, vintage in ((1_260_582, "preliminary"), (1_294_272, "census"))
    ]
    published = pd.concat([country.published, pd.DataFrame(gdp)])
    only = measure(city(**vars(country) | {"published": published, "accounts": pd.DataFrame()}), LAST, NATION_AS_OF)
    assert pick(only, "core_share_gdp", "2023")["value"].round(3).tolist() == [0.101, 0.099]
    both = measure(city(**vars(country) | {"published": published}), LAST, NATION_AS_OF)
    assert len(pick(both, "gdp", "2023", vintage="preliminary")) == 1
    early = measure(city(**vars(country) | {"accounts": country.accounts.head(1)}), LAST, NATION_AS_OF)
    assert pick(early, "core_share_gdp", "2023")["definition_id"].tolist() == ["mixed_vintage"]
    other = published.assign(value=published["value"].where(published["vintage"] != "preliminary", 1.0))
    with pytest.raises(InputError, match="主键"):
        measure(city(**vars(country) | {"published": other}), LAST, NATION_AS_OF)


def test_growth_at_current_prices_is_not_taken_for_real_growth() -> None:
    nominal = small.account("GDP", "2023Q4", "cumulative", 0.2, measure="growth", unit="比率")
    found = measure(city(accounts=pd.concat([small.accounts(), pd.DataFrame([nominal])])), LAST, AS_OF)
    assert one(found, "gdp_growth", class_="") == 0.05


def test_published_shares_need_both_sides() -> None:
    country = nation()
    classes = country.published[country.published["class"] != "core"]
    no_core = small.city(**vars(country) | {"published": classes})
    assert set(measure(no_core, LAST, NATION_AS_OF)["indicator"]) == {"core_value_added", "gdp"}
    loss = country.published.assign(value=country.published["value"].where(country.published["class"] != "core", -1.0))
    assert "core_class_share" not in set(
        measure(city(**vars(country) | {"published": loss}), LAST, NATION_AS_OF)["indicator"]
    )
    only_core = small.city(**vars(country) | {"published": country.published.head(1)})
    assert "core_class_share" not in set(measure(only_core, LAST, NATION_AS_OF)["indicator"])


def test_the_real_classification_serves_as_membership() -> None:
    found = measure(city(membership=real_membership(), efficiency=pd.DataFrame()), LAST, AS_OF)
    assert one(found, "core_value_added") == pytest.approx(truth(LAST), rel=1e-5)


def imputed_firm(quarter: str, va: int, *, county: str = COUNTIES[0], **changes: Any) -> dict[str, Any]:
    """A leaf that rests on last year's return: computers, industry."""
    known = {"quarter": quarter, "known_from": dt.date(2023, 7, 18), "known_to": small.EVER, "origin": "imputed"}
    where = {"county": county, "sector": "industry", "gbt": "3911", "de": "010101", "months": int(quarter[-1]) * 3}
    return known | where | {"units": 1, "va": va, "va_base": va // 2, "output": 0} | changes


def with_imputed(*rows: dict[str, Any], vintage: str = "flash", **changes: Any) -> pd.DataFrame:
    leaf = pd.concat([small.leaf(), pd.DataFrame(list(rows))], ignore_index=True)
    return measure(city(leaf=leaf, vintage=vintage, **changes), LAST, AS_OF)


def test_a_preliminary_release_takes_nothing_imputed_and_says_so(found: pd.DataFrame) -> None:
    again = with_imputed(imputed_firm("2023Q4", 500_000), vintage="preliminary")
    assert again.equals(found)
    shares = pick(found, "core_imputed_share", span="cumulative")
    assert set(shares["region"]) == {PLACE, *COUNTIES}
    assert not shares["value"].any()
    assert set(pick(found, "core_imputed_units")["value"]) == {0.0}
    ours = (found["authority"] == "监测测算") & (found["definition_id"] != "benchmarked")
    assert set(found.loc[ours, "vintage"]) == {"preliminary"}


def test_a_flash_counts_what_is_imputed_and_marks_it(found: pd.DataFrame) -> None:
    flash = with_imputed(imputed_firm("2023Q4", 500_000))
    ours = (flash["authority"] == "监测测算") & (flash["definition_id"] != "benchmarked")
    assert set(flash.loc[ours, "vintage"]) == {"flash"}
    before, now = one(found, "core_value_added"), one(flash, "core_value_added")
    assert now == before + 500_000
    assert one(flash, "core_imputed_share") == pytest.approx(500_000 / now, abs=1e-12)
    assert one(flash, "core_imputed_share", region=COUNTIES[1]) == 0
    assert one(flash, "core_imputed_share", "2023Q3") == 0
    base = one(flash, "core_value_added_base", base="comparable")
    assert base == one(found, "core_value_added_base", base="comparable") + 250_000
    assert one(flash, "core_growth", price_basis="current") == pytest.approx(now / base - 1, abs=1e-12)
    # Estimated is what rests on an imputed return: the county and class concerned, and what they are part of.
    status = pick(flash, "core_value_added", span="cumulative").set_index(["region", "class"])["status"]
    assert status[PLACE, "core"] == status[COUNTIES[0], "01"] == status[COUNTIES[0], "0101"] == "E"
    assert set(status[[(COUNTIES[1], "core"), (COUNTIES[0], "03")]]) == {"P"}
    assert set(pick(flash, "core_growth", region=PLACE, class_="core")["status"]) == {"E"}
    assert set(pick(flash, "chain_value_added", region=PLACE)["status"]) == {"E"}
    assert set(pick(flash, "industry_above_value_added", region=PLACE)["status"]) == {"E"}


def test_a_flash_is_one_vintage_through_its_history() -> None:
    """A unit that never reported is imputed in every quarter: the single quarter is a difference of like and like."""
    flash = with_imputed(imputed_firm("2023Q3", 300_000), imputed_firm("2023Q4", 420_000))
    plain = measure(city(), LAST, AS_OF)
    gained = {
        span: one(flash, "core_value_added", span=span) - one(plain, "core_value_added", span=span)
        for span in ("cumulative", "quarter")
    }
    assert gained == {"cumulative": 420_000, "quarter": 120_000}


def test_a_flash_is_set_against_accounts_of_its_own_vintage_only() -> None:
    flash = with_imputed(imputed_firm("2023Q4", 500_000))
    shares = ("core_share_gdp", "chain_share_secondary")
    assert not set(shares) & set(flash["indicator"])
    assert "efficiency_va" not in set(flash["definition_id"])
    accounts = small.accounts().assign(vintage="flash")
    both = with_imputed(imputed_firm("2023Q4", 500_000), accounts=accounts)
    assert one(both, "core_share_gdp") > 0
    assert set(pick(both, "core_share_gdp", region=PLACE, class_="core", span="cumulative")["status"]) == {"E"}
    rate = pick(both, "digital_penetration", definition_id="efficiency_va", span="cumulative").set_index("class")
    assert rate.loc["industry", "status"] == "E"
    early = pick(both, "digital_penetration", "2021Q1", definition_id="efficiency_va").set_index("class")
    assert early.loc["industry", "status"] == "P"


def test_an_imputed_lagged_return_is_carried_to_the_full_span_like_the_others(found: pd.DataFrame) -> None:
    leaf = small.leaf()
    cell = (leaf["quarter"] == "2023Q4") & (leaf["gbt"] == "6513") & (leaf["county"] == COUNTIES[0])
    tenth = leaf.assign(origin="imputed", va=leaf["va"] // 10, va_base=leaf["va_base"] // 10)[cell]
    rest = leaf.assign(va=leaf["va"].where(~cell, leaf["va"] - leaf["va"] // 10))
    rest = rest.assign(va_base=rest["va_base"].where(~cell, rest["va_base"] - rest["va_base"] // 10))
    both = measure(city(leaf=pd.concat([rest, tenth], ignore_index=True), vintage="flash"), LAST, AS_OF)
    assert one(both, "core_value_added") == one(found, "core_value_added")
    share = one(both, "core_imputed_share", class_="03", region=COUNTIES[0])
    software = truth(LAST, county=COUNTIES[0], de="030103") / truth(LAST, county=COUNTIES[0], de="03")
    assert share == pytest.approx(software / 10, rel=1e-3)


def test_imputed_units_are_counted_among_the_firms_and_by_themselves() -> None:
    cells = small.cells()
    extra = cells[(cells["quarter"] == "2023Q4") & cells["class"].isin(["core", "01"]) & (cells["region"] == PLACE)]
    both = pd.concat([cells, extra.assign(origin="imputed", units=2, revenue=10)], ignore_index=True)
    flash = measure(city(cells=both, vintage="flash"), LAST, AS_OF)
    assert (one(flash, "firms"), one(flash, "core_imputed_units")) == (7, 2)
    assert one(flash, "core_imputed_units", class_="02") == 0
    assert one(flash, "revenue") == 1110
    assert set(pick(flash, "revenue", region=PLACE, class_="core")["status"]) == {"E"}


def test_what_was_known_then_holds_for_good_and_nothing_else_was() -> None:
    """A price that came later is needed and stands in; an account that came later was simply not there."""
    then, now = dt.date(2023, 5, 1), dt.date(2023, 6, 1)
    days = [dt.date(2023, 4, 1), dt.date(2023, 5, 20), dt.date(2023, 7, 1)]
    price = pd.DataFrame({"quarter": "2023Q1", "division": ["39", "65", "51"], "index": 1.0, "known_from": days})
    assert known_then(price, "prices", then, now)["division"].tolist() == ["39", "65"]
    accounts = small.accounts().head(3).assign(known_from=days)
    assert known_then(accounts, "accounts", then, now)["known_from"].tolist() == days[:1]
    # An annual cell that was replaced in between is the one of then, on the later day too.
    cells = small.annual().head(2).assign(known_from=days[:2], known_to=[days[1], small.EVER])
    found = known_then(cells, "annual", then, now)
    assert found["known_from"].tolist() == days[:1]
    assert (found["known_to"] > now).all()
