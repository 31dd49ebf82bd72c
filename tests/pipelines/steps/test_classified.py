"""Which coefficient is taken, what sign an item has, and tables made of nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from classification import arrow_tables
from pipelines.contracts import contract
from pipelines.ingest.landing import register
from pipelines.ingest.receipts import receipts
from pipelines.lake import Lake
from pipelines.steps import classified
from pipelines.steps.cells import places, survey_sectors
from pipelines.steps.classified import vector_table
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import make_quarter, make_reference

DAY = dt.date(2022, 3, 31)
NEVER = dt.date(9999, 12, 31)


def row(de: str = "010606", k: str = "0.4", **changes: object) -> dict[str, object]:
    said = {"gbt": "3831", "de": de, "level": "city", "key": "*", "k": Decimal(k), "method": "expert"}
    since = {"valid_from": dt.date(2020, 1, 1), "valid_to": NEVER, "known_from": dt.date(2021, 2, 20)}
    return said | since | {"source": "s", "approver": "a"} | changes


def chosen(*rows: dict[str, object], on: dt.date = DAY, known: dt.date = DAY) -> list[tuple[str, str]]:
    table = vector_table(pd.DataFrame(rows), on=on, known=known)
    assert table.schema.names == ["gbt", "de", "level", "key", "k"]
    return [(entry["de"], str(entry["k"])) for entry in table.to_pylist()]


def test_the_better_ground_wins_whatever_its_date() -> None:
    grounds = [row(k="0.1"), row(k="0.2", method="survey"), row(k="0.3", method="census")]
    assert chosen(*grounds) == [("010606", "0.300000")]
    assert chosen(*grounds, row(k="0.5", method="reidentified", valid_from=dt.date(2019, 1, 1))) == [
        ("010606", "0.500000")
    ]


def test_of_one_ground_the_latest_valid_then_the_latest_known_wins() -> None:
    old, new = row(k="0.1"), row(k="0.2", valid_from=dt.date(2022, 1, 1))
    restated = row(k="0.3", valid_from=dt.date(2022, 1, 1), known_from=dt.date(2022, 3, 1))
    assert chosen(old, new) == [("010606", "0.200000")]
    assert chosen(old, new, restated) == [("010606", "0.300000")]
    assert chosen(old, new, restated, known=dt.date(2022, 2, 1)) == [("010606", "0.200000")]


def test_a_vector_is_taken_as_a_whole() -> None:
    """A class that the better vector does not name gets nothing from the worse one."""
    assert chosen(row("010606"), row("010607"), row("010606", "0.9", method="census")) == [("010606", "0.900000")]


def test_only_what_is_valid_and_known_counts() -> None:
    ended = row(valid_to=DAY)
    assert chosen(ended) == []  # the end is not part of it
    assert chosen(ended, on=dt.date(2022, 3, 30)) == [("010606", "0.400000")]
    assert chosen(row(valid_from=dt.date(2022, 4, 1))) == []
    assert chosen(row(known_from=dt.date(2022, 4, 1))) == []
    assert chosen(row(), known=dt.date(2021, 2, 20)) == [("010606", "0.400000")]


def test_levels_and_objects_are_vectors_of_their_own() -> None:
    table = vector_table(
        pd.DataFrame([row(), row(k="0.7", level="county", key="419901"), row(k="0.8", level="county", key="419902")]),
        on=DAY,
        known=DAY,
    )
    assert [(entry["level"], entry["key"]) for entry in table.to_pylist()] == [
        ("city", "*"),
        ("county", "419901"),
        ("county", "419902"),
    ]


def test_a_changed_rule_for_rates_makes_the_parts_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, quarter = Workspace(home), by_hand.QUARTERS[0]
    assert not classified.class_part(workspace, quarter).computed
    monkeypatch.setattr(classified, "_code", lambda: ["another rule"])
    assert classified.cell_annual(workspace).computed
    assert classified.class_rate(workspace).computed
    assert classified.class_part(workspace, quarter).computed


def test_what_a_killed_making_of_the_parts_leaves_is_swept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, kept, place = Lake(home / "lake"), home / "kept", list[Path]()

    def killed(parts: list[Path], *_: object) -> None:
        shutil.copytree(parts[0].parent, kept)
        place.append(parts[0].parent)
        raise KeyboardInterrupt

    monkeypatch.setattr(classified, "_code", lambda: ["yet another rule"])
    monkeypatch.setattr(classified, "join_files", killed)
    with pytest.raises(KeyboardInterrupt):
        classified.class_part(Workspace(home), by_hand.QUARTERS[0])
    shutil.move(kept, place[0])  # as it would have stayed
    assert list(place[0].glob("*.parquet"))
    assert lake.sweep() == 1
    assert not place[0].exists()


def test_no_file_at_all_gives_empty_tables(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    (home / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    made = [*make_reference(home), *make_quarter(home, by_hand.LAST)]
    assert {item.note.rows for item in made} == {0}
    assert all(item.computed for item in made)
    leaf = Lake(home / "lake").read("cell_leaf", [by_hand.LAST])
    assert leaf.schema.names == contract("cell_leaf").names


def test_a_quarter_without_files_gives_empty_tables(home: Path) -> None:
    workspace, quarter = Workspace(home), by_hand.QUARTERS[1]
    for receipt in receipts(workspace, quarter=quarter):
        (workspace.inbox / receipt.name).unlink()
    shutil.rmtree(workspace.log)
    register(workspace)
    made = make_quarter(home, quarter)
    assert {item.note.rows for item in made} == {0}
    lake = Lake(home / "lake")
    assert [lake.read(item.table, [quarter]).num_rows for item in made] == [0] * len(made)


def test_a_county_belongs_to_itself_and_to_the_place(home: Path) -> None:
    assert places(Workspace(home)).to_pylist() == [
        {"county": by_hand.COUNTY, "region": by_hand.COUNTY},
        {"county": by_hand.COUNTY, "region": by_hand.CITY},
    ]


def test_the_survey_knows_industry_two_sectors_and_the_whole() -> None:
    sectors = survey_sectors().to_pandas()
    assert set(sectors["sector"]) == {"all", "industry", "secondary", "tertiary"}
    assert set(sectors.loc[sectors["division"] == "11", "sector"]) == {
        "all",
        "industry",
        "tertiary",
    }  # 三次产业划分(2018)
    assert set(sectors.loc[sectors["division"] == "01", "sector"]) == {"all"}


def test_core_map_has_the_class_that_these_tests_split() -> None:
    pairs = arrow_tables()["core_map"].to_pylist()
    assert {"gbt": "3831", "de": "010606", "partial": True} in pairs
    assert isinstance(arrow_tables()["core_map"], pa.Table)
