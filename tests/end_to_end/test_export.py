"""Copies that may leave the house: what passes, what is hidden, and an attack on the files alone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from classification.errors import InputError
from indicators.disclosure import primary
from pipelines.access import LOG, accesses
from pipelines.lake import Lake
from pipelines.release import gate
from pipelines.steps import exported
from pipelines.steps.exported import Export, export
from pipelines.steps.observed import observation
from pipelines.workspace import Workspace
from tests.end_to_end.running import duplicate, told

pytestmark = pytest.mark.city
QUARTER, AS_OF = "2021Q3", dt.date(2021, 10, 20)
NOON = dt.datetime(2021, 10, 28, 12, tzinfo=dt.UTC)
APPROVED = """[rules]
min_count = 3
dominance = [[1, 0.85], [2, 0.90]]
p_percent = 0.10
fold = 0.6
approved_by = "核算科"
approved_on = "2021-01-01"

[[approval]]
quarter = "2021Q3"
approved_by = "局领导"
approved_on = 2021-10-26
embargo = 2021-10-28T10:00:00+08:00
"""


@pytest.fixture(scope="module")
def made(ran_city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path]:
    """The city with what an export takes of a release of three quarters, under rules that fold little and hide much."""
    home = duplicate(ran_city, tmp_path_factory.mktemp("exported") / "home")
    (home / gate.SETTINGS).write_text(APPROVED, encoding="utf-8")
    workspace, name = Workspace(home), f"{QUARTER}_{AS_OF}_0123456789"
    observation(workspace, QUARTER, AS_OF)
    folder = workspace.releases / name
    (folder / "parquet").mkdir(parents=True)
    shutil.copy(Lake(workspace.lake).path("observation", QUARTER), folder / "parquet" / "observation.parquet")
    said = {"release": name, "quarter": QUARTER, "as_of": AS_OF.isoformat(), "vintage": "preliminary"}
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return workspace, folder


@pytest.fixture(scope="module")
def copies(made: tuple[Workspace, Path]) -> dict[str, Export]:
    workspace, folder = made
    return {
        "L1": export(workspace, folder, "L1", purpose="专班月调度"),
        "L0": export(workspace, folder, "L0", purpose="公报发布", now=NOON),
    }


def observations(copy: Export) -> pd.DataFrame:
    return pd.read_csv(copy.folder / "observation.csv", dtype={"region": str, "class": str, "period": str})


def levels(copies: Iterator[Export]) -> pd.DataFrame:
    """Value added of the core as all files together tell it, ※ as missing; the same figure twice is one."""
    rows = pd.concat([observations(copy) for copy in copies])
    rows = rows[(rows["indicator"] == "core_value_added") & (rows["price_basis"] == "current")]
    rows = rows.assign(value=pd.to_numeric(rows["value"].replace("※", None)))
    return rows.drop_duplicates(["period", "span", "region", "class"])


def test_hidden_figures_stand_as_such_and_folded_ones_do_not_stand(copies: dict[str, Export]) -> None:
    copy = copies["L1"]
    rows = observations(copy)
    assert copy.pattern.hidden
    assert copy.hidden == (rows["value"] == "※").sum() > 0
    assert set(rows.loc[rows["value"] == "※", "status"]) == {"C"}
    assert set(rows["release_level"]) == {"L1"}
    cells = set(zip(rows["region"], rows["class"].fillna(""), strict=True))
    own = rows[rows["indicator"].isin({name for name, _ in gate.gated()})]
    assert set(zip(own["region"], own["class"], strict=True)) <= copy.pattern.hidden | copy.pattern.shown
    assert cells >= {("419900", "core"), ("419901", "core")}
    said = json.loads((copy.folder / "manifest.json").read_text(encoding="utf-8"))
    assert sum(said["left_out"].values()) == copy.left_out > 0
    assert {"min_count", "approved_by", "approved_on"} == set(said["rules"])  # the shares stay in the house
    assert "※" in (copy.folder / "说明.txt").read_text(encoding="utf-8")


def test_the_public_copy_shows_the_place_as_a_whole_in_divisions(copies: dict[str, Export]) -> None:
    rows = observations(copies["L0"])
    assert set(rows["region"]) == {"419900"}
    assert set(rows["class"]) <= {"core", "01", "02", "03", "04"}
    assert set(rows["release_level"]) == {"L0"}


def test_the_files_of_three_quarters_do_not_narrow_what_is_hidden(
    made: tuple[Workspace, Path], copies: dict[str, Export]
) -> None:
    workspace, folder = made
    truth = pd.read_parquet(folder / "parquet" / "observation.parquet")
    truth = truth[(truth["indicator"] == "core_value_added") & (truth["definition_id"] == "rate_method")]
    truth = truth[truth["price_basis"] == "current"]
    known = truth.set_index(["period", "span", "region", "class"])["value"]
    needs = share_needed(workspace)
    for together in ([copies["L1"]], [copies["L0"]], list(copies.values())):
        assert not list(narrowed(levels(iter(together)), known, needs))
    # The attack itself works: where one cell alone is hidden, its neighbours give it away.
    rows = levels(iter(copies.values()))
    cells = pd.MultiIndex.from_frame(rows[["period", "span", "region", "class"]])
    alone = (
        QUARTER,
        "cumulative",
        "419900",
        min(name for region, name in copies["L1"].pattern.hidden if region == "419900"),
    )
    assert list(narrowed(rows.assign(value=known.reindex(cells).where(cells != alone).to_numpy()), known, needs)) == [
        alone
    ]


def narrowed(
    rows: pd.DataFrame, known: pd.Series, needs: dict[tuple[str, str, str], float]
) -> Iterator[tuple[str, str, str, str]]:
    """Hidden cells that can be bounded closer than they may be."""
    for cell, low, high in attacked(rows):
        value, need = known[cell], needs.get((cell[0], cell[2], cell[3]), 0.0)
        if low > value * (1 - min(need, 1.0)) + 1 or high < value * (1 + need) - 1 or high <= low:
            yield cell


def share_needed(workspace: Workspace) -> dict[tuple[str, str, str], float]:
    """How far from its value a cell must seem possible, as a share of it: what the rules say of cumulative cells."""
    parts = exported._contributions(workspace, QUARTER, AS_OF)
    parts = parts[parts["period"].str.endswith(" va")].assign(period=lambda rows: rows["period"].str[:6])
    whole = pd.concat([parts, parts.assign(region="419900")])
    every = pd.concat([whole, whole.assign(**{"class": whole["class"].str[:2]}), whole.assign(**{"class": "core"})])
    sums = every.groupby(["period", "region", "class", "unit"], as_index=False)["value"].sum()
    found = primary(sums, by=["period", "region", "class"], unit="unit", value="value")
    unsafe = found[found["unsafe"] & (found["value"] > 0)]
    return dict(zip(unsafe.index, unsafe["protection"] / unsafe["value"], strict=True))


def attacked(rows: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str, str], float, float]]:
    """The interval of every ※ by linear programming over all that adds up: places, classes, and quarters of a year."""
    names = list(rows[["period", "span", "region", "class"]].itertuples(index=False, name=None))
    at = {name: number for number, name in enumerate(names)}
    values = dict(zip(names, rows["value"], strict=True))
    equal: list[dict[int, float]] = []
    for period, span, region, name in names:
        parent = {"core": "", **dict.fromkeys(("01", "02", "03", "04"), "core")}
        below = [n for n in names if n[:3] == (period, span, region) and parent.get(n[3], n[3][:2]) == name]
        beside = [n for n in names if n[:2] == (period, span) and n[3] == name and n[2] != "419900"]
        alone = [
            (q, "quarter", region, name) for q in sorted({n[0] for n in names}) if q[:4] == period[:4] and q <= period
        ]
        families = [below, beside if region == "419900" else [], alone if span == "cumulative" else []]
        told = [children for children in families if children and at.keys() >= set(children)]
        mine = at[period, span, region, name]
        equal += [{mine: 1.0, **{at[child]: -1.0 for child in children}} for children in told]
    matrix = np.zeros((len(equal), len(names)))
    for number, row in enumerate(equal):
        matrix[number, list(row)] = list(row.values())
    known = np.array([values[name] for name in names])
    scale = np.nanmax(np.abs(known))
    ends = [(v / scale, v / scale) if np.isfinite(v) else (0, None) for v in known]
    right = np.zeros(len(equal))
    # Published figures are whole yuan of floats: sums of many may miss by some yuan, which tells nobody anything.
    slack = np.full(len(equal), 50 / scale)
    for name in (n for n in names if not np.isfinite(values[n])):
        cost = np.zeros(len(names))
        cost[at[name]] = 1.0
        bound: dict[str, Any] = {"A_ub": np.vstack([matrix, -matrix]), "b_ub": np.concatenate([right + slack] * 2)}
        least, most = (linprog(sign * cost, **bound, bounds=ends, method="highs") for sign in (1, -1))
        assert least.status == 0
        yield name, least.fun * scale, -most.fun * scale if most.status == 0 else np.inf


def test_each_level_has_its_folder_and_its_modes(made: tuple[Workspace, Path], copies: dict[str, Export]) -> None:
    workspace, folder = made
    for level, copy in copies.items():
        assert copy.folder.parent == workspace.home / "export" / level
        folder_mode, file_mode = exported._MODES[level]
        assert stat.S_IMODE(copy.folder.stat().st_mode) == folder_mode
        assert {stat.S_IMODE(path.stat().st_mode) for path in copy.folder.iterdir()} == {file_mode}
        assert not list((workspace.home / "export" / level).glob(".building-*"))
    again = export(workspace, folder, "L1", purpose="再取一份")
    assert again.folder == copies["L1"].folder
    assert [(line.command, line.asked["level"], line.purpose) for line in accesses(workspace)][:2] == [
        ("export", "L1", "专班月调度"),
        ("export", "L0", "公报发布"),
    ]


def test_without_purpose_nothing_leaves(made: tuple[Workspace, Path]) -> None:
    workspace, _ = made
    before = (workspace.log / LOG).read_bytes() if (workspace.log / LOG).exists() else b""
    done = told("export", QUARTER, "--home", str(workspace.home))
    assert done.code == 2
    assert "--purpose" in done.err
    assert ((workspace.log / LOG).read_bytes() if before else b"") == before


def test_the_command_says_what_folded(made: tuple[Workspace, Path]) -> None:
    workspace, _ = made
    done = told("export", QUARTER, "--home", str(workspace.home), "--purpose", "试")
    assert done.code == 0, done.err
    assert "分县（市、区） × 中类" in done.out
    assert told("export", "2021Q2", "--home", str(workspace.home), "--purpose", "试").code == 2
    assert told("export", "--level", "L2", "--home", str(workspace.home), "--purpose", "试").code == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("quarter = ", 'quarter = "2020Q1" #'), "未经批准"),
        (("T10:00:00+08:00", "T23:00:00+08:00"), "前不得导出"),
        (("min_count = 3", "min_count = 2"), "min_count"),
        (("fold = 0.6", "fold = = 1"), "无法读取"),
        (("T10:00:00+08:00", "T10:00:00"), "embargo"),
    ],
)
def test_the_settings_are_held_to(
    made: tuple[Workspace, Path], tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    workspace, folder = made
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(workspace.home / "city.toml", home)
    (home / gate.SETTINGS).write_text(APPROVED.replace(*change), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        export(Workspace(home), folder, "L0", purpose="公报发布", now=NOON)


def test_a_flash_does_not_leave(made: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, folder = made
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps(said | {"vintage": "flash"}), encoding="utf-8")
    with pytest.raises(InputError, match="快报"):
        export(workspace, tmp_path, "L1", purpose="试")


def test_a_unit_that_left_a_cell_is_in_the_next_quarter_with_a_minus() -> None:
    cell = {"county": "a", "class": "0101", "unit": "u", "item": "va"}
    rows = [("2022Q1", 10), ("2022Q2", 25), ("2022Q4", 40), ("2023Q1", 5)]
    long = pd.DataFrame([{"quarter": quarter, "value": value, **cell} for quarter, value in rows])
    other = pd.DataFrame([{"quarter": "2022Q3", "value": 1, **cell, "unit": "w"}])
    found = exported._alone(pd.concat([long, other], ignore_index=True)).set_index(["unit", "quarter"])["value"]
    assert found["u"].to_dict() == {"2022Q1": 10, "2022Q2": 15, "2022Q3": -25, "2022Q4": 40, "2023Q1": 5}
    assert found["w"].to_dict() == {"2022Q3": 1, "2022Q4": -1}


def test_a_real_city_needs_an_approver(made: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, _ = made
    settings = (
        (workspace.home / "city.toml").read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
    )
    (tmp_path / "city.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(InputError, match="approved_by"):
        gate.disclosure(Workspace(tmp_path))
