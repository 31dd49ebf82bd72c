"""What is estimated on top of the returns, for a report: the full scope, and the quarters of closed years on the year.

Belongs here: its table and its sentence. Does not belong here: how either is made (indicators.measure), other tables.
"""

from __future__ import annotations

from typing import Final

from pipelines.release.cited import Said, cell, marked, percent, yi
from pipelines.release.display import decimal
from pipelines.release.figures import CORE, VINTAGES, Figure, Figures, Span
from pipelines.release.tables import Row, Table
from pipelines.release.wording import percent as of_fraction
from pipelines.release.wording import plain

_FULL: Final = "full_scope"
_BENCHMARKED: Final = "benchmarked"
_VOLUME: Final = ("core_volume_share", "core_volume_pull", "core_volume_classes")


def estimates(f: Figures, span: Span) -> Table | None:
    """The full scope beside what reports, and the last closed year beside its preliminary figure; None without any."""
    parts = (
        (
            "全口径",
            _full_scope(f, span),
            "为规模以上加规模以下推算数；规模以下以普查基数按推算指标外推，升规单位已扣除。",
        ),
        (
            "年度衔接",
            _closed_year(f),
            f"年报（收入法）报来后各季一并调整，与初步数并列，不相减作增速。{marked(of_closing(f))}",
        ),
        ("不变价", _constant(f, span), "各期用其基期年的价格，基期每五年更换，换基不改变增速；各部分不变价数不相加。"),
        ("物量外推", _volume(f, span), _of_volume()),
        (
            "敏感性区间",
            _intervals(f, span),
            _of_intervals(f),
        ),
    )
    shown = [part for part in parts if part[1]]
    if not shown:
        return None
    return Table(
        "T1附",
        "、".join(name for name, _, _ in shown),
        "单位：见各行",
        ("指标", "时期", "单位", "数值", "版次"),
        tuple(row for _, rows, _ in shown for row in rows),
        tuple(Said(f"{name}：{note}") for name, _, note in shown),
        ("vintage",),
    )


def of_full_scope(f: Figures) -> str:
    """One sentence: the full scope, and how much of it is allocated below the threshold; '' where it is not known."""
    span = f.main
    full = f.get("core_value_added", _FULL, span, cls=CORE, price="current") if span else None
    share = f.get("core_allocated_share", _FULL, span, cls=CORE) if span else None
    if full is None or share is None:
        return ""
    return Said(f"含规模以下推算的全口径增加值{yi(full)}亿元，其中规模以下占{percent(share)}%。")


def of_closing(f: Figures) -> str:
    """Which years have annual returns but too few of them to be closed; '' where there is none."""
    texts = []
    for year in f.periods("annual_coverage", "revenue", "annual", cls=CORE):
        covered = f.get("annual_coverage", "revenue", year, cls=CORE)
        if covered and covered.value < f.city.annual_coverage:
            least = of_fraction(f.city.annual_coverage)
            texts.append(f"{year.label}年报覆盖率{percent(covered)}%，未达{least}%，该年各季未与年报衔接。")
    return Said("".join(texts))


def _full_scope(f: Figures, span: Span) -> list[Row]:
    full = f.get("core_value_added", _FULL, span, cls=CORE, price="current")
    if full is None:
        return []
    shown = [
        ("核心产业增加值（全口径）", full),
        ("其中规模以下推算占比", f.get("core_allocated_share", _FULL, span, cls=CORE)),
        (f"全口径{f.growth_name}", f.get("core_growth", _FULL, span, cls=CORE, price=f.growth_price)),
        ("占GDP比重（全口径）", f.get("core_share_gdp", _FULL, span, cls=CORE)),
    ]
    controlled = f.classes("core_control_factor", _FULL, span)
    shown += [(f"调整系数（大类{code}）", f.get("core_control_factor", _FULL, span, cls=code)) for code in controlled]
    return [_row(name, span, figure, 0 if n == 0 else 1) for n, (name, figure) in enumerate(shown) if figure]


