"""The house keeps its directions: what the linter bans, read once more from the imports themselves."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_NOT_KNOW = {
    "classification": {"indicators", "pipelines", "dagster", "great_expectations"},
    "indicators": {"pipelines", "dagster", "great_expectations"},
}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("room", MAY_NOT_KNOW)
def test_imports_run_one_way(room: str) -> None:
    found = {path.name: imported(path) & MAY_NOT_KNOW[room] for path in (ROOT / room).rglob("*.py")}
    assert found
    assert not {name: banned for name, banned in found.items() if banned}


def test_only_the_orchestrating_rooms_know_dagster() -> None:
    allowed = {"assets", "automation.py", "checks.py", "definitions.py", "partitions.py", "progress.py", "resources.py"}
    allowed |= {"instance.py"}
    knows = {
        path.relative_to(ROOT / "pipelines")
        for path in (ROOT / "pipelines").rglob("*.py")
        if "dagster" in imported(path)
    }
    assert knows
    assert not {path for path in knows if path.parts[0] not in allowed and path.name not in allowed}


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    heavy = {"SALib", "highspy", "ruptures", "scipy", "statsmodels"}
    for path in (ROOT / "indicators").rglob("*.py"):
        top = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if hasattr(node, "names")]
        names = {alias.name.partition(".")[0] for node in top if isinstance(node, ast.Import) for alias in node.names}
        names |= {(node.module or "").partition(".")[0] for node in top if isinstance(node, ast.ImportFrom)}
        assert not names & heavy, path


def test_one_clock_says_what_day_it_is() -> None:
    """A day read in another time zone than that of the log of receipts is a day off for a part of each day."""
    reads = {
        str(path.relative_to(ROOT))
        for room in ("classification", "indicators", "pipelines")
        for path in (ROOT / room).rglob("*.py")
        if any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"now", "today", "utcnow"}
            and ast.unparse(node.func.value) != "clock"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert reads == {"pipelines/clock.py"}


def test_every_module_opens_with_what_belongs_in_it() -> None:
    for room in ("classification", "indicators", "pipelines"):
        for path in (ROOT / room).rglob("*.py"):
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_every_statement_opens_with_what_it_takes() -> None:
    for path in [p for room in ("classification", "indicators", "pipelines") for p in (ROOT / room).rglob("*.sql")]:
        assert path.read_text(encoding="utf-8").startswith("--"), path


def test_no_room_is_called_after_nothing() -> None:
    names = {path.stem for room in MAY_NOT_KNOW | {"pipelines": 0} for path in (ROOT / room).rglob("*")}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_top_level_is_the_given_one() -> None:
    given = {"pipelines", "classification", "indicators", "data", "tests", "docs", "benchmarks", "build"}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert {name for name in folders if not name.endswith(".egg-info")} <= given


def test_the_lock_names_no_address() -> None:
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text


def test_whoever_reads_the_lake_keeps_the_workspace_s_limits() -> None:
    """An engine with a folder of its own has no memory limit but the machine's; one without reads no file."""
    opens = {
        path.relative_to(ROOT / "pipelines").as_posix()
        for path in (ROOT / "pipelines").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "engine" and node.args
    }
    assert opens == {"engines.py"}


def test_whoever_opens_a_database_is_known() -> None:
    """Two read the lake, within the workspace's limits; the others parse a text, or read and write releases alone."""
    opens = {
        path.relative_to(ROOT / "pipelines").as_posix()
        for path in (ROOT / "pipelines").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"duckdb.connect", "connect"}
    }
    releases = {"release/read.py", "release/sdmx.py", "release/snapshot.py"}
    assert opens == {"engine.py", "lake.py", "review/rules.py"} | releases
