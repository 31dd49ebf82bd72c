"""What is estimated on top of returns: volume routes, what lies below the threshold, controls, benchmarked quarters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.benchmarking import denton
from indicators.measure import benchmarked, full_cells, measure
from indicators.quarter import Quarter, quarters_between
from tests.indicators import small_city as small
from tests.indicators.small_city import AS_OF, COUNTIES, EVER, LAST, PLACE, city

KNOWN = dt.date(2021, 1, 10)
QUARTERS = [str(quarter) for quarter in quarters_between(Quarter(2020, 1), LAST)]


@cache
def plain() -> pd.DataFrame:
    return measure(city(), LAST, AS_OF)


def values(
    found: pd.DataFrame, indicator: str, definition: str, *, region: str = PLACE, cls: str = "core",
    span: str = "cumulative", **more: str
) -> pd.Series:  # fmt: skip
    wanted = {"indicator": indicator, "definition_id": definition, "region": region, "class": cls, "span": span} | more
    rows = found
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert not rows["period"].duplicated().any()
    return rows.set_index("period")["value"]


# ------------------------------------------------------------------------------------------------ volume routes
def routes(*rows: dict[str, Any]) -> pd.DataFrame:
    base = {"method": "volume", "indicator": "电信业务总量", "valid_from": dt.date(2021, 1, 1), "valid_to": EVER,
            "known_from": KNOWN}  # fmt: skip
    return pd.DataFrame([base | row for row in rows])


def volumes(growth: dict[str, float], indicator: str = "电信业务总量") -> pd.DataFrame:
    return pd.DataFrame([
        {"quarter": quarter, "indicator": indicator, "growth": value, "status": "P", "known_from": KNOWN}
        for quarter, value in growth.items()
    ])  # fmt: skip


EVERY = dict.fromkeys([q for q in QUARTERS if q >= "2021"], 0.08)


def test_a_class_on_the_volume_route_grows_as_its_volume_says() -> None:
    found = measure(city(routes=routes({"code": "65"}), volumes=volumes(EVERY)), LAST, AS_OF)
    level, volume, base = (
        {
            cls: values(found, f"core_value_added{end}", "rate_method", cls=cls, **form)[str(LAST)]
            for cls in ("core", "0301")
        }
        for end, form in (("", {}), ("_volume", {}), ("_base", {"base": "comparable"}))
    )
    share, pull, classes = (
        values(found, f"core_volume_{name}", "rate_method").to_dict() for name in ("share", "pull", "classes")
    )
    assert share == {str(LAST): pytest.approx(level["0301"] / level["core"], abs=1e-9)}
    assert pull == {str(LAST): pytest.approx((volume["0301"] - base["0301"]) / base["core"], abs=1e-9)}
    assert classes == {str(LAST): 1.0}
    growth = values(found, "core_growth", "rate_method", cls="0301", price_basis="constant")
    # Nothing is known of 2020's indicator: ρ is 1 in 2021. The value added of 2021 then grew like the indicator.
    assert growth["2021Q4"] == pytest.approx(0.08, abs=1e-6)
    assert growth["2022Q2"] == pytest.approx(0.08, abs=1e-6)
    now = values(found, "core_value_added", "rate_method", cls="0301")
    past = values(plain(), "core_value_added", "rate_method", cls="0301")
    start = sum(small.cumulative(value, Quarter(2020, 4)) for _, _, gbt, _, value in small.LEAVES if gbt == "6513")
    assert now["2021Q4"] == pytest.approx(start * 1.08 * 0.98, abs=2)
    assert now["2022Q4"] == pytest.approx(start * (1.08 * 0.98) ** 2, abs=3)
    # The counties share the class as before, and other classes stay.
    for region in COUNTIES:
        of = {"region": region, "cls": "0301"}
        share = values(found, "core_value_added", "rate_method", **of)["2022Q4"] / now["2022Q4"]
        before = values(plain(), "core_value_added", "rate_method", **of)["2022Q4"] / past["2022Q4"]
        assert share == pytest.approx(before, abs=1e-6)
    for cls in ("01", "02", "0303"):
        same = {"indicator": "core_value_added", "definition": "rate_method", "cls": cls}
        assert values(found, **same).equals(values(plain(), **same))


def test_the_relation_of_last_year_scales_the_indicator() -> None:
    """2021: value added 10 % over last year's prices 0.98, indicator 10 %: ρ = 1.1/0.98−1 over 0.1, within bounds."""
    wanted = routes({"code": "6513", "valid_from": dt.date(2022, 1, 1)})
    found = measure(city(routes=wanted, volumes=volumes(EVERY | {"2021Q4": 0.1})), LAST, AS_OF)
    growth = values(found, "core_growth", "rate_method", cls="0301", price_basis="constant")
    rho = (1.1 / 0.98 - 1) / 0.1
    assert growth["2022Q4"] == pytest.approx(0.08 * rho, abs=1e-4)
    beyond = measure(city(routes=wanted, volumes=volumes(EVERY | {"2021Q4": 0.05})), LAST, AS_OF)
    assert values(beyond, "core_growth", "rate_method", cls="0301", price_basis="constant")["2022Q4"] == pytest.approx(
        0.08, abs=1e-6
    )


