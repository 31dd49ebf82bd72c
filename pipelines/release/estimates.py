"""What is estimated on top of the returns, for a report: the full scope, and the quarters of closed years on the year.

Belongs here: its table and its sentence. Does not belong here: how either is made (indicators.measure), other tables.
"""

from __future__ import annotations

from typing import Final

from pipelines.release.display import yi
from pipelines.release.figures import CORE, VINTAGES, Figure, Figures, Span
from pipelines.release.tables import Row, Table
from pipelines.release.wording import percent

_FULL: Final = "full_scope"
_BENCHMARKED: Final = "benchmarked"
# How many coefficients are shown; all of them are observations.
_SHOWN: Final = 3


def estimates(f: Figures, span: Span) -> Table | None:
    """The full scope beside what reports, and the last closed year beside its preliminary figure; None without any."""
    parts = (
        (
            "全口径",
            _full_scope(f, span),
            "为规模以上加规模以下推算数；规模以下以普查基数按推算指标外推，升规单位已扣除。",
        ),
        ("年度衔接", _closed_year(f), "年报（收入法）报来后各季一并调整，与初步数并列，不相减作增速。"),
        (
            "敏感性区间",
            _intervals(f, span),
            "只反映剥离系数的不确定性（95%，按来源±2至±20个百分点抽样一万次），不含报表误差。",
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
        tuple(f"{name}：{note}" for name, _, note in shown),
        ("vintage",),
    )


def of_full_scope(f: Figures) -> str:
    """One sentence: the full scope, and how much of it is allocated below the threshold; '' where it is not known."""
    span = f.main
    full = f.get("core_value_added", _FULL, span, cls=CORE, price="current") if span else None
    share = f.get("core_allocated_share", _FULL, span, cls=CORE) if span else None
    if full is None or share is None:
        return ""
    return f"含规模以下推算的全口径增加值{yi(full)}亿元，其中规模以下占{percent(share.value)}%。"


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
        return []
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
    return [*rows, *([_row("调整系数（年度控制数）", annual, factor, 1)] if factor else [])]


def _intervals(f: Figures, span: Span) -> list[Row]:
    """What the coefficients leave open: intervals, the share on experts' word, the classes that matter most."""
    modes = (("independent", "各系数独立"), ("correlated", "各系数同向"))
    found = [
        (f"敏感性区间{side}（{zh}）", f.get(f"core_value_added_{name}", mode, span, cls=CORE))
        for mode, zh in modes
        for name, side in (("low", "下限"), ("high", "上限"))
    ]
    found.append(("依据专家系数的部分占比", f.get("core_expert_share", "rate_method", span, cls=CORE)))
    classes = f.classes("core_coefficient_effect", "plus_10", span)
    effects = [(code, f.get("core_coefficient_effect", "plus_10", span, cls=code)) for code in classes]
    largest = sorted((pair for pair in effects if pair[1]), key=lambda pair: -pair[1].value if pair[1] else 0)[:_SHOWN]
    found += [(f"行业小类{code}系数高10个百分点的影响", figure) for code, figure in largest]
    return [_row(name, span, figure, 1) for name, figure in found if figure]


def _row(name: str, span: Span, figure: Figure, indent: int) -> Row:
    cells = (span.label, figure.display_unit, figure, VINTAGES[figure.vintage])
    return Row(name, cells, indent=indent, total=not indent)
