"""Dispatch 调度: where the task force's ledgers stand on a day, measured against plan, rule and due date.

Belongs here: pure functions on the ledgers' history and on frames of entries: what holds on a day, progress against the
schedule, lights, doubts, problems, signings, bonds, parks, lists of what is late. Thresholds, lights and doubts are
tables beside the code. Does not belong here: files, tables, the five lights of the business cycle (``signals``), in
which red means overheating: here red means late.
"""

from indicators.dispatch.bonds import spending
from indicators.dispatch.doubts import counting, doubts
from indicators.dispatch.funnel import funnel, signings
from indicators.dispatch.lights import legend, light_changes, lights
from indicators.dispatch.overdue import late_by_owner, not_reported
from indicators.dispatch.parks import park_indicators
from indicators.dispatch.problems import measure_progress, problem_status
from indicators.dispatch.schedule import (
    against_schedule,
    completion,
    of_year,
    progress,
    progress_sentence,
    start_overdue,
    start_rate,
)
from indicators.dispatch.standing import changed_fields, entries, held_since, moves, on_list
from indicators.dispatch.thresholds import thresholds

__all__ = [
    "against_schedule",
    "changed_fields",
    "completion",
    "counting",
    "doubts",
    "entries",
    "funnel",
    "held_since",
    "late_by_owner",
    "legend",
    "light_changes",
    "lights",
    "measure_progress",
    "moves",
    "not_reported",
    "of_year",
    "on_list",
    "park_indicators",
    "problem_status",
    "progress",
    "progress_sentence",
    "signings",
    "spending",
    "start_overdue",
    "start_rate",
    "thresholds",
]
