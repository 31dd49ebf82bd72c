"""A year of the task force's ledgers of the synthetic city: what is reported of each entry, by whom and when.

Belongs here: the entries (``ledgers.csv``), how far they get in the 52 weeks of 2023, and the slips of those who
report: late starts, a county that falls silent, a name that changes, entries that stand twice, problems closed late.
Does not belong here: files (``ledger_files``). All of it is made up; counts alone are those that were published.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from pipelines.sample.credit_code import credit_codes
from pipelines.sample.layout import Cell
from pipelines.sample.profile import COUNTIES, COUNTY_NAMES, rows

YEAR: Final = 2023
FIRST: Final = dt.date(YEAR, 1, 6)
FRIDAYS: Final = tuple(FIRST + dt.timedelta(weeks=week) for week in range(52))
_OFFICE: Final = "专班办公室"
# Far from the codes of the city's firms: ledgers and microdata share none.
_CODES_FROM: Final = 800_000_000
# How work is spread over a year where a plan by month is kept, per cent.
_SEASON: Final = (2, 2, 7, 9, 10, 11, 10, 10, 11, 11, 9, 8)
# Project → by how many months its start slips (one is not made within the year).
_LATE_STARTS: Final = {"XM005": 4, "XM010": 2, "XM015": 1, "XM026": 12}
# Project → share of its plan that it manages, where that is not about all of it.
_PACES: Final = {"XM008": 0.55, "XM011": 0.8, "XM013": 0.62, "XM020": 0.86, "XM014": 1.25}
_SILENT: Final = ("辛县", (5, 6, 7))  # nothing came in these months
_ACCEPTED: Final = dt.date(YEAR, 11, 20)  # the projects of the industrial internet
_NO_CODE: Final = "XM009"  # its credit code came in autumn
_SAME_FIRM: Final = ("XM021", "XM014")  # one project in two counties under nearly one name
_RENAMED: Final = ("XM016", dt.date(YEAR, 6, 16), "基因测序与体外诊断设备制造项目")
_BACKWARDS: Final = ("XM017", dt.date(YEAR, 5, 12), dt.date(YEAR, 6, 16))  # an end before the start, and its correction
_SET_UP: Final = {_NO_CODE: "L04", _SAME_FIRM[0]: "L06"}  # slips of entries as they were set up
_SHIFTED: Final = ("己县", 4)  # whose sheet of which month has its columns shifted; it came again a week later
_OVERSPENT: Final = ("ZX006", dt.date(YEAR, 9, 8), dt.date(YEAR, 9, 22))  # more spent than arrived, and its correction
_UNPROVEN: Final = 11  # the problem that is closed without evidence
# When firms are called on beside the middle of the year, and who is not.
_VISITS: Final = (dt.date(YEAR, 4, 7), dt.date(YEAR, 10, 11))
_UNVISITED: Final = ((), ("QY013", "QY026"))
_UNHEARD: Final = {("ZS001", month) for month in (10, 11, 12)}  # of which lead nothing came in which month
# Park → tenants, the parts of them that are digital and above the threshold, revenue in 万元 per 亩 and year, the part
# of it that is tax, staff per tenant.
_PARKS: Final = {
    "YQ001": (236, 0.61, 0.19, 265.0, 0.051, 58), "YQ002": (171, 0.33, 0.24, 178.0, 0.047, 64),
    "YQ003": (43, 0.12, 0.28, 94.0, 0.032, 51), "YQ004": (128, 0.87, 0.09, 156.0, 0.063, 17),
    "YQ005": (66, 0.79, 0.11, 121.0, 0.058, 14), "YQ006": (82, 0.08, 0.31, 143.0, 0.044, 72),
    "YQ007": (97, 0.21, 0.14, 58.0, 0.026, 33),
}  # fmt: skip
_EARNED: Final = (0.18, 0.45, 0.73, 1.0)  # of a year's revenue, report by report
_PROBLEMS: Final = (
    ("资金", "银行贷款审批缓慢，资金缺口未落实"),
    ("用地", "用地指标未到位，部分地块未腾空"),
    ("审批", "环评批复未取得"),
    ("配套", "供电线路未接入"),
    ("用工", "技术工人招聘不足"),
    ("技术", "核心设备交付延期"),
)
_STAGES: Final = ("signed_on", "registered_on", "started_on", "produced_on", "capacity_on")
_STAGE_WORDS: Final = ("签约", "注册", "开工", "投产", "达效")
# Signings of the year: lead → day, batch of 三个一批, level of the event at which it was signed.
_SIGNED: Final = {
    "ZS001": ("2023-01-18", "第七期", ""), "ZS002": ("2023-02-15", "第七期", ""), "ZS003": ("2023-03-10", "第七期", ""),
    "ZS004": ("2023-04-19", "第八期", ""), "ZS005": ("2023-05-11", "第八期", ""), "ZS006": ("2023-06-08", "第八期", ""),
    "ZS007": ("2023-08-16", "第九期", ""), "ZS008": ("2023-09-14", "第九期", ""), "ZS009": ("2023-11-15", "第十期", ""),
    "ZS010": ("2023-04-26", "", "省级"), "ZS011": ("2023-05-18", "", "国家级"), "ZS012": ("2023-09-08", "", "省级"),
    "ZS013": ("2023-10-26", "", "省级"), "ZS014": ("2023-10-12", "", ""), "ZS015": ("2023-11-23", "", ""),
}  # fmt: skip
_RELATED: Final = {"ZS014": ("升格", "ZS004"), "ZS015": ("增资", "ZS006"), "ZS017": ("重复", "ZS002")}


@dataclass(frozen=True)
class Entry:
    """An entry as it was set up: its common cells, and those of its ledger (``more``)."""

    ledger: str
    entry: str
    name: str
    county: str
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Report:
    """Cells reported of an entry: received when, reported when and by whom; ``weekly`` in the list of changes.

    ``slip`` is the id in ``ledger_slips.csv`` of the error that it holds, or ''.
    """

    received: dt.date
    reported: dt.date
    entry: Entry
    reporter: str
    cells: dict[str, Cell] = field(default_factory=dict)
    weekly: bool = False
    shifted: bool = False
    slip: str = ""


def entries() -> list[Entry]:
    """All entries that any ledger had in the year, in the order of ``ledgers.csv``."""
    found = []
    for row in rows("ledgers.csv"):
        more = dict(part.split("=", 1) for part in row["more"].split("|") if part)
        common = {name: row[name] for name in ("department", "digital_class", "future_industry")}
        cells: dict[str, Cell] = {name: text for name, text in (common | more).items() if text}
        found.append(Entry(row["ledger"], row["entry"], row["name"], row["county"], cells | _dates(row)))
    return found


def _dates(row: dict[str, str]) -> dict[str, Cell]:
    return {name: row[name] for name in ("in_date", "out_date", "out_reason") if row[name]}


def reports(*, seed: int) -> list[Report]:
    """All reports of the year, in the order in which they were received."""
    rng = np.random.default_rng([seed, YEAR])
    there = entries()
    coded = [one for one in there if one.ledger in {"firm", "project", "lead", "bond"}]
    regions = np.array([int(COUNTIES[COUNTY_NAMES.index(one.county)]) for one in coded])
    codes = credit_codes(np.arange(len(coded)) + _CODES_FROM, regions)
    code_of = dict(zip((one.entry for one in coded), (code.decode() for code in codes), strict=True))
    code_of[_SAME_FIRM[0]] = code_of[_SAME_FIRM[1]]
    found = [report for one in there for report in _of(one, code_of.get(one.entry, ""), rng)]
    found += list(_problems(there, rng))
    measures = [one for one in there if one.ledger == "measure"]
    found += [
        _weekly(measures[week % len(measures)], day, {"note": f"{day}：按计划推进"}) for week, day in enumerate(FRIDAYS)
    ]
    return sorted(found, key=lambda report: (report.received, report.entry.ledger, report.entry.entry))


def _of(one: Entry, code: str, rng: np.random.Generator) -> Iterator[Report]:
    """The reports of one entry: it comes in, goes on, perhaps leaves."""
    told = {"firm": _firm, "project": _project, "lead": _lead, "bond": _bond, "park": _park, "measure": _measure}
    base = {name: cell for name, cell in one.cells.items() if name not in {"out_date", "out_reason"}}
    if code and one.entry != _NO_CODE:
        base["credit_code"] = code
    if one.ledger == "event":
        yield _full(one, dt.date.fromisoformat(str(one.cells["held_on"])), base)
    else:
        yield from told[one.ledger](one, base, code, rng)
    if out := one.cells.get("out_date"):
        day = dt.date.fromisoformat(str(out))
        yield _weekly(one, day, {"out_date": str(out), "out_reason": one.cells["out_reason"]})


def _came(one: Entry) -> dt.date:
    return max(FIRST, dt.date.fromisoformat(str(one.cells["in_date"])))


def _left(one: Entry) -> dt.date:
    return dt.date.fromisoformat(str(one.cells.get("out_date", "9999-12-31")))


def _full(one: Entry, day: dt.date, cells: dict[str, Cell], reporter: str = "", slip: str = "") -> Report:
    return Report(_friday(day), day, one, reporter or _reporter(one), cells, slip=slip)


def _weekly(one: Entry, day: dt.date, cells: dict[str, Cell], reporter: str = "", slip: str = "") -> Report:
    return Report(_friday(day), day, one, reporter or _reporter(one), cells, weekly=True, slip=slip)


def _friday(day: dt.date) -> dt.date:
    """The Friday on which something of that day comes in; the year's last weeks end with its last Friday."""
    return next((friday for friday in FRIDAYS if friday >= day), FRIDAYS[-1])


