"""A page per indicator in docs/methods/indicators: terms, formula, assumptions, source, worked example.

Belongs here: making the pages from the catalogue and the worked examples; nobody types them. Does not belong here: what
either says.

    python -m tests.scenarios.worked.pages --write      brings the pages up to date
"""

from __future__ import annotations

import sys
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

import pandas as pd

from indicators.catalogue import Indicator, indicators
from indicators.monitored import class_labels
from pipelines.release.figures import BASES, PRICES, SPANS, VINTAGES, Span
from pipelines.release.wording import plain, rounded
from tests.scenarios.worked.city import table
from tests.scenarios.worked.examples import Example, examples

PAGES: Final = Path(__file__).parents[3] / "docs" / "methods" / "indicators"
INDEX: Final = "README.md"
_MADE: Final = "<!-- 由 python -m tests.scenarios.worked.pages --write 生成；改指标目录或算例，不改本页。 -->\n"
_TABLES: Final = {
    "leaf": "汇总单元（全年，亿元；服务业2021年报到11月）",
    "prices": "价格指数（2021年，上年同期=1）",
    "accounts": "核算数（2021年全年，亿元；增速为小数）",
    "annual": "年报汇总单元（2021年，收入法，亿元）",
    "closing": "年报覆盖",
    "controls": "年度控制数（亿元）",
    "below": "规模以下基数（2020年，亿元）",
    "proxies": "规模以下推算指标（全年）",
    "coefficients": "剥离系数",
    "routes": "核算路径",
    "volumes": "物量指标（2021年各季）",
    "cells": "公布单元（2021年全年，亿元、人）",
    "efficiency": "效率系数d",
    "capital": "信息通信技术投资与增加值（亿元）",
    "capital_setting": "增长核算参数",
    "io_sector": "投入产出表部门（2020年，亿元）",
    "io_flow": "投入产出表流量（2020年，亿元）",
    "adoption": "企业数字技术应用情况（2021年）",
    "dispatch": "工作专班台账的合计（2021年末）",
    "concentration": "集中度单元（2021年全年，亿元）",
    "population": "名录单元（2021年全年）",
    "sizes": "企业规模单元（2021年，亿元）",
    "published": "外部公布数与部门监测数（2021年）",
    "index_scheme": "发展指数方案（示例）",
}
_HEADS: Final = {
    "item": "项目（金额为元，其余为个数）",
    "entries": "由几个条目合成",
    "origin": "来源", "county": "县", "region": "地区", "sector": "专业或部门", "gbt": "行业小类",
    "de": "数字经济小类", "months": "2021年四季度累计月数", "va_2020": "2020年增加值",
    "va_2021": "2021年报表增加值", "base_2021": "2021年报表的上年同期", "division": "行业大类", "index": "价格指数",
    "industry": "行业", "measure": "内容", "price_basis": "价格", "base": "基数", "vintage": "版次",
    "value": "数值", "va": "增加值", "year": "年份", "revenue": "营业收入", "revenue_annual": "其中年报已到单位",
    "growth": "累计同比增速",
    "class": "类别", "proxy": "推算指标", "level": "层级", "key": "适用对象", "k": "系数", "method": "方法",
    "scheme": "分类方案", "units": "单位数", "revenue_base": "上年同期营业收入", "profit": "利润总额",
    "staff": "平均用工人数", "d": "效率系数", "investment": "投资", "investment_price": "投资价格指数",
    "va_price": "增加值价格指数", "base_year": "基年", "r": "净收益率", "delta": "折旧率", "g": "首年以前增速",
    "code": "部门", "section": "门类", "digital": "是否数字部门", "output": "总产出", "supplier": "投入部门",
    "user": "使用部门", "flow": "流量", "definition_id": "口径", "surveyed": "被调查（或设备、工序）数",
    "using": "应用（或数控、自动）数", "hhi": "平方和", "va_positive": "增加值合计", "va_top3_positive": "最大三家",
    "va_but1": "剔除最大一家", "va_base_but1": "其上年同期", "va_but3": "剔除最大三家",
    "va_base_but3": "其上年同期", "event": "变动", "size": "规模", "rd": "研发费用",
    "rd_revenue": "填报研发费用企业的营业收入", "indicator": "指标", "period": "时期", "span": "时期类型",
    "unit": "单位", "target": "年度目标", "rank": "全省位次", "authority": "公布机关", "assumed": "年份为推定",
    "parent": "上级代码", "name_zh": "名称", "direction": "方向", "weight": "权重", "low": "下限值", "high": "上限值",
}  # fmt: skip


def pages() -> dict[str, str]:
    """File name → text of every page, the index among them."""
    found = {
        f"{name}.md": _page(name, list(entries)) for name, entries in groupby(_entries(), key=lambda entry: entry.id)
    }
    return {INDEX: _index()} | found


def _entries() -> list[Indicator]:
    """The catalogue with the definitions of an indicator side by side, in the order of their first one."""
    order = {name: place for place, (name, _) in reversed(list(enumerate(indicators())))}
    return sorted(indicators().values(), key=lambda entry: order[entry.id])


