"""The workspace: a city's own data and settings, in one folder outside the code.

Belongs here: where things lie, what ``city.toml`` says, and who holds the workspace. Does not belong here: what is in
the files.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from classification.errors import InputError
from indicators.quarter import Quarter, quarters_between
from pipelines import clock
from pipelines.at_rest import keep_temporary, refuse_elsewhere
from pipelines.disk import full_disk_told
from pipelines.levels import owner_only, settle

SETTINGS = "city.toml"
DEFAULT_HOME = Path("data/demo")
_HELD: set[Path] = set()


class Region(BaseModel):
    """A region of the workspace: the place itself or one of its counties."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    name: str
    short: str = ""


class ReviewTerms(BaseModel):
    """How queries are put to firms: the share of the expected impact asked for first, and the days given to answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    coverage: float = Field(default=0.95, gt=0, le=1)
    reply_days: int = Field(default=5, ge=1, le=60)


class EngineTerms(BaseModel):
    """What statements over units run on.

    Attributes:
        kind: ``duckdb``, or ``spark`` (the extra ``spark``, Java 17 or newer).
        memory_limit: what DuckDB may hold in memory before it spills to the lake, for example ``2GB``; '' for its own.
        threads: how many threads DuckDB uses; all cores where it is not said.
        master: where Spark runs: ``local[2]``, or a cluster's address (``spark.SparkEngine``).
        settings: further settings of Spark by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["duckdb", "spark"] = "duckdb"
    memory_limit: str = Field(default="", pattern=r"^([0-9]+(\.[0-9]+)?(MB|GB|MiB|GiB))?$")
    threads: int | None = Field(default=None, ge=1, le=1024)
    master: str = "local[*]"
    settings: dict[str, str] = Field(default_factory=dict)

    @property
    def limits(self) -> dict[str, str | int]:
        """What is said of memory and threads, by DuckDB's own names."""
        said = {"memory_limit": self.memory_limit, "threads": self.threads}
        return {name: value for name, value in said.items() if value}


class City(BaseModel):
    """What ``city.toml`` says: the place, its counties, the periods covered, the forms that must be there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    name: str
    kind: str = Field(pattern="^(city|province|nation)$")
    synthetic: bool = False
    note: str = ""
    first_quarter: str
    last_quarter: str
    base_quarters: int = 0
    release_day: int = Field(default=20, ge=1, le=28)
    flash_day: int | None = Field(default=None, ge=1, le=28)
    annual_coverage: float = Field(default=0.95, gt=0, le=1)
    required_forms: tuple[str, ...] = ()
    counties: tuple[Region, ...] = ()
    # Where a machine keeps its data, and what it reckons with, is no part of what a release rests on.
    encrypted_volume: str = Field(default="", exclude=True)
    engine: EngineTerms = Field(default=EngineTerms(), exclude=True)
    review: ReviewTerms = ReviewTerms()
    deadlines: dict[str, Annotated[int, Field(ge=1, le=28)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        codes = [self.code, *(county.code for county in self.counties)]
        if wrong := [code for code in codes if not (len(code) == 6 and code.isdigit())]:
            raise ValueError(f"行政区划代码应为六位数字：{'、'.join(wrong)} (region codes have six digits)")
        if twice := sorted(code for code, times in Counter(codes).items() if times > 1):
            raise ValueError(f"行政区划代码重复：{'、'.join(twice)} (region codes are listed twice)")
        if self.kind != "nation" and not self.counties:
            raise ValueError("没有填写县（市、区）：请加 [[counties]] 各段 (no [[counties]] are listed)")
        if self.flash_day is not None and self.flash_day > self.release_day:
            raise ValueError("快报日 flash_day 不应晚于发布日 release_day (a flash comes before the release)")
        if not self.release_quarters:
            raise ValueError(
                "first_quarter—last_quarter 扣除 base_quarters 后没有可发布的季度 (no quarter is left to release)"
            )
        return self

    @field_validator("first_quarter", "last_quarter")
    @classmethod
    def _is_quarter(cls, text: str) -> str:
        return str(Quarter.parse(text))

    @property
    def quarters(self) -> list[Quarter]:
        """The quarters whose data the workspace holds, the base quarters included."""
        return quarters_between(Quarter.parse(self.first_quarter), Quarter.parse(self.last_quarter))

    @property
    def has_firms(self) -> bool:
        """Whether firms report here; a workspace without counties holds published figures alone."""
        return bool(self.counties)

    @property
    def release_quarters(self) -> list[Quarter]:
        """The quarters that can be released: all but the base quarters at the start."""
        return self.quarters[self.base_quarters :]

    @property
    def regions(self) -> dict[str, str]:
        """Region code → name, the place itself first."""
        return {self.code: self.name} | {county.code: county.name for county in self.counties}

    def release_date(self, quarter: Quarter) -> dt.date:
        """The day on which a quarter's release is due, and the as_of of a run that names none."""
        return (quarter + 1).first_day.replace(day=self.release_day)

    def flash_date(self, quarter: Quarter) -> dt.date:
        """The day on which a quarter's flash is due, and the as_of of a flash that names none."""
        return (quarter + 1).first_day.replace(day=self.flash_day or self.release_day)