def _reporter(one: Entry) -> str:
    return f"{one.county}发展改革部门" if one.county else _OFFICE


def _month_end(month: int) -> dt.date:
    return dt.date(YEAR, month, calendar.monthrange(YEAR, month)[1])


def _firm(one: Entry, base: dict[str, Cell], code: str, rng: np.random.Generator) -> Iterator[Report]:  # noqa: ARG001
    yield _full(one, _came(one), base)
    needs = ("希望协调用电负荷", "希望对接技术人才", "希望加快设备补贴兑现", "无")
    day = dt.date(YEAR, 7, 5)
    if _came(one) < day < _left(one):
        revenue = int(rng.integers(2_000, 90_000))
        own: dict[str, Cell] = {"own_revenue": revenue} if base["consent"] == "是" else {}
        yield _full(one, day, {"needs": needs[int(rng.integers(4))], **own})
    for quarter, visited in enumerate(_VISITS):
        if _came(one) < visited < _left(one) and one.entry not in _UNVISITED[quarter]:
            yield _full(one, visited, {"needs": needs[(int(one.entry[2:]) + quarter) % 4]})


def _project(one: Entry, base: dict[str, Cell], code: str, rng: np.random.Generator) -> Iterator[Report]:
    number = int(one.entry[2:])
    total = int(rng.integers(80, 2_400)) * 100
    prepared = base["type"] == "前期"
    plan = 0 if prepared else round(total * rng.uniform(0.2, 0.45) / 100) * 100
    first = 1 if base["type"] == "续建" else int(max(2 + number % 6, _came(one).month))
    start = dt.date(YEAR - 1, 4 + number % 6, 10) if base["type"] == "续建" else dt.date(YEAR, first, 15)
    shares = _shares(first, by_month=number % 2 == 0)
    cells: dict[str, Cell] = base | {
        "investor": f"{one.county}{one.name[2:6]}投资有限公司", "total_investment": total, "approved": "是",
        "land": "是" if number % 4 else "否", "environment": "是" if number % 3 else "否",
        "permit": "否" if prepared else "是", "fund_own": round(total * 0.6), "fund_loan": total - round(total * 0.6),
    }  # fmt: skip
    if not prepared:
        cells |= {
            "year": YEAR, "year_plan": plan, "plan_start": start.isoformat(),
            "plan_finish": dt.date(YEAR + 1, 6 + number % 6, 28).isoformat(),
        }  # fmt: skip
        if number % 2 == 0:
            cells |= {f"plan_{month:02d}": part for month, part in enumerate(_parts(plan, shares), start=1)}
    yield _full(one, _came(one), cells, slip=_SET_UP.get(one.entry, ""))
    if base["type"] == "续建":
        yield _weekly(one, _came(one), {"start": start.isoformat()})
    if not prepared:
        yield from _works(one, plan, shares, start, rng)
    yield from _slips(one, code, start)