def _closed_year(f: Figures) -> list[Row]:
    spans = [s for s in f.periods("core_value_added", _BENCHMARKED, "cumulative", cls=CORE) if s.period.endswith("Q4")]
    if not spans:
        return _covered_years(f, "")
    year = spans[-1]
    shown = [
        ("核心产业增加值（按年度数衔接）", f.get("core_value_added", _BENCHMARKED, year, cls=CORE)),
        ("核心产业增加值（初步数）", f.get("core_value_added", "rate_method", year, cls=CORE)),
        ("年度衔接影响", f.get("core_benchmark_effect", _BENCHMARKED, year, cls=CORE)),
        ("占GDP比重（按年度数衔接）", f.get("core_share_gdp", _BENCHMARKED, year, cls=CORE)),
    ]
    annual = Span("annual", year.period[:4])
    factor = f.get("core_control_factor", _BENCHMARKED, annual, cls=CORE)
    rows = [_row(name, year, figure, 0 if n == 0 else 1) for n, (name, figure) in enumerate(shown) if figure]
    return [
        *rows,
        *([_row("调整系数（年度控制数）", annual, factor, 1)] if factor else []),
        *_covered_years(f, year.period[:4]),
    ]


def _covered_years(f: Figures, since: str) -> list[Row]:
    """How much the annual returns of a year cover: of the closed year and of those after it."""
    years = [year for year in f.periods("annual_coverage", "revenue", "annual", cls=CORE) if year.period >= since]
    figures = [(year, f.get("annual_coverage", "revenue", year, cls=CORE)) for year in years]
    return [_row("年报覆盖率", year, figure, 1) for year, figure in figures if figure]


def _constant(f: Figures, span: Span) -> list[Row]:
    """The level at prices of the base year, last year's in the same prices, and the volume index."""
    year = f.get("constant_base_year", "base_year", span, cls=CORE)
    if year is None:
        return []
    base = plain(decimal(year)).replace(",", "")
    shown = [
        (f"核心产业增加值（{base}年价格）", f.get("core_value_added_constant", "base_year", span, cls=CORE)),
        (f"上年同期（{base}年价格）", f.get("core_value_added_constant_base", "base_year", span, cls=CORE)),
        (f"不变价指数（{base}年=100）", f.get("core_volume_index", "base_year", span, cls=CORE)),
    ]
    return [_row(name, span, figure, 0 if n == 0 else 1) for n, (name, figure) in enumerate(shown) if figure]


def of_volume(f: Figures) -> str:
    """One sentence: how much of the level and of growth goes by volume indicators; '' where nothing does."""
    share, pull, classes = (f.get(name, "rate_method", f.main, cls=CORE) if f.main else None for name in _VOLUME)
    if share is None or classes is None:
        return ""
    growth = f"，对增速的影响为{percent(pull)}个百分点" if pull else ""
    return Said(f"{cell(classes)}个行业小类按物量外推核算，占核心产业增加值的{percent(share)}%{growth}。{_of_volume()}")


def _volume(f: Figures, span: Span) -> list[Row]:
    """What goes by volume indicators in place of the returns' own growth."""
    names = ("物量外推部分占比", "物量外推部分拉动增速", "物量外推的行业小类数")
    found = [(zh, f.get(name, "rate_method", span, cls=CORE)) for zh, name in zip(names, _VOLUME, strict=True)]
    rows = [_row(zh, span, figure, 1) for zh, figure in found if figure]
    return [Row("物量外推", total=True), *rows] if rows else []


def _of_volume() -> str:
    return "这些小类的增速取自物量指标表，各县按报表分摊，可与报表的同口径增速不同。"


def _intervals(f: Figures, span: Span) -> list[Row]:
    """What the coefficients leave open: intervals, and the share on experts' word."""
    modes = (("independent", "各系数独立"), ("correlated", "各系数同向"))
    found = [
        (f"{side}（{zh}）", f.get(f"core_value_added_{name}", mode, span, cls=CORE))
        for mode, zh in modes
        for name, side in (("low", "下限"), ("high", "上限"))
    ]
    found.append(("依据专家系数的部分占比", f.get("core_expert_share", "rate_method", span, cls=CORE)))
    rows = [_row(name, span, figure, 1) for name, figure in found if figure]
    return [Row("敏感性区间（95%）", total=True), *rows] if rows else []


def _of_intervals(f: Figures) -> str:
    """What the interval says, and what it says nothing of."""
    also, how = ("和推算数", "，推算数按已报单位的残差重抽样") if f.flash else ("", "")
    draws = f"95%，按来源±2至±20个百分点抽样一万次{how}"
    return f"只反映剥离系数{also}的不确定性（{draws}），不含价格指数、增加值率和报表的误差。"


def _row(name: str, span: Span, figure: Figure, indent: int) -> Row:
    cells = (span.label, figure.display_unit, figure, VINTAGES[figure.vintage])
    return Row(name, cells, indent=indent, total=not indent)