def test_the_route_of_the_longest_code_holds() -> None:
    rate = {"code": "6513", "method": "rate", "indicator": ""}
    found = measure(city(routes=routes({"code": "65"}, rate), volumes=volumes(EVERY)), LAST, AS_OF)
    pd.testing.assert_frame_equal(found, plain())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"volumes": volumes({"2021Q1": 0.1})}, "HS12"),
        ({"volumes": volumes(EVERY), "prices": small.prices().query("division != '65'")}, "JG01"),
    ],
)
def test_a_route_without_its_inputs_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        measure(city(routes=routes({"code": "65"}), **changes), LAST, AS_OF)


# ------------------------------------------------------------------------------------- below the threshold, controls
def below(**more: Any) -> pd.DataFrame:
    rows = [(COUNTIES[0], "6513", "030103", 1_000_000), (COUNTIES[1], "3911", "010101", 400_000)]
    return pd.DataFrame([
        {"year": 2020, "county": county, "gbt": gbt, "de": de, "va": va, "proxy": "小微销售额", "known_from": KNOWN}
        | more
        for county, gbt, de, va in rows
    ])  # fmt: skip


def proxies(growth: float = 1.05, county: str = "") -> pd.DataFrame:
    return pd.DataFrame([
        {"quarter": str(q), "proxy": "小微销售额", "county": county, "status": "P", "known_from": KNOWN,
         "value": 25.0 * q.number * growth ** (q.year - 2020)}
        for q in quarters_between(Quarter(2020, 1), LAST)
    ])  # fmt: skip


def test_what_lies_below_follows_its_proxy_and_is_marked() -> None:
    found = measure(city(below=below(), proxies=proxies()), LAST, AS_OF)
    full, above = (values(found, "core_value_added", of) for of in ("full_scope", "rate_method"))
    assert full["2022Q2"] - above["2022Q2"] == pytest.approx(1_400_000 * 0.5 * 1.05**2, abs=1)
    assert full["2023Q4"] - above["2023Q4"] == pytest.approx(1_400_000 * 1.05**3, abs=1)
    share = values(found, "core_allocated_share", "full_scope")
    assert share["2023Q4"] == pytest.approx((full - above)["2023Q4"] / full["2023Q4"], abs=1e-12)
    base = values(found, "core_value_added_base", "full_scope", base="comparable")
    own = values(found, "core_value_added_base", "rate_method", base="comparable")
    assert base["2023Q4"] - own["2023Q4"] == pytest.approx(1_400_000 * 1.05**2, abs=1)
    nominal = values(found, "core_growth", "full_scope", price_basis="current")
    assert nominal["2023Q4"] == pytest.approx(full["2023Q4"] / base["2023Q4"] - 1, abs=1e-12)
    rows = found[(found["definition_id"] == "full_scope") & (found["class"] == "core")]
    assert set(rows["status"]) == {"E"}
    assert {"core_share_gdp"} <= set(rows["indicator"])
    # 02 has nothing below: as measured.
    assert values(found, "core_allocated_share", "full_scope", cls="02").eq(0).all()