def _shares(first: int, *, by_month: bool) -> list[float]:
    """How a year's plan is spread over the months from the first one on; evenly where no plan by month is kept."""
    weights = [float(share) if by_month else 1.0 for share in _SEASON]
    spread = [weight if not by_month or month >= first else 0.0 for month, weight in enumerate(weights, start=1)]
    return [weight / sum(spread) for weight in spread]


def _parts(plan: int, shares: list[float]) -> list[int]:
    """The plan of each month, adding up to the year's."""
    until = [round(plan * sum(shares[:month])) for month in range(13)]
    return [after - before for before, after in pairwise(until)]


def _works(one: Entry, plan: int, shares: list[float], start: dt.date, rng: np.random.Generator) -> Iterator[Report]:
    """Monthly reports: the start when it is made, what was done of the year's plan."""
    late = _LATE_STARTS.get(one.entry, 0)
    begun = start.replace(year=start.year + (start.month + late - 1) // 12, month=(start.month + late - 1) % 12 + 1)
    pace, done = _PACES.get(one.entry, float(rng.uniform(0.93, 1.06))), 0
    for month in range(1, 13):
        day = _month_end(month)
        if _came(one) > day or _left(one) <= day:
            continue
        before = done
        if begun <= day:
            due = sum(shares[: max(0, month - late)]) if late else sum(shares[:month])
            done = max(done, round(plan * min(1.08, due * pace * float(rng.uniform(0.97, 1.03)))))
        if one.county == _SILENT[0] and month in _SILENT[1]:
            continue
        cells: dict[str, Cell] = {"cum_year": done, "month_done": done - before, "image": _image(done / plan)}
        if month >= _ACCEPTED.month and str(one.cells["content"]).startswith("工业互联网"):
            cells |= {"finish": _ACCEPTED.isoformat(), "image": "通过验收"}
        if begun <= day and start.year == YEAR:
            cells["start"] = begun.isoformat()
        shifted = (one.county, month) == _SHIFTED
        received = day + dt.timedelta(days=3)
        yield Report(received, day, one, _reporter(one), cells, shifted=shifted, slip="L05" if shifted else "")
        if shifted:
            yield Report(received + dt.timedelta(days=7), day, one, _reporter(one), cells)


def _image(share: float) -> str:
    steps = ((0.0, "未开工"), (0.25, "土建基础施工"), (0.55, "主体施工"), (0.85, "设备安装"), (9.0, "调试收尾"))
    return next(word for limit, word in steps if share <= limit)


def _slips(one: Entry, code: str, start: dt.date) -> Iterator[Report]:
    """What goes wrong with single projects, and how it is put right."""
    if one.entry == _NO_CODE:
        yield _weekly(one, dt.date(YEAR, 9, 15), {"credit_code": code})
    if one.entry == _RENAMED[0]:
        yield _weekly(one, _RENAMED[1], {"name": _RENAMED[2]})
    if one.entry == _BACKWARDS[0]:
        yield _weekly(one, _BACKWARDS[1], {"finish": (start - dt.timedelta(days=200)).isoformat()}, slip="L01")
        yield _weekly(one, _BACKWARDS[2], {"finish": "清空"})


def _lead(one: Entry, base: dict[str, Cell], code: str, rng: np.random.Generator) -> Iterator[Report]:  # noqa: ARG001
    amount = int(rng.integers(30, 900)) * 100
    talked = _came(one) - dt.timedelta(days=int(rng.integers(20, 120)))
    yield _full(one, _came(one), base | {"planned_investment": amount, "stage": "洽谈", "talk_on": talked.isoformat()})
    if one.entry in _RELATED:
        kind, earlier = _RELATED[one.entry]
        added: dict[str, Cell] = {"added_investment": round(amount * 0.3)} if kind == "增资" else {}
        yield _weekly(one, dt.date(YEAR, 2, 24), {"signing": kind, "earlier": earlier, **added})
    for month in range(1, 13):
        day = min(_month_end(month), FRIDAYS[-1])
        if _came(one) < day < _left(one) and (one.entry, month) not in _UNHEARD:
            yield _full(one, day, {"next_action": f"{month + 1 if month < 12 else 1}月上门对接，落实要素保障"})
    if one.entry not in _SIGNED:
        return
    text, batch, level = _SIGNED[one.entry]
    day = dt.date.fromisoformat(text)
    for step, (stage, word) in enumerate(zip(_STAGES, _STAGE_WORDS, strict=True)):
        if day > FRIDAYS[-1] or (one.entry == "ZS005" and step) or (one.entry == "ZS008" and step > 1):
            return  # two contracts are not kept: one never registers, one does not start
        cells: dict[str, Cell] = {"stage": word, stage: day.isoformat()}
        if not step:
            named = {"batch": batch, "event_level": level, "event": "产业对接大会" if level else ""}
            cells |= {name: cell for name, cell in named.items() if cell}
            cells |= {} if one.entry in _RELATED else {"signing": "首次签约"}
        yield _weekly(one, day, cells)
        day += dt.timedelta(days=int(rng.integers(25, 75)))


def _bond(one: Entry, base: dict[str, Cell], code: str, rng: np.random.Generator) -> Iterator[Report]:  # noqa: ARG001
    issued = int(base["issued"])
    arrived = dt.date.fromisoformat(str(base.pop("arrived_on")))
    yield _full(one, _came(one), base)
    yield _weekly(one, arrived, {"arrived_on": arrived.isoformat(), "arrived": issued})
    pace, spent = (0.0, 0.0) if one.entry == "ZX003" else (float(rng.uniform(0.07, 0.14)), 0.0)
    for month in range(arrived.month + 1, 13):
        spent = min(1.0, spent + pace * float(rng.uniform(0.6, 1.3)))
        cells: dict[str, Cell] = {"spent": round(issued * spent), "physical": round(spent * 100)}
        yield _weekly(one, min(_month_end(month), FRIDAYS[-1]), cells)
    if one.entry == _OVERSPENT[0]:
        yield _weekly(one, _OVERSPENT[1], {"spent": issued * 10}, slip="L02")
        yield _weekly(one, _OVERSPENT[2], {"spent": round(issued * min(1.0, pace * 3))})


def _park(one: Entry, base: dict[str, Cell], code: str, rng: np.random.Generator) -> Iterator[Report]:  # noqa: ARG001
    area = int(base["area"])
    tenants, digital, above, yields, taxed, heads = _PARKS[one.entry]
    for quarter, day in enumerate((FIRST, *(dt.date(YEAR, month, 14) for month in (4, 7, 10)))):
        new, gone = (int(rng.integers(1, 9)) * quarter for _ in range(2))
        gone //= 3
        held = tenants + new - gone
        yield _full(one, day, (base if not quarter else {}) | {
            "tenants": held, "tenants_digital": round(held * digital), "tenants_above": round(held * above),
            "tenants_new": new, "tenants_closed": gone, "revenue": round(area * yields * _EARNED[quarter]),
            "tax": round(area * yields * taxed * _EARNED[quarter]), "staff": held * heads,
            "vacancy": int(rng.integers(4, 22)), "leading_share": int(rng.integers(45, 80)),
        })  # fmt: skip


def _measure(one: Entry, base: dict[str, Cell], code: str, rng: np.random.Generator) -> Iterator[Report]:  # noqa: ARG001
    reached = int(base.pop("reached", 100))
    yield _full(one, FIRST, base | {"state": "未启动", "progress": 0})
    due = dt.date.fromisoformat(str(base["due"]))
    late = int(one.entry[2:]) in {5, 14}
    for month in (3, 6, 9, 12):
        day = min(_month_end(month), FRIDAYS[-1])
        share = min(reached, round(100 * month / due.month * (0.6 if late else 1.0)))
        done = share >= 100
        state: dict[str, Cell] = {"state": "已完成" if done else "推进中", "progress": share}
        yield _full(one, day, state | ({"evidence": "印发文件及现场照片"} if done else {}))


def _problems(there: list[Entry], rng: np.random.Generator) -> Iterator[Report]:
    """Problems of projects and bonds; most are closed in time, some late, some not at all, one without evidence."""
    about = [one for one in there if one.ledger in {"project", "bond"} and _left(one) > FRIDAYS[-1]]
    for number in range(30):
        one = about[int(rng.integers(len(about)))]
        kind, text = _PROBLEMS[int(rng.integers(len(_PROBLEMS)))]
        raised = FRIDAYS[number * 50 // 30] + dt.timedelta(days=3)
        due = raised + dt.timedelta(days=int(rng.choice([30, 45, 60])))
        problem = Entry("problem", f"WT{number + 1:03d}", f"{one.name}：{text}", one.county, {})
        cells: dict[str, Cell] = {
            "name": problem.name, "about": one.entry, "county": one.county, "type": kind,
            "department": one.cells["department"], "owner": f"责任人{number % 12 + 1}",
            "raised_on": raised.isoformat(), "due": due.isoformat(),
        }  # fmt: skip
        # The first ones come as a list of their own, later ones in the list of changes.
        yield (_full if number < 2 else _weekly)(problem, raised, cells, _OFFICE)
        closed = due + dt.timedelta(days=int(rng.choice([-12, -5, 0, 14, 40], p=[0.3, 0.25, 0.15, 0.2, 0.1])))
        if closed <= FRIDAYS[-1] and number % 9 != 4:
            proof: dict[str, Cell] = {} if number == _UNPROVEN else {"evidence": "现场核查记录"}
            slip = "" if proof else "L03"
            yield _weekly(problem, closed, {"closed_on": closed.isoformat(), **proof}, _OFFICE, slip)
