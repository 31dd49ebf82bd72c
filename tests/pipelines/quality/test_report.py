"""The report on a quarter's data: counts and rates, each finding in words, no unit named, the same bytes again."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest

from indicators.quarter import Quarter
from pipelines.checking.outcomes import Outcome
from pipelines.clock import today
from pipelines.lake import Lake
from pipelines.quality import exhibits, report, tables
from pipelines.quality.facts import DayFacts, Facts, Finding, FormFacts, LostFile, RuleFacts, Share
from pipelines.release import charts
from pipelines.release.display import shown
from pipelines.steps import quality
from pipelines.steps.quality import facts, quality_report
from pipelines.workspace import City, Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import duplicate, told

QUARTER, AS_OF = "2021Q1", dt.date(2021, 4, 20)
CITY = City.model_validate(
    {
        "code": "990100",
        "name": "某市",
        "kind": "city",
        "first_quarter": "2022Q1",
        "last_quarter": "2023Q4",
        "counties": [{"code": "990101", "name": "东区"}, {"code": "990102", "name": "西区"}],
    }
)
LAW = Outcome(
    "2023Q4", "raw_trade", "shape", "revenue", "营业收入", "应为数字", "warn", "gx", 9, 2, "甲.csv 第3行", "x"
)
GOOD = Facts(
    city=CITY,
    quarter=Quarter(2023, 4),
    as_of=dt.date(2024, 1, 20),
    forms=(
        FormFacts("E203", "批发", True, 3, 1, 1, 0, 1200, 1190, 10),
        FormFacts("M101", "名录", True, 1, 0, 0, 1, 0, None, None),
        FormFacts("JG01", "价格", False, 4, 0, 0, 0, 40, 40, 0),
    ),
    lost=(LostFile(dt.date(2024, 1, 17), "乙.txt", "", "unknown", "不认识"),),
    states={"assigned": 1180, "unmatched": 4, "ambiguous": 1, "superseded": 5, "set_aside": 10},
    days=(DayFacts(dt.date(2024, 1, 17), 1000, 0), DayFacts(dt.date(2024, 1, 19), 200, 200)),
    deadlines=(("industry", dt.date(2024, 1, 18)), ("trade", dt.date(2024, 1, 18))),
    set_aside=(RuleFacts("C07", "单位不在本期调查单位名录中，请核实。", 8), RuleFacts("A01", "应相等。", 2)),
    queries=(
        RuleFacts("A12", "异常，请核实。", 20, 60.0, (("confirmed", 5), ("open", 15))),
        RuleFacts("C06", "上年同期未填。", 4, 40.0, (("open", 1), ("resubmitted", 3))),
    ),
    open_impact=0.425,
    open_of_total=0.0123,
    shares=(
        Share("", "", 100.0, 97.0), Share("trade", "", 100.0, 97.0), Share("", "990101", 60.0, 60.0),
        Share("trade", "990101", 60.0, 60.0), Share("", "990102", 40.0, 37.0), Share("trade", "990102", 40.0, 37.0),
        Share("service", "990102", 0.0, 0.0),
    ),
    outcomes=(LAW, replace(LAW, table="cell_leaf", expectation="conservation", unexpected=0, severity="error")),
    findings=(Finding("D03", False, "批零业 51 应付职工薪酬", "方向相反。"),),
    lacking=(),
)  # fmt: skip
NOTHING = replace(
    GOOD, forms=(), lost=(), states={}, days=(), set_aside=(), queries=(), open_impact=None, open_of_total=None,
    shares=(), outcomes=None, findings=(),
)  # fmt: skip


def text_of(page: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL))


def test_the_headline_is_the_finding() -> None:
    said = report.headline(GOOD)
    assert said == "2023年第四季度企业报表收到1,200行，搁置10行，已报单位占上年同期营业收入的97.0%"
    error = replace(LAW, severity="error")
    bad = replace(
        GOOD,
        outcomes=(error,),
        lacking=("JG01 没有",),
        findings=(Finding("D01", True, "x", "不平"), Finding("D02", False, "全部", "不足")),
    )
    assert report.headline(bad).endswith(
        "有四类问题须先解决：必报报表未齐、企业报表覆盖率不足、数据表不符合契约或不守恒、汇总数不平或标识不全"
    )
    assert report.headline(NOTHING) == "2023年第四季度没有收到任何文件"
    assert report.headline(replace(GOOD, states={}, shares=())) == "2023年第四季度没有可用的企业报表"
    nation = CITY.model_copy(update={"kind": "nation", "counties": ()})
    of_nation = replace(GOOD, city=nation, states={}, shares=())
    assert report.headline(of_nation) == "2023年第四季度累计收到8个文件，1个未能读取"


def test_the_key_figures() -> None:
    found = {key.label: (key.value, key.change, key.basis) for key in report.key_figures(GOOD)}
    assert found == {
        "收到文件": ("4", "其中拒收1个", "本季报表和名录"),
        "企业报表": ("1,200", "有效1,185行", "行数与金额守恒"),
        "搁置率": ("0.8", "搁置10行", "占收到的行"),
        "覆盖率": ("97.0", "最低批零业97.0%", "占上年同期营业收入"),
        "待答复查询": ("16", "占可能影响的42.5%", "共24条"),
    }
    assert [key.label for key in report.key_figures(NOTHING)] == ["收到文件"]
    lost = replace(LAW, expectation="conservation", unexpected=1)
    assert {key.basis for key in report.key_figures(replace(GOOD, outcomes=(lost,)))} >= {"行数或金额不守恒"}
    assert {key.basis for key in report.key_figures(replace(GOOD, outcomes=()))} >= {"守恒尚未检查"}
    without = report.key_figures(replace(GOOD, open_impact=None))
    assert without[-1].change == "共24条"


def cells(table: tables.Table | None) -> list[list[str]]:
    assert table is not None
    return [[row.label, *(shown(cell).text for cell in row.cells)] for row in table.rows]


def test_the_tables_hold_every_row() -> None:
    assert cells(tables.forms_of(GOOD)) == [
        ["本季报表和名录"],
        ["E203 批发", "3", "1", "1", "0", "1,200", "1,190", "10", "0.8"],
        ["M101 名录", "1", "0", "0", "1", "0", "", "", ""],
        ["年报与参考表（历次累计）"],
        ["JG01 价格", "4", "0", "0", "0", "40", "40", "0", "0.0"],
    ]
    assert cells(tables.states(GOOD)) == [
        ["收到的行", "1,200", "100.0"],
        ["已归类", "1,180", "98.3"],
        ["行业代码无对应", "4", "0.3"],
        ["行业代码有歧义", "1", "0.1"],
        ["已被更正", "5", "0.4"],
        ["搁置", "10", "0.8"],
    ]
    assert cells(tables.queries(GOOD)) == [
        ["A12", "20", "15", "5", "0", "60.0", "异常，请核实。"],
        ["C06", "4", "1", "0", "3", "40.0", "上年同期未填。"],
    ]
    assert cells(tables.coverage(GOOD)) == [
        ["某市", "97.0", "97.0"], ["东区", "100.0", "100.0"], ["西区", "92.5", "92.5"],
    ]  # fmt: skip
    assert cells(tables.lost_files(GOOD)) == [["乙.txt", "2024-01-17", "", "未识别", "不认识"]]
    assert cells(tables.findings(GOOD)) == [["D03", "批零业 51 应付职工薪酬", "提示", "方向相反。"]]


def test_broken_contracts_come_first_and_many_are_cut_off() -> None:
    error = replace(LAW, table="core_return", severity="error", column_zh="行标识", requirement="主键不得重复")
    found = cells(tables.unmet(replace(GOOD, outcomes=(LAW, error))))
    assert found[1] == ["企业季报（统一口径）", "行标识", "主键不得重复", "2", "甲.csv 第3行"]
    assert found[2][0].startswith("提示")
    assert found[3][0] == "E203 原报"
    many = tables.unmet(replace(GOOD, outcomes=(LAW,) * 43))
    assert many is not None
    assert len(many.rows) == 41
    assert many.notes == ("另有 3 项未列出，见数据表 check_result。",)
    assert tables.unmet(NOTHING) is None


def test_the_charts_say_what_they_show() -> None:
    late = exhibits.arrivals(GOOD)
    assert late is not None
    assert late.title == "83.3%的企业报表按期报到，200行逾期"
    assert "1月19日200行，逾期200行" in late.drawings[0].alt
    assert late.note.startswith("截止日：1月18日；")
    unlike = (("industry", dt.date(2024, 1, 18)), ("construction", dt.date(2024, 1, 13)))
    apart = exhibits.arrivals(replace(GOOD, deadlines=unlike))
    assert apart is not None
    assert apart.note.startswith("截止日：建筑业1月13日，工业1月18日；")
    punctual = exhibits.arrivals(replace(GOOD, days=GOOD.days[:1]))
    assert punctual is not None
    assert punctual.title == "企业报表全部按期报到"
    aside = exhibits.set_aside(GOOD)
    assert aside is not None
    assert aside.title == "10行被搁置，最多的是C07（8行）"
    assert "C07 单位不在本期调查单位…" in aside.drawings[0].alt
    one = exhibits.set_aside(replace(GOOD, set_aside=GOOD.set_aside[:1]))
    assert one is not None
    assert one.title == "10行被搁置"
    asked = exhibits.queries(GOOD)
    assert asked is not None
    assert asked.title == "24条核实查询，16条待答复"
    cover = exhibits.coverage(GOOD)
    assert cover is not None
    assert cover.title == "已报单位占应报单位上年同期营业收入的97.0%，最低为西区（92.5%）"
    full = exhibits.coverage(replace(GOOD, shares=(Share("", "", 5.0, 5.0), Share("trade", "", 5.0, 5.0))))
    assert full is not None
    assert full.title == "已报单位占应报单位上年同期营业收入的100.0%"
    for chart in (exhibits.arrivals, exhibits.set_aside, exhibits.queries, exhibits.coverage):
        assert chart(NOTHING) is None


def test_many_days_and_rules_are_folded() -> None:
    days = tuple(DayFacts(dt.date(2024, 1, n), n, 0) for n in range(1, 16))
    names = [name for name, _ in exhibits._folded(days)]
    assert names[:2] == ["1月4日及以前", "1月5日"]
    assert len(names) == 12
    assert sum(day.rows for _, day in exhibits._folded(days)) == sum(range(1, 16))
    rules = tuple(RuleFacts(f"Q{n:02}", "疑问", 1) for n in range(14))
    many = exhibits.queries(replace(GOOD, queries=rules))
    assert many is not None
    assert many.note.endswith("另有2条规则见数据表。")


def test_dark_cells_are_written_on_in_white() -> None:
    records = [{"row": "甲", "column": "一", "value": v, "label": str(v)} for v in (0.5,)]
    records += [{"row": "乙", "column": "一", "value": 1.0, "label": "1.0"}]
    svg = charts.drawing("g", "", charts.grid(records)).wide
    assert 'fill="#ffffff"' in svg or 'fill="#fff"' in svg
    assert f'fill="{charts.INK}"' in svg


def test_nothing_received_still_makes_a_page() -> None:
    page = report.render(NOTHING)
    text = text_of(page)
    assert "没有收到任何文件" in text
    assert "收件箱没有登记任何文件" in text
    assert "尚未检查" in text
    assert "<svg" not in page


def test_the_page_is_one_closed_file_and_repeats() -> None:
    page = report.render(GOOD)
    assert page == report.render(GOOD)
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.search(r'\sstyle="', page)
    addresses = set(re.findall(r"""(?:src|href)=["']([^"'#][^"']*)""", page)) | set(re.findall(r"url\(([^)]*)\)", page))
    assert all(re.match(r"""["']?(data:|#)""", address) for address in addresses)
    assert page.count("<svg") == page.count('role="img" aria-label="') > 0
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "内部" in text_of(page)
    assert "合成数据" not in text_of(page)
    hostile = replace(GOOD, lost=(replace(GOOD.lost[0], name="<img src=x>"),))
    assert "<img" not in report.render(hostile)


