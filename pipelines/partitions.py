"""Partitions: Dagster's keys for quarters, and the one place that turns them into quarters and back."""

from __future__ import annotations

import datetime as dt
import warnings

import dagster as dg

from indicators.quarter import Quarter
from pipelines.clock import TIMEZONE

# Single-run back-fills and mappings that reach before the first partition are marked beta. The version is pinned, the
# tests run both, and an analyst's terminal is no place for the notice.
warnings.filterwarnings("ignore", category=dg.BetaWarning)

# The national accounts by industry begin here; a city's own quarters begin where its city.toml says.
FIRST = Quarter(2015, 1)
_FORMAT = "%Y-%m-%d"

quarters = dg.TimeWindowPartitionsDefinition(
    start=FIRST.first_day.strftime(_FORMAT),
    cron_schedule="0 0 1 1,4,7,10 *",
    fmt=_FORMAT,
    timezone=TIMEZONE,
)
# A release knows the whole history up to its own quarter: thirty years of it, for Dagster counts back one by one for
# every input of every step.
history = dg.TimeWindowPartitionMapping(start_offset=-120, end_offset=0, allow_nonexistent_upstream_partitions=True)

# Growth looks at the same quarter a year ago.
year_before = dg.TimeWindowPartitionMapping(start_offset=-4, end_offset=-4, allow_nonexistent_upstream_partitions=True)

# Returns are compared with those of the quarter before and of a year before.
compared = dg.TimeWindowPartitionMapping(start_offset=-4, end_offset=-1, allow_nonexistent_upstream_partitions=True)

# Registers are compared with the one before, and over a year when units are followed to those that absorbed them.
and_before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=0, allow_nonexistent_upstream_partitions=True)
year_to_date = dg.TimeWindowPartitionMapping(start_offset=-3, end_offset=0, allow_nonexistent_upstream_partitions=True)


def key_of(quarter: Quarter) -> str:
    """The partition key of a quarter: its first day."""
    return quarter.first_day.strftime(_FORMAT)


def quarter_of(key: str) -> Quarter:
    """The quarter of a partition key."""
    return Quarter.of_date(dt.date.fromisoformat(key))