def _page(name: str, entries: list[Indicator]) -> str:
    return f"{_MADE}\n# {_plain_name(entries[0])} · {name}\n" + "".join(_section(entry) for entry in entries)


def _plain_name(entry: Indicator) -> str:
    return entry.name_zh.partition("（")[0]


def _section(entry: Indicator) -> str:
    mine = [example for example in examples() if example.entry == entry]
    facts = {
        "中文": entry.name_zh,
        "英文": entry.name_en,
        "口径": f"`{entry.definition_id}`",
        "定义": entry.definition_zh,
        "单位": f"{entry.display_unit}，{entry.decimals}位小数（存储：{entry.unit}）",
        "价格与基数": "；".join(f"{PRICES[price]}，{BASES[base]}" for price, base in entry.forms),
        "时期": "、".join(SPANS[span] for span in entry.spans),
        "级别": entry.release_level,
    }
    rows = "".join(f"| {term} | {text} |\n" for term, text in facts.items())
    return (
        f'\n<a id="{entry.definition_id}"></a>\n## {entry.name_zh} · {entry.definition_id}\n\n'
        f"### 术语\n\n| | |\n|---|---|\n{rows}\n"
        f"### 公式\n\n`{entry.formula}`\n\n"
        f"### 假设\n\n{entry.assumption_zh}。\n\n"
        f"### 来源\n\n{entry.source}。方法说明：[{_title(entry.method)}](../{entry.method}.md)。\n\n"
        f"### 算例\n\n{''.join(map(_example, mine))}"
    )


def _example(example: Example) -> str:
    row = example.row
    span = Span(row["span"], row["period"]).label
    where = "、".join(
        text for text in (span, _place(row["region"]), _name(row["class"]), VINTAGES[row["vintage"]]) if text
    )
    inputs = "、".join(f"[{_TABLES[name]}]({INDEX}#{name})" for name in row["inputs"].split(";") if name)
    said = [f"资料：{inputs}。"] if inputs else []
    said += [f"抽样结果与算式相差不超过{example.tolerance:.1%}。"] if example.sampled else []
    after = f"{''.join(said)}\n" if said else ""
    return f"{where}：{row['note']}。\n\n```\n{row['expression']} = {_shown(example)}\n```\n\n{after}"


def _place(region: str) -> str:
    return "" if region == "419900" else f"县{region}"


@cache
def _names() -> dict[str, str]:
    """Class → Chinese name; the digital economy's before those of divisions, for 01 is one of each."""
    return {row["class"]: row["name_zh"] for row in class_labels()[::-1].to_dict("records")}


def _name(cls: str) -> str:
    name = _names().get(cls, "")
    return f"{cls} {name}" if cls.isdigit() else name


@cache
def _title(method: str) -> str:
    """The Chinese title of a page on a family of methods."""
    first = (PAGES.parent / f"{method}.md").read_text(encoding="utf-8").partition("\n")[0]
    return first.rpartition("·")[2].strip()


def _shown(example: Example) -> str:
    entry = example.entry
    unit = "" if entry.display_unit in {"比率", "指数", "倍"} else f" {entry.display_unit}"
    year = entry.display_unit == "年"
    number = rounded(example.by_hand, decimals=entry.decimals)
    return f"{number if year else plain(number)}{unit}"


def _index() -> str:
    """All indicators by topic, and the tables that the worked examples rest on."""
    lines = [
        _MADE,
        "\n# 指标说明\n\n每个指标一页：术语、公式、假设、来源、算例。算例用同一座虚构的小城，算式由人写出，",
        "结果与发布程序的结果逐条比较（`tests/scenarios/worked`）。\n",
    ]
    for topic, entries in groupby(sorted(_entries(), key=lambda entry: entry.topic), key=lambda entry: entry.topic):
        lines.append(f"\n## {topic}\n\n| 指标 | 口径 | 单位 |\n|---|---|---|\n")
        lines += [
            f"| [{entry.name_zh}]({entry.page.rpartition('/')[2]}) | `{entry.definition_id}` | {entry.display_unit} |\n"
            for entry in entries
        ]
    lines.append("\n## 算例的资料\n")
    lines += [f'\n<a id="{name}"></a>\n### {title}\n\n{_markdown(table(name))}' for name, title in _TABLES.items()]
    return "".join(lines)


def _markdown(frame: pd.DataFrame) -> str:
    head = f"| {' | '.join(_HEADS[name] for name in frame.columns)} |\n|{'---|' * len(frame.columns)}\n"
    return head + "".join(f"| {' | '.join(map(str, row))} |\n" for row in frame.itertuples(index=False))


def main(arguments: list[str]) -> None:
    """Write the pages, and remove those of indicators that are gone."""
    if arguments != ["--write"]:
        raise SystemExit(__doc__)
    PAGES.mkdir(exist_ok=True)
    made = pages()
    for name, text in made.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    for path in PAGES.glob("*.md"):
        if path.name not in made:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
