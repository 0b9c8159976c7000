"""Builds the Summary of a run and its descendants."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from octotui.cli.summary.outcome import exit_code, expected_from
from octotui.cli.summary.values import (
    AttemptSummary,
    FileSummary,
    JobSummary,
    OutputSummary,
    QuestionSummary,
    RunSummary,
    SelectionSummary,
    StartedNow,
    StepSummary,
    Summary,
    VariableSummary,
    WaitSummary,
)
from octotui.engine.forecast import Forecast, forecast
from octotui.engine.rules.machines import target_of
from octotui.engine.state import Interruption, Job, Run, State
from octotui.model.space import Model
from octotui.views import waits
from octotui.views.estimates.sentences import end_of
from octotui.views.files import Where
from octotui.views.selections import at_length
from octotui.views.tree.outlook import may_run
from octotui.views.variables import VariableRow


def summary(state: State, root: str, where: Where | None = None) -> dict[str, Any]:
    """Return the Summary of a run and its descendants, as queued; `where` returns the path of an artifact."""
    return _plain(_summary(state, root, where))


def summary_of_plan(state: State, root: str, before: State, now: StartedNow | None) -> dict[str, Any]:
    """Return the Summary of a predicted run, with what is known from the State `before` it."""
    whole = _summary(state, root, None)
    jobs = {name: expected_from(state, job, before) for name, job in state.jobs.items() if job.expected}

    def known(job: JobSummary) -> JobSummary:
        return replace(job, expected_from=jobs.get(job.id))

    runs = (
        replace(
            run,
            steps=tuple(replace(step, jobs=tuple(map(known, step.jobs))) for step in run.steps),
            acquisitions=tuple(map(known, run.acquisitions)),
        )
        for run in whole.runs
    )
    return _plain(replace(whole, runs=tuple(runs), started_now=now))


def summary_with_variables(
    state: State, name: str, rows: Iterable[VariableRow], where: Where | None = None
) -> dict[str, Any]:
    """Return the Summary of a run's family, with the variables of that run."""
    whole = _summary(state, state.runs[name].root, where)
    shown = tuple(VariableSummary(name=each.name, value=each.value, why=each.why) for each in rows)
    runs = (replace(run, variables=shown) if run.id == name else run for run in whole.runs)
    return _plain(replace(whole, runs=tuple(runs)))


def _plain(whole: Summary) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(whole)
    return plain


def _summary(state: State, root: str, where: Where | None) -> Summary:
    family, coming = state.families[root], forecast(state, state.at)
    return Summary(
        type="Summary",
        runs=tuple(_run(state, state.runs[name], where, coming) for name in family.runs),
        at=state.at,
        exit_code=exit_code(state, root),
    )


def _run(state: State, run: Run, where: Where | None, coming: Forecast) -> RunSummary:
    parent = state.jobs.get(run.parent) if run.parent else None
    steps = tuple(_steps(state, run, coming))
    jobs = [state.jobs[name] for name in run.progress.jobs]
    return RunSummary(
        id=run.id,
        process=run.request.process,
        name=run.title,
        environment=run.request.environment,
        tenant=run.request.tenant,
        parent=parent.run if parent else None,
        state=run.state,
        workers=_workers(state, run),
        may_run=tuple(each.name for each in steps if each.may_run),
        artifacts=tuple(_files(run, jobs, where)),
        questions=tuple(_question(state.interruptions[name]) for name in run.progress.interruptions),
        reason=run.reason,
        requester=run.request.requester or None,
        schedule=run.request.schedule,
        release=run.request.release.version if run.request.release else None,
        not_before=run.queueing.not_before,
        queued_at=run.queued_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        ends_about=coming.run_ends.get(run.id),
        wait=wait_summary(waits.of_run(state, run, state.at, coming=coming)),
        warnings=run.progress.warnings,
        steps=steps,
        acquisitions=tuple(_job(state, run, job, coming) for job in jobs if job.step is None),
        outputs=tuple(_outputs(run)),
        versions=run.selection.versions or {},
        selections=tuple(_selections(run, state.model)),
        guided=run.request.guided,
        priority=run.queueing.priority,
        moved_to_top=run.queueing.moved,
        tag=run.queueing.tag,
        holds_tag=run.queueing.holds_tag,
        released_slot=run.yielded,
    )


