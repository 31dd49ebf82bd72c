"""Signals of early warning: what the rules find in a release's observations and in the firms' parts, as known on a day.

Belongs here: gathering facts, running the rules, and the tables ``signal`` and ``signal_firm``. Does not belong here:
rules, facts and wording (warning), who is told (cli, release).

A signal is a function of (release quarter, as_of): a dismissal counts in it from the day on which it was made.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from classification import arrow_tables, labels
from classification.errors import InputError
from indicators.revision_steps import FEWEST
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import local_engine
from pipelines.ingest.words import LEADING_NAMES
from pipelines.lake import Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.steps.observed import history
from pipelines.warning.dismissals import Dismissal, dismissals
from pipelines.warning.rules import Level, Rule, rules, statement_of
from pipelines.warning.sentences import sentence
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

# The list of downturns that a back-test goes by, and how many firms of a class the rules look at.
POINTS: Final = "turning_points.csv"
WATCHED: Final = 20
# Growth has a history a year after the first release.
HISTORY: Final = 4
_DIGITS: Final = 12
_SQL: Final = ("signal", "firm_fact", "without_largest", "receivables_pair", "receivables_fact", "leading_fact")
_SCHEMES: Final = {"industry": "digital", "sector": "core_industry", "firm": "digital"}
_LARGEST: Final = {"growth": "reported_growth", "growth_but1": "growth_but1", "growth_but3": "growth_but3"}
_CODE: Final = ("indicators", "classification", "pipelines.warning")


def signals(workspace: Workspace, quarter: str, as_of: dt.date) -> list[Made]:
    """Make both tables of a release quarter, whose observations are there, as known on a day."""
    lake, needed = Lake(workspace.lake), history(workspace, quarter)
    set_aside = dismissals(workspace, as_of)
    made_from = [
        str(as_of),
        *lake.hashes("observation", [quarter]),
        *lake.hashes("core_leading"),
        *(
            digest
            for name in ("class_part", "core_change", "core_return")
            if needed
            for digest in lake.hashes(name, needed)
        ),
        *(one.model_dump_json() for one in set_aside.values()),
        workspace.city.model_dump_json(),
        code_hash(*_CODE),
        *(statement("pipelines", name) for name in _SQL),
        Path(__file__).read_text("utf-8"),
    ]

    def fill(path: Path) -> None:
        _write("signal", of_classes(workspace, quarter, as_of, set_aside), path)

    def fill_firm(path: Path) -> None:
        _write("signal_firm", of_firms(workspace, quarter, as_of, set_aside), path)

    return [
        lake.refresh("signal", quarter, fill, made_from=made_from),
        lake.refresh("signal_firm", quarter, fill_firm, made_from=made_from),
    ]


def of_classes(
    workspace: Workspace, quarter: str, as_of: dt.date, set_aside: Mapping[str, Dismissal]
) -> list[dict[str, Any]]:
    """Signals of classes and divisions: rows of the contract ``signal``.

    Args:
        workspace: with the quarter's observations.
        quarter: the release quarter; growth without the largest units stands beside its signals alone.
        as_of: the day of knowledge.
        set_aside: dismissals by signal.
    """
    lake = Lake(workspace.lake)
    facts = _class_facts(workspace, quarter, as_of)
    largest: dict[tuple[str, str], dict[str, Any]] = {}
    with local_engine(workspace) as work:
        work.add(
            class_fact=pa.Table.from_pandas(facts, preserve_index=False), core_leading=lake.existing("core_leading")
        )
        work.keep("leading_fact", statement("pipelines", "leading_fact"), {"as_of": as_of})
        work.view("fact", "FROM class_fact UNION ALL BY NAME FROM leading_fact")
        found = _fired(work, ("industry", "sector"))
        if history(workspace, quarter):
            work.add(class_part=lake.existing("class_part", [quarter]), membership=arrow_tables()["membership"])
            rows = work.rows(statement("pipelines", "without_largest"), {"as_of": as_of, "fewest": FEWEST}).to_pylist()
            largest = {(row["level"], row["class"]): row for row in rows}
    nobody = dict.fromkeys(_LARGEST)
    return [
        _signal(rule, fact, "-".join([fact["class"], *filter(None, [fact["proxy"]])]), _class_name(fact), set_aside)
        | {column: (largest.get((fact["level"], fact["class"]), nobody) if fact["quarter"] == quarter else nobody)[name]
           for name, column in _LARGEST.items()}
        for rule, fact in found
    ]  # fmt: skip


def of_firms(
    workspace: Workspace, quarter: str, as_of: dt.date, set_aside: Mapping[str, Dismissal]
) -> list[dict[str, Any]]:
    """Signals of firms: rows of the contract ``signal_firm``; arguments as of ``of_classes``."""
    if not history(workspace, quarter):
        return []
    first = str(workspace.city.release_quarters[0])
    with _firm_facts(workspace, quarter, as_of) as work:
        found = _fired(work, ("firm",))
    return [
        _signal(rule, fact, fact["unit"], fact["name"], set_aside) | {"unit": fact["unit"], "name": fact["name"]}
        for rule, fact in found
        if fact["quarter"] >= first
    ]


def tried(workspace: Workspace, quarter: str, as_of: dt.date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the back-test takes: signals, the workspace's list of downturns, and all that the rules looked at.

    Watched are the quarters from a year after the first release, of which growth has a history.

    Raises:
        InputError: there is no list of downturns, or it does not hold; nothing is watched yet.
    """
    import pandas as pd

    from pipelines.warning.backtest import read_points

    lake, points = Lake(workspace.lake), read_points(workspace.home / POINTS)
    first = str(workspace.city.release_quarters[0] + HISTORY)
    classes = _class_facts(workspace, quarter, as_of)
    seen = [classes[classes["growth"].notna()].rename(columns={"class": "subject"})]
    if history(workspace, quarter):
        with _firm_facts(workspace, quarter, as_of) as work:
            seen.append(work.rows(statement("pipelines", "firm_watched"), {"most": WATCHED}).to_pandas())
    fired = [lake.read("signal", [quarter]).to_pandas().rename(columns={"class": "subject"})]
    fired.append(lake.read("signal_firm", [quarter]).to_pandas().rename(columns={"unit": "subject"}))
    names = ["level", "subject", "quarter"]
    watched, signals = (pd.concat([frame[[*names, *more]] for frame in frames], ignore_index=True)
                        for frames, more in ((seen, []), (fired, ["kind", "rule"])))  # fmt: skip
    watched = watched[watched["quarter"] >= first]
    if watched.empty:
        raise InputError(
            f"回测从首个发布季度一年之后的 {first} 起，{quarter} 还没有可回测的季度。",
            f"A back-test begins a year after the first release, in {first}; {quarter} is too early.",
            where=quarter,
        )
    return signals, points, watched


