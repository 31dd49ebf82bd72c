"""shuce ledger, as the task force's clerk would use it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from pipelines.cli import ledger
from pipelines.workspace import Workspace
from tests.end_to_end.running import Told, told
from tests.pipelines.ledgers.conftest import ledger_city  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def home(ledger_city: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    target = tmp_path_factory.mktemp("ledger") / "home"
    shutil.copytree(ledger_city.home, target)
    return target


@pytest.fixture
def shuce(home: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(ledger.console, "_width", 100)
    monkeypatch.setenv("SHUCE_HOME", str(home))

    def run(*arguments: str) -> Told:
        return told("ledger", *arguments)

    return run


def test_counts(shuce) -> None:
    said = shuce("list")
    assert said.code == 0
    lines = [line.split() for line in said.out.splitlines()]
    assert ["重点企业", "TZ01", "38"] in lines
    assert ["措施", "TZ07", "23"] in lines
    early = shuce("list", "--as-of", "2023-01-31")
    assert ["重点企业", "TZ01", "36"] in [line.split() for line in early.out.splitlines()]


@pytest.mark.parametrize(
    "name", ["重点企业", "TZ02", "lead", "重点专项债项目清单", "招商", "tz01", "园区", "问题", "措施", "登记簿"]
)
def test_a_list(shuce, name: str) -> None:
    said = shuce("list", name)
    assert said.code == 0
    assert "001" in said.out
    assert max(sum(2 if ord(c) > 255 else 1 for c in line.rstrip()) for line in said.out.splitlines()) <= 100


def test_a_list_of_one_county(shuce) -> None:
    said = shuce("list", "重点项目", "--county", "己县")
    assert "XM016" in said.out
    assert "XM001" not in said.out
    assert "没有“某县”" in shuce("list", "重点项目", "--county", "某县").err
    assert "没有清单“工程”" in shuce("list", "工程").err


def test_one_entry_with_its_history(shuce) -> None:
    said = shuce("show", "xm016")
    assert "基因测序与体外诊断设备制造项目" in said.out
    assert "已填" in said.out
    assert "2023-06" in said.out
    doubted = shuce("show", "XM017", "--as-of", "2023-06-09")
    assert "存疑：竣工日期早于开工日期" in doubted.out
    emptied = shuce("show", "XM017", "--as-of", "2023-06-16")
    assert "（清空）" in emptied.out
    assert shuce("show", "ZX006").code == 0
    for missing in ("XM999", "甲"):
        assert "没有编号" in shuce("show", missing).err


def test_the_dispatch_of_a_day(shuce) -> None:
    said = shuce("dispatch")
    assert "年度计划投资" in said.out
    assert "2023-12 灯号（24 个项目）" in said.out
    for word in ("正常", "提示", "警告", "未评", "履约率", "开工率", "专项债", "工作措施：23 项"):
        assert word in said.out
    assert "XM026" in said.out
    for words in ("未办结问题（9 个", "报包联领导", "YQ004", "87.0%", "存疑（1 条", "办结没有佐证"):
        assert words in said.out
    doubted = shuce("dispatch", "--as-of", "2023-09-10").out
    assert "其中1项存疑未计入" in doubted
    assert re.search(r"财政局 +专项债 +ZX006", doubted)
    assert "转为正常" in doubted
    early = shuce("dispatch", "--as-of", "2023-01-10")
    assert "灯号" not in early.out
    assert "问题：在办 1" in early.out or "问题：无" in early.out


def test_what_is_late_by_owner(shuce) -> None:
    said = shuce("dispatch", "--late", "--as-of", "2023-08-10")
    assert "应开工未开工" in said.out
    assert "XM012" in said.out  # of a county that fell silent


def test_pairs(shuce) -> None:
    said = shuce("duplicates")
    assert "XM021" in said.out
    assert "信用代码相同" in said.out
    assert "ZS003" not in said.out
    assert "已登记" in shuce("duplicates", "--all").out


def test_what_was_set_aside(shuce) -> None:
    said = shuce("aside")
    assert "己县 第4行" in said.out
    assert "共 2 条" in said.out
    assert "己县智能传感器产业园项目" not in said.out  # what stood there stays in L3


def test_a_workbook(shuce, tmp_path: Path) -> None:
    said = shuce("export", "重点项目", "-o", str(tmp_path / "TZ02.xlsx"), "--county", "甲区")
    assert said.code == 0
    assert "3 条" in said.out
    assert openpyxl.load_workbook(tmp_path / "TZ02.xlsx").sheetnames[0] == "重点项目清单"


def test_a_workspace_without_ledgers_says_what_to_do(shuce, tmp_path: Path, home: Path, monkeypatch) -> None:
    bare = tmp_path / "bare"
    (bare / "inbox").mkdir(parents=True)
    shutil.copy(home / "city.toml", bare / "city.toml")
    monkeypatch.setenv("SHUCE_HOME", str(bare))
    said = shuce("list")
    assert said.code == 2
    assert "没有收到台账" in said.err
    assert "不是日期" in shuce("list", "--as-of", "昨天").err
