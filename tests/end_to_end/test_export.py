"""Copies that may leave the house: what passes, what is hidden, and an attack on the files alone."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb
import frictionless
import openpyxl
import pandas as pd
import pytest

from classification.errors import InputError
from indicators.observation import KEY
from indicators.penetration import survey_rates
from pipelines.access import LOG, accesses
from pipelines.lake import ALL, Lake, sha256_of
from pipelines.levels import FOLDERS, MODES
from pipelines.release import gate
from pipelines.release.copies import logged
from pipelines.release.dictionary import conform
from pipelines.release.display import WITHHELD_ZH
from pipelines.release.snapshot import contents as contents_now
from pipelines.steps import observed
from pipelines.steps.contributed import answers, surveyed
from pipelines.steps.exported import Export, export
from pipelines.steps.observed import observation
from pipelines.steps.released import published_cells
from pipelines.workspace import Workspace
from tests.end_to_end.attacking import LEVEL, Attack, Evidence, changes, told
from tests.end_to_end.running import duplicate
from tests.end_to_end.running import told as command
from tests.pipelines.release.test_cited import all_linked

pytestmark = pytest.mark.city
QUARTER, AS_OF = "2021Q3", dt.date(2021, 10, 20)
OBSERVATION = Path("parquet") / "observation.parquet"
NOON = dt.datetime(2021, 10, 28, 12, tzinfo=dt.UTC)
APPROVED = """[rules]
min_count = 3
dominance = [[1, 0.85], [2, 0.90]]
p_percent = 0.10
fold = 0.6
approved_by = "核算科"
approved_on = "2021-01-01"

[[approval]]
release = "2021Q3_2021-10-20_0123456789"
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
    shutil.copy(Lake(workspace.lake).path("observation", QUARTER), folder / OBSERVATION)
    cells = conform("cell_published", published_cells(workspace, QUARTER, AS_OF))
    said = {
        "release": name,
        "quarter": QUARTER,
        "as_of": AS_OF.isoformat(),
        "vintage": "preliminary",
        "settings": workspace.city.model_dump(mode="json"),
        "tables": {table: asdict(content) for table, content in contents_now({"cell_published": cells}).items()},
        "files": {str(OBSERVATION): {"sha256": sha256_of(folder / OBSERVATION)}},
    }
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
    text = {"region": str, "class": str, "period": str, "value": str}
    return pd.read_csv(copy.folder / "csv" / "observation.csv", dtype=text, keep_default_na=False)


def test_hidden_figures_stand_as_such_and_folded_ones_do_not_stand(copies: dict[str, Export]) -> None:
    copy = copies["L1"]
    rows, found = observations(copy), copy.passing.found
    assert found.hidden
    assert copy.hidden == (rows["value"] == "※").sum() > 0
    assert not (rows["value"] == "").any()
    assert (rows["status"] == "C").equals(rows["value"] == "※")
    assert set(rows["release_level"]) == {"L1"}
    own = rows[gate.of_cells(rows, "L1")]
    cells = set(zip(own["region"], own["class"], strict=True))
    assert {("419900", "core"), ("419901", "core")} <= cells <= found.hidden | found.shown
    said = json.loads((copy.folder / "manifest.json").read_text(encoding="utf-8"))
    assert sum(said["left_out"].values()) == copy.left_out > 0
    assert {"min_count", "approved_by", "approved_on"} == set(said["rules"])  # the shares stay in the house
    assert said["approval"] == {}


def test_the_public_copy_shows_the_place_as_a_whole_in_divisions(copies: dict[str, Export]) -> None:
    rows = observations(copies["L0"])
    assert set(rows["region"]) == {"419900"}
    assert set(rows.loc[gate.of_cells(rows, "L0"), "class"]) == {"core", "01", "02", "03", "04"}
    assert set(rows["release_level"]) == {"L0"}