def test_units_that_crossed_the_threshold_leave_for_good() -> None:
    crossed = pd.DataFrame([
        {"quarter": quarter, "known_from": KNOWN, "known_to": EVER, "county": COUNTIES[0], "gbt": "6513",
         "de": "030103", "units": 1, "va_base": va}
        for quarter, va in (("2022Q3", 90_000), ("2022Q4", 120_000), ("2023Q4", 2_000_000))
    ])  # fmt: skip
    before = measure(city(below=below(), proxies=proxies()), LAST, AS_OF)
    found = measure(city(below=below(), proxies=proxies(), crossed=crossed), LAST, AS_OF)
    lost = values(before, "core_value_added", "full_scope") - values(found, "core_value_added", "full_scope")
    assert lost["2022Q2"] == 0
    assert lost["2022Q3"] == pytest.approx(90_000 * 1.05, abs=1)
    assert lost["2023Q3"] == pytest.approx(90_000 * 1.05**2, abs=1)
    # More than there was: nothing is left below, not less than nothing.
    assert lost["2023Q4"] == pytest.approx(1_000_000 * 1.05**3, abs=1)


def test_the_full_scope_beside_what_reports_tells_of_the_one_unit_that_crossed() -> None:
    """Why it does not leave the house: what is below moves as elsewhere, but for what the unit had a year before."""
    crossed = pd.DataFrame([
        {"quarter": "2022Q3", "known_from": KNOWN, "known_to": EVER, "county": COUNTIES[0], "gbt": "6513",
         "de": "030103", "units": 1, "va_base": 90_000}
    ])  # fmt: skip
    found = measure(city(below=below(), proxies=proxies(), crossed=crossed), LAST, AS_OF)

    def lies_below(county: str) -> pd.Series:
        full, above = (values(found, "core_value_added", of, region=county) for of in ("full_scope", "rate_method"))
        return full - above

    with_it, without = (lies_below(county) for county in COUNTIES[:2])
    moved = without["2022Q3"] / without["2021Q3"]
    assert with_it["2021Q3"] - with_it["2022Q3"] / moved == pytest.approx(90_000, abs=2)


def test_a_countys_own_proxy_comes_first_and_a_missing_one_is_named() -> None:
    own = pd.concat([proxies(), proxies(1.2, COUNTIES[1])])
    found = measure(city(below=below(), proxies=own), LAST, AS_OF)
    full, above = (values(found, "core_value_added", of, region=COUNTIES[1]) for of in ("full_scope", "rate_method"))
    assert full["2023Q4"] - above["2023Q4"] == pytest.approx(400_000 * 1.2**3, abs=1)
    with pytest.raises(InputError, match=r"小微销售额.*2022Q3"):
        measure(city(below=below(), proxies=proxies().query("quarter != '2022Q3'")), LAST, AS_OF)


def test_the_core_of_a_division_is_controlled_to_its_account() -> None:
    """39 may hold 2e6 a quarter: with 60 million below it would hold more, and what is allocated gives way first."""
    many = below().assign(va=[0, 60_000_000])
    found = measure(city(below=many, proxies=proxies()), LAST, AS_OF)
    factor = values(found, "core_control_factor", "full_scope", cls="39")
    account = 2e6 * small.GROWTH**3 * 4
    full = values(found, "core_value_added", "full_scope", cls="01")
    assert full["2023Q4"] == pytest.approx(account, rel=1e-9)
    measured = sum(small.cumulative(v, LAST) for _, _, gbt, _, v in small.LEAVES if gbt == "3911")
    assert factor["2023Q4"] == pytest.approx(account / (measured + 60_000_000 * 1.05**3), rel=1e-6)
    counties = sum(
        values(found, "core_value_added", "full_scope", cls="01", region=region)["2023Q4"] for region in COUNTIES
    )
    assert counties == pytest.approx(full["2023Q4"], abs=0.02)
    # 419901 has measured cells alone: they move less than those of 419902 do.
    moved = values(found, "core_value_added", "full_scope", cls="01", region=COUNTIES[0])["2023Q4"]
    assert 0.5 < moved / small.cumulative(900_000, LAST) < 1
    assert values(plain(), "core_control_factor", "full_scope", cls="39").empty


