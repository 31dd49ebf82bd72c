"""The workspace: a city's own data and settings, in one folder outside the code.

Belongs here: where things lie, what ``city.toml`` says, and who holds the workspace. Does not belong here: what is in
the files.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from classification.errors import InputError
from indicators.quarter import Quarter, quarters_between
from pipelines import clock
from pipelines.at_rest import keep_temporary, refuse_elsewhere
from pipelines.disk import disk_told
from pipelines.levels import owner_only, settle

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SETTINGS = "city.toml"
DEFAULT_HOME = Path("data/demo")
_HELD: set[Path] = set()
_BYTES: Final = {"MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}  # the units of memory, as DuckDB spells them
# What the plan of a quarter's review holds however few firms there are: a city of 100 failed at 256MB, with 2 threads
# as with 8, and went through at 300MB, just so. Less is refused at once and not after minutes of work.
LEAST_MEMORY: Final = "512MB"
_HOST: Final = r"(?:[^\s,:/;\[\]]+|\[[0-9A-Fa-f:]+\])"
_MASTER: Final = re.compile(
    rf"local(?:\[(?:0*[1-9][0-9]*|\*)(?:, *[0-9]+)?\])?|yarn|k8s://\S+|"
    rf"spark://{_HOST}:[0-9]{{1,5}}(?:,{_HOST}:[0-9]{{1,5}})*|"
    rf"sc://{_HOST}(?::[0-9]{{1,5}})?(?:/(?:;[^\s;=/?#]+=[^\s;=/?#]+)*)?"
)
# What is wrong with a setting, by the beginning of Pydantic's name for it.
_FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("没有填写", "is missing"),
    "extra_forbidden": ("没有这一项设置，请核对拼写", "is no setting; check the spelling"),
    "literal_error": ("只能是 {expected}", "must be {expected}"),
    "greater_than_equal": ("不应小于 {ge}", "must be at least {ge}"),
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "less_than_equal": ("不应大于 {le}", "must be at most {le}"),
    "string_type": ("应为文字，写在引号里", "must be text in quotes"),
    "int_": ("应为整数", "must be a whole number"),
    "float_": ("应为数字", "must be a number"),
    "bool_": ("应为 true 或 false", "must be true or false"),
    "tuple_type": ("应为列表", "must be a list"),
    "dict_type": ("应为一段设置", "must be a table of settings"),
    "model_type": ("应为一段设置", "must be a table of settings"),
}


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
        kind: ``duckdb``, or ``spark`` (the extra ``spark``; Java 17 or newer, except over Spark Connect).
        memory_limit: what DuckDB may hold in memory before it spills to the lake, for example ``2GB``, at least
            ``LEAST_MEMORY``; '' for its own.
        threads: how many threads DuckDB uses; all cores where it is not said.
        master: where Spark runs: ``local[2]``, a cluster's address (``spark.SparkEngine``), or ``sc://host:15002``
            (``spark.ConnectEngine``); what can be none of these is refused where ``kind`` is ``spark``.
        settings: further settings of Spark by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["duckdb", "spark"] = "duckdb"
    memory_limit: str = ""
    threads: int | None = Field(default=None, ge=1, le=1024)
    master: str = "local[*]"
    settings: dict[str, str] = Field(default_factory=dict)

    @field_validator("memory_limit")
    @classmethod
    def _is_memory(cls, text: str) -> str:
        if not text.strip():
            return ""
        found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([MG]i?B)\s*", text, re.IGNORECASE)
        if found is None:
            raise InputError('应写成数字加单位，如 "2GB"', 'must be a number with MB or GB, such as "2GB"')
        limit = found[1] + next(unit for unit in _BYTES if unit.lower() == found[2].lower())
        if _bytes(limit) < _bytes(LEAST_MEMORY):
            raise InputError(f"不应小于 {LEAST_MEMORY}", f"must be at least {LEAST_MEMORY}")
        return limit

    @field_validator("master")
    @classmethod
    def _is_address(cls, text: str, said: ValidationInfo) -> str:
        if said.data.get("kind") == "spark" and not _MASTER.fullmatch(text):
            named = text.partition(";")[0]  # among the parameters of Spark Connect is a token
            raise InputError(
                f"写法不对：{named}。应为 local[2]、spark://主机:7077（多个用逗号隔开）、yarn、k8s://… 或 sc://主机:15002"
                "（Spark Connect，参数写作 /;名=值）",
                f"is no address of Spark: {named}. It is local[2], spark://host:7077 (further ones after a comma), "
                "yarn, k8s://… or sc://host:15002 (Spark Connect, parameters as /;name=value)",
            )
        return text

    @property
    def limits(self) -> dict[str, str | int]:
        """What is said of memory and threads, by DuckDB's own names."""
        said = {"memory_limit": self.memory_limit, "threads": self.threads}
        return {name: value for name, value in said.items() if value}

    def limits_within(self, most: str) -> dict[str, str | int]:
        """The limits with no more memory than ``most``, for what makes do with less than a statement may take."""
        return self.limits | {"memory_limit": min(most, self.memory_limit or most, key=_bytes)}


