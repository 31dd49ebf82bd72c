"""Progress: each listener hears each step while its block runs, and not after."""

from __future__ import annotations

import logging

import dagster as dg

from pipelines.progress import listening, progress_logger


def test_steps_are_heard_while_the_block_runs() -> None:
    heard: list[tuple[str, str]] = []

    @dg.op
    def work() -> None: ...

    @dg.job(logger_defs={"progress": progress_logger})
    def job() -> None:
        work()

    config = {"loggers": {"progress": {}}}
    with dg.DagsterInstance.ephemeral() as instance:
        with listening(lambda kind, step: heard.append((kind, step))):
            job.execute_in_process(run_config=config, instance=instance)
        assert heard == [("STEP_START", "work"), ("STEP_SUCCESS", "work")]
        job.execute_in_process(run_config=config, instance=instance)
    assert len(heard) == 2


def test_a_record_that_is_no_event_is_passed() -> None:
    heard: list[str] = []
    with listening(lambda kind, _: heard.append(kind)):
        logging.getLogger("shuce.progress").warning("a line")
    assert heard == []
