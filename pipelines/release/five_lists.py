"""The task force's five lists 五张清单 in a report: T8–T12, what is said of them, the bar of lights 项目灯号条.

Belongs here: which sums of the ledgers stand where. Does not belong here: an entry, by name or number; reckoning
(``indicators.dispatch``, ``indicators.measure.dispatch``). What is said of each entry stands in the task force's own
reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from indicators.dispatch.schedule import against_schedule
from pipelines.release import charts
from pipelines.release.charts import LIGHTS
from pipelines.release.cited import Said, cite, cite_whole, percent, said, yi
from pipelines.release.display import shown
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import Figure, Figures, Span
from pipelines.release.tables import Row, Table, filled

_DEFINITION: Final = "ledger"
_LISTS: Final = ("ledger_firms", "ledger_projects", "ledger_investment_leads", "ledger_bonds", "ledger_parks")
_LIT: Final = "project_lights"
_INVESTMENT: Final = tuple(f"project_investment_{name}" for name in ("planned", "done", "completion", "ahead"))
# Table → title and the indicators of its rows.
_ROWS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "T9": ("重点项目", ("ledger_projects", _LIT, *_INVESTMENT, "project_start_rate")),
    "T10": (
        "招商对接和“三个一批”各环节",
        ("ledger_investment_leads", "contracts_signed", "contracts_fulfilled", "contracts_started",
         "contracts_produced", "contracts_at_capacity", "contract_fulfilment_rate", "contract_start_rate",
         "contract_production_rate", "contract_capacity_rate"),
    ),
    "T11": ("专项债", ("ledger_bonds", "bond_arrived", "bond_spent", "bond_spending_rate", "bonds_idle")),
    "T12": ("重点园区", ("ledger_parks", "park_tenants", "park_tenants_digital", "park_digital_share")),
}  # fmt: skip
_WHOSE: Final = "工作专班台账数，不是统计数，与核算数不相加、不相除；按季后数日收到的填报。"
_LEGEND: Final = "调度灯号：红为滞后，与景气灯号无关；月末后截止日评定，此后收到的不改变。"
_FUNNEL: Final = {
    "contract_fulfilment_rate": "履约率",
    "contract_start_rate": "开工率",
    "contract_production_rate": "投产率",
    "contract_capacity_rate": "达效率",
}


def lists_by_county(f: Figures) -> Table | None:
    """T8: how many entries stand on each list, key firms first, by county."""
    names = tuple(name for name in _LISTS if _at(f, name))
    heads = ("地区", *(_name(f, name).removeprefix("在单") for name in names))
    notes = ("重点企业只列个数。", "市本级的条目只计入全市。", _WHOSE)
    return _by_county(f, Table("T8", "五张清单在单数，分县（市、区）", "单位：个", heads, (), notes), names)


def lights_by_county(f: Figures) -> Table | None:
    """T9b: the projects by light and the start rate, by county."""
    heads = ("地区", *(f.name("light", light) for light in LIGHTS), "开工率")
    table = Table("T9b", "重点项目灯号，分县（市、区）", "单位：个、%", heads, (), (_LEGEND, _WHOSE))
    return _by_county(f, table, (_LIT, "project_start_rate"))


def of_list(f: Figures, code: str) -> Table | None:
    """T9, T10, T11 or T12: one list at the ends of this quarter and of the last."""
    title, names = _ROWS[code]
    rows = [
        Row(f.name("light", cls) if cls else _name(f, name), (now.display_unit, now, before), indent=int(bool(cls)))
        for name in names
        for cls in _classes(name)
        if (now := _at(f, name, cls=cls))
        for before in [_at(f, name, cls=cls, before=True)]
    ]
    if not rows:
        return None
    notes = (_LEGEND, _WHOSE) if code == "T9" else (_WHOSE,)
    return filled(Table(code, title, "单位：见各行", ("指标", "单位", "本季末", "上季末"), tuple(rows), notes))


def of_lists(f: Figures) -> list[str]:
    """五张清单: what stands on them, then progress, contracts, bonds and parks, each where there is something."""
    return said(_entries(f), _progress(f), _lit(f), _contracts(f), _bonds(f), _parks(f))


def light_bars(f: Figures) -> Exhibit | None:
    """The projects of each county by light, the worst first; a single county is the place itself and is not drawn."""
    found = {
        county: {light: figure for light in LIGHTS if (figure := _at(f, _LIT, region=county.code, cls=light))}
        for county in f.city.counties
        if (there := _at(f, "ledger_projects", region=county.code)) and there.value
    }
    table = lights_by_county(f)
    if table is None or len(found) < 2:
        return None
    records: list[dict[str, Any]] = []
    for county, lit in found.items():
        start = 0.0
        for light, figure in lit.items():
            label = f"{f.name('light', light)[0]}{shown(figure).text}"
            records.append({
                "name": county.name, "start": start, "end": start + figure.value, "label": label,
                "colour": LIGHTS[light], "cited": cite_whole(f"{county.name} {label}", figure),
            })  # fmt: skip
            start += figure.value
    title = Said(_finding(f))
    drawn = [record for record in records if record["end"] > record["start"]]
    told = "；".join(f"{record['name']}{record['label']}" for record in drawn)
    drawing = charts.drawing("lights", f"条形图：各县（市、区）重点项目的灯号。{title}。{told}。", charts.parts(drawn))
    legend = "、".join(f.name("light", light) for light in LIGHTS)
    return Exhibit(
        title, f"{Span('quarter', str(f.quarter)).label}末，重点项目个数；{legend}", (drawing,), table, _LEGEND
    )


def _entries(f: Figures) -> str:
    there = [figure for name in _LISTS if (figure := _at(f, name))]
    counts = "、".join(f"{_name(f, one.indicator).removeprefix('在单')}{_plain(one)}个" for one in there)
    return f"季末在单：{counts}（工作专班台账数，不是统计数）。" if there else ""


def _progress(f: Figures) -> str:
    planned, done, rate, ahead = (_at(f, name) for name in _INVESTMENT)
    starts = _at(f, "project_start_rate")
    parts = []
    if planned and done and rate and ahead:
        against = cite(against_schedule(ahead.value, "时间进度"), ahead)
        parts.append(f"年度计划投资{yi(planned)}亿元，本年完成{yi(done)}亿元，占年度计划的{percent(rate)}%，{against}")
    if starts:
        parts.append(f"开工率{percent(starts)}%")
    return f"重点项目{'；'.join(parts)}。" if parts else ""


def _lit(f: Figures) -> str:
    """The lights, and where the red ones are: only exceptions are named."""
    lit = {light: figure for light in LIGHTS if (figure := _at(f, _LIT, cls=light)) and figure.value}
    if not lit:
        return ""
    counts = "、".join(f"{f.name('light', light)}{_plain(figure)}个" for light, figure in lit.items())
    red = [f"{county}{_plain(figure)}个" for county, figure in _lit_by_county(f, "red").items() if figure.value]
    where = f"；{f.name('light', 'red')}项目在{'、'.join(red)}" if red else ""
    return f"季末月项目灯号：{counts}{where}。"


def _contracts(f: Figures) -> str:
    signed = _at(f, "contracts_signed")
    rates = [f"{word}{percent(rate)}%" for name, word in _FUNNEL.items() if (rate := _at(f, name))]
    return f"“三个一批”签约{'，'.join([f'{_plain(signed)}个', *rates])}。" if signed and signed.value else ""


def _bonds(f: Figures) -> str:
    names = ("bond_arrived", "bond_spent", "bond_spending_rate", "bonds_idle")
    arrived, spent, rate, idle = (_at(f, name) for name in names)
    if not (arrived and spent and rate and idle):
        return ""
    lies = f"资金闲置的{_plain(idle)}个" if idle.value else "没有资金闲置的"
    return f"专项债到位{yi(arrived)}亿元，支出{yi(spent)}亿元，支出进度{percent(rate)}%，{lies}。"


def _parks(f: Figures) -> str:
    tenants, digital, share = (_at(f, name) for name in ("park_tenants", "park_tenants_digital", "park_digital_share"))
    if not (tenants and digital and share):
        return ""
    return f"重点园区入驻企业{_plain(tenants)}家，其中数字经济企业{_plain(digital)}家，占{percent(share)}%。"


def _finding(f: Figures) -> str:
    """The title of the chart: the worst light there is, and where."""
    for light in ("red", "yellow"):
        whole = _at(f, _LIT, cls=light)
        if whole and whole.value:
            there = {county: figure for county, figure in _lit_by_county(f, light).items() if figure.value}
            ordered = sorted(there.items(), key=lambda pair: -pair[1].value)
            where = f"，分布在{cite(str(len(there)), *there.values())}个县（市、区）" if len(there) > 1 else ""
            if ordered and (len(there) == 1 or ordered[0][1].value > ordered[1][1].value):
                county, most = ordered[0]
                where = f"，{county}{'最多，' if len(there) > 1 else ''}有{_plain(most)}个"
            return f"{_plain(whole)}个重点项目为{f.name('light', light)}{where}"
    return "没有滞后的重点项目"


def _lit_by_county(f: Figures, light: str) -> dict[str, Figure]:
    found = {county.name: _at(f, _LIT, region=county.code, cls=light) for county in f.city.counties}
    return {county: figure for county, figure in found.items() if figure}


def _at(f: Figures, name: str, *, region: str = "", cls: str = "", before: bool = False) -> Figure | None:
    """A figure at the end of the quarter, or of the one before."""
    span = Span("cumulative", str(f.quarter - 1 if before else f.quarter))
    return f.get(name, _DEFINITION, span, region=region, cls=cls)


def _classes(name: str) -> tuple[str, ...]:
    return tuple(LIGHTS) if name == _LIT else ("",)


def _by_county(f: Figures, table: Table, names: tuple[str, ...]) -> Table | None:
    """A table of indicators by county, those that have an entry, below the city."""
    places = [(f.city.code, f.city.name), *((county.code, county.name) for county in f.city.counties)]
    rows = []
    for code, place in places:
        cells = tuple(_at(f, name, region=code, cls=cls) for name in names for cls in _classes(name))
        if any(cell and cell.value for cell in cells):
            first = code == f.city.code
            rows.append(Row(place, cells, indent=int(not first), total=first))
    return replace(table, rows=tuple(rows)) if len(rows) > 1 else None


def _name(f: Figures, name: str) -> str:
    return str(f.catalogue[name, _DEFINITION]["name_zh"])


def _plain(figure: Figure) -> str:
    return cite_whole(shown(figure).text, figure)