def test_who_approved_the_public_copy_stands_in_it_and_in_the_log(
    made: tuple[Workspace, Path], copies: dict[str, Export]
) -> None:
    workspace, release = made
    by = {"approved_by": "局领导", "approved_on": "2021-10-26", "embargo": "2021-10-28T10:00:00+08:00"}
    folder = copies["L0"].folder
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["approval"] == by
    line = logged(workspace)[folder.name]
    assert line.asked == {"level": "L0", "release": release.name} | by
    assert line.copied is not None
    assert line.copied.approval == by
    # What was judged can be shown again; the hashes stay in the house.
    lake = Lake(workspace.lake)
    quarters = ["2020Q1", "2020Q2", "2020Q3", "2020Q4", "2021Q1", "2021Q2", QUARTER]
    rested = [
        *((table, one) for table in ("class_part", "class_return", "cell_published") for one in quarters),
        ("core_digital_use", ALL),
    ]
    assert line.copied.rested_on == {f"{table}/{one}": lake.note_of(table, one).sha256 for table, one in rested}
    texts = "".join(contents(folder))
    assert not [sha256 for sha256 in line.copied.rested_on.values() if sha256 in texts]


def test_without_an_earlier_copy_nothing_leaves(made: tuple[Workspace, Path], copies: dict[str, Export]) -> None:
    workspace, release = made
    folder = copies["L0"].folder
    aside = folder.rename(workspace.home / folder.name)
    with pytest.raises(InputError, match=f"记录中有而文件夹已不在：{folder.name}"):
        export(workspace, release, "L1", purpose="试")
    aside.rename(folder)


def test_a_release_that_was_edited_does_not_leave(made: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, release = made
    path = release / OBSERVATION
    kept = path.rename(tmp_path / path.name)
    path.write_bytes(kept.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"与自己的清单不符（parquet/observation\.parquet）"):
        export(workspace, release, "L1", purpose="试")
    kept.replace(path)


def test_the_public_copy_has_the_accounts_that_are_published(copies: dict[str, Export]) -> None:
    rows = observations(copies["L0"])
    free = rows[~gate.of_cells(rows, "L0")]
    assert {"gdp", "gdp_growth", "sector_value_added", "sector_growth"} == set(free["indicator"])
    # Divisions are fed back to the place and published nowhere.
    assert not free["class"].str.fullmatch(r"\d+").any()
    assert {"GDP", "核心产业"} <= set(re.findall(r"(GDP|核心产业) \d+\.\d%", growth_chart(copies["L0"])))


def growth_chart(copy: Export) -> str:
    page = (copy.folder / "bulletin.html").read_text(encoding="utf-8")
    chart = next(each for each in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL) if "累计同比增速" in each)
    return re.sub(r"<[^>]*>", " ", chart)


def test_rates_of_the_survey_rest_on_some_who_do_and_some_who_do_not(
    made: tuple[Workspace, Path], copies: dict[str, Export]
) -> None:
    told_off = observations(copies["L1"])
    rates = told_off[gate.of_cells(told_off, "L1") & told_off["indicator"].eq("digital_penetration")]
    assert set(rates["definition_id"]) == set(survey_rates())
    assert set(rates["region"]) == {"419900"}
    sides = pd.concat(answers(made[0], QUARTER, AS_OF).values())
    above = {name: over for tree in surveyed().values() for name, over in tree.items()}
    whole = sides.assign(**{"class": sides["class"].map(above)})
    found = pd.concat([sides, whole]).set_index(["period", "class"])["value"].sort_index()
    for definition, period, name, rate in rates[["definition_id", "period", "class", "value"]].to_numpy():
        yes, no = (found.loc[f"{period} {definition} {side}", name] for side in ("yes", "no"))
        assert float(rate) == pytest.approx(yes.sum() / (yes.sum() + no.sum()))
        assert min((yes > 0).sum(), (no > 0).sum()) >= 3


