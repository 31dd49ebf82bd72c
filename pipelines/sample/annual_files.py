"""Annual forms of the synthetic city: A103 (items of the income approach) and A109 (digital use).

Belongs here: rows of these forms and how their files look. Does not belong here: quarterly returns
(firm_files), the register (register_files).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.sample.calibration import annual_value_added
from pipelines.sample.economy import SEED
from pipelines.sample.firm_files import Planted, Sent, identity
from pipelines.sample.layout import Dress, dress, headers, number, write_sheet
from pipelines.sample.planted import Row, plans, spoil
from pipelines.sample.profile import SURVEYS, Floats, Ints, classes
from pipelines.sample.universe import TRADE, Universe, flows

ANNUAL_YEARS: Final = (2020, 2021, 2022)
SURVEY_NAMES: Final = ("工业", "服务业", "批发和零售业", "建筑业")
# By survey (industry, service, trade, construction), as shares of value added.
_LABOUR: Final = np.array([0.44, 0.5, 0.46, 0.62])
_DEPRECIATION: Final = np.array([0.19, 0.15, 0.09, 0.06])
# Investment income over value added: leaving it in the operating surplus would inflate services by a quarter.
_INVESTMENT: Final = np.array([0.05, 0.24, 0.03, 0.02])
_ADOPTION: Final = {2020: 0.43, 2021: 0.47, 2022: 0.51}
_ADOPTION_TILT: Final = np.array([0.035, -0.03, -0.04, 0.01])
# Industry alone: tools of design and management, and what part of key equipment and operations is controlled.
_INDUSTRY: Final = 0
_TOOLS: Final = {2020: (0.66, 0.60), 2021: (0.70, 0.64), 2022: (0.74, 0.68)}
_CONTROLLED: Final = {2020: 0.50, 2021: 0.53, 2022: 0.56}
# Divisions that assemble count equipment, the others (process industries) count operations.
_ASKED: Final = (
    "design_tools", "management", "key_equipment", "controlled_equipment", "key_operations", "controlled_operations",
)  # fmt: skip
_DISCRETE: Final = frozenset({"21", "24", *map(str, range(33, 41))})


def income_items(universe: Universe, year: int) -> tuple[Ints, dict[str, Ints]]:
    """The items of the annual return of a year.

    Returns:
        Places of the units that report, in order of code, and the items by column of A103, in 千元. By class,
        labour + taxes − other income + depreciation + operating surplus adds up to structural rate × output.
    """
    quarter = Quarter(year, 4)
    places, output, va = annual_value_added(universe, year)
    draw = np.random.Generator(np.random.Philox(key=[SEED, year]))
    normal = draw.standard_normal((8, len(universe.units.code)))[:, places]
    klass, survey = universe.klass(quarter)[places], universe.survey()[places]
    revenue = _revenue(universe, places, output)
    labour = _whole(va * _LABOUR[survey] * np.exp(0.18 * normal[1]))
    tax, vat = _whole(np.abs(va) * 0.03), _whole(np.abs(va) * 0.1)
    depreciation = _whole(np.abs(va) * _DEPRECIATION[survey] * np.exp(0.25 * normal[2]))
    division = np.array([gbt[:2] for gbt in classes().gbt])[klass]
    other = _whole(np.abs(va) * np.where(division == "65", 0.06, 0.008))
    investment = _investment(va, survey, normal[3])
    fair_value, disposal = _whole(va * 0.01 * normal[4]), _whole(va * 0.005 * normal[5])
    impairment = -_whole(np.abs(va) * 0.012 * np.abs(normal[6]))
    credit = -_whole(np.abs(va) * 0.008 * np.abs(normal[7]))
    # Electronics and software spend most on research.
    core_like, draws = np.isin(division, ["39", "65"]), _further(universe, year, places)
    surplus = va - labour - tax - vat + other - depreciation
    return places, {
        "gross_output": output,
        "revenue": revenue,
        "cost": np.where(survey == TRADE, revenue - output, _whole(revenue * 0.82)),
        "labour": labour,
        "tax_surcharge": tax,
        "vat": vat,
        "depreciation": depreciation,
        "operating_profit": surplus + investment + fair_value + disposal + impairment + credit,
        "investment_income": investment,
        "fair_value_gain": fair_value,
        "disposal_gain": disposal,
        "asset_impairment": impairment,
        "credit_impairment": credit,
        "other_income": other,
        "rd": _whole(revenue * np.where(survey == _INDUSTRY, 0.016, 0.022) * np.where(core_like, 2.2, 1.0) * draws[0]),
        "staff": flows(universe, quarter).staff[places],
        "total_assets": _whole(revenue * (0.6 + 0.8 * draws[1])),
    }


def _further(universe: Universe, year: int, places: Ints) -> Floats:
    """Two further draws between 0 and 1 for each unit, apart from those that the income approach rests on."""
    draw = np.random.Generator(np.random.Philox(key=[SEED, 103_000 + year]))
    found: Floats = draw.random((2, len(universe.units.code)))[:, places]
    return found


def _investment(va: Ints, survey: Ints, normal: Floats) -> Ints:
    # A third of the firms hold shares in others; the sum is a fixed part of each survey's value added.
    drawn = np.abs(va) * np.where(normal > 0.4, np.exp(normal), 0.0)
    wanted = _INVESTMENT * np.bincount(survey, va, len(SURVEYS))
    total = np.bincount(survey, drawn, len(SURVEYS))
    share = np.divide(wanted, total, out=np.zeros(len(SURVEYS)), where=total > 0)
    return _whole(drawn * share[survey])


def _revenue(universe: Universe, places: Ints, output: Ints) -> Ints:
    ratio = universe.units.ratio[places]
    return _whole(output * np.where(universe.survey()[places] == TRADE, 1 / ratio, ratio))


def _whole(values: npt.ArrayLike) -> Ints:
    return np.rint(values).astype(np.int64)


def write_annual(universe: Universe, inbox: Path, year: int) -> Iterator[Sent | Planted]:
    """Write A103 of a year: one Excel file in 千元, received on 10 June of the year after."""
    quarter = Quarter(year, 4)
    places, items = income_items(universe, year)
    klass, county, survey = universe.klass(quarter), universe.county(quarter), universe.survey()
    columns = {name: values.tolist() for name, values in items.items()}
    lines: list[Row] = []
    for at, place in enumerate(places.tolist()):
        row = {"year": year, "sector": SURVEY_NAMES[survey[place]]} | identity(
            universe, place, klass[place], county[place]
        )
        row |= {name: cells[at] for name, cells in columns.items()}
        if survey[place] not in (0, 3):
            row["gross_output"] = ""
        lines.append(row)
    header = headers("annual", 2 if year == ANNUAL_YEARS[1] else 0)
    name = f"A103_{forms()['annual'].title}_{year}年.xlsx"
    marks = []
    for plan in plans():
        if plan.form == "annual" and plan.quarter == str(quarter):
            at = places.tolist().index(plan.place(universe.units))
            lines[at] = spoil(plan, lines[at], None)
            marks.append((plan, at))
    cells = [[_keyed(column, line[column], at) for column in header] for at, line in enumerate(lines)]
    first = write_sheet(inbox / name, dress("annual", f"{year}年"), list(header.values()), cells, sheet="A103")
    yield Sent(name, dt.date(year + 1, 6, 10), "核算科", source="企业年报")
    for plan, at in marks:
        found, line = str(lines[at][plan.column]), str(at + first)
        yield Planted(
            plan.id, plan.kind, name, line, header[plan.column], plan.what, plan.expected, plan.rule, "", found
        )


def _keyed(column: str, value: str | int | float, at: int) -> str | int | float:
    if isinstance(value, int) and column not in ("year", "staff"):
        return number(value, at * 29 + len(column)) if value >= 0 else value
    return value


def _industrial_use(
    universe: Universe, year: int, places: Ints, klass: Ints, survey: Ints
) -> list[dict[str, str | int]]:
    """What only industrial firms are asked; some leave the counts blank."""
    draw = np.random.Generator(np.random.Philox(key=[SEED, 1090]))
    uniform = draw.random((5, len(universe.units.code)))[:, places]
    division = np.array([gbt[:2] for gbt in classes().gbt])[klass]
    found: list[dict[str, str | int]] = []
    for at in range(len(places)):
        design, manage, size, part, blank = uniform[:, at].tolist()
        row: dict[str, str | int] = dict.fromkeys(_ASKED, "")
        if survey[at] == _INDUSTRY:
            for name, drawn, share in zip(_ASKED, (design, manage), _TOOLS[year], strict=False):
                row[name] = "是" if drawn < share else "否"
            whole = 4 + int(size * 56)
            controlled = min(whole, round(whole * (_CONTROLLED[year] + 0.5 * (part - 0.5))))
            names = _ASKED[2:4] if division[at] in _DISCRETE else _ASKED[4:]
            row |= dict(zip(names, (whole, controlled), strict=True)) if blank > 0.03 else {}
        found.append(row)
    return found


def write_digital_use(universe: Universe, inbox: Path, year: int) -> Iterator[Sent]:
    """Write A109 of a year: which firms use cloud, IoT, AI or an industrial platform; received next March."""
    quarter = Quarter(year, 4)
    places = np.flatnonzero(universe.reporting(quarter))
    places = places[np.argsort(universe.units.code[places], kind="stable")]
    draw = np.random.Generator(np.random.Philox(key=[SEED, 109]))
    uniform = draw.random((5, len(universe.units.code)))[:, places]
    klass, county, survey = universe.klass(quarter), universe.county(quarter), universe.survey()[places]
    uses = uniform[0] < _ADOPTION[year] + _ADOPTION_TILT[survey]
    first_of = np.floor(uniform[1] * 4).astype(int)
    flags = uses[:, None] & ((uniform[1:5].T < 0.35) | (first_of[:, None] == np.arange(4)[None, :]))
    header = headers("digital_use", 0)
    tools = _industrial_use(universe, year, places, klass[places], survey)
    rows = []
    for at, place in enumerate(places.tolist()):
        row = {"year": year} | identity(universe, place, klass[place], county[place])
        row |= {
            name: "是" if flag else "否"
            for name, flag in zip(("cloud", "iot", "ai", "platform"), flags[at], strict=True)
        }
        row |= tools[at]
        rows.append([row[column] for column in header])
    name = f"A109_{forms()['digital_use'].title}_{year}年.xlsx"
    look = Dress(f"{year}年企业数字技术应用情况", ("表    号：A109表",))
    write_sheet(inbox / name, look, list(header.values()), rows, sheet="A109")
    yield Sent(name, dt.date(year + 1, 3, 15), "服务业科", source="企业年报")