# ---------------------------------------------------------------------------------------------- benchmarked quarters
def control(value: int, cls: str = "core", vintage: str = "census", region: str = PLACE) -> dict[str, Any]:
    return {"year": 2022, "region": region, "class": cls, "va": value, "vintage": vintage,
            "known_from": dt.date(2023, 11, 1)}  # fmt: skip


def test_quarters_of_a_closed_year_move_on_to_it_as_denton_has_it() -> None:
    found = plain()
    of = {"region": COUNTIES[1], "cls": "01"}
    final = values(found, "core_value_added", "benchmarked", span="quarter", **of)
    assert list(final.index) == [q for q in QUARTERS if "2021" <= q < "2023"]
    rows = found[(found["definition_id"] == "benchmarked") & (found["indicator"] == "core_value_added")]
    assert set(rows["vintage"]) == {"final"}
    path = pd.Series(
        {q: float(small.cumulative(300_003, Quarter.parse(q))) for q in QUARTERS if q < "2023"}, dtype="float64"
    )
    single = path - path.shift(fill_value=0.0).where([not q.endswith("Q1") for q in path.index], 0.0)
    index = pd.PeriodIndex(single.index, freq="Q")
    years = pd.Series(300_003.0 * 4, index=pd.PeriodIndex(["2020", "2021", "2022"], freq="Y"))
    wanted = denton(single.set_axis(index), years)
    assert final.to_numpy() == pytest.approx(wanted.to_numpy()[4:], abs=1.0)
    assert values(found, "core_value_added", "benchmarked", **of)["2022Q4"] == 4 * 300_003


def test_what_benchmarking_changes_is_shown_and_not_added_to_open_quarters() -> None:
    found = plain()
    effect = values(found, "core_benchmark_effect", "benchmarked")
    final, first = (values(found, "core_value_added", of) for of in ("benchmarked", "rate_method"))
    assert effect["2022Q3"] == pytest.approx(final["2022Q3"] - first["2022Q3"], abs=1e-6)
    assert effect["2023Q2"] < 0
    core = sum(value for *_, de, value in small.LEAVES if de != "non_core")
    assert final["2022Q4"] == core * 4
    before = measure(city(), Quarter(2023, 1), dt.date(2023, 4, 20))
    assert values(before, "core_value_added", "benchmarked").index.max() == "2021Q4"


def test_a_year_without_annual_returns_parts_the_years_around_it() -> None:
    annual = small.annual()
    found = measure(city(annual=annual[annual["year"] != 2021]), LAST, AS_OF)
    final = values(found, "core_value_added", "benchmarked")
    assert set(final.index) == {"2022Q1", "2022Q2", "2022Q3", "2022Q4"}
    assert final["2022Q4"] == sum(value for *_, de, value in small.LEAVES if de != "non_core") * 4


def test_a_year_closes_once_its_annual_returns_cover_enough() -> None:
    part = small.closing().assign(revenue_annual=[1_000_000, 950_000, 949_999])

    def rows(**changes: Any) -> pd.DataFrame:
        known = city(**changes).at(LAST, AS_OF)
        return pd.concat(benchmarked.rows(known, full_cells(known, LAST)))

    found = rows(closing=part)
    assert values(found, "core_value_added", "benchmarked").index.max() == "2021Q4"
    coverage = values(found, "annual_coverage", "revenue", span="annual")
    assert coverage.to_dict() == {"2020": 1.0, "2021": 0.95, "2022": 0.949999}
    lower = rows(closing=part, closed_from=0.9)
    assert values(lower, "core_value_added", "benchmarked").index.max() == "2022Q4"
    # Where nothing tells how much they cover, no year closes.
    assert rows(closing=pd.DataFrame()).empty


