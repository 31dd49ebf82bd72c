"""The tables meet the published totals, and a damaged table cannot be loaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

import classification
from classification.checksums import PARTIAL, verify
from classification.errors import InputError
from classification.standard import load_standard, read_standard

CODES = Path(str(resources.files("classification") / "codes"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "codes"
    shutil.copytree(CODES, copy)
    return copy


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_published_totals() -> None:
    standard = load_standard()
    levels = [record.level for record in standard.digital.values()]
    assert [levels.count(n) for n in (1, 2, 3)] == [5, 32, 156]
    assert [sum(c.startswith(f"0{n}") and len(c) == 6 for c in standard.digital) for n in range(1, 6)] == [
        51,
        11,
        25,
        27,
        42,
    ]
    kinds = [record.level for record in standard.gbt.values()]
    assert [kinds.count(n) for n in ("section", "division", "group", "class")] == [20, 97, 473, 1382]
    core = set(standard.core_classes)
    assert (len(core), len({c[:2] for c in core}), len({c[:3] for c in core})) == (126, 26, 68)
    assert standard.partial_classes == PARTIAL
    assert len(PARTIAL) == 10
    assert len(standard.core_map) == 129
    reached = set(standard.efficiency_classes)
    assert (len({c[:2] for c in reached}), len({c[:3] for c in reached})) == (91, 431)


def test_6429_serves_two_and_4910_three_digital_classes() -> None:
    standard = load_standard()
    assert standard.core_of("6429") == ("030304", "030307")
    assert standard.core_of("4910") == ("040501", "040502", "040503")
    assert standard.core_of("0111") == ()
    assert standard.core_of(None) == ()


def test_hierarchy() -> None:
    standard = load_standard()
    assert [r.code for r in standard.parents("3911", system="gbt")] == ["C", "39", "391"]
    assert [r.code for r in standard.parents("010101", system="digital")] == ["01", "0101"]
    assert [r.code for r in standard.children("652", system="gbt")] == ["6520"]
    assert len(standard.children("01", system="digital")) == 6
    assert standard.section_of("6510") == "I"
    assert standard.section_of("C") == "C"


def test_pairs_have_a_remainder_only_where_money_can_fall_on_it() -> None:
    pairs = set(load_standard().pairs())
    assert ("3911", "010101") in pairs
    assert ("3911", "non_core") not in pairs
    assert {("6429", "030304"), ("6429", "030307"), ("6429", "non_core"), ("0111", "non_core")} <= pairs
    assert len(pairs) == 129 + 10 + (1382 - 126)


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("digital_economy_2021.csv", "010101,3,0101", "010199,2,0101", "大类/中类/小类"),
        ("digital_economy_2021.csv", "010101,3,0101", "020199,3,0201", "小类 under 01–05"),
        ("digital_economy_2021.csv", "010101,3,0101", "010101,3,0102", "parent"),
        ("digital_economy_2021.csv", "computers,true", "computers,false", "05 alone"),
        ("gbt4754_2017.csv", "0111,class", "0111,group", "门类/大类/中类/小类"),
        ("gbt4754_2017.csv", "0111,class,011", "0111,class,012", "wrong parent"),
        ("sectors.csv", "01,A,agriculture,primary", "01,A,agriculture,tertiary", "three-sector"),
        ("sectors.csv", "97,T,services,tertiary\n", "", "every division"),
        ("map_2021.csv", "010101,3911,", "010101,3912,", "core GB/T classes"),
        ("map_2021.csv", "010101,3911,false", "010101,3911,true", "partial core"),
        ("map_2021.csv", "010101,3911,", "010101,391,", "not four-digit"),
        ("map_2021.csv", "050101,01,", "050101,0199,", "unknown code"),
        ("map_2021.csv", "010102,3912,", "010199,3912,", "unknown code"),
        ("map_2021.csv", "050301,53,", "050301,54,", "divisions reached"),
        ("map_2021.csv", "同名,high", "同名,certain", "confidence"),
        (
            "chains.csv",
            "software_information_services,软件和信息技术服务,",
            "software_information_services,软件,",
            "name",
        ),
        ("chains.csv", ",2921,", ",29210,", "chain members"),
        ("future_industries.csv", ",3921,", ",39210,", "members of future industries"),
        ("future_industries.csv", "life_health,生命健康,", "life_health,健康,", "future industries with one name"),
        ("gbt4754_2011_changes.csv", "gone,6511;", "gone,65110;", "successors"),
        ("gbt4754_2011_changes.csv", "软件开发,gone", "软件开发,reused", "gone or reused"),
    ],
)
def test_a_tampered_table_is_refused_by_name(folder: Path, file: str, old: str, new: str, named: str) -> None:
    edit(folder / file, old, new)
    standard = read_standard(folder)
    with pytest.raises(InputError, match=named):
        verify(standard)


def test_a_missing_column_and_a_double_row_are_refused(folder: Path) -> None:
    edit(folder / "sectors.csv", "division,", "part,")
    with pytest.raises(InputError, match="division"):
        read_standard(folder)
    shutil.copy(CODES / "sectors.csv", folder / "sectors.csv")
    with (folder / "map_2021.csv").open("a", encoding="utf-8") as file:
        file.write("010101,3911,false,x,high\n")
    with pytest.raises(InputError, match="010101/3911"):
        read_standard(folder)


def test_a_group_needs_a_chain_member_to_be_a_class(folder: Path) -> None:
    edit(folder / "map_2021.csv", "030307,6429,true", "030307,6429,false")
    edit(folder / "map_2021.csv", "030304,6429,true", "030304,6429,false")
    with pytest.raises(InputError, match="partial core"):
        verify(read_standard(folder))


def test_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, classification; from classification.description import describe; describe('3911');"
        "print([m for m in ('pandas', 'duckdb', 'pyarrow', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names() -> None:
    for name in classification.__all__:
        assert callable(getattr(classification, name))
    with pytest.raises(AttributeError, match="nothing"):
        _ = classification.nothing
