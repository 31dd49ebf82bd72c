"""Writing the synthetic city: settings, inbox and the list of planted errors, whole or not at all.

Belongs here: the order in which files are made, the register of incoming papers, the swap. Does not belong here: what
is in the files.
"""

from __future__ import annotations

import csv
import filecmp
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Final

import numpy as np

from indicators.quarter import Quarter, quarters_between
from pipelines.sample.account_files import write_accounts
from pipelines.sample.accounts import Accounts
from pipelines.sample.annual_files import ANNUAL_YEARS, write_annual, write_digital_use
from pipelines.sample.calibration import calibrate
from pipelines.sample.claim_files import write_claims
from pipelines.sample.coefficients import coefficient_rows
from pipelines.sample.digital_files import write_penetration
from pipelines.sample.economy import SEED, YEARS, units
from pipelines.sample.estimate_files import write_estimates, write_period_estimates
from pipelines.sample.events import mergers, recodes, turning_points, turns
from pipelines.sample.firm_files import Planted, Sent, write_quarter
from pipelines.sample.index_files import write_index_scheme
from pipelines.sample.leading_files import write_leading
from pipelines.sample.ledger_files import write_ledgers
from pipelines.sample.ledgers import YEAR as LEDGER_YEAR
from pipelines.sample.profile import CITY, CITY_NAME, COUNTIES, COUNTY_NAMES, DEFAULT_FIRMS, EVER_SEEN, classes
from pipelines.sample.register_files import write_register
from pipelines.sample.small_files import write_prices, write_small
from pipelines.sample.strays import write_strays
from pipelines.sample.universe import Universe

LAST: Final = Quarter(2023, 4)
QUARTERS: Final = tuple(quarters_between(Quarter(2020, 1), LAST))
BASE: Final = 4  # quarters before the first that can be released
TURNING_POINTS: Final = "turning_points.csv"
# Fewer firms than this leave no settled units to make mistakes.
SMALLEST: Final = 100
_REQUIRED: Final = (
    "industry", "service", "trade", "construction", "account", "account_division", "price", "rate", "coefficient",
)  # fmt: skip
_NOTE: Final = (
    "合成数据，仅供演示和测试。全部企业、名称、代码、报表、县区、价格、系数均为程序生成，不对应任何真实单位或地区；"
    "2020年、2023年和所有季度的核算数为合成，标为估计（E）；台账全年为合成，只有各清单条数等与公布数一致。"
    "只有两处取自公开数：2021—2022年地区生产总值和三次产业增加值及增速"
    "（焦作市公布数，作宏观控制数），以及部门监测数和外部测算渗透率（专班材料）。"
)


def build(*, firms: int = DEFAULT_FIRMS, seed: int = SEED) -> tuple[Universe, list[dict[str, str]]]:
    """The calibrated universe of a city and its coefficient table, without writing anything.

    Args:
        firms: above-threshold firms in a quarter, about; totals stay those of the default city at any size.
        seed: of the random draws.
    """
    if firms < SMALLEST:
        raise ValueError(f"a city has at least {SMALLEST} firms / 城市至少 {SMALLEST} 户")
    drawn = units(round(firms * EVER_SEEN), seed=seed)
    table = coefficient_rows(drawn)
    universe = Universe(drawn, np.ones((len(classes().gbt), len(YEARS))), recodes(drawn), mergers(drawn), turns(drawn))
    return calibrate(universe, table), table


