"""shuce release diff: which observations of two releases are not the same.

Belongs here: counting and showing. Does not belong here: comparing (release.read, sql/difference.sql).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.cli.answer import write_answer
from pipelines.release.cut import manifest
from pipelines.release.read import difference

_KINDS = {"changed": "数值改变", "relabelled": "标注改变", "added": "新增", "removed": "消失"}
_HEAD = {
    "kind": "差别", "indicator": "指标代码", "definition_id": "口径", "indicator_zh": "指标", "period": "时期",
    "span_zh": "时期类型", "region_zh": "地区", "class_zh": "类别", "price_zh": "价格", "base": "基数",
    "authority": "数据权属", "shown_unit": "单位", "before_shown": "前一期", "after_shown": "后一期",
    "difference": "相差", "before_vintage": "前一期版次", "after_vintage": "后一期版次", "before_status": "前一期状态",
    "after_status": "后一期状态",
}  # fmt: skip
_INDICATORS, _LARGEST = 12, 5  # what fits on a screen
_BY_SIZE = (("亿元", "亿元"), ("%", "百分点"))


def show(before: Path, after: Path, console: Console, *, csv: Path | None) -> bool:
    """Say how two releases differ: counts by indicator, the largest changes; all of it as CSV where a file is named.

    Returns:
        Whether their observations are the same.
    """
    own = manifest(before)["vintage"], manifest(after)["vintage"]
    answer = difference(before, after, own)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    console.print(f"{escape(before.name)} → {escape(after.name)}", style="bold", highlight=False)
    if csv is not None:
        lines = ([_KINDS[row["kind"]], *[row[name] for name in _HEAD if name != "kind"]] for row in rows)
        write_answer(csv, tuple(_HEAD.values()), lines)
        console.print(f"全部差别 {len(rows):,} 行：{escape(str(csv))}", highlight=False, soft_wrap=True)
    if not rows:
        console.print("[green]✓[/] 观测值全部相同", highlight=False)
        return True
    counts = Counter(row["kind"] for row in rows)
    console.print("，".join(f"{zh} {counts[kind]:,} 个" for kind, zh in _KINDS.items()), highlight=False)
    console.print(_by_indicator(rows), highlight=False)
    for unit, points in _BY_SIZE:
        changed = [row for row in rows if row["kind"] == "changed" and row["shown_unit"] == unit]
        if changed:
            console.print(_largest(changed, points), highlight=False)
    return False


def _by_indicator(rows: list[dict[str, Any]]) -> Table:
    table = Table("指标", *_KINDS.values(), box=None, pad_edge=False)
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    counts = Counter((row["indicator_zh"], row["kind"]) for row in rows)
    most = Counter(row["indicator_zh"] for row in rows).most_common()
    for name, _ in most[:_INDICATORS]:
        table.add_row(escape(name), *(f"{counts[name, kind]:,}" if counts[name, kind] else "" for kind in _KINDS))
    if len(most) > _INDICATORS:
        table.add_row(f"…另有 {len(most) - _INDICATORS} 个指标")
    return table


def _largest(changed: list[dict[str, Any]], unit: str) -> Table:
    table = Table("变动最大", "地区、类别", "时期", "前一期", "后一期", f"相差（{unit}）", box=None, pad_edge=False)
    for column in table.columns[:3]:
        column.overflow = "fold"
    for column in table.columns[3:]:
        column.justify, column.no_wrap = "right", True
    for row in sorted(changed, key=lambda row: -abs(row["difference"]))[:_LARGEST]:
        place = "·".join(filter(None, (row["region_zh"], row["class_zh"])))
        name = row["indicator_zh"] + (f"，{row['price_zh']}" if row["price_zh"] else "")
        numbers = (f"{row['before_shown']:,.2f}", f"{row['after_shown']:,.2f}", f"{row['difference']:+,.2f}")
        period = f"{row['period']}{row['span_zh']}"
        table.add_row(escape(name), escape(place), period, *(number.replace("-", "−") for number in numbers))
    return table
