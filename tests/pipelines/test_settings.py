"""Settings that cannot be are told by name, in Chinese and English, before anything is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand

COUNTIES = by_hand.SETTINGS.partition("[[counties]]")[2]


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (f'code = "{by_hand.CITY}"', 'code = "9901"', "六位数字：9901"),
        (f'code = "{by_hand.COUNTY}"', 'code = "99010A"', "six digits"),
        (f'code = "{by_hand.COUNTY}"', f'code = "{by_hand.CITY}"', f"重复：{by_hand.CITY}"),
        ("base_quarters = 4", "base_quarters = 5", "没有可发布的季度"),
        (f"[[counties]]{COUNTIES}", "", "没有填写县"),
        ('"2023Q1"', '"2023年1季度"', "last_quarter"),
        ("base_quarters = 4", "base_quarters = 4\nflash_day = 21", "flash_day 不应晚于"),
        ("base_quarters = 4", "base_quarters = 4\nflash_day = 0", "flash_day"),
        ("base_quarters = 4", "base_quarters = 4\nengine.kind = 'hadoop'", "engine"),
        ("base_quarters = 4", "base_quarters = 4\nengine.memory_limit = 'much'", "memory_limit"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    assert right in by_hand.SETTINGS
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS.replace(right, wrong), encoding="utf-8")
    with pytest.raises(InputError, match=r"city\.toml") as raised:
        _ = Workspace(tmp_path).city
    assert words in raised.value.zh
    assert raised.value.where == str(tmp_path / "city.toml")


def test_a_nation_has_no_counties(tmp_path: Path) -> None:
    settings = by_hand.SETTINGS.partition("[[counties]]")[0].replace('kind = "city"', 'kind = "nation"')
    (tmp_path / "city.toml").write_text(settings, encoding="utf-8")
    assert not Workspace(tmp_path).city.has_firms