def write_city(
    home: Path,
    *,
    firms: int = DEFAULT_FIRMS,
    seed: int = SEED,
    last: Quarter = LAST,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the synthetic city into a workspace: ``city.toml``, ``inbox/``, the planted errors and downturns.

    The same seed and size give the same bytes, and a file has the same whichever quarter is the last. Files are made
    beside the workspace's own and renamed into place; what else the workspace holds (lake, releases, log) stays.

    Args:
        home: the workspace's folder; made if need be.
        firms: above-threshold firms in a quarter, about (at least 100).
        seed: of the random draws.
        last: the last quarter that is reported, 2021Q1 at the earliest: the first that can be released.
        progress: called with a Chinese line before each step.
    """
    if last not in QUARTERS[BASE:]:
        raise ValueError(f"last must be one of {QUARTERS[BASE]} to {LAST} / 末季须在 {QUARTERS[BASE]}—{LAST} 之内")
    say = progress or (lambda _: None)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sample-", dir=home) as beside:
        inbox = Path(beside) / "inbox"
        inbox.mkdir()
        say("生成并校准示范市的企业")
        universe, table = build(firms=firms, seed=seed)
        made = list(_files(universe, table, inbox, say, seed=seed, last=last))
        sent = sorted((x for x in made if isinstance(x, Sent)), key=lambda x: (x.received_at, x.file))
        planted = sorted((x for x in made if isinstance(x, Planted)), key=lambda x: x.id)
        (inbox / "received.csv").write_text(_register(sent, home / "inbox" / "received.csv"), encoding="utf-8")
        (Path(beside) / "planted_errors.csv").write_text(_planted(planted), encoding="utf-8-sig")
        (Path(beside) / TURNING_POINTS).write_text(_turning(universe, last), encoding="utf-8-sig")
        (Path(beside) / "city.toml").write_text(_settings(last), encoding="utf-8")
        say("放入收件箱")
        _place(Path(beside), home)


def _files(
    universe: Universe,
    table: list[dict[str, str]],
    inbox: Path,
    say: Callable[[str], None],
    *,
    seed: int,
    last: Quarter,
) -> Iterator[Sent | Planted]:
    accounts = Accounts(universe)
    for quarter in quarters_between(QUARTERS[0], last):
        say(f"写出 {quarter.label('quarter')}的报表")
        yield from write_quarter(universe, inbox, quarter)
        yield from write_register(universe, inbox, quarter)
        yield write_claims(universe, inbox, quarter)
        yield from write_accounts(accounts, inbox, quarter)
        yield write_prices(inbox, quarter)
        yield from write_period_estimates(inbox, quarter)
        yield write_leading(inbox, quarter)
    for year in (year for year in ANNUAL_YEARS if year < last.year):
        say(f"写出 {year} 年的年报")
        yield from write_annual(universe, inbox, year)
        yield from write_digital_use(universe, inbox, year)
    yield from write_small(table, inbox)
    yield from write_estimates(universe, table, inbox)
    yield from write_penetration(inbox)
    yield from write_index_scheme(inbox)
    if last.year >= LEDGER_YEAR:  # strays come in that year, too
        say(f"写出 {LEDGER_YEAR} 年的台账")
        yield from write_ledgers(inbox, seed=seed)
        yield from write_strays(inbox)


def _planted(lines: list[Planted]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [field.name for field in fields(Planted)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(line) for line in lines)
    return out.getvalue()


def _turning(universe: Universe, last: Quarter = LAST) -> str:
    """The planted downturns that have begun, a line for each subject that should give a signal: a class, or a unit."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "level", "subject", "first", "last", "what"])
    for point in (point for point in turning_points() if point.first <= last):
        for subject in point.subjects:
            level, _, code = subject.partition(":")
            codes = [code] if code else [universe.units.code[at].decode() for at in point.places(universe.units)]
            writer.writerows([point.id, level, one, point.first, point.last, point.what] for one in codes)
    return out.getvalue()


def _settings(last: Quarter = LAST) -> str:
    lines = [
        f'code = "{CITY}"',
        f'name = "{CITY_NAME}"',
        'kind = "city"',
        "synthetic = true",
        f'note = "{_NOTE}"',
        f'first_quarter = "{QUARTERS[0]}"',
        f'last_quarter = "{last}"',
        f"base_quarters = {BASE}",
        "release_day = 20",
        "flash_day = 19",
        f"required_forms = [{', '.join(repr(form) for form in _REQUIRED)}]".replace("'", '"'),
    ]
    # All firm returns of this city come on one day of the month.
    lines += ["", "[deadlines]", "construction = 18"]
    for code, name in zip(COUNTIES, COUNTY_NAMES, strict=True):
        lines += ["", "[[counties]]", f'code = "{code}"', f'name = "{name}"']
    return "\n".join(lines) + "\n"


def _register(sent: list[Sent], old: Path) -> str:
    """The register of incoming papers; lines that others added for files of their own are kept."""
    ours = {line.file for line in sent}
    lines = old.read_text(encoding="utf-8-sig").splitlines() if old.is_file() else []
    names = [field.name for field in fields(Sent)]
    kept = [
        {name: row.get(name) or "" for name in names} for row in csv.DictReader(lines) if row.get("file") not in ours
    ]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows([asdict(line) for line in sent] + kept)
    return out.getvalue()


def _place(beside: Path, home: Path) -> None:
    """Move what was made to its place, file by file; files of the same bytes are left alone, files of others too.

    The register goes before the files it lists, the settings last: a run that is killed can be run again.
    """
    (home / "inbox").mkdir(exist_ok=True)
    made = sorted(path.relative_to(beside) for path in beside.rglob("*") if path.is_file())
    last = [Path("inbox/received.csv"), *(p for p in made if p.parts[0] == "inbox" and p.name != "received.csv")]
    for name in [*last, *(path for path in made if path.parts[0] != "inbox")]:
        target = home / name
        if not target.is_file() or not filecmp.cmp(beside / name, target, shallow=False):
            (beside / name).replace(target)
