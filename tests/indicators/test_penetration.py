"""Penetration by definition, and the guard between definitions."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.input_output import digital_penetration, technical_coefficients
from indicators.penetration import (
    adoption,
    efficiency_va,
    external,
    growth_accounting,
    io_complete,
    io_direct,
    one_definition,
    survey_rate,
    survey_rates,
)

DIVISIONS = pd.DataFrame({
    "division": ["39", "38", "11", "65", "51"],
    "sector": ["secondary", "secondary", "tertiary", "tertiary", "tertiary"],
    "va": [50.0, 100.0, 10.0, 40.0, 50.0],
    "core_va": [50.0, 20.0, 0.0, 40.0, 5.0],
    "d": [np.nan, 0.1, 0.2, None, 0.3],
})  # fmt: skip


def test_efficiency_value_added_over_the_whole_sector() -> None:
    found = efficiency_va(DIVISIONS)
    assert list(found.columns) == ["sector", "va", "core_va", "efficiency_va", "rate_efficiency_va", "core_share"]
    assert found.loc["secondary", "efficiency_va"] == pytest.approx(8)
    assert found.loc["secondary", "rate_efficiency_va"] == pytest.approx(8 / 150)
    assert found.loc["tertiary", "efficiency_va"] == pytest.approx(2 + 13.5)
    assert found.loc["tertiary", "core_share"] == pytest.approx(0.45)
    renamed = DIVISIONS.rename(columns={"sector": "part"})
    assert efficiency_va(renamed, sector="part")["part"].tolist() == ["secondary", "tertiary"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"d": None}, "38"),
        ({"d": 1.2}, "38"),
        ({"core_va": 120.0}, "38"),
        ({"va": None}, "38"),
        ({"division": "39"}, "39"),
        ({"sector": None}, "38"),
    ],
)
def test_a_division_that_does_not_hold_is_named(changes: dict[str, object], named: str) -> None:
    broken = DIVISIONS.astype({"d": "float64"})
    for column, value in changes.items():
        broken.loc[1, column] = value
    with pytest.raises(InputError, match=named):
        efficiency_va(broken)


def test_columns_and_sector_totals_are_needed() -> None:
    with pytest.raises(InputError, match="core_va"):
        efficiency_va(DIVISIONS.drop(columns="core_va"))
    empty = pd.DataFrame({"division": ["12"], "sector": ["industry"], "va": [0.0], "core_va": [0.0], "d": [0.1]})
    with pytest.raises(InputError, match="industry"):
        efficiency_va(empty)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_core_share_and_rate_never_exceed_one(rows: list[tuple[int, float, float]]) -> None:
    frame = pd.DataFrame({
        "division": [f"{n:02d}" for n in range(len(rows))],
        "sector": "all",
        "va": [value + 1.0 for value, _, _ in rows],
        "core_va": [value * share for value, share, _ in rows],
        "d": [d for _, _, d in rows],
    })  # fmt: skip
    found = efficiency_va(frame).loc["all"]
    assert found["core_share"] + found["rate_efficiency_va"] <= 1 + 1e-12


def test_adoption_over_firms_surveyed() -> None:
    survey = pd.DataFrame({"sector": ["all", "all", "none"], "surveyed": [60, 40, 0], "using": [30, 17, 0]})
    found = adoption(survey)
    assert found.loc["all", "rate_adoption"] == pytest.approx(0.47)
    assert list(found["sector"]) == ["all"]
    with pytest.raises(InputError, match="all"):
        adoption(survey.assign(using=[61, 0, 0]))


def test_series_never_join_across_definitions() -> None:
    ours = pd.DataFrame(
        {"indicator": "digital_penetration", "definition_id": "efficiency_va", "authority": "监测测算"}, [0]
    )
    with pytest.raises(InputError, match="external"):
        one_definition(ours, ours.assign(definition_id="external"))
    with pytest.raises(InputError, match="发布机关"):
        one_definition(ours, ours.assign(authority="信通院"))
    assert len(one_definition(ours, ours)) == 2
    with pytest.raises(InputError, match="definition_id"):
        one_definition(ours, ours.drop(columns="definition_id"))


def test_rates_are_sums_over_sums_under_their_definition() -> None:
    firms = pd.DataFrame({
        "sector": ["制造", "制造", "采矿"], "surveyed": [1, 1, 1], "using_cloud": [1, 0, 1],
        "using_design_tools": [1, 1, 0], "key_equipment": [100, 10, 0], "controlled_equipment": [50, 10, 0],
    })  # fmt: skip
    found = survey_rate(firms, definition="numerical_control")
    assert found.loc["制造", "rate_numerical_control"] == pytest.approx(60 / 110)
    assert list(found["sector"]) == ["制造"]
    assert found["definition_id"].tolist() == ["numerical_control"]
    assert survey_rate(firms, definition="cloud").loc["制造", "rate_cloud"] == 0.5
    assert survey_rate(firms, definition="design_tools").loc["采矿", "rate_design_tools"] == 0
    assert survey_rates()["numerical_control"].name_zh.startswith("关键工序数控化率")


def test_rates_from_a_table_of_the_economy() -> None:
    flows = pd.DataFrame([[10.0, 20.0], [30.0, 20.0]], index=["制造", "信息"], columns=["制造", "信息"])
    output = pd.Series({"制造": 100.0, "信息": 80.0})
    direct = io_direct(flows, output, ["信息"])
    assert direct.loc["制造", "rate_io_direct"] == pytest.approx(0.75)
    assert direct["definition_id"].unique().tolist() == ["io_direct"]
    complete = digital_penetration(technical_coefficients(flows, output), ["信息"], kind="complete")
    assert io_complete(flows, output, ["信息"])["rate_io_complete"].to_dict() == pytest.approx(complete.to_dict())


ICT = pd.DataFrame({
    "year": [2019, 2020, 2021],
    "investment": [10.0, 12.0, 9.0],
    "investment_price": [100.0, 80.0, 60.0],
    "va": [100.0, 110.0, 130.0],
    "va_price": [1.0, 1.02, 1.05],
})  # fmt: skip
ASSUMED: dict[str, Any] = {"base_year": 2020, "r": 0.1, "delta": 0.3, "g": 0.2}


def test_growth_accounting_by_hand() -> None:
    price = np.array([1.25, 1.0, 0.75])
    capital = [8 / 0.5]
    capital += [0.7 * capital[-1] + 12]
    capital += [0.7 * capital[-1] + 12]
    output = ICT["va"].to_numpy() / (ICT["va_price"].to_numpy() / 1.02)
    share = 0.4 * price * np.array(capital) / ICT["va"].to_numpy()
    added = [(share[t] + share[t - 1]) / 2 * np.log(capital[t] / capital[t - 1]) * output[t - 1] for t in (1, 2)]
    found = growth_accounting(ICT.sample(frac=1, random_state=2), **ASSUMED)
    assert found["year"].tolist() == [2020, 2021]
    assert found["capital"].tolist() == pytest.approx(capital[1:])
    assert found["accumulated"].tolist() == pytest.approx([added[0], sum(added)])
    assert found["rate_growth_accounting"].tolist() == pytest.approx([added[0] / output[1], sum(added) / output[2]])
    assert found.loc[0, ["definition_id", "base_year", "r", "delta", "g"]].tolist() == [
        "growth_accounting", 2020, 0.1, 0.3, 0.2,
    ]  # fmt: skip


def test_growth_accounting_by_sector_and_base_of_prices() -> None:
    both = pd.concat([ICT.assign(sector="工业"), ICT.assign(sector="服务业", investment=ICT["investment"] * 2)])
    found = growth_accounting(both, by="sector", **ASSUMED)
    assert list(found.columns[:2]) == ["sector", "year"]
    rates = found.set_index(["sector", "year"])["rate_growth_accounting"]
    assert rates["服务业"].tolist() == pytest.approx((2 * rates["工业"]).tolist())
    other = growth_accounting(ICT, **(ASSUMED | {"base_year": 2021}))
    assert other["growth"].tolist() == pytest.approx(growth_accounting(ICT, **ASSUMED)["growth"].tolist())


PUBLISHED = pd.DataFrame({
    "sector": ["第二产业", "第三产业"], "year": [2022, 2022], "value": [0.24, 0.447],
    "publisher": "某研究院", "source": "白皮书", "year_assumed": [True, None],
})  # fmt: skip


def test_what_others_published_stands_under_their_name() -> None:
    found = external(PUBLISHED)
    assert found["definition_id"].unique().tolist() == ["external"]
    assert found["authority"].tolist() == ["某研究院"] * 2
    assert found["note"].tolist() == ["据某研究院测算；年份为推定", "据某研究院测算"]
    assert external(PUBLISHED.drop(columns="year_assumed"))["note"].tolist() == ["据某研究院测算"] * 2
    assert "definition_id" not in PUBLISHED


@pytest.mark.parametrize(
    ("run", "named"),
    [
        (lambda: survey_rate(DIVISIONS, definition="blend"), "numerical_control"),
        (lambda: survey_rate(DIVISIONS, definition="cloud"), "using_cloud"),
        (
            lambda: survey_rate(
                pd.DataFrame({"sector": [None], "surveyed": [1], "using_cloud": [1]}), definition="cloud"
            ),
            "1 行",
        ),
        (
            lambda: survey_rate(
                pd.DataFrame({"sector": ["采矿"], "surveyed": [1], "using_cloud": [None]}), definition="cloud"
            ),
            "上云率.*采矿",
        ),
        (lambda: external(PUBLISHED.drop(columns="publisher")), "publisher"),
        (lambda: external(PUBLISHED.assign(publisher=" ")), "第二产业"),
        (lambda: external(PUBLISHED.assign(value=24.0)), "小数"),
        (lambda: external(pd.concat([PUBLISHED, PUBLISHED.iloc[:1]])), "重复"),
        (lambda: growth_accounting(ICT, **(ASSUMED | {"delta": 0})), "delta"),
        (lambda: growth_accounting(ICT, **(ASSUMED | {"base_year": 2018})), "2018"),
        (lambda: growth_accounting(ICT.drop(columns="va"), **ASSUMED), "va"),
        (lambda: growth_accounting(ICT.iloc[[0, 2]], **ASSUMED), "2020"),
        (lambda: growth_accounting(ICT.iloc[:1], **ASSUMED), "2019"),
        (lambda: growth_accounting(ICT.iloc[:0], **ASSUMED), "不足两年"),
        (lambda: growth_accounting(ICT.assign(sector="工业").iloc[:0], by="sector", **ASSUMED), "不足两年"),
        (lambda: growth_accounting(pd.concat([ICT, ICT]), **ASSUMED), "重复"),
        (lambda: growth_accounting(ICT.assign(investment=[0.0, 1, 1]), **ASSUMED), "2019"),
        (lambda: growth_accounting(ICT.assign(va=[1.0, None, 1]), **ASSUMED), "2020"),
        (lambda: growth_accounting(ICT.assign(investment_price=[1.0, 1, 0]), **ASSUMED), "2021"),
        (lambda: growth_accounting(ICT.assign(investment=ICT["investment"] * 100), **ASSUMED), "资本报酬"),
        (lambda: growth_accounting(ICT.assign(sector=None), by="sector", **ASSUMED), "sector"),
        (
            lambda: growth_accounting(ICT.assign(sector="工业").iloc[[0, 2]], by="sector", **ASSUMED),
            "sector 工业.*2020",
        ),
    ],
)
def test_what_does_not_hold_is_named(run: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        run()
