"""The monitored items agree with the catalogue, cover every block, and have a place for their targets."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest

from classification.errors import InputError
from indicators.monitored import checked, class_labels, items, target_definitions


def test_every_block_is_there_and_the_hydrogen_chain_is_whole() -> None:
    assert {item.entry.topic for item in items().values()} == {
        "基础设施", "数字治理", "数据要素", "企业培育", "项目招商", "五张清单", "氢能",
    }  # fmt: skip
    links = [item.link for item in items().values() if item.entry.topic == "氢能"]
    assert [link for link, _ in groupby(links)] == ["制", "储", "运", "加", "用", "发电"]
    assert not any(item.link for item in items().values() if item.entry.topic != "氢能")
    assert all(item.entry.source.endswith("报送") and item.entry.source != "部门报送" for item in items().values())


def test_every_item_can_have_a_target_in_its_own_unit() -> None:
    units = {(item.entry.unit, item.entry.display_unit) for item in items().values()}
    assert units == set(target_definitions())


def test_items_are_classes_with_a_name() -> None:
    names = class_labels()
    assert not names.duplicated(["scheme", "class"]).any()
    mine = names[names["scheme"] == "monitored"].set_index("class")["name_zh"]
    assert mine["base_stations_5g_total"] == "5G基站总量"
    assert set(mine.index) == set(items())


def test_an_item_that_does_not_fit_is_named() -> None:
    first, *others = items().values()
    for wrong in (replace(first, id="stations"), replace(first, kind="sum"), replace(first, frequency="weekly")):
        with pytest.raises(InputError, match=wrong.id):
            checked([wrong, *others])
    with pytest.raises(InputError, match=first.id):
        checked(others)
