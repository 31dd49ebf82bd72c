from __future__ import annotations

import pytest

from indicators.quarter import Quarter
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import forms
from pipelines.ingest.periods import Period, Stated, check_title, parse_period, stated


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022年第一季度", Period("2022Q1", "quarter")),
        ("2022年4季度", Period("2022Q4", "quarter")),
        ("2022 年 第 2 季度", Period("2022Q2", "quarter")),
        ("2022Q3", Period("2022Q3", "quarter")),
        ("2023年12月", Period("2023-12", "month")),
        ("2023-01", Period("2023-01", "month")),
        ("2023M7", Period("2023-07", "month")),
        ("2023年1—12月", Period("2023-12", "month", cumulative=True)),
        ("2023年1-2月", Period("2023-02", "month", cumulative=True)),
        ("2023年上半年", Period("2023Q2", "quarter", cumulative=True)),
        ("2019年", Period("2019", "annual")),
        ("2023年前三季度", Period("2023Q3", "quarter", cumulative=True)),
        ("2019", Period("2019", "annual")),
        ("2023年13月", None),
        ("2023年1季度", Period("2023Q1", "quarter")),
        ("2023年Q2", Period("2023Q2", "quarter")),
        ("2023-Q2", Period("2023Q2", "quarter")),
        ("2023年第三季度（累计）", Period("2023Q3", "quarter", cumulative=True)),
        ("2023年1—2季度", Period("2023Q2", "quarter", cumulative=True)),
        ("2023年一至三季度", Period("2023Q3", "quarter", cumulative=True)),
        ("2023年第一季度至第四季度", Period("2023Q4", "quarter", cumulative=True)),
        ("2023年前四季度", Period("2023Q4", "quarter", cumulative=True)),
        ("2023年1月至9月", Period("2023-09", "month", cumulative=True)),
        ("2023年1-2月份", Period("2023-02", "month", cumulative=True)),
        ("2023年6月累计", Period("2023-06", "month", cumulative=True)),
        ("2023年\n2月份", Period("2023-02", "month")),
        ("202306", Period("2023-06", "month")),
        ("202313", None),
        ("2023-12-01", Period("2023-12", "month")),
        ("2023-13-01", None),
        ("2023年度", Period("2023", "annual")),
        ("2023年累计", Period("2023", "annual")),
        ("2022年第五季度", None),
        ("指标", None),
        ("", None),
        ("１９９９年", Period("1999", "annual")),
    ],
)
def test_column_heads(text: str, period: Period | None) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize(
    ("form", "name", "quarter", "months"),
    [
        ("industry", "B203_规模以上工业企业财务状况_2023年1-12月.xlsx", "2023Q4", 12),
        ("industry", "B203_规模以上工业企业财务状况_2023年1-3月_更正1.xlsx", "2023Q1", 3),
        ("service", "F203_规模以上服务业企业财务状况_2023年1-11月.csv", "2023Q4", 11),
        ("service", "F203_规模以上服务业企业财务状况_2023年1-2月.csv", "2023Q1", 2),
        ("service", "F203_规模以上服务业企业财务状况_2020年1-3月.csv", "2020Q1", 3),
        ("register", "M101_调查单位名录_2023年4季度.xlsx", "2023Q4", 12),
    ],
)
def test_file_names(form: str, name: str, quarter: str, months: int) -> None:
    said = stated(forms()[form], name)
    assert said is not None
    assert said.quarter(forms()[form]) == (Quarter.parse(quarter), months)


def test_forms_of_many_periods_and_other_names() -> None:
    annual = stated(forms()["annual"], "A103_企业年度财务状况_2022年.xlsx")
    assert annual == Stated(2022)
    assert annual.quarter(forms()["annual"]) is None
    assert stated(forms()["industry"], "B203_没有日期.xlsx") is None


@pytest.mark.parametrize(("form", "months"), [("industry", 11), ("service", 4), ("industry", 13), ("industry", 0)])
def test_months_that_end_no_quarter(form: str, months: int) -> None:
    with pytest.raises(RefusalError) as caught:
        Stated(2023, months).quarter(forms()[form])
    assert caught.value.fault.code == "no_quarter"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (Stated(2023, 12), "规模以上工业企业财务状况 2023年1—9月"),
        (Stated(2023, 12), "2022年1-12月"),
        (Stated(2023, 12), "2023年9月"),
        (Stated(2023, None, 4), "调查单位名录 2023年第三季度"),
        (Stated(2022), "企业年度财务状况（2021年）"),
    ],
)
def test_titles_that_disagree(said: Stated, title: str) -> None:
    with pytest.raises(RefusalError) as caught:
        check_title(said, [title], sheet="表一")
    assert caught.value.fault.code == "period_conflict"
    assert "表一" in str(caught.value)


def test_both_periods_are_said() -> None:
    with pytest.raises(RefusalError) as caught:
        check_title(Stated(2023, 12), ["规模以上工业企业财务状况 2023年1—9月"], sheet="")
    assert "文件名是2023年1—12月，标题是2023年1—9月" in caught.value.zh
    with pytest.raises(RefusalError) as caught:
        check_title(Stated(2023, None, 4), ["调查单位名录 2023年第三季度"], sheet="")
    assert "文件名是2023年4季度，标题是2023年3季度" in caught.value.zh
    with pytest.raises(RefusalError) as caught:
        check_title(Stated(2022), ["企业年度财务状况（2021年）"], sheet="")
    assert "文件名是2022年，标题是2021年" in caught.value.zh


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (Stated(2023, 12), "规模以上工业企业财务状况（2023年1—12月）"),
        (Stated(2023, 12), "报出日期：2024年1月18日"),
        (Stated(2023, None, 4), "2023年4季度"),
        (Stated(2022), "企业年度财务状况（2022年）"),
        (Stated(2022), "没有年份"),
        (Stated(), "2001年"),
    ],
)
def test_titles_that_agree(said: Stated, title: str) -> None:
    check_title(said, [title], sheet="")
