"""Running workspaces in tests: through Dagster, through the steps alone, or through the command line."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import LEDGER_FORMS
from pipelines.ingest.landing import form_of, register
from pipelines.lake import Lake, Made, sha256_of, write_table
from pipelines.steps import annual, cells, claims, classified, core, imputed, ledgers, queries, raw
from pipelines.steps import register as registered
from pipelines.workspace import Workspace

ROOT = Path(__file__).parents[2]
PLANTED = "planted_errors.csv"


def fresh(home: Path, target: Path) -> Path:
    """A workspace with the inputs of another and nothing made."""
    target.mkdir(parents=True)
    shutil.copytree(home / "inbox", target / "inbox")
    for name in ("city.toml", PLANTED):
        if (home / name).exists():
            shutil.copy(home / name, target / name)
    return target


def duplicate(home: Path, target: Path) -> Path:
    """A workspace with all that another holds; tables are shared until one is put in its place."""
    shutil.copytree(home, target, symlinks=True, ignore=shutil.ignore_patterns("lake"))
    share(home, target)
    return target


def share(home: Path, target: Path, tables: str = "*") -> None:
    """Give a workspace tables of another; what it would make otherwise from its own inputs is made anew."""
    for folder in (home / "lake").glob(tables):
        shutil.copytree(folder, target / "lake" / folder.name, copy_function=os.link)


def without_ledgers(home: Path) -> Path:
    """A workspace without the ledgers' files, for what looks at returns alone."""
    for path in (home / "inbox").iterdir():
        if form_of(path.name) in LEDGER_FORMS:
            path.unlink()
    return home


def put(table: pa.Table, path: Path) -> None:
    """Put other rows in the place of a partition, its note left as it is."""
    path.unlink()
    write_table(table, path)


def intake(home: Path, first: str, last: str) -> None:
    """Raw … cells of a range of quarters as one Dagster run, in an instance that is gone afterwards."""
    _execute("intake", home, first, last)


def publish(home: Path, quarter: str, as_of: str = "", *, flash: bool = False) -> Path:
    """Observations and release of a quarter, or of its flash, as one Dagster run."""
    return _execute("publish", home, quarter, quarter, as_of=as_of, flash=flash)[-1]


def _execute(job: str, home: Path, first: str, last: str, **told: Any) -> list[Path]:
    import dagster as dg

    from pipelines.cli.instance import execute

    span = (Quarter.parse(first), Quarter.parse(last))
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("SHUCE_HOME", str(home))
        return execute(instance, job, span, **told)


def take_in(home: Path) -> Workspace:
    """Register what lies in the inbox."""
    workspace = Workspace(home)
    with workspace.held("test"):
        register(workspace)
    return workspace


def make_reference(home: Path) -> list[Made]:
    """Every table that is not by quarter, by the steps alone, after registering what is new."""
    workspace = take_in(home)
    made = [raw.raw(workspace, form.id) for form in forms().values() if form.period == "none"]
    made += [*annual.core_annual(workspace), core.core_digital_use(workspace)]
    made += [core.core_small(workspace, table) for table in core.SMALL_TABLES]
    made += ledgers.make_ledgers(workspace)
    made += [core.ledger_set_aside(workspace), core.reference_set_aside(workspace)]
    made += [classified.cell_annual(workspace), classified.class_rate(workspace)]
    return [*made, cells.cell_adoption(workspace), classified.cell_size(workspace, cells.places(workspace))]


def review(workspace: Workspace, quarters: Iterable[str]) -> None:
    """The returns of some quarters reviewed and classed, in the order given, by the steps alone."""
    for quarter in quarters:
        for form in core.FIRM_FORMS:
            raw.raw(workspace, form, quarter)
        core.core_return(workspace, quarter)
        queries.core_query(workspace, quarter)
        classified.class_return(workspace, quarter)


def make_quarter(home: Path, quarter: str) -> list[Made]:
    """Every table of a quarter up to the cells, by the steps alone."""
    workspace = Workspace(home)
    made = [raw.raw(workspace, form.id, quarter) for form in forms().values() if form.period == "quarter"]
    made += registered.core_register(workspace, quarter)
    made += [registered.core_change(workspace, quarter), *claims.class_check(workspace, quarter)]
    made += [core.core_history(workspace, quarter), *core.core_return(workspace, quarter)]
    made += queries.core_query(workspace, quarter)
    made += [classified.class_return(workspace, quarter), imputed.class_missing(workspace, quarter)]
    made += [classified.class_part(workspace, quarter)]
    made += [cells.cell_leaf(workspace, quarter), cells.cell_published(workspace, quarter)]
    made += [cells.cell_crossed(workspace, quarter)]
    return [*made, cells.cell_concentration(workspace, quarter), cells.cell_population(workspace, quarter)]


def computed(made: Iterable[Made]) -> set[str]:
    """The tables that were made anew."""
    return {item.table for item in made if item.computed}


def hashes(home: Path) -> dict[str, str]:
    """The hash of every Parquet file of the lake, by table and partition."""
    root = Lake(home / "lake").root
    return {str(path.relative_to(root)): sha256_of(path) for path in sorted(root.glob("*/*.parquet"))}


def command(*arguments: str) -> list[str]:
    """The command line of ``shuce``, from this tree and this interpreter."""
    return [sys.executable, "-m", "pipelines.cli.app", *arguments]


def shuce(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


def told(*arguments: str) -> Told:
    """Run a command of ``shuce`` in this process, as its entry point does."""
    from pipelines.cli.app import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["shuce", *arguments])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Told(code, out.getvalue(), err.getvalue())