def _selections(run: Run, model: Model) -> Iterator[SelectionSummary]:
    for index, pick in enumerate(run.selection.picks):
        yield SelectionSummary(
            pool=pick.pool,
            worker=pick.worker,
            steps=tuple(run.runbook.steps[each].name for each in pick.all_steps),
            current=index >= run.selection.selected,
            sentence=at_length(run, pick, model),
        )


def _steps(state: State, run: Run, coming: Forecast) -> Iterator[StepSummary]:
    """Yield every step of a run, also those that it has not reached."""
    for index, (step, progress) in enumerate(zip(run.runbook.steps, run.progress.steps, strict=True)):
        jobs = tuple(_job(state, run, state.jobs[name], coming) for name in progress.jobs)
        started = [job.started_at for job in jobs if job.started_at is not None]
        ended = [job.ended_at for job in jobs]
        machines = (job.machine for job in jobs if job.started_at is not None)
        yield StepSummary(
            name=step.name,
            state=progress.state,
            reason=progress.reason,
            may_run=bool(may_run(state, run, index)),
            machines=tuple(dict.fromkeys(filter(None, machines))),
            started_at=min(started, default=None),
            ended_at=None
            if progress.state in ("pending", "started")
            else max((at for at in ended if at is not None), default=None),
            jobs=jobs,
        )


def _job(state: State, run: Run, job: Job, coming: Forecast) -> JobSummary:
    return JobSummary(
        id=job.id,
        state=job.state,
        kind=job.kind,
        machine=job.worker,
        target=target_of(run, job),
        queued_at=job.queued_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        reason=job.reason,
        exit_code=job.exit_code,
        attempt=job.attempt,
        attempts=tuple(
            AttemptSummary(
                reason=each.reason,
                exit_code=each.exit_code,
                started_at=each.started_at,
                ended_at=each.ended_at,
            )
            for each in job.attempts
        ),
        warnings=job.warnings,
        highlights=job.highlights,
        ends_about=end_of(state, job),
        expected=job.expected,
        wait=wait_summary(waits.of_job(state, job, state.at, coming)),
        child=job.child,
    )


def wait_summary(wait: waits.Waiting | None) -> WaitSummary | None:
    """Return a wait as a part of a Summary."""
    if wait is None:
        return None
    return WaitSummary(what=wait.what, since=wait.since, until=wait.until, sentence=wait.sentence)


def _question(question: Interruption) -> QuestionSummary:
    return QuestionSummary(
        id=question.id,
        step=question.step,
        answer=question.answer,
        expired=question.expired,
        answers=question.answers,
        asked_at=question.raised_at,
        ended_at=question.ended_at,
        teams=question.teams,
        responsible=question.responsible,
        choices=question.choices,
    )


def _workers(state: State, run: Run) -> dict[str, str]:
    """Return the last machine of each step that ran on one."""
    workers: dict[str, str] = {}
    for step, progress in zip(run.runbook.steps, run.progress.steps, strict=True):
        started = [state.jobs[name] for name in progress.jobs if state.jobs[name].started_at is not None]
        if started and started[-1].worker is not None:
            workers[step.name] = started[-1].worker
    return workers


def _files(run: Run, jobs: list[Job], where: Where | None) -> Iterator[FileSummary]:
    """Yield the artifacts of a run."""
    for job in jobs:
        for each in job.artifacts:
            yield FileSummary(
                step=run.runbook.steps[job.step].name if job.step is not None else None,
                name=each.name,
                size=each.size,
                path=str(where(run.id, job.id, each.name)) if where else None,
            )


def _outputs(run: Run) -> Iterator[OutputSummary]:
    """Yield every output variable as it was set last; sensitive ones without their values (V5)."""
    values: dict[tuple[str, str | None, str], str] = {}
    values |= {(step, None, name): value for step, name, value in run.progress.outputs}
    values |= {(step, target, name): value for step, target, name, value in run.progress.target_outputs}
    secret = dict.fromkeys(run.progress.secret_outputs)
    for step, target, name in {**values, **secret}:
        sensitive = (step, target, name) in secret
        value = None if sensitive else values[step, target, name]
        yield OutputSummary(step=step, target=target, name=name, value=value, sensitive=sensitive)