def values(home: Path) -> set[str]:
    """What the units of a city reported and are called: codes, names, and amounts of five digits or more."""
    lake, found = Lake(home / "lake"), set()
    for form in ("industry", "service", "trade", "construction", "register", "annual", "digital_use"):
        table = lake.read(f"raw_{form}", lake.partitions(f"raw_{form}"))
        for name in {"unit", "name", "revenue", "gross_output", "cost", "wages"} & set(table.column_names):
            found |= {value for value in table[name].to_pylist() if value}
    return {value for value in found if not re.fullmatch(r"[\d.,-]{0,5}", value)}


@pytest.mark.city
def test_the_report_of_a_city_names_no_unit(ran_city: Path, tmp_path: Path) -> None:
    home = duplicate(ran_city, tmp_path / "home")
    path = quality_report(Workspace(home), QUARTER, AS_OF)
    assert path == home / "report" / "quality_2021Q1.html"
    page = path.read_text(encoding="utf-8")
    text = text_of(page)
    known = values(home)
    assert len(known) > 1000
    assert [value for value in known if value in text] == []
    for words in ("合成数据", "2021年第一季度", "一、收文", "二、审核", "三、覆盖", "四、契约检查", "五、总量审核"):
        assert words in text
    assert quality_report(Workspace(home), QUARTER, AS_OF).read_text(encoding="utf-8") == page
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.city
def test_facts_of_a_city(ran_city: Path) -> None:
    found = facts(Workspace(ran_city), QUARTER, AS_OF)
    assert found.received == sum(form.rows for form in found.forms if form.code in {"B203", "F203", "E203", "C203"})
    assert found.states["set_aside"] >= max(line.rows for line in found.set_aside)
    assert found.conserved is True
    assert found.coverage is not None
    assert 0.9 < found.coverage.rate <= 1
    assert {share.survey for share in found.shares} == {"", "industry", "service", "trade", "construction"}
    assert sum(share.due for share in found.shares if share.survey == "" and share.county) == found.coverage.due
    assert sum(line.rows for line in found.queries) > 0
    assert found.outcomes is not None
    assert {outcome.quarter for outcome in found.outcomes} == {"", QUARTER, f"register-{QUARTER}"}
    early = facts(Workspace(ran_city), QUARTER, dt.date(2021, 4, 17))
    assert early.received == 0
    assert early.set_aside == ()
    assert early.lacking