class City(BaseModel):
    """What ``city.toml`` says: the place, its counties, the periods covered, the forms that must be there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    name: str
    kind: Literal["city", "province", "nation"]
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
            raise InputError(
                f"行政区划代码应为六位数字：{'、'.join(wrong)}", f"region codes have six digits: {', '.join(wrong)}"
            )
        if twice := sorted(code for code, times in Counter(codes).items() if times > 1):
            raise InputError(
                f"行政区划代码重复：{'、'.join(twice)}", f"region codes are listed twice: {', '.join(twice)}"
            )
        if self.kind != "nation" and not self.counties:
            raise InputError("没有填写县（市、区）：请加 [[counties]] 各段", "no [[counties]] are listed")
        if self.flash_day is not None and self.flash_day > self.release_day:
            raise InputError("快报日 flash_day 不应晚于发布日 release_day", "flash_day must not come after release_day")
        if not self.release_quarters:
            raise InputError(
                "first_quarter—last_quarter 扣除 base_quarters 后没有可发布的季度",
                "between first_quarter and last_quarter base_quarters leave no quarter to release",
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
            zh, en = zip(*map(_told, faults.errors()), strict=True)
            raise InputError(
                f"city.toml 有误，请更正后重试：{'；'.join(zh)}。",
                f"city.toml is wrong; correct this and try again: {'; '.join(en)}.",
                where=str(path),
            ) from None

    @contextlib.contextmanager
    def held(self, purpose: str, *, wait: bool = False) -> Iterator[None]:
        """Hold the workspace for one run, log entry or publication; another process waits or is told who holds it.

        What is made meanwhile is for its owner alone, and the folders open to whom their level says.

        Raises:
            InputError: another process holds the workspace and ``wait`` is false, or a disk takes nothing of what is
                written within the block.
        """
        with disk_told(self._disks()), self._locked(purpose, wait=wait):
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


def engine_beside(lake: Path) -> EngineTerms:
    """What the settings of a lake's workspace say of the engine; nothing where none lie beside the lake."""
    place = Workspace(lake.parent)
    return place.city.engine if (place.home / SETTINGS).exists() else EngineTerms()


def _told(fault: ErrorDetails) -> tuple[str, str]:
    """Which setting is wrong and why, in Chinese and in English; the entries of a list are counted from 1."""
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    said = fault.get("ctx", {})
    if isinstance(ours := said.get("error"), InputError):
        zh, en = ours.zh.rstrip("。"), ours.en.rstrip(".")
    elif words := next((words for kind, words in _FAULTS.items() if fault["type"].startswith(kind)), None):
        zh, en = (text.format_map(said) for text in words)
    else:
        zh, en = "填写有误", fault["msg"]
    return f"{place} {zh}".strip().replace(" or ", " 或 "), f"{place} {en}".strip()


def _bytes(memory: str) -> float:
    unit = memory.lstrip("0123456789.")
    return float(memory.removesuffix(unit)) * _BYTES[unit]
