"""Which published classes a pair belongs to, and what they are called."""

from __future__ import annotations

import pyarrow as pa

from classification import arrow_tables, chains, future_industries, labels, load_standard, membership


def test_every_pair_falls_on_five_sector_classes_and_once_on_all() -> None:
    table = membership()
    pairs = set(load_standard().pairs())
    sector = table[table["scheme"] == "sector"]
    assert (sector.groupby(["gbt", "de"]).size() == 5).all()
    everything = sector[sector["class"] == "all"]
    assert set(zip(everything["gbt"], everything["de"], strict=True)) == pairs
    assert not table.duplicated().any()
    assert table.equals(table.sort_values(["scheme", "class", "gbt", "de"], ignore_index=True))


def test_digital_scheme_holds_the_core_only() -> None:
    digital = membership().query("scheme == 'digital'")
    assert (digital.groupby(["gbt", "de"]).size() == 4).all()
    assert len(digital[digital["class"] == "core"]) == 129
    assert "non_core" not in set(digital["de"])
    assert not digital["class"].str.startswith("05").any()


def test_divisions_05_11_43_are_tertiary_but_stay_in_their_section() -> None:
    sector = membership().query("scheme == 'sector'")
    for division, section, name in (("05", "A", "agriculture"), ("11", "B", "industry"), ("43", "C", "industry")):
        codes = set(sector[sector["class"] == division]["gbt"])
        classes = set(sector[sector["gbt"].isin(codes)]["class"])
        assert classes == {division, section, name, "tertiary", "all"}


def test_a_chain_has_its_core_part() -> None:
    table = membership()
    chain = table[(table["scheme"] == "chain") & (table["class"] == "new_display_terminals")]
    core = table[(table["scheme"] == "chain_core") & (table["class"] == "new_display_terminals")]
    outside = set(chain["gbt"]) - set(core["gbt"])
    assert {"2921", "3042", "3051"} == outside
    assert "3974" in set(core["gbt"])


def test_labels_name_every_class() -> None:
    names, table = labels(), membership()
    assert not names.duplicated(["scheme", "class"]).any()
    known = set(zip(names["scheme"], names["class"], strict=True))
    assert set(zip(table["scheme"], table["class"], strict=True)) <= known
    parents = names[(names["parent"] != "")]
    assert set(zip(parents["scheme"], parents["parent"], strict=True)) <= known
    assert (names[["name_zh", "name_en"]] != "").all(axis=None)
    row = names[(names["scheme"] == "digital") & (names["class"] == "0101")].iloc[0]
    assert (row["name_zh"], row["level"], row["parent"]) == ("计算机制造", 2, "01")


def test_chains_say_what_is_core() -> None:
    table = chains()
    assert {"id", "name_zh", "name_en", "gbt", "core", "partial", "note"} == set(table.columns)
    hydrogen = table[table["id"] == "hydrogen_equipment"]
    assert len(hydrogen) == 6
    assert not hydrogen["core"].any()


def test_future_industries_have_classes_or_say_why_not() -> None:
    table = future_industries()
    assert list(dict.fromkeys(table["name_zh"])) == [
        "量子信息", "类脑智能", "未来网络", "氢能与储能", "生命健康", "前沿新材料",
    ]  # fmt: skip
    without = table[table["gbt"] == ""]
    assert list(without["name_zh"]) == ["量子信息", "类脑智能"]
    assert without["note"].str.contains("无").all()
    members = membership().query("scheme == 'future'")
    assert set(zip(members["class"], members["gbt"], strict=True)) == set(
        zip(table["id"], table["gbt"], strict=True)
    ) - {(name, "") for name in without["id"]}


def test_arrow_tables() -> None:
    tables = arrow_tables()
    assert set(tables) == {"gbt", "gbt_2011", "core_map", "membership"}
    assert tables["gbt"].num_rows == 1972
    assert tables["core_map"].schema.field("partial").type == pa.bool_()
    assert tables["core_map"].num_rows == 129
