"""Looking a code up in either classification."""

from __future__ import annotations

import pytest

from classification.description import UnknownCodeError, describe, nearest


def test_a_class() -> None:
    [reading] = describe(" c3911 ").readings
    assert (reading.system, reading.level, reading.name_zh, reading.core) == ("gbt", "小类", "计算机整机制造", True)
    assert [link.code for link in reading.links] == ["010101"]
    assert [named.code for named in reading.parents] == ["C", "39", "391"]
    assert [named.code for named in reading.chains] == ["new_display_terminals"]
    assert reading.needs_coefficient == ()
    assert (reading.confidence, describe("３９１１").readings) == ("high", (reading,))


def test_a_starred_class_needs_a_coefficient() -> None:
    [reading] = describe("6429").readings
    assert [link.code for link in reading.links] == ["030304", "030307"]
    assert all(link.partial for link in reading.links)
    assert [named.code for named in reading.needs_coefficient] == ["6429"]
    assert "030304* 互联网资讯服务" in str(reading)


def test_a_digital_class_of_each_level() -> None:
    [leaf] = describe("010101").readings
    assert [link.code for link in leaf.links] == ["3911"]
    [group] = describe("0405").readings
    assert [link.code for link in group.links] == ["4851", "4910", "4790", "4999"]
    assert len(group.needs_coefficient) == 4
    [empty] = describe("020500").readings
    assert (empty.links, empty.confidence) == ((), "medium")
    assert "没有列出对应" in str(empty)


def test_both_readings_of_01() -> None:
    answer = describe("01")
    assert [(r.system, r.name_zh) for r in answer.readings] == [("gbt", "农业"), ("digital", "数字产品制造业")]
    assert str(answer).startswith("“01” 在两个分类中都有")
    assert [r.system for r in describe("A01").readings] == ["gbt"]


def test_a_section_and_a_class_outside_the_core() -> None:
    [section] = describe("I").readings
    assert section.level == "门类"
    assert section.core
    [farm] = describe("0111").readings
    assert not farm.core
    assert [named.code for named in farm.efficiency] == ["050101"]


def test_amendment_and_the_2011_meaning_are_noted() -> None:
    assert "2019" in str(describe("9232"))
    assert "集成电路制造" in str(describe("3963"))


@pytest.mark.parametrize(
    ("code", "said", "suggested"),
    [
        ("6510", "2011版代码", "6511"),
        ("C6511", "应为 I", "I6511"),
        ("3917", "都没有代码", "3915"),
        ("010199", "都没有代码", "010106"),
        ("95X", "都没有代码", "951"),
    ],
)
def test_unknown_codes_name_the_nearest(code: str, said: str, suggested: str) -> None:
    with pytest.raises(UnknownCodeError, match=said) as caught:
        describe(code)
    assert caught.value.suggestions[0].code == suggested
    assert suggested in caught.value.en


@pytest.mark.parametrize("code", ["", "xyz", "5", "数字"])
def test_nothing_near(code: str) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        describe(code)
    assert caught.value.suggestions == ()


def test_nearest_is_limited() -> None:
    assert len(nearest("3900", k=3)) == 3