@pytest.fixture(scope="module")
def evidence(made: tuple[Workspace, Path]) -> Evidence:
    return Evidence.of(*made)


@pytest.mark.parametrize("levels", [["L1"], ["L0"], ["L1", "L0"]])
def test_the_files_of_three_quarters_do_not_narrow_what_is_hidden(
    evidence: Evidence, copies: dict[str, Export], levels: list[str]
) -> None:
    attack = Attack(told(*(copies[level].folder for level in levels)))
    hidden = evidence.hidden(attack)
    assert {cell[0] for _, cell in hidden} == {"2021Q1", "2021Q2", "2021Q3"}
    assert not list(evidence.narrowed(attack, hidden, None))
    # What is told is the truth, or nothing would have been attacked.
    for variable, value in attack.known.items():
        assert value == pytest.approx(evidence.known[variable], abs=1)


def test_no_respondent_narrows_what_is_hidden(evidence: Evidence, copies: dict[str, Export]) -> None:
    attack = Attack(told(*(copy.folder for copy in copies.values())))
    hidden = evidence.hidden(attack)
    assert len(evidence.units) > 10
    assert not [(unit, cell) for unit in evidence.units for cell in evidence.narrowed(attack, hidden, unit)]


@pytest.mark.parametrize("levels", [["L1"], ["L0"], ["L1", "L0"]])
def test_no_growth_tells_what_single_units_changed_by(
    made: tuple[Workspace, Path], evidence: Evidence, copies: dict[str, Export], levels: list[str]
) -> None:
    """A reader who knows what the base would be had nobody changed cannot narrow what somebody did."""
    rows = told(*(copies[level].folder for level in levels))
    found = changes(*made)
    assert not list(evidence.changed(Attack(rows), found))
    # Were what is told rounded told exactly, single units could be worked out.
    rough = rows["step"] > 0
    assert {"core_growth", "core_pull"} == set(rows.loc[rough, "indicator"])
    truth = pd.read_parquet(made[1] / "parquet" / "observation.parquet")
    exact = rows[rough].drop(columns="value").merge(truth[[*KEY, "value"]], on=KEY).assign(step=0.0)
    exact["value"] = exact["value"].astype(str)
    assert len(exact) == rough.sum()
    assert list(evidence.changed(Attack(pd.concat([rows[~rough], exact])), found))


def test_the_attack_works(evidence: Evidence, copies: dict[str, Export]) -> None:
    """Where one cell alone is hidden its neighbours give it away, and where a growth is told it gives the base away."""
    rows = told(copies["L1"].folder)
    alone = (QUARTER, "cumulative", "419900", "02")
    names = ["period", "span", "region", "class"]
    cells = pd.MultiIndex.from_frame(rows[names])
    levels = rows["indicator"].eq("core_value_added") & (cells != alone)
    truth = [evidence.known.get((LEVEL, *cell)) for cell in cells]
    attack = Attack(rows.assign(value=rows["value"].where(~levels, truth).astype(str)))
    assert list(evidence.narrowed(attack, evidence.hidden(attack), None)) == [(LEVEL, alone)]


def test_no_file_of_a_copy_holds_a_hidden_number(made: tuple[Workspace, Path], copies: dict[str, Export]) -> None:
    truth = pd.read_parquet(made[1] / "parquet" / "observation.parquet")
    for copy in copies.values():
        rows = observations(copy)
        known = truth.merge(rows[rows["value"] == "※"][KEY], on=KEY)
        amounts = {f"{int(value)}" for value in known["value"] if abs(value) > 1e6}
        told_elsewhere = {text.removesuffix(".0") for text in rows["value"]}
        assert len(amounts) > 5
        texts = "\n".join(contents(copy.folder))
        assert "核心产业增加值" in texts
        assert not [amount for amount in amounts - told_elsewhere if amount in texts]


