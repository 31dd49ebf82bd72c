"""The notes block: 口径 价格 错月 修订 修约 保密 数据截止日, written from what a report used and from nothing else.

Belongs here: the notes of bulletin and workbook. Does not belong here: notes of one table (tables).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from pipelines.release.cited import Said, cell, marked
from pipelines.release.display import MARKED, STATUS_ZH
from pipelines.release.estimates import of_closing, of_volume
from pipelines.release.figures import VINTAGES, Figure, Figures, Number, Origin, Span, count
from pipelines.release.issue import LEVEL, Issue
from pipelines.release.sentences import of_coverage
from pipelines.workspace import City

# Months that the services returns of a quarter cover: one less than the other surveys.
_LAGGED: Final = {1: "1—2月", 2: "1—5月", 3: "1—8月", 4: "1—11月"}
_EXPLAINED: Final = (
    "core_value_added",
    "core_value_added_income",
    "core_share_gdp",
    "digital_penetration",
    "chain_value_added",
    "firms",
)
# What a definition says of a flash alone.
_OF_FLASH: Final = re.compile("，快报[^，；。]*")
_STATUSES: Final = ("assigned", "unmatched", "ambiguous", "set_aside")


def notes(f: Figures, issue: Issue, used: Iterable[Figure]) -> list[tuple[str, str]]:
    """Pairs of a heading and its text.

    Args:
        f: the release's figures.
        issue: what the release is called.
        used: the observations that the report shows.
    """
    shown = list(used)
    found = [
        ("口径", _definitions(f, shown)),
        ("价格", _prices(shown)),
        ("错月", _lag(f, shown)),
        ("系数", _coefficients(f)),
        ("物量", marked(of_volume(f))),
        ("审核", _review(f)),
        ("推算", _imputation(f)),
        ("修订", _vintages(f, shown) + marked(of_closing(f))),
        (
            "修约",
            "数值按未修约数计算，显示时四舍五入；差额由未修约数相减后修约；部分合计数与分项之和略有出入，未作机械调整。",
        ),
        ("符号", symbols(f, shown)),
        ("保密", f"本期级别为{issue.level}（{issue.stamp}）：{_secrecy(issue, shown)}"),
        *issue.terms,
        ("数据截止日", f"{issue.as_of:%Y年%-m月%-d日}；此后收到的报表和更正不在本期之内。"),
    ]
    if f.city.synthetic:
        found.insert(0, ("合成数据", synthetic(f.city)))
    return [(heading, Said(text)) for heading, text in found if text]


def synthetic(city: City) -> str:
    """What is said on every page of a made-up city."""
    return f"{city.name}的企业与报表均由程序合成，用于演示，不代表任何真实单位或地区。{city.note}"


def citation(f: Figures, issue: Issue) -> tuple[str, ...]:
    """How the bulletin is quoted, and what else the release holds."""
    whose = f"核心产业增加值（{f.authority}），" if f.authority else ""
    quoted = (
        f"引用格式：《{f.city.name}数字经济季度运行监测报告（{issue.period}）》，{whose}数据截止 {issue.as_of}，"
        f"发布批次 {issue.name}，{issue.level}（{issue.stamp}）。"
    )
    beside = (
        "同一批次的数据库 digital_economy.duckdb、工作簿 workbook.xlsx、报告 bulletin.html 和 bulletin.docx、"
        "一页纸 leaders.html、数据浏览 explorer.html、数据字典 dictionary.html 数字一致；"
        "输入文件、程序与依赖的摘要见 manifest.json。"
    )
    return quoted, beside


def _secrecy(issue: Issue, shown: list[Figure]) -> str:
    if issue.level != LEVEL:
        return f"已经保密审查，单个调查对象的数不能由所列各数推断。{issue.spread}"
    return f"{_before_review(shown)}，{issue.spread}"


def _before_review(shown: list[Figure]) -> str:
    if any(figure.release_level == "L2" and figure.indicator != "core_share_gdp" for figure in shown):
        return "为保密处理前的汇总数，仅供统计机构内部复核使用"
    return "所列均为已公布数及其比值，但本件未经发布审定，仅供内部使用"


def _definitions(f: Figures, shown: list[Figure]) -> str:
    keys = dict.fromkeys((figure.indicator, figure.definition) for figure in shown)
    entries = [f.catalogue[key] for key in keys if key[0] in _EXPLAINED and key in f.catalogue]
    told = ((entry["name_zh"], entry["definition_zh"].rstrip("。")) for entry in entries)
    return "\n".join(f"{name}：{words if f.flash else _OF_FLASH.sub('', words)}。" for name, words in told)


def _prices(shown: list[Figure]) -> str:
    texts = []
    if any(figure.price == "current" for figure in shown):
        texts.append("增加值、比重为现价。")
    core = {figure.price for figure in shown if figure.indicator == "core_growth" and figure.base == "comparable"}
    if "constant" in core:
        texts.append(
            "核心产业增速、拉动和贡献率为可比价、同口径（本期单位与其上年同期相比），不能用公布的两年数直接相除。"
        )
    if "current" in core:
        texts.append(
            "核心产业增速为现价、同口径（本期单位与其上年同期相比），未扣除价格变动；收到价格指数表（JG01）后才有可比价增速。"
        )
    if any(figure.indicator == "gdp_growth" for figure in shown):
        unlike = "，与核心产业的现价增速不可比较" if "current" in core else ""
        texts.append(f"GDP增速为核算部门的可比价增速{unlike}。")
    return "".join(texts)


def _lag(f: Figures, shown: list[Figure]) -> str:
    if not any(figure.definition == "rate_method" for figure in shown):
        return ""
    return (
        f"规模以上服务业财务报表比其他专业晚一个月，本季为{_LAGGED[f.quarter.number]}数；"
        "服务业增加值按上年同期累计增加值乘以错月增速推算，不以季度倍数放大。"
    )


def _coefficients(f: Figures) -> str:
    classes = sorted({row["gbt"] for row in f.coefficients})
    if not classes:
        return ""
    used = cell(count(len(classes), *(Origin.of("coefficient", "k", row) for row in f.coefficients)))
    return (
        f"部分归入核心产业的行业小类按剥离系数拆分，本期所用系数涉及{used}个小类（{'、'.join(classes)}），"
        "来源与审定人见数据库的 coefficient 表。"
    )


def _review(f: Figures) -> str:
    rows = [row for row in f.review if row["quarter"] == str(f.quarter)]
    if not rows:
        return ""
    received, assigned, unclassed, aside = (
        cell(_reviewed(rows, statuses))
        for statuses in (_STATUSES, ("assigned",), ("unmatched", "ambiguous"), ("set_aside",))
    )
    return (
        f"本季企业报表收到{received}行：归类{assigned}行，行业代码无对应或有歧义{unclassed}行，"
        f"因违反强制性规则搁置{aside}行；后两者不参与计算，未作任何改动。"
    )


def _reviewed(rows: Sequence[Mapping[str, Any]], statuses: Collection[str]) -> Number:
    """How many rows are of some statuses, of all that were received where there is none."""
    found = [row for row in rows if row["status"] in statuses]
    origins = (Origin.of("review_summary", "rows", row) for row in found or rows)
    return count(sum(row["rows"] for row in found), *origins)


def _imputation(f: Figures) -> str:
    covered = "".join(map(marked, of_coverage(f)))
    if not covered or not f.flash:
        return covered
    return (
        f"本期为快报。{covered}推算数＝该单位上年同月数报表×同一专业同行业两年均报单位的合计变动（比率均值法），"
        "同行业单位不足时依次取中类、大类、专业；利润总额按营业收入的变动推算。"
        "本单位报表收到之日推算数即撤下；初步数起不作推算。快报各季均按同一办法推算，只与同为快报的核算数相比。"
    )


def _vintages(f: Figures, shown: list[Figure]) -> str:
    texts = []
    gdp = {(Span(x.span, x.period).label, x.vintage) for x in shown if x.indicator == "gdp" and x.region == f.city.code}
    for label, vintage in sorted(gdp):
        texts.append(f"{label}{f.gdp_name}为{VINTAGES[vintage]}版次。")
    if any(figure.definition == "mixed_vintage" for figure in shown):
        texts.append("注明“跨版次”的比重分子分母版次不同，仅供对照。")
    if any(figure.definition == "rate_method" for figure in shown):
        texts.append("监测测算数随企业更正、年报增加值率和核算数修订而修订；单季数为同一版次两个累计数之差。")
    return "".join(texts)


def symbols(f: Figures, shown: Iterable[Number]) -> str:
    """What the marks at numbers mean, of those that a report shows, and blanks."""
    marks = sorted({figure.status for figure in shown} & MARKED)
    says = STATUS_ZH | ({"E": "估计数（含未报单位的推算）"} if f.flash else {})
    texts = [f"上标{mark}为{says[mark]}" for mark in marks]
    return "；".join([*texts, "“…”为不足本表最小单位", "空格为不详或无"]) + "。"
