"""Settings that cannot be are told by name, in Chinese and English, before anything is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines import workspace
from pipelines.workspace import EngineTerms, Workspace
from tests.end_to_end import by_hand

COUNTIES = by_hand.SETTINGS.partition("[[counties]]")[2]


BASE = "base_quarters = 4"


@pytest.mark.parametrize(
    ("right", "wrong", "zh", "en"),
    [
        (f'code = "{by_hand.CITY}"', 'code = "9901"', "六位数字：9901", "six digits: 9901"),
        (f'code = "{by_hand.COUNTY}"', 'code = "99010A"', "六位数字：99010A", "six digits: 99010A"),
        (f'code = "{by_hand.COUNTY}"', f'code = "{by_hand.CITY}"', f"重复：{by_hand.CITY}", f"twice: {by_hand.CITY}"),
        (BASE, "base_quarters = 5", "没有可发布的季度", "no quarter to release"),
        (f"[[counties]]{COUNTIES}", "", "没有填写县", "no [[counties]]"),
        (
            '"2023Q1"',
            '"2023年1季度"',
            "last_quarter “2023年1季度”不是季度",
            "last_quarter '2023年1季度' is not a quarter",
        ),
        (BASE, f"{BASE}\nflash_day = 21", "flash_day 不应晚于", "flash_day must not come after"),
        (BASE, f"{BASE}\nflash_day = 0", "flash_day 不应小于 1", "flash_day must be at least 1"),
        (BASE, f"{BASE}\nrelease_day = 29", "release_day 不应大于 28", "release_day must be at most 28"),
        (BASE, f"{BASE}\nreview.coverage = 0", "review.coverage 应大于 0", "review.coverage must be greater than 0"),
        (BASE, f"{BASE}\nannual_coverage = 'all'", "annual_coverage 应为数字", "annual_coverage must be a number"),
        (BASE, "base_quarters = 4.5", "base_quarters 应为整数", "base_quarters must be a whole number"),
        ("synthetic = true", "synthetic = 'so'", "synthetic 应为 true 或 false", "synthetic must be true or false"),
        ('name = "手工市"', "name = 3", "name 应为文字", "name must be text in quotes"),
        ('name = "手工市"', "", "name 没有填写", "name is missing"),
        ('name = "东区"', "", "counties.1.name 没有填写", "counties.1.name is missing"),
        (f"[[counties]]{COUNTIES}", "counties = 3", "counties 应为列表", "counties must be a list"),
        (BASE, f"{BASE}\ndeadlines = 18", "deadlines 应为一段设置", "deadlines must be a table"),
        (BASE, f"{BASE}\nengine = 'duckdb'", "engine 应为一段设置", "engine must be a table"),
        (BASE, f"{BASE}\nengine.memory = '2GB'", "engine.memory 没有这一项", "engine.memory is no setting"),
        (
            BASE,
            f"{BASE}\nengine.kind = 'hadoop'",
            "engine.kind 只能是 'duckdb' 或 'spark'",
            "engine.kind must be 'duckdb'",
        ),
        (BASE, f"{BASE}\nengine.memory_limit = '2 gigs'", '应写成数字加单位，如 "2GB"', 'MB or GB, such as "2GB"'),
        (BASE, f"{BASE}\nengine.memory_limit = '511MB'", "memory_limit 不应小于 512MB", "must be at least 512MB"),
        (BASE, f"{BASE}\nengine.memory_limit = '0GB'", "memory_limit 不应小于 512MB", "must be at least 512MB"),
        *(
            (
                BASE,
                f"{BASE}\nengine.kind = 'spark'\nengine.master = '{master}'",
                f"engine.master 写法不对：{told}。",
                "no address",
            )
            for master, told in (
                ("nonsense", "nonsense"),
                ("local[0]", "local[0]"),
                ("local[00, 4]", "local[00, 4]"),
                ("spark://h1", "spark://h1"),
                ("spark://h1:7077,h2", "spark://h1:7077,h2"),
                ("sc://h1:15002;token=secret", "sc://h1:15002"),
                ("sc://h1;token=secret", "sc://h1"),
                ("sc://h1:15002/;token", "sc://h1:15002/"),
                ("sc://h1:15002,h2:15002", "sc://h1:15002,h2:15002"),
            )
        ),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, right: str, wrong: str, zh: str, en: str) -> None:
    assert right in by_hand.SETTINGS
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"city\.toml") as raised:
        _ = Workspace(tmp_path).city
    assert zh in raised.value.zh
    assert en in raised.value.en
    assert raised.value.where == str(tmp_path / "city.toml")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "master",
    [
        *(
            "local",
            "local[*]",
            "local[2, 4]",
            "local[010]",
            "spark://h1:7077,[::1]:7077",
            "yarn",
            "k8s://https://h1:6443",
        ),
        *("sc://h1", "sc://[::1]", "sc://h1/;use_ssl=true;token=secret", "sc://h1:15002"),
    ],
)
def test_an_address_of_spark_is_taken(master: str) -> None:
    assert EngineTerms(kind="spark", master=master).master == master


def test_an_address_that_nobody_asks_is_left_alone() -> None:
    assert EngineTerms(kind="duckdb", master="").master == ""


def test_a_fault_without_words_of_ours_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_FAULTS", {})
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS.replace('name = "东区"', "name = {}"), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        _ = Workspace(tmp_path).city
    assert "counties.1.name 填写有误" in raised.value.zh
    assert "counties.1.name Input should be" in raised.value.en


@pytest.mark.parametrize(
    ("said", "held"),
    [("2 GB", "2GB"), ("2gb", "2GB"), (" 1.5 gib ", "1.5GiB"), ("512MB", "512MB"), ("600mIb", "600MiB"), (" ", "")],
)
def test_memory_may_be_written_as_people_write_it(said: str, held: str) -> None:
    assert EngineTerms(memory_limit=said).memory_limit == held


def test_a_nation_has_no_counties(tmp_path: Path) -> None:
    settings = by_hand.SETTINGS.partition("[[counties]]")[0].replace('kind = "city"', 'kind = "nation"')
    (tmp_path / "city.toml").write_text(settings, encoding="utf-8")
    assert not Workspace(tmp_path).city.has_firms