def contents(folder: Path) -> Iterator[str]:
    """What every file of a folder says, packed ones unpacked."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        if path.suffix in {".xlsx", ".docx"}:
            with zipfile.ZipFile(path) as packed:
                yield from (packed.read(name).decode(errors="replace") for name in packed.namelist())
        elif path.suffix == ".parquet":
            yield pd.read_parquet(path).to_csv(float_format="%.0f")
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    yield connection.table(name).df().to_csv(float_format="%.0f")
        else:
            yield path.read_text(encoding="utf-8")


def test_a_copy_has_what_its_readers_expect(copies: dict[str, Export]) -> None:
    for level, copy in copies.items():
        files = {str(path.relative_to(copy.folder)) for path in copy.folder.rglob("*")}
        assert files >= {
            "bulletin.html", "bulletin.docx", "leaders.html", "explorer.html", "dictionary.html", "workbook.xlsx",
            "digital_economy.duckdb", "csv/datapackage.json", "sdmx/observation.csv", "parquet/observation.parquet",
        }  # fmt: skip
        for name in ("bulletin.html", "leaders.html", "explorer.html", "dictionary.html"):
            page = (copy.folder / name).read_text(encoding="utf-8")
            assert "核心产业增加值（监测测算）" in page
            assert f"{copy.folder.name} · {level}" in page
        page = (copy.folder / "bulletin.html").read_text(encoding="utf-8")
        assert 'withheld">' in page
        assert WITHHELD_ZH in page
        assert "并入上一级" in page
        with duckdb.connect(str(copy.folder / "digital_economy.duckdb"), read_only=True) as connection:
            rows = connection.execute("SELECT count(*) FILTER (value IS NULL) FROM observation WHERE status = 'C'")
            assert rows.fetchall() == [(copy.hidden,)]
            for table in ("cell_published", "coefficient", "coverage", "revision", "unit_change", "review_summary"):
                assert connection.table(table).fetchall() == [], table
        sdmx = pd.read_csv(copy.folder / "sdmx" / "observation.csv", dtype=str, keep_default_na=False)
        assert (sdmx["CONF_STATUS"] == "C").sum() == copy.hidden
        assert not sdmx.loc[sdmx["CONF_STATUS"] == "C", "OBS_VALUE"].any()
        book = openpyxl.load_workbook(copy.folder / "workbook.xlsx")
        assert "※" in {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
        assert all(
            "核心产业增加值（监测测算）" in str(sheet["A2"].value) for sheet in book if sheet.title.endswith("T4")
        )


def test_every_number_of_a_copy_is_linked(made: tuple[Workspace, Path], copies: dict[str, Export]) -> None:
    for copy in copies.values():
        all_linked(copy.folder, note=made[0].city.note)


def test_a_text_is_held_against_the_copy_that_it_names(
    made: tuple[Workspace, Path], copies: dict[str, Export], tmp_path: Path
) -> None:
    workspace, folder = made
    copy = copies["L1"].folder
    truth = pd.read_parquet(folder / "parquet" / "observation.parquet")
    rows = truth.merge(observations(copies["L1"])[[*KEY, "value"]], on=KEY, suffixes=("", "_told"))
    now = rows["period"].eq(QUARTER) & rows["span"].eq("cumulative") & rows["class"].eq("core")
    rows = rows[now & rows["indicator"].eq("core_value_added") & rows["definition_id"].eq("rate_method")]
    hidden = rows["value_told"] == "※"
    page = (copy / "bulletin.html").read_text(encoding="utf-8")
    for (region, value), code in (
        (rows[["region", "value"]][mine].iloc[0], mine is hidden) for mine in (~hidden, hidden)
    ):
        sentence = f"{workspace.city.regions[region]}核心产业增加值{value / 1e8:.1f}亿元。"
        edited = tmp_path / "edited.html"
        edited.write_text(page.replace("</body>", f"<p>{sentence}</p></body>"), encoding="utf-8")
        said = command("check-text", str(edited), "--home", str(workspace.home))
        assert said.code == code, said.out + said.err
        assert f"（对照发布包 {copy.name}）" in said.out
    assert "这个数因保密不得公布" in said.out
    assert "※ 不得公布" in said.out


def test_a_copy_holds_its_own_description(copies: dict[str, Export]) -> None:
    folder = copies["L1"].folder / "csv"
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])


def test_each_level_has_its_folder_and_its_modes(made: tuple[Workspace, Path], copies: dict[str, Export]) -> None:
    workspace, _ = made
    for level, copy in copies.items():
        assert copy.folder.parent == workspace.home / "export" / level
        assert stat.S_IMODE(copy.folder.stat().st_mode) == MODES[level].folder
        modes = {stat.S_IMODE(path.stat().st_mode) for path in copy.folder.rglob("*") if path.is_file()}
        assert modes == {MODES[level].kept}
        assert not list((workspace.home / "export" / level).glob(".building-*"))
    assert [(line.command, line.asked["level"], line.purpose) for line in accesses(workspace)][:2] == [
        ("export", "L1", "专班月调度"),
        ("export", "L0", "公报发布"),
    ]


def test_without_purpose_nothing_leaves(made: tuple[Workspace, Path]) -> None:
    workspace, _ = made
    before = (workspace.log / LOG).read_bytes() if (workspace.log / LOG).exists() else b""
    done = command("export", QUARTER, "--home", str(workspace.home))
    assert done.code == 2
    assert "--purpose" in done.err
    assert ((workspace.log / LOG).read_bytes() if before else b"") == before


def test_the_command_says_what_folded(made: tuple[Workspace, Path], copies: dict[str, Export]) -> None:
    workspace, _ = made
    left = copies["L1"].folder.parent / ".building-2021Q3_2021-10-20_L1_ffffffffff"
    left.mkdir()
    asked = ("export", QUARTER, "--home", str(workspace.home), "--purpose", "试")
    with (workspace.log / "holder").open("a") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        done = command(*asked)
        assert done.code == 2
        assert "工作区正被占用" in done.err
        assert left.exists()
    done = command(*asked, "--wait")
    assert done.code == 0, done.err
    assert "分县（市、区） × 中类" in done.out
    # What a killed export had begun is swept.
    assert not left.exists()
    for name in ("export", "export/L1", "export/L0"):
        assert stat.S_IMODE((workspace.home / name).stat().st_mode) == MODES[FOLDERS[name]].folder
    # The same release, rules and earlier copies give the same copy.
    assert copies["L1"].folder.name in done.out
    assert len(list((workspace.home / "export" / "L1").iterdir())) == 1
    assert command("export", "2021Q2", "--home", str(workspace.home), "--purpose", "试").code == 2
    assert command("export", "--level", "L2", "--home", str(workspace.home), "--purpose", "试").code == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("release = ", 'release = "2020Q1" #'), "未经批准"),
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


def test_a_release_of_another_lake_does_not_leave(
    made: tuple[Workspace, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, folder = made
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    said["tables"]["cell_published"]["rows"] -= 1
    (tmp_path / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    logged = len(list(accesses(workspace)))
    with pytest.raises(InputError, match="shuce run 2021Q3 --as-of 2021-10-20"):
        export(workspace, tmp_path, "L1", purpose="试")
    monkeypatch.setattr(observed, "stale", lambda *_: ["2021Q2"])
    with pytest.raises(InputError, match="尚未重算：2021Q2"):
        export(workspace, folder, "L1", purpose="试")
    assert len(list(accesses(workspace))) == logged


def test_a_real_city_needs_an_approver(made: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, _ = made
    settings = (
        (workspace.home / "city.toml").read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
    )
    (tmp_path / "city.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(InputError, match="approved_by"):
        gate.disclosure(Workspace(tmp_path))