def test_a_control_moves_the_year_and_names_its_vintage() -> None:
    core = sum(value for *_, de, value in small.LEAVES if de != "non_core") * 4
    controls = pd.DataFrame([control(core + 50_000), control(400_000, "02"), control(1, vintage="final")])
    found = measure(city(controls=controls), LAST, AS_OF)
    year = values(found, "core_value_added", "benchmarked", vintage="census")
    assert set(year.index) == {"2022Q1", "2022Q2", "2022Q3", "2022Q4"}
    assert year["2022Q4"] == core + 50_000
    assert values(found, "core_value_added", "benchmarked", cls="02")["2022Q4"] == 400_000
    factor = values(found, "core_control_factor", "benchmarked", span="annual")
    assert factor["2022"] == pytest.approx((core + 50_000) / core, rel=1e-9)


@pytest.mark.parametrize(
    ("controls", "named"),
    [
        ([control(9, "06")], "2022年控制数（地区 419900，类别 06）"),
        (
            [control(9_000_000, "01"), *(control(1_000_000, "01", region=region) for region in COUNTIES)],
            "约束不能满足：2022年 419900 01、2022年 419901 01",
        ),
    ],
)
def test_a_control_that_cannot_be_met_is_named(controls: list[dict[str, Any]], named: str) -> None:
    with pytest.raises(InputError, match=named):
        measure(city(controls=pd.DataFrame(controls)), LAST, AS_OF)


def test_cells_that_come_go_or_fall_below_zero_are_moved_without_inventing_any() -> None:
    leaf = small.leaf()
    # The trader reports from 2021Q3 on; the software of 419902 makes a loss in 2021Q2 (services: lagged months).
    late = leaf[(leaf["sector"] != "trade") | (leaf["quarter"] >= "2021Q3")]
    found = measure(city(leaf=late), LAST, AS_OF)
    trade = values(found, "core_value_added", "benchmarked", cls="02", span="quarter")
    assert "2021Q1" not in trade or trade[["2021Q1", "2021Q2"]].eq(0).all()
    assert trade[["2021Q3", "2021Q4"]].sum() == 80_000 * 4
    dip = leaf.assign(va=leaf["va"].where((leaf["gbt"] != "3911") | (leaf["quarter"] != "2021Q2"), 1))
    dipped = measure(city(leaf=dip), LAST, AS_OF)
    assert values(dipped, "core_value_added", "benchmarked", cls="01")["2021Q4"] == (900_000 + 300_003) * 4


def test_a_cell_without_annual_return_or_quarters_takes_what_its_like_show() -> None:
    annual = small.annual()
    gone = annual[(annual["gbt"] != "3911") | (annual["county"] != COUNTIES[1])]
    found = measure(city(annual=gone), LAST, AS_OF)
    own = values(found, "core_value_added", "benchmarked", cls="01", region=COUNTIES[1])["2022Q4"]
    path = [small.cumulative(value, Quarter(2022, 4)) for value in (900_000, 300_003)]
    assert own == pytest.approx(path[1] * (3_600_000 / path[0]), abs=1)
    leaf = small.leaf()
    silent = measure(city(leaf=leaf[leaf["sector"] != "trade"]), LAST, AS_OF)
    trade = values(silent, "core_value_added", "benchmarked", cls="02")
    assert trade["2022Q4"] == 80_000 * 4
    assert trade["2022Q1"] < trade["2022Q2"] < trade["2022Q4"]


def test_no_figure_depends_on_the_order_of_rows() -> None:
    given = city(below=below(), proxies=proxies())
    frames = {name: value for name, value in vars(given).items() if isinstance(value, pd.DataFrame)}
    shuffled = replace(given, **{name: frame.sample(frac=1, random_state=3) for name, frame in frames.items()})
    found = measure(given, LAST, AS_OF)
    assert set(found["definition_id"]) >= {"rate_method", "full_scope", "benchmarked"}
    pd.testing.assert_frame_equal(measure(shuffled, LAST, AS_OF), found, check_exact=True)