@pytest.mark.city
def test_corrected_rows_stay_in_the_count(ran_city: Path) -> None:
    place, late = Workspace(ran_city), dt.date(2022, 4, 17)
    states = [quality._states(place, name, late) for name in Lake(place.lake).partitions("class_return")]
    assert sum(found.get("superseded", 0) for found in states) >= 1


@pytest.mark.city
def test_a_file_named_after_a_unit_is_not_named(ran_city: Path, tmp_path: Path) -> None:
    home = duplicate(ran_city, tmp_path / "home")
    unit = Lake(home / "lake").read("core_return", [QUARTER]).slice(3, 1).to_pylist()[0]
    shutil.copytree(home / "inbox", tmp_path / "inbox", dirs_exist_ok=True)
    (home / "inbox" / f"{unit['name']}的材料.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    (home / "inbox" / f"材料_{unit['unit']}.csv").write_text("甲,乙\n3,4\n", encoding="utf-8")
    told("inbox", "--home", str(home))
    day = today()
    lost = [file.name for file in facts(Workspace(home), QUARTER, day).lost]
    assert "〔单位〕的材料.csv" in lost
    assert "材料_〔单位〕.csv" in lost
    assert not any(unit["name"] in name or unit["unit"] in name for name in lost)


def test_a_city_without_files_has_a_report(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    said = told("quality", by_hand.LAST, "--home", str(tmp_path), "--as-of", by_hand.DUE)
    assert said.code == 0, said.err
    assert "没有收到任何文件" in said.out
    page = (tmp_path / "report" / f"quality_{by_hand.LAST}.html").read_text(encoding="utf-8")
    assert "没有收到任何文件" in page
    assert "尚缺：" in page
    assert str(tmp_path / "report") in said.out


def test_the_command_knows_its_quarter(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    assert "2023年第一季度" in told("quality", "--home", str(tmp_path)).out
    assert told("quality", "2023年", "--home", str(tmp_path)).code == 2


@pytest.mark.city
def test_core_value_added_gives_the_scale_of_open_queries(ran_city: Path, tmp_path: Path) -> None:
    from pipelines.contracts import contract
    from pipelines.lake import write_table

    home = duplicate(ran_city, tmp_path / "home")
    said = {
        "indicator": "core_value_added", "definition_id": "rate_method", "period": QUARTER, "span": "cumulative",
        "region": "419900", "class": "core", "value": 1e9, "unit": "元", "price_basis": "current", "base": "none",
        "vintage": "flash", "as_of": AS_OF, "status": "P", "authority": "监测测算", "release_level": "L2",
    }  # fmt: skip
    path = Lake(home / "lake").path("observation", QUARTER)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(pa.Table.from_pylist([said], schema=contract("observation").schema), path)
    found = facts(Workspace(home), QUARTER, AS_OF)
    assert found.open_of_total is not None
    assert found.open_of_total >= 0
    assert "相当于本季累计核心产业增加值的" in text_of(report.render(found))
    assert any(finding.rule == "D01" for finding in found.findings)  # one region and class add up to nothing else
