"""Stand-in tables of a release: a small made-up city and the published national figures, without running a pipeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from indicators.catalogue import catalogue, indicator
from indicators.monitored import class_labels
from indicators.observation import observations
from indicators.quarter import Quarter, quarters_between
from pipelines.release.dictionary import release_contracts
from pipelines.workspace import Workspace

PLACE = "419900"
COUNTIES = {
    f"4199{n:02d}": name
    for n, name in enumerate(["甲区", "乙区", "丙区", "丁区", "戊县", "己县", "庚县", "辛县", "壬市", "癸市"], 1)
}
FIRST, LAST = Quarter(2021, 1), Quarter(2023, 4)
AS_OF = dt.date(2024, 1, 20)
SHARES = {"01": 0.52, "02": 0.03, "03": 0.24, "04": 0.21}
GROUPS = {
    "0101": 0.20,
    "0102": 0.08,
    "0103": 0.18,
    "0105": 0.06,
    "0301": 0.02,
    "0302": 0.14,
    "0304": 0.08,
    "0402": 0.21,
}
CHAIN = "new_display_terminals"
DEPARTMENTS = {
    "base_stations_5g_new": 906, "base_stations_5g_total": 6000, "charging_piles_new": 420,
    "charging_piles_total": 2300, "one_thing_services": 134, "data_catalogues": 20153, "data_records": 24.4e8,
    "smart_factories": 12,
    "contracts_sangeyipi": 9, "ledger_firms": 38,
}  # fmt: skip
PROVENANCE: dict[str, Any] = {
    "inputs": {"B203_2023.xlsx": "ab" * 32},
    "code": "cd" * 32,
    "lock": "ef" * 32,
    "coefficients": [{"gbt": "6429", "level": "city", "valid_from": "2021-01-01"}],
    "counts": {"received": 2400, "accepted": 2391, "set_aside": 9},
}
CITY_TOML = (
    f'code = "{PLACE}"\nname = "示范市"\nkind = "city"\nsynthetic = true\nnote = "核算控制数取自公开数据"\n'
    'first_quarter = "2020Q1"\nlast_quarter = "2023Q4"\nbase_quarters = 4\n'
    + "".join(f'[[counties]]\ncode = "{code}"\nname = "{name}"\n' for code, name in COUNTIES.items())
)
NATION_TOML = 'code = "000000"\nname = "全国"\nkind = "nation"\nfirst_quarter = "2015Q1"\nlast_quarter = "2023Q4"\n'


def city_workspace(home: Path) -> Workspace:
    home.mkdir(parents=True, exist_ok=True)
    (home / "city.toml").write_text(CITY_TOML, encoding="utf-8")
    return Workspace(home)


def nation_workspace(home: Path) -> Workspace:
    home.mkdir(parents=True, exist_ok=True)
    (home / "city.toml").write_text(NATION_TOML, encoding="utf-8")
    return Workspace(home)


def row(name: str, definition: str, period: str, span: str, value: float, **more: str) -> dict[str, Any]:
    entry = indicator(name, definition)
    price, base = entry.forms[0]
    given: dict[str, Any] = {
        "indicator": name, "definition_id": definition, "period": period, "span": span, "region": PLACE, "class": "",
        "value": value, "unit": entry.unit, "price_basis": price, "base": base, "vintage": "preliminary",
        "as_of": AS_OF, "status": "A", "authority": "监测测算", "release_level": entry.release_level,
    }  # fmt: skip
    return given | more


def _growth(quarter: Quarter) -> float:
    index = (quarter.year - 2021) * 4 + quarter.number - 1
    return 0.112 - 0.006 * index + 0.017 * ((index * 7) % 5) / 5


def _core(quarter: Quarter, region: str, weight: float) -> Iterator[dict[str, Any]]:
    """One region, one quarter: values, growth, shares, pull for core, divisions and groups."""
    period = str(quarter)
    tilt = 0.0 if region == PLACE else (int(region[-2:]) - 5.5) * 0.012
    classes = {"core": 1.0} | SHARES | (GROUPS if region == PLACE else {})
    for span, part in (("cumulative", quarter.number / 4), ("quarter", 0.25)):
        total = 78.4e8 * 1.085 ** (quarter.year - 2021) * part * weight
        place = {"region": region}
        for n, (cls, share) in enumerate(classes.items()):
            growth = _growth(quarter) + tilt + 0.01 * ((n * 3) % 5 - 2) * (cls != "core")
            own = place | {"class": cls}
            yield row("core_value_added", "rate_method", period, span, float(round(total * share)), **own)
            yield row("core_growth", "rate_method", period, span, growth, **own)
            yield row("core_pull", "rate_method", period, span, (_growth(quarter) + tilt) * share * weight, **own)
            yield row("core_contribution", "rate_method", period, span, share * weight, **own)
            if cls != "core":
                yield row("core_class_share", "rate_method", period, span, share, **own)
        yield row("core_share_gdp", "same_vintage", period, span, 0.0385 + 0.0009 * (quarter.year - 2021) + tilt / 9,
                  **place, **{"class": "core"})  # fmt: skip
        if region != PLACE:
            yield row("core_region_share", "rate_method", period, span, weight, **place, **{"class": "core"})


def _whole(quarter: Quarter) -> Iterator[dict[str, Any]]:
    period, status = str(quarter), "E" if quarter.year == 2023 else "A"
    gdp = {"status": status, "authority": "示范市统计局"}
    part = quarter.number / 4
    growth = 0.041 + 0.003 * ((quarter.number * 3 + quarter.year) % 4)
    yield row("gdp", "accounts", period, "cumulative", 2136.84e8 * 1.045 ** (quarter.year - 2021) * part, **gdp)
    yield row("gdp_growth", "accounts", period, "cumulative", growth, **gdp)
    for n, cls in enumerate(("core", *SHARES)):
        share = SHARES.get(cls, 1.0)
        own = {"class": cls}
        yield row(
            "firms", "above_threshold", period, "cumulative", round((228 + 4 * (quarter.year - 2021)) * share), **own
        )
        yield row("revenue", "above_threshold", period, "cumulative", round(340e8 * part * share), **own)
        yield row("revenue_growth", "above_threshold", period, "cumulative", 0.06 + 0.01 * n, **own)
        yield row("staff", "above_threshold", period, "cumulative", round(41000 * share), **own)
        yield row("core_imputed_units", "above_threshold", period, "cumulative", 0, **own)
        yield row("core_imputed_share", "rate_method", period, "cumulative", 0, **own)
    chain = {"class": CHAIN}
    yield row("chain_value_added", "rate_method", period, "cumulative", 25.5e8 * part, **chain)
    yield row("chain_core_value_added", "rate_method", period, "cumulative", 21.2e8 * part, **chain)
    yield row("chain_share_secondary", "rate_method", period, "cumulative", 25.3 / 905.04, **chain)
    yield row("chain_share_above_industry", "rate_method", period, "cumulative", 25.3 / 720, **chain)
    for cls, rate in {"industry": 0.089, "construction": 0.041, "services": 0.167, "all": 0.121}.items():
        yield row("digital_penetration", "efficiency_va", period, "cumulative", rate, **{"class": cls})


# Class → effects of ten points, in yuan.
EFFECTS = {"6429": (-3.2e8, 3.2e8), "4910": (-0.4e8, 0.9e8), "7320": (-1.5e8, 1.5e8)}


def _uncertain(quarter: Quarter = LAST) -> Iterator[dict[str, Any]]:
    period, core = str(quarter), {"class": "core"}
    for mode, low, high in (("independent", 90.1e8, 94.4e8), ("correlated", 88.0e8, 96.5e8)):
        yield row("core_value_added_low", mode, period, "cumulative", low, **core)
        yield row("core_value_added_high", mode, period, "cumulative", high, **core)
    yield row("core_expert_share", "rate_method", period, "cumulative", 0.083, **core)
    for name, value in (("share", 0.173), ("pull", 0.008), ("classes", 1)):
        yield row(f"core_volume_{name}", "rate_method", period, "cumulative", value, **core)
    for cls, ends in EFFECTS.items():
        for name, value in zip(("minus_10", "plus_10"), ends, strict=True):
            yield row("core_coefficient_effect", name, period, "cumulative", value, **{"class": cls})
    for name, value in (("core_value_added_constant", 88.8e8), ("core_value_added_constant_base", 84.3e8),
                        ("core_volume_index", 113.2), ("constant_base_year", 2020)):  # fmt: skip
        yield row(name, "base_year", period, "cumulative", value, **core)


def _single(year: str = "2022") -> Iterator[dict[str, Any]]:
    for cls, rate in {"all": 0.47, "secondary": 0.541, "tertiary": 0.392}.items():
        yield row("digital_penetration", "adoption", year, "annual", rate, **{"class": cls})
    for cls, rate in {"industry": 0.112, "services": 0.263}.items():
        yield row("digital_penetration", "external", year, "annual", rate,
                  **{"class": cls, "authority": "某研究机构"})  # fmt: skip
    yield row("core_value_added_income", "income_approach", year, "annual", 90.7e8, **{"class": "core"})
    published = {"class": CHAIN, "authority": "工作专班"}
    yield row("chain_value_added", "published", year, "annual", 25.3e8, **published)
    yield row("chain_share_above_industry", "published", year, "annual", 0.028, **published)
    accounts = {"class": "secondary", "authority": "示范市统计局", "price_basis": "current", "base": "none"}
    yield row("sector_value_added", "accounts", year, "annual", 905.04e8, **accounts)
    yield row("industry_above_value_added", "rate_method", f"{year}Q4", "cumulative", 722.5e8)
    for name, value in DEPARTMENTS.items():
        yield row(name, "department", "2023", "annual", value, authority="工作专班")
    stations = {"class": "base_stations_5g_new", "authority": "工作专班"}
    yield row("annual_target", "count", "2023", "annual", 900, **stations)
    yield row("target_completion", "department", "2023", "annual", 906 / 900, **stations)
    piles = {"class": "charging_piles_total", "authority": "工作专班"}
    yield row("annual_target", "count", "2023", "annual", 2500, **piles)
    yield row("target_completion", "department", "2023", "annual", 2300 / 2500, **piles)
    yield row(
        "provincial_rank", "department", "2023", "annual", 5, **{"class": "smart_factories"}, authority="工作专班"
    )
    yield row("future_projects", "ledger", str(LAST), "cumulative", 3, **{"class": "future_networks"})
    yield row("future_value_added", "rate_method", str(LAST), "cumulative", 7.1e8, **{"class": "future_networks"})


# Sums of the lists of each quarter, in display units of the last; each county has its share of entries.
LEDGERS = {
    "ledger_firms": 38, "ledger_projects": 24, "ledger_investment_leads": 15, "ledger_bonds": 8, "ledger_parks": 7,
    "project_investment_planned": 160e8, "project_investment_done": 130.4e8, "project_investment_completion": 0.815,
    "project_start_rate": 0.9, "contracts_signed": 9, "contracts_fulfilled": 8, "contracts_started": 6,
    "contracts_produced": 3, "contracts_at_capacity": 1, "contract_fulfilment_rate": 8 / 9, "contract_start_rate": 0.75,
    "contract_production_rate": 0.5, "contract_capacity_rate": 1 / 3, "bond_arrived": 12e8, "bond_spent": 7.8e8,
    "bond_spending_rate": 0.65, "bonds_idle": 2, "park_tenants": 1180, "park_tenants_digital": 402,
    "park_digital_share": 402 / 1180,
}  # fmt: skip
# County → projects by light.
LIT = {
    "419901": {"red": 1, "yellow": 1, "grey": 0, "green": 4},
    "419902": {"red": 2, "yellow": 1, "grey": 1, "green": 3},
    "419903": {"red": 0, "yellow": 0, "grey": 0, "green": 8},
    "419905": {"red": 0, "yellow": 1, "grey": 0, "green": 2},
}


def _ledgers(quarter: Quarter) -> Iterator[dict[str, Any]]:
    period = str(quarter)
    for name, value in LEDGERS.items():
        yield row(name, "ledger", period, "cumulative", value)
    ahead = LEDGERS["project_investment_completion"] - quarter.number / 4
    yield row("project_investment_ahead", "ledger", period, "cumulative", ahead)
    for light in ("red", "yellow", "grey", "green"):
        whole = sum(lit[light] for lit in LIT.values())
        yield row("project_lights", "ledger", period, "cumulative", whole, **{"class": light})
    for code, lit in LIT.items():
        place, projects = {"region": code}, sum(lit.values())
        for name in ("ledger_firms", "ledger_investment_leads", "ledger_bonds", "ledger_parks"):
            yield row(name, "ledger", period, "cumulative", round(LEDGERS[name] * projects / 24), **place)
        yield row("ledger_projects", "ledger", period, "cumulative", projects, **place)
        yield row("project_start_rate", "ledger", period, "cumulative", 0.9, **place)
        for light, number in lit.items():
            yield row("project_lights", "ledger", period, "cumulative", number, **place, **{"class": light})


def city_observations(last: Quarter = LAST) -> pa.Table:
    rows = [*_single(), *_uncertain(last), *_ledgers(last - 1), *_ledgers(last)]
    for quarter in quarters_between(FIRST, last):
        rows += _whole(quarter)
        rows += _core(quarter, PLACE, 1.0)
        for n, code in enumerate(COUNTIES, 1):
            rows += _core(quarter, code, (11 - n) / 55)
    return _arrow(observations(rows))


def nation_observations() -> pa.Table:
    """What was published for 2023, against both vintages of GDP."""
    core = {"core": 127_555, "01": 43_135, "02": 4_037, "03": 55_636, "04": 24_747}
    gdp = {"preliminary": 1_260_582, "census": 1_294_272}
    nation = {"region": "000000", "authority": "国家统计局"}
    rows = []
    for cls, value in core.items():
        own = nation | {"class": cls, "vintage": "census"}
        rows.append(row("core_value_added", "published", "2023", "annual", value * 1e8, **own))
        rows.append(row("core_class_share", "published", "2023", "annual", value / 127_555, **own))
    for vintage, value in gdp.items():
        rows.append(row("gdp", "accounts", "2023", "annual", value * 1e8, **nation, vintage=vintage))
        definition = "same_vintage" if vintage == "census" else "mixed_vintage"
        rows.append(row("core_share_gdp", definition, "2023", "annual", 127_555 / value, **nation,
                        **{"class": "core", "vintage": vintage}))  # fmt: skip
    rows += [
        row("gdp", "accounts", str(quarter), "cumulative", 1.2e14 * quarter.number / 4, **nation)
        for quarter in quarters_between(FIRST, Quarter(2022, 4))
    ]
    return _arrow(observations(rows))


def _arrow(frame: Any) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def small_tables() -> dict[str, pa.Table]:
    return {"catalogue": _arrow(catalogue()), "class_label": _arrow(class_labels())}


def city_tables(last: Quarter = LAST) -> dict[str, pa.Table]:
    contracts = release_contracts()
    cells = [
        {"quarter": str(last), "origin": "measured", "region": region, "scheme": "digital", "class": cls, "units": 12,
         "va": 2**53 + 1, "revenue": 30, "revenue_base": 28, "profit": 2, "wages": 4, "staff": 90}
        for region in (PLACE, *COUNTIES) for cls in ("core", "01")
    ]  # fmt: skip
    return small_tables() | {
        "observation": city_observations(last),
        "cell_published": pa.Table.from_pylist(cells, schema=contracts["cell_published"].schema),
        "coefficient": pa.table({
            "gbt": ["6429"], "de": ["040101"], "level": ["city"], "key": ["*"],
            "k": pa.array(["0.350000"]).cast(pa.decimal128(7, 6)), "method": ["reidentified"], "source": ["再识别调查"],
            "valid_from": [dt.date(2021, 1, 1)], "valid_to": [dt.date(9999, 12, 31)], "approver": ["核算科"],
            "known_from": [dt.date(2021, 2, 20)],
        }),
        "review_summary": pa.table({
            "quarter": [str(last)] * 3, "form": ["B203", "B203", "F203"],
            "status": ["assigned", "set_aside", "assigned"], "rule": ["", "C01", ""], "rows": [1400, 9, 600],
        }),
        "coverage": coverage(last),
    }  # fmt: skip


def coverage(last: Quarter = LAST, *, imputed: int = 0) -> pa.Table:
    rows = [
        {"quarter": str(last), "survey": survey, "due": due, "reported": due - missing, "missing": missing,
         "imputed": min(imputed, missing), "revenue_due": 1000, "revenue_reported": reported,
         "coverage": reported / 1000 if reported else None}
        for survey, due, missing, reported in (
            ("all", 2010, 6, 998), ("industry", 1400, 4, 997), ("service", 600, 2, 1000), ("trade", 10, 0, 0)
        )
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=release_contracts()["coverage"].schema)


def flash_tables() -> dict[str, pa.Table]:
    """The same city as a flash: own figures of that vintage, three firms of 01 in the first county imputed."""
    tables = city_tables()
    frame = tables["observation"].to_pandas()
    ours = frame["authority"] == "监测测算"
    told = (frame["period"] == str(LAST)) & (frame["span"] == "cumulative") & (frame["region"] == PLACE)
    said = {"core_imputed_units": 3.0, "core_imputed_share": 0.0123}
    for indicator_, value in said.items():
        touched = told & (frame["indicator"] == indicator_) & frame["class"].isin(["core", "01"])
        frame.loc[touched, ["value", "status"]] = [value, "E"]
    first = [
        row(name, definition, str(LAST), "cumulative", value,
            **{"class": "core", "region": next(iter(COUNTIES)), "status": "E"})
        for name, definition, value in (
            ("core_imputed_units", "above_threshold", 3.0), ("core_imputed_share", "rate_method", 0.2),
        )
    ]  # fmt: skip
    frame = frame.assign(vintage=frame["vintage"].where(~ours, "flash"))
    kept = frame[frame["indicator"] != "core_share_gdp"].to_dict("records")
    rows = [*kept, *(more | {"vintage": "flash"} for more in first)]
    return tables | {"observation": _arrow(observations(rows)), "coverage": coverage(imputed=5)}


def nation_tables() -> dict[str, pa.Table]:
    return small_tables() | {"observation": nation_observations()}
