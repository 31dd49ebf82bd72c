"""How long commands take to start, beside a bare Python with the same library: ``python -m benchmarks.start``.

Belongs here: the commands and what each is held against. Does not belong here: measuring (commands).

Each is held against two things: the import of its one library, and the smallest program that does with its libraries
what the command does with them. The second is the floor under the first: Typer draws help with Rich and checks every
argument with Pydantic, which it imports only then.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Final

import duckdb

from benchmarks import firms, records
from benchmarks.commands import OURS, RESULTS, Cost, costs, python, ran, show, shuce
from indicators.quarter import Quarter

TIMES: Final = 7
QUARTER: Final = Quarter(2022, 3)
_TYPER: Final = "import typer\ndef main(code: str = '') -> None: {does}\ntyper.run(main)\n"
_NOTHING: Final = _TYPER.format(does="pass")
_ASKS: Final = _TYPER.format(does="import duckdb; print(duckdb.connect().execute('SELECT 1').fetchall())")


def workspace(home: Path) -> Path:
    """A workspace with one release and nothing else."""
    folder = home / "release" / "one"
    folder.mkdir(parents=True)
    (home / "city.toml").write_text(firms.settings(QUARTER), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"release": "one"}), encoding="utf-8")
    (home / "release" / "current").symlink_to("one")
    duckdb.connect(str(folder / "digital_economy.duckdb")).close()
    return home


def measure(home: Path, *, times: int) -> dict[str, dict[str, Cost]]:
    """Every command, the import of its library, and the smallest program that does the same with it."""
    sql = shuce("sql", "SELECT 1", "--home", str(home))
    asked = {
        "shuce --help": (shuce("--help"), "import typer", python(_NOTHING, "--help")),
        "shuce classify 3911": (shuce("classify", "3911"), "import typer", python(_NOTHING, "--code", "1")),
        "shuce sql 'SELECT 1'": (sql, "import duckdb", python(_ASKS, "--code", "1")),
    }
    ways = {
        name: {OURS: ours, f"`{library}`": python(library), "smallest program": program}
        for name, (ours, library, program) in asked.items()
    }
    found = costs({f"{name} {way}": one for name, of in ways.items() for way, one in of.items()}, times=times)
    return {name: {way: found[f"{name} {way}"] for way in of} for name, of in ways.items()}


def main() -> None:
    """Print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuce-bench-") as folder:
        found = ran("start", measure(workspace(Path(folder)), times=asked.times), times=asked.times)
    records.keep(asked.results, found)
    show(found)


if __name__ == "__main__":
    main()
