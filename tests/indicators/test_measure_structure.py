"""Topics of penetration and structure on evidence: what is said, what is refused by name, and what a blank does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from classification import membership
from classification.errors import InputError
from indicators.measure import Evidence, capital, concentration, interindustry, measure, population, sizes
from indicators.penetration import growth_accounting
from tests.indicators import small_city as small

DAY = dt.date(2023, 6, 30)
SECTORS = (("A", "A", False), ("C5", "C", True), ("F", "F", False))


def series(**changes: Any) -> pd.DataFrame:
    rows = [
        {"sector": "industry", "year": year, "investment": 30 + year - 2019, "investment_price": 100.0, "va": 1000,
         "va_price": 100.0, "known_from": DAY}
        for year in (2020, 2021, 2022)
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**changes)


def settings(**changes: Any) -> pd.DataFrame:
    row = {"sector": "industry", "base_year": 2020, "r": 0.05, "delta": 0.25, "g": 0.05,
           "valid_from": dt.date(2020, 1, 1), "valid_to": small.EVER, "known_from": DAY}  # fmt: skip
    return pd.DataFrame([row | changes])


def table(**changes: Any) -> dict[str, pd.DataFrame]:
    flows = [
        {"year": 2020, "supplier": i, "user": j, "flow": flow, "known_from": DAY}
        for (i, j), flow in {
            ("A", "A"): 20, ("A", "C5"): 10, ("A", "F"): 5, ("C5", "A"): 5, ("C5", "C5"): 60, ("C5", "F"): 15,
            ("F", "A"): 15, ("F", "C5"): 10, ("F", "F"): 30,
        }.items()
    ]  # fmt: skip
    sectors = [
        {"year": 2020, "code": code, "section": section, "digital": digital, "output": 200, "known_from": DAY}
        for code, section, digital in SECTORS
    ]
    return {"io_sector": pd.DataFrame(sectors), "io_flow": pd.DataFrame(flows)} | changes


def known(**changes: Any) -> Evidence:
    # Sections need the whole classification; the small city's own is of a few classes.
    return small.city(membership=membership(), **changes).at(small.LAST, small.AS_OF)


def values(parts: list[pd.DataFrame], name: str, definition: str) -> dict[str, float]:
    whole = pd.concat(parts)
    mine = whole[(whole["indicator"] == name) & (whole["definition_id"] == definition)]
    return dict(zip(mine["class"] + " " + mine["period"], mine["value"], strict=True))


def test_growth_accounting_says_its_settings() -> None:
    parts = capital.rows(known(capital=series(), capital_setting=settings()), small.LAST)
    formula = growth_accounting(series(), base_year=2020, r=0.05, delta=0.25, g=0.05)
    rates = values(parts, "digital_penetration", "growth_accounting")
    assert list(rates.values()) == pytest.approx(formula["rate_growth_accounting"].tolist(), abs=1e-12)
    assert list(rates) == ["industry 2021", "industry 2022"]
    assert values(parts, "ict_base_year", "growth_accounting") == {"industry 2021": 2020, "industry 2022": 2020}
    assert values(parts, "ict_depreciation", "growth_accounting")["industry 2022"] == 0.25


FOUR, THREE = ("agriculture", "industry", "construction", "services"), ("primary", "secondary", "tertiary")


def of(names: tuple[str, ...], make: Callable[..., pd.DataFrame], **changes: Any) -> pd.DataFrame:
    """The same rows for several parts, each larger than the one before."""
    frames = [make(sector=name) for name in names]
    for at, frame in enumerate(frames, 1):
        scaled = [name for name in ("investment", "va") if name in frame.columns]
        frame[scaled] *= at
    return pd.concat(frames).assign(**changes)


@pytest.mark.parametrize("names", [FOUR, THREE])
def test_the_whole_economy_is_the_sum_of_what_makes_it_up(names: tuple[str, ...]) -> None:
    """D and value added add up: parts of 1,000, 2,000, … each with a rate of its own."""
    capital_of, setting = of(names, series), of(names, settings)
    # The last part invests twice as much, so that the rates differ.
    last = capital_of["sector"] == names[-1]
    capital_of.loc[last, "investment"] *= 2
    parts = capital.rows(known(capital=capital_of, capital_setting=setting), small.LAST)
    added = values(parts, "ict_value_added", "growth_accounting")
    assert added["all 2022"] == pytest.approx(sum(added[f"{name} 2022"] for name in names), abs=0.05)
    rates = values(parts, "digital_penetration", "growth_accounting")
    va = {name: at * 1000.0 for at, name in enumerate(names, 1)}
    weighted = sum(rates[f"{name} 2022"] * va[name] for name in names) / sum(va.values())
    assert rates["all 2022"] == pytest.approx(weighted, abs=1e-9)
    assert values(parts, "ict_base_year", "growth_accounting")["all 2022"] == 2020


def test_a_whole_that_is_reported_or_lacks_a_part_is_not_summed() -> None:
    reported = (*FOUR, "all")
    parts = capital.rows(known(capital=of(reported, series), capital_setting=of(reported, settings)), small.LAST)
    single = values(parts, "digital_penetration", "growth_accounting")
    own = capital.rows(known(capital=series(sector="all"), capital_setting=settings(sector="all")), small.LAST)
    assert single["all 2022"] == pytest.approx(values(own, "digital_penetration", "growth_accounting")["all 2022"])
    three = capital.rows(known(capital=of(FOUR[:3], series), capital_setting=of(FOUR[:3], settings)), small.LAST)
    assert "all 2022" not in values(three, "digital_penetration", "growth_accounting")


def test_settings_in_which_the_parts_differ_are_not_said_of_the_whole() -> None:
    setting = of(FOUR, settings).assign(r=[0.05, 0.05, 0.05, 0.06])
    parts = capital.rows(known(capital=of(FOUR, series), capital_setting=setting), small.LAST)
    assert "all 2022" not in values(parts, "ict_net_return", "growth_accounting")
    assert values(parts, "ict_depreciation", "growth_accounting")["all 2022"] == 0.25
    several = of(FOUR, settings).assign(base_year=[2020, 2020, 2020, 2021])
    with pytest.raises(InputError, match=r"HS06.*") as raised:
        capital.rows(known(capital=of(FOUR, series), capital_setting=several), small.LAST)
    assert "基年不同" in raised.value.zh


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"capital": series(), "capital_setting": settings(sector="services")}, "industry"),
        ({"capital": series(), "capital_setting": settings(valid_to=dt.date(2022, 1, 1))}, "industry"),
        ({"capital": series().query("year != 2021"), "capital_setting": settings()}, "2021"),
        ({"capital": series(), "capital_setting": settings(base_year=2015)}, "2015"),
    ],
)
def test_what_growth_accounting_lacks_is_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        capital.rows(known(**given), small.LAST)


def test_input_output_rates_by_section_and_part() -> None:
    parts = interindustry.rows(known(**table()))
    rates = values(parts, "digital_penetration", "io_direct")
    assert rates["A 2020"] == pytest.approx(5 / 40)
    assert rates["industry 2020"] == rates["C 2020"] == pytest.approx(60 / 80)
    assert rates["services 2020"] == rates["F 2020"] == pytest.approx(15 / 50)
    assert rates["all 2020"] == pytest.approx(80 / 170)
    assert not {"construction 2020", "secondary 2020", "tertiary 2020"} & set(rates)
    complete = values(parts, "digital_penetration", "io_complete")
    assert complete["A 2020"] > rates["A 2020"]


def test_a_flow_that_is_not_there_is_no_zero() -> None:
    flows = table()["io_flow"].query("not (supplier == 'F' and user == 'A')")
    with pytest.raises(InputError, match="A"):
        interindustry.rows(known(**table(io_flow=flows)))


def test_a_table_without_a_digital_sector_is_refused() -> None:
    sectors = table()["io_sector"].assign(digital=False)
    with pytest.raises(InputError, match="digital"):
        interindustry.rows(known(**table(io_sector=sectors)))


def test_an_assumed_year_stands_beside_the_figure() -> None:
    published = small.published()
    assumed = published.assign(assumed=published["definition_id"] == "external")
    found = measure(small.city(published=assumed), small.LAST, small.AS_OF)
    marks = found[found["indicator"] == "assumed_period"]
    assert marks[["class", "period", "value", "authority"]].to_numpy().tolist() == [
        ["industry", "2022", 2022.0, "工作专班"]
    ]
    assert "assumed_period" not in set(measure(small.city(), small.LAST, small.AS_OF)["indicator"])


def test_leaving_out_everybody_gives_no_growth() -> None:
    row = {"quarter": "2023Q4", "known_from": DAY, "known_to": small.EVER, "region": small.PLACE, "class": "01",
           "units": 3, "hhi": 0.4, "va_positive": 10, "va_top3_positive": 10, "va_but1": 6, "va_base_but1": 5,
           "va_but3": 0, "va_base_but3": 0}  # fmt: skip
    parts = concentration.rows(known(concentration=pd.DataFrame([row])))
    assert values(parts, "core_growth_but1", "rate_method") == {"01 2023Q4": pytest.approx(0.2)}
    assert values(parts, "core_growth_but3", "rate_method") == {}
    assert values(parts, "core_cr3", "value_added") == {"01 2023Q4": 1.0}


def test_nobody_came_is_said_and_counts_add_up_within_the_year() -> None:
    rows = [
        {"quarter": quarter, "known_from": DAY, "known_to": small.EVER, "region": small.PLACE, "class": "core",
         "event": event, "units": units}
        for quarter, event, units in (
            ("2022Q4", "registered", 5), ("2023Q1", "registered", 6), ("2023Q1", "entry", 1),
            ("2023Q2", "registered", 5), ("2023Q2", "exit", 1), ("2023Q2", "merger", 1), ("2023Q2", "entry", 2),
        )
    ]  # fmt: skip
    whole = pd.concat(population.rows(known(population=pd.DataFrame(rows))))
    cumulative = whole[whole["span"] == "cumulative"].set_index(["indicator", "period"])["value"].to_dict()
    assert cumulative["core_units_entered", "2023Q2"] == 3
    assert cumulative["core_units_left", "2023Q2"] == 2
    assert cumulative["core_units_left", "2023Q1"] == 0
    single = whole[whole["span"] == "quarter"].set_index(["indicator", "period"])["value"].to_dict()
    assert single["core_units_entered", "2023Q2"] == 2


def test_research_is_over_the_firms_that_reported_it() -> None:
    row = {"year": 2022, "known_from": DAY, "known_to": small.EVER, "region": small.PLACE, "class": "core", "units": 2,
           "va": 10, "rd": 5, "rd_revenue": 100}  # fmt: skip
    cells = pd.DataFrame([row | {"size": "large"}, row | {"size": "small", "rd": 0, "rd_revenue": 0}])
    parts = sizes.rows(known(sizes=cells))
    assert values(parts, "core_rd_intensity", "reported") == {"core 2022": 0.05}
    assert values(parts, "size_firms", "nbs_2017") == {"large 2022": 2, "small 2022": 2}
