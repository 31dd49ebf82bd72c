"""Numbers as words: the rules of wording and rounding, with the numbers that taught them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.release.display import numeric_columns, shown, yi
from pipelines.release.figures import Number, count, ranks
from pipelines.release.wording import growth, in_display, is_flat, ordinal, percent, plain, points, rounded


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0.053, "同比增长5.3%"),
        (-0.0316, "同比下降3.2%"),
        (0.0004999, "与上年同期持平"),
        (-0.0004, "与上年同期持平"),
        (0.0005, "同比增长0.1%"),
        (0.0, "与上年同期持平"),
    ],
)
def test_growth_never_says_minus(fraction: float, said: str) -> None:
    assert growth(fraction) == said
    assert "−" not in growth(fraction)


def test_differences_are_rounded_once() -> None:
    assert percent(629.0 / 647.4 - 10 / 12) == "13.8"
    assert points(629.0 / 647.4 - 10 / 12, "超过", "低于") == "超过13.8个百分点"


@pytest.mark.parametrize(("value", "said"), [(0.0125, "1.3"), (-0.0125, "−1.3"), (0.00145, "0.1"), (-0.0001, "0.0")])
def test_half_goes_away_from_zero_on_the_decimal_value(value: float, said: str) -> None:
    assert percent(value) == said


def test_points_and_comparison() -> None:
    assert points(0.005, "加快", "回落") == "加快0.5个百分点"
    assert points(-0.005, "加快", "回落") == "回落0.5个百分点"
    assert points(0.0, "加快", "回落") == "持平"
    assert is_flat(0.00049)


@pytest.mark.parametrize(
    ("fraction", "step", "grown", "pulled"),
    [
        (0.046, 0.001, "同比增长4.6%", "增长4.6个百分点"),
        (0.045, 0.005, "同比增长约4.5%", "增长约4.5个百分点"),
        (-0.09, 0.01, "同比下降约9%", "下降约9个百分点"),
        (0.0, 0.001, "与上年同期持平", "持平"),
        (0.0, 0.005, "同比变动不足0.5%", "持平（不足0.5个百分点）"),
        (0.0, 0.01, "同比变动不足1%", "持平（不足1个百分点）"),
    ],
)
def test_what_is_told_in_a_step_is_said_so(fraction: float, step: float, grown: str, pulled: str) -> None:
    assert growth(fraction, step=step) == grown
    assert points(fraction, "增长", "下降", step=step) == pulled


def test_display_units() -> None:
    assert in_display(9_229_444_000.0, "元", "亿元", 1) == Decimal("92.3")
    assert in_display(24.4e8, "条", "亿条", 1) == Decimal("24.4")
    assert in_display(906.0, "个", "个", 0) == Decimal(906)
    # A ratio is shown as per cent where its display unit says so, and as a ratio else.
    assert in_display(1.00632, "比率", "%", 1) == Decimal("100.6")
    assert in_display(1.00632, "比率", "比率", 3) == Decimal("1.006")
    assert plain(rounded(-1234567.84)) == "−1,234,567.8"


@pytest.mark.parametrize(
    ("cell", "text", "mark"),
    [
        (Number(9.2e9, "元", "亿元", 1), "92.0", ""),
        (Number(9.2e9, "元", "亿元", 1, "E"), "92.0", "E"),
        (Number(4e6, "元", "亿元", 1), "…", ""),
        (Number(0.0, "元", "亿元", 1), "0.0", ""),
        (Number(0.0001, "比率", "%", 1), "0.0", ""),
        (Number(9.2e9, "元", "亿元", 1, "C"), "※", ""),
        (None, "", ""),
        ("2023年", "2023年", ""),
        (count(3), "3", ""),
    ],
)
def test_cells(cell: Number | str | None, text: str, mark: str) -> None:
    assert (shown(cell).text, shown(cell).mark) == (text, mark)


def test_small_things() -> None:
    assert numeric_columns([["a", count(1)], [None, None], []]) == [False, True]
    assert yi(Number(1.5e8, "元", "亿元", 1)) == "1.5"
    three = [("a", Number(1.0, "", "", 0)), ("b", Number(2.0, "", "", 0)), ("c", None), ("d", Number(2.0, "", "", 0))]
    assert ranks(three) == {"a": 3, "b": 1, "d": 1}  # type: ignore[arg-type]


def test_headings_are_counted_in_chinese() -> None:
    assert [ordinal(n) for n in (1, 9, 10, 11, 20, 21)] == ["一", "九", "十", "十一", "二十", "二十一"]
