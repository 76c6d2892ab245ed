"""Run the steps of a job in this process, several at a time: a step begins as soon as all it depends on is done.

Belongs here: the executor. Does not: what a step does, or on what it depends (`pipelines.plan`).

Dagster runs the steps of a job one after another in one process, or each in a process of its own, which costs five seconds of
imports a step. The steps here spend their time in DuckDB and Arrow, which let other threads run meanwhile.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.context.system import PlanExecutionContext, PlanOrchestrationContext
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.execute_in_process import core_execute_in_process
from dagster._core.execution.plan.execute_plan import dagster_event_sequence_for_step
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.state import KnownExecutionState
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.execution.retries import RetryMode

from pipelines.defs.instance import BY_COMMAND, process_tag
from pipelines.settings import memory_limit, whole_number
from warehouse.model import memory

THREADS_VARIABLE = "ONENET_STEPS_AT_A_TIME"
A_STEP = 1_000_000_000
"""Bytes a step is to have for itself, unless people say how many go side by side."""


class ThreadsExecutor(dg.Executor):
    """Runs steps in threads of this process, at most `threads` at a time."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    @property
    def retries(self) -> RetryMode:
        """A step that failed is not tried again: the next run begins with it."""
        return RetryMode.DISABLED

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Run all steps; yield their events as they come."""

        def iterator(job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[dg.DagsterEvent]:
            with (
                InstanceConcurrencyContext(job_context.instance, job_context.dagster_run) as concurrency,
                memory.shared_by(self.threads),
            ):
                yield from _events(job_context, execution_plan, concurrency, self.threads)

        yield from ExecuteRunWithPlanIterable(
            execution_plan=plan_context.execution_plan,
            iterator=iterator,
            execution_context_manager=PlanExecutionContextManager(
                job=plan_context.job,
                retry_mode=plan_context.retry_mode,
                execution_plan=plan_context.execution_plan,
                run_config=plan_context.run_config,
                dagster_run=plan_context.dagster_run,
                instance=plan_context.instance,
                raise_on_error=plan_context.raise_on_error,
                output_capture=plan_context.output_capture,
                step_dependency_config=self.step_dependency_config,
            ),
        )


@dg.executor(name="threads")
def threads_executor(_: dg.InitExecutorContext) -> ThreadsExecutor:
    """As many steps at a time as `steps_at_a_time` says."""
    return ThreadsExecutor(steps_at_a_time())


def steps_at_a_time() -> int:
    """What ONENET_STEPS_AT_A_TIME says, else as many as there are cores, but no more than have a gigabyte of memory each.

    Raises:
        ConfigurationError: it is no whole number from 1 on, or ONENET_MEMORY is no amount of memory.
    """
    default = max(1, min(os.cpu_count() or 1, memory_limit() // A_STEP))
    return whole_number(THREADS_VARIABLE, default, 1, "同时进行的步骤数", "steps")


def execute(
    job: dg.JobDefinition, instance: dg.DagsterInstance, run_config: Mapping[str, Any]
) -> dg.ExecuteInProcessResult:
    """Run a job in this process with its own executor.

    `job.execute_in_process` would put Dagster's executor, one step at a time, in its place.
    """
    return core_execute_in_process(
        job=InMemoryJob(job),
        instance=instance,
        raise_on_error=False,
        output_capturing_enabled=False,
        run_config=run_config,
        run_tags={BY_COMMAND: process_tag()},
    )


Message = tuple[str, dg.DagsterEvent | None]
"""The key of a step with one of its events; None once it has ended."""


def _events(
    context: PlanExecutionContext, plan: ExecutionPlan, concurrency: InstanceConcurrencyContext, threads: int
) -> Iterator[dg.DagsterEvent]:
    """The events of all steps. Steps report through a queue, so that one thread alone looks after what is done."""
    messages: SimpleQueue[Message] = SimpleQueue()
    running: dict[str, Future[None]] = {}
    with (
        plan.start(
            retry_mode=context.retry_mode,
            max_concurrent=threads,
            instance_concurrency_context=concurrency,
            step_dependency_config=context.step_dependency_config,
        ) as active,
        ThreadPoolExecutor(threads, thread_name_prefix="step") as pool,
    ):
        while not active.is_complete:
            for step in active.get_steps_to_execute():
                known = active.get_known_state()  # here: a thread would read it while events change it
                running[step.key] = pool.submit(_run, context, known, step, messages)
            yield from active.concurrency_event_iterator(context)
            yield from active.plan_events_iterator(context)
            if not running:
                active.sleep_til_ready()
                continue
            key, event = messages.get()
            if event is not None:
                yield event
                active.handle_event(event)
                continue
            running.pop(key).result()
            active.verify_complete(context, key)


def _run(
    context: PlanExecutionContext, known: KnownExecutionState, step: ExecutionStep, messages: SimpleQueue[Message]
) -> None:
    try:
        step_context = context.for_step(step, known)
        for event in dagster_event_sequence_for_step(step_context):
            messages.put((step.key, event))
    finally:
        memory.give_back()
        messages.put((step.key, None))
