"""Progress of a run: one call for each asset that is done, whoever shows it.

Belongs here: turning Dagster's events into steps done. Does not belong here: drawing (cli).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import dagster as dg

Listener = Callable[[str, str], None]
_listeners: list[Listener] = []


class _Relay(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None and event.event_type_value in ("STEP_START", "STEP_SUCCESS", "STEP_FAILURE"):
            for listener in _listeners:
                listener(event.event_type_value, event.step_key)


class listening:  # noqa: N801 - reads as a statement: with listening(show)
    """Hand each step's start and end to a listener while the block runs."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def __enter__(self) -> None:
        _listeners.append(self._listener)

    def __exit__(self, *_: object) -> None:
        _listeners.remove(self._listener)


def _relay(_: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.getLogger("shuce.progress")
    logger.handlers, logger.propagate = [_Relay()], False
    logger.setLevel(logging.DEBUG)
    return logger


# Prints nothing; tells listeners what happened.
progress_logger = dg.LoggerDefinition(_relay, description="Hands steps done to the command line.")