@dataclass(frozen=True)
class Workspace:
    """The folders of one workspace; nothing is read or made before it is asked for.

    Attributes:
        home: the folder.
        settings: settings that hold in place of ``city.toml``, as an earlier release had them.
    """

    home: Path
    settings: City | None = None

    @classmethod
    def locate(cls, home: str | Path | None = None) -> Workspace:
        """The workspace named, else the one in ``SHUCE_HOME``, else the demonstration city's.

        Raises:
            InputError: its settings cannot be read, or it must lie on an encrypted volume and does not.
        """
        found = cls(Path(home or os.environ.get("SHUCE_HOME") or DEFAULT_HOME).absolute())
        if (found.home / SETTINGS).exists():
            refuse_elsewhere(found.home, found.city.encrypted_volume)
            if found.city.encrypted_volume:
                keep_temporary(found.home)
        return found

    @property
    def inbox(self) -> Path:
        """Where files arrive."""
        return self.home / "inbox"

    @property
    def lake(self) -> Path:
        """Parquet, one folder per table."""
        return self.home / "lake"

    @property
    def review(self) -> Path:
        """Lists of queries and of missing returns as they go out to the counties (L3)."""
        return self.home / "review"

    @property
    def templates(self) -> Path:
        """A bureau's own templates, which take the place of those that come along."""
        return self.home / "templates"

    @property
    def releases(self) -> Path:
        """One immutable folder per release, and ``current``."""
        return self.home / "release"

    def report(self, quarter: str) -> Path:
        """The report on the quality of a quarter's data (L2)."""
        return self.home / "report" / f"quality_{quarter}.html"

    @property
    def reports(self) -> Path:
        """The task force's reports (L1): by kind and period."""
        return self.home / "reports"

    def exports(self, level: str) -> Path:
        """Where copies of releases lie that may leave the house at a level."""
        return self.home / "export" / level

    @property
    def log(self) -> Path:
        """What was received, and who held the workspace."""
        return self.home / "log"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance storage."""
        return self.home / "_dagster"

    @cached_property
    def city(self) -> City:
        """The settings.

        Raises:
            InputError: there is no ``city.toml``, or it says something that cannot be.
        """
        if self.settings is not None:
            return self.settings
        path = self.home / SETTINGS
        try:
            settings: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            return City.model_validate(settings)
        except FileNotFoundError:
            raise InputError(
                "此处没有工作区（缺少 city.toml）。请用 shuce init 目录 新建，或用 --home 指明工作区。",
                "No workspace here (city.toml is missing). Make one with `shuce init DIR`, or name one with --home.",
                where=str(path),
            ) from None
        except tomllib.TOMLDecodeError as fault:
            raise InputError(
                f"city.toml 不是合格的 TOML：{fault}。", f"city.toml is no valid TOML: {fault}.", where=str(path)
            ) from None
        except ValidationError as faults:
            said = [f"{'.'.join(map(str, f['loc']))} {f['msg'].removeprefix('Value error, ')}" for f in faults.errors()]
            raise InputError(
                f"city.toml 有误，请更正后重试：{'；'.join(text.strip() for text in said)}",
                "city.toml is wrong; correct what is named and try again.",
                where=str(path),
            ) from None

    @contextlib.contextmanager
    def held(self, purpose: str, *, wait: bool = False) -> Iterator[None]:
        """Hold the workspace for one run, log entry or publication; another process waits or is told who holds it.

        What is made meanwhile is for its owner alone, and the folders open to whom their level says.

        Raises:
            InputError: another process holds the workspace and ``wait`` is false, or a disk has no room for what is
                written within the block.
        """
        with full_disk_told(self._disks()), self._locked(purpose, wait=wait):
            yield

    def _disks(self) -> list[Path]:
        """The folders that may lie on disks of their own."""
        parts = self.home.iterdir() if self.home.is_dir() else ()
        return [self.home, *(path for path in parts if path.is_dir())]

    @contextlib.contextmanager
    def _locked(self, purpose: str, *, wait: bool) -> Iterator[None]:
        if self.home in _HELD:  # this process holds it already: the command around a run, a step within
            yield
            return
        self.log.mkdir(parents=True, exist_ok=True)
        with owner_only(), (self.log / "holder").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "?"
                raise InputError(
                    f"工作区正被占用：{holder}。请等它结束，或加 --wait 等待。",
                    f"The workspace is held by: {holder}. Wait for it to end, or pass --wait.",
                    where=str(self.home),
                ) from None
            lock.seek(0)
            lock.truncate()
            lock.write(f"{purpose}, pid {os.getpid()}, {clock.now():%Y-%m-%d %H:%M:%S}")
            lock.flush()
            _HELD.add(self.home)
            settle(self.home)
            try:
                yield
            finally:
                settle(self.home)
                _HELD.discard(self.home)
                lock.seek(0)
                lock.truncate()