def _class_facts(workspace: Workspace, quarter: str, as_of: dt.date) -> pd.DataFrame:
    """Facts of classes and divisions in all quarters up to one; receivables are known where firms are."""
    from pipelines.warning.facts import class_facts  # brings pandas along

    observations, owed = Lake(workspace.lake).read("observation", [quarter]).to_pandas(), None
    if history(workspace, quarter):
        with _firm_parts(workspace, quarter, as_of) as work:
            work.add(membership=arrow_tables()["membership"])
            asked = {"as_of": as_of, "fewest": FEWEST}
            owed = work.rows(statement("pipelines", "receivables_fact"), asked).to_pandas()
    return class_facts(observations, workspace.city.code, owed)


@contextmanager
def _firm_facts(workspace: Workspace, quarter: str, as_of: dt.date) -> Iterator[Engine]:
    """An engine with the facts of firms in all quarters up to one, known as ``fact``."""
    with _firm_parts(workspace, quarter, as_of) as work:
        work.add(core_change=Lake(workspace.lake).existing("core_change", history(workspace, quarter)))
        work.keep("fact", statement("pipelines", "firm_fact"), {"as_of": as_of})
        yield work


@contextmanager
def _firm_parts(workspace: Workspace, quarter: str, as_of: dt.date) -> Iterator[Engine]:
    """An engine with the parts and returns of firms in all quarters up to one, and what they are owed."""
    lake, needed = Lake(workspace.lake), history(workspace, quarter)
    with local_engine(workspace) as work:
        work.add(class_part=lake.existing("class_part", needed), returned=lake.existing("core_return", needed))
        work.keep("receivables_pair", statement("pipelines", "receivables_pair"), {"as_of": as_of})
        yield work


def _fired(work: Engine, levels: tuple[Level, ...]) -> list[tuple[Rule, dict[str, Any]]]:
    """The rules of some levels with the facts of which they hold."""
    mine = [rule for rule in rules() if set(rule.level) & set(levels)]
    template = statement("pipelines", "signal")
    return [(rule, fact) for rule in mine for fact in work.rows(statement_of(template, rule)).to_pylist()]


def _signal(
    rule: Rule, fact: Mapping[str, Any], key: str, subject: str, set_aside: Mapping[str, Dismissal]
) -> dict[str, Any]:
    name = f"{fact['quarter']}-{rule.id}-{key}"
    dismissed = set_aside.get(name)
    return {
        "signal": name,
        "quarter": fact["quarter"],
        "rule": rule.id,
        "kind": rule.kind,
        "level": fact["level"],
        "region": fact["region"],
        "class": fact["class"],
        "evidence": json.dumps({one: _kept(fact[one]) for one in rule.inputs}, sort_keys=True),
        "threshold": rule.threshold,
        "owner": rule.owner,
        "sentence": sentence(rule, fact, {"name": subject, "class": _class_name(fact)} | _sent(fact)),
        "status": "dismissed" if dismissed else "open",
        "reason": dismissed.reason if dismissed else "",
        "dismissed_on": dismissed.dismissed_on if dismissed else None,
    }


def _sent(fact: Mapping[str, Any]) -> dict[str, str]:
    """What a fact of a department's monthly figures says in words; nothing of any other."""
    if not fact.get("proxy"):
        return {}
    year, month = fact["month"].split("-")
    name = LEADING_NAMES[fact["proxy"]][0]
    return {"month": f"{year}年{int(month)}月", "proxy": name, "department": fact["department"]}


def _kept(value: Any) -> Any:
    """A number as finely as rates are kept: longer, and its digits would look like a credit code."""
    return round(value, _DIGITS) if isinstance(value, float) else value


def _class_name(fact: Mapping[str, Any]) -> str:
    return _names().get((_SCHEMES[fact["level"]], fact["class"]), str(fact["class"]))


@cache
def _names() -> dict[tuple[str, str], str]:
    rows = labels()
    return dict(zip(zip(rows["scheme"], rows["class"], strict=True), rows["name_zh"], strict=True))


def _write(table: str, rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    terms = contract(table)
    made = pa.Table.from_pylist([dict(row) for row in rows], schema=terms.schema)
    write_table(made.sort_by([(name, "ascending") for name in terms.key]), path)
