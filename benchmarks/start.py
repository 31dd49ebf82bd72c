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
from typing import Final, NamedTuple

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks import firms
from benchmarks.commands import Cost, costs, python, shuce
from indicators.quarter import Quarter

TIMES: Final = 7
QUARTER: Final = Quarter(2022, 3)
_TYPER: Final = "import typer\ndef main(code: str = '') -> None: {does}\ntyper.run(main)\n"
_NOTHING: Final = _TYPER.format(does="pass")
_ASKS: Final = _TYPER.format(does="import duckdb; print(duckdb.connect().execute('SELECT 1').fetchall())")


class Held(NamedTuple):
    """A command, the import of its library, and the smallest program that does the same."""

    ours: Cost
    library: Cost
    program: Cost


def workspace(home: Path) -> Path:
    """A workspace with one release and nothing else."""
    folder = home / "release" / "one"
    folder.mkdir(parents=True)
    (home / "city.toml").write_text(firms.settings(QUARTER), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"release": "one"}), encoding="utf-8")
    (home / "release" / "current").symlink_to("one")
    duckdb.connect(str(folder / "digital_economy.duckdb")).close()
    return home


def measure(home: Path, *, times: int) -> dict[str, Held]:
    """Every command beside what it is held against."""
    asked = {
        "shuce --help": (shuce("--help"), "import typer", python(_NOTHING, "--help")),
        "shuce classify 3911": (shuce("classify", "3911"), "import typer", python(_NOTHING, "--code", "1")),
        "shuce sql 'SELECT 1'": (
            shuce("sql", "SELECT 1", "--home", str(home)),
            "import duckdb",
            python(_ASKS, "--code", "1"),
        ),
    }
    commands = {
        f"{name} {at}": one for name, of in asked.items() for at, one in enumerate((of[0], python(of[1]), of[2]))
    }
    found = costs(commands, times=times)
    return {name: Held(*(found[f"{name} {at}"] for at in range(3))) for name in asked}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuce-bench-") as folder:
        found = measure(workspace(Path(folder)), times=asked.times)
    table = Table("command", "ours s", "import s", "ratio", "smallest program s", "ratio", "processor: ratios")
    for name, (ours, library, program) in found.items():
        both = f"{ours.processor / library.processor:.1f}, {ours.processor / program.processor:.1f}"
        seconds = (ours.seconds, library.seconds, ours.seconds / library.seconds, program.seconds)
        ratio = ours.seconds / program.seconds
        table.add_row(name, *(f"{x:.2f}" for x in seconds), f"{ratio:.2f}", both)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
