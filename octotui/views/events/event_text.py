"""Events as lines of text: selections of workers with reasons, and waits as they begin (W8, L4)."""

from typing import assert_never

from octotui.engine import events
from octotui.engine.events import (
    AnyEvent,
    InterruptionEvent,
    JobEvent,
    MachineEvent,
    MachineLeaseEvent,
    RunEvent,
    SpaceEvent,
)
from octotui.engine.rules.locks import grantable
from octotui.engine.rules.machines import PULL, acquisition_name, target_of
from octotui.engine.state import ForLock, Job, Run, State
from octotui.views.answers import approvals
from octotui.views.events.lease_text import of_lease
from octotui.views.events.machine_text import of_machine
from octotui.views.events.refused_actions import refused_action
from octotui.views.labels import acquire_text, counted, listed, machine_name, with_digests
from octotui.views.releases import made
from octotui.views.selections import at_length
from octotui.views.text.clock_times import Zone
from octotui.views.waits import may_be_answered_by, of_job, of_run

ENDED = {
    "succeeded-with-warnings": "succeeded with warnings",
    "cancelled": "was cancelled",
    "timed-out": "timed out",
    "lost": "is lost",
}
"""The verbs of ends whose state is no verb."""

QUARTER = 25  # percent: steps of progress in lines; screens show every one


def lines(event: AnyEvent, before: State, after: State, now: float, zone: Zone = None) -> list[str]:
    """Return the sentences of an event, none for internal ones; `now` is its time."""
    if isinstance(event, SpaceEvent):
        return [_of_space(event)]
    if isinstance(event, MachineEvent):
        return of_machine(event, before)
    if isinstance(event, MachineLeaseEvent):
        return of_lease(event, before, after)
    state = after if event.run in after.runs else before
    run = state.runs.get(event.run)
    if run is None or _is_no_news(event, before):
        return []
    return [f"{run.id}  {each}" for each in _of_run(event, state, run, now, zone)]


def _of_space(event: SpaceEvent) -> str:
    """Return the sentence of an event without a run."""
    match event:
        case events.ModelLoaded(model=model):
            return f"the model of {model.space.name} is loaded"
        case events.ScheduleMissed(schedule=schedule, reason=reason):
            return f"the schedule {schedule} did not start a run: {reason}"
        case events.ReleaseCreated(release=release):
            return made(release)
        case events.ActionRefused(user=user, subject=subject, action=action):
            return f"{user} was refused {refused_action(action, subject)}: {refusal(event)}"
        case events.RunsRemoved(runs=runs):
            return f"retention removes {counted(len(runs), 'run')} that ended long ago"
        case events.FilesRemoved(kind=kind, runs=count):
            return f"retention removes the {kind} of {counted(count, 'run')}"
        case _:
            assert_never(event)


def refusal(event: events.ActionRefused) -> str:
    """Return why a request was refused, and how often since."""
    return f"{event.reason}{f', and {event.more:,} more' if event.more else ''}"


def _of_run(  # noqa: C901, PLR0912 - one line an event
    event: RunEvent | JobEvent | InterruptionEvent, state: State, run: Run, now: float, zone: Zone
) -> list[str]:
    if isinstance(event, JobEvent):
        return _of_job(event, state, run, now)
    if isinstance(event, InterruptionEvent):
        return _of_question(event, state)
    match event:
        case events.RunQueued():
            return [_queued(state, run), *_wait_of(state, run, now, zone)]
        case events.RunDue():
            return ["is due", *_wait_of(state, run, now, zone)]
        case events.RunMoved(by=by):
            return [f"is moved to the top{f' by {by}' if by else ''}"]
        case events.RunStarted():
            return ["starts"] if not run.spent else ["continues"]
        case events.RunAwaitsMachines(until=None):
            return ["waits for no machine any more"]
        case events.RunAwaitsMachines(pools=pools):
            return [f"waits for a machine of pool {listed(pools, most=4)}"]
        case events.RunAwaitsChecks(workers=workers):
            named = (machine_name(state.model, each) for each in workers)
            return [f"waits for the first check of {listed(named, most=4, last='or')}"]
        case events.WorkersSelected(picks=picks):
            return [f"leases {at_length(run, pick, state.model)}" for pick in picks]
        case events.WorkerReselected(pick=pick, reason=reason):
            return [f"leases {at_length(run, pick, state.model)}, since {reason}"]
        case events.RunYielded():
            return ["releases its slot while it only waits for child runs"]
        case events.RunResumed():
            return ["has a slot again"]
        case events.RunPaused():
            return ["is paused: it releases its slot and its leases"]
        case events.RunRequeued():
            return ["is queued again", *_wait_of(state, run, now, zone)]
        case events.RunCancelling(reason=reason):
            return [f"is being ended: {reason}"]
        case events.RunEnded(state=end, reason=reason):
            return [_end(end, reason if end != "succeeded" else "")]
        case events.VariablePublished(variable_set=variable_set, name=name):
            where = f" for {run.request.environment}" if run.request.environment else ""
            return [f"publishes {name} into {variable_set}{where}"]
        case events.StepSkipped(step=step, reason=reason):
            return [f"skips “{run.runbook.steps[step].name}”: {reason}"]
        case events.TargetSkipped(step=step, target=target, reason=reason):
            return [
                f"skips “{run.runbook.steps[step].name}” on {machine_name(state.model, target)}: {reason}"
            ]
        case events.PackagesChosen() | events.TargetsSelected() | events.TargetExcluded():
            return []
        case _:
            assert_never(event)


def _end(state: str, reason: str, where: str = "") -> str:
    """Return how something ended, where, and why."""
    if state == "cancelled" and reason.startswith("cancelled by "):
        return f"was cancelled{where} {reason.removeprefix('cancelled ')}"
    return f"{ENDED.get(state, state)}{where}{f': {reason}' if reason else ''}"


def _failed_unasked(event: JobEvent, job: Job) -> bool:
    """Return whether a manual step failed without a question, whose answer would be an event of its own."""
    return isinstance(event, events.JobEnded) and job.attempt == 0


def _of_job(  # noqa: C901, PLR0912 - one line an event
    event: JobEvent, state: State, run: Run, now: float
) -> list[str]:
    job = state.jobs.get(event.job)
    if job is None or (job.kind == "manual" and not _failed_unasked(event, job)):
        return []
    match event:
        case events.JobQueued() if (
            isinstance(job.wait, ForLock) and grantable(state, job.wait.machine) == job
        ):
            return []  # the job starts at once
        case events.AttemptFailed(retry_at=None, reason=reason):
            return [f"{_named(run, job)} failed: {reason}"]
        case events.JobQueued() | events.JobPlaced() | events.AttemptFailed():
            wait = of_job(state, job, now)
            return [f"{_named(run, job)} {wait.sentence}"] if wait else []
        case events.JobStarted(attempt=attempt):
            again = f", attempt {attempt}" if attempt > 1 else ""
            on_own = job.target is None or job.target == job.worker
            target = "" if on_own else f" for {machine_name(state.model, job.target or '')}"
            return [
                f"{_named(run, job)} starts on {machine_name(state.model, job.worker or '')}{target}{again}"
            ]
        case events.JobStopping(reason=reason):
            return [f"{_named(run, job)} is being ended: {reason}"]
        case events.JobProgressed(percentage=percentage, message=message):
            return [f"{_named(run, job)} is at {percentage} %{f': {message}' if message else ''}"]
        case events.JobUnreachable(reason=reason):
            return [f"{_named(run, job)} is not followed any more: {job.worker} cannot be reached: {reason}"]
        case events.JobReached():
            return [f"{_named(run, job)} is followed again: {job.worker} answers"]
        case events.JobEnded(state=end, reason=reason):
            where = f" on {machine_name(state.model, machine)}" if (machine := target_of(run, job)) else ""
            ended = f"{_named(run, job)} {_end(end, reason, where)}"
            if job.kind == "acquire" and acquisition_name(job) == PULL and end == "succeeded":
                # It may have been there: nothing says that it was pulled now.
                there = acquire_text(job.packages, ("", "")).strip()
                ended = f"{machine_name(state.model, job.worker or '')} has {there}"
            return [*event.highlights, ended, *event.warnings]
        case events.JobRetried() | events.JobMoved():
            return []
        case _:
            assert_never(event)


def _is_no_news(event: AnyEvent, before: State) -> bool:
    """Return whether lines leave an event out: small progress, and further tries to reach a machine."""
    match event:
        case events.JobProgressed():
            return not _far(event, before)
        case events.JobUnreachable():
            return before.jobs[event.job].outage is not None
    return False


def _far(event: events.JobProgressed, before: State) -> bool:
    """Return whether a job has reached another quarter since its last progress."""
    last = before.jobs[event.job].progress
    return last is None or last.percentage // QUARTER != event.percentage // QUARTER


def _of_question(  # noqa: C901, PLR0912 - one line an event
    event: InterruptionEvent, state: State
) -> list[str]:
    question = state.interruptions.get(event.interruption)
    if question is None:
        return []
    match event:
        case events.InterruptionRaised(kind="guided", choices=choices):
            where = (
                f" on {machine_name(state.model, target)}"
                if (target := state.jobs[question.job].target)
                else ""
            )
            return [
                f"asks about “{question.step}”{where}: {listed(choices, most=4, last='or')}? ({question.id})"
            ]
        case events.InterruptionRaised(teams=teams):
            return [f"asks {may_be_answered_by(state, teams)}: {question.step} ({question.id})"]
        case events.InterruptionTaken(user=user):
            return [f"{user} takes “{question.step}”"]
        case events.InterruptionReleased(user=user, holder=holder, reason=reason) if holder:
            return [f"{user} takes “{question.step}” back from {holder}: {reason}"]
        case events.InterruptionReleased(user=user):
            return [f"{user} gives “{question.step}” back"]
        case events.InterruptionHandedOver(user=user, to=to):
            return [f"{user} hands “{question.step}” over to {to}"]
        case events.NoticeFailed(reason=reason):
            return [reason]
        case events.InterruptionAnswered(expired=True, answer=answer):
            return [f"“{question.step}” expired without an answer: {answer}"]
        case events.InterruptionAnswered(user=user, answer=answer, notes=notes):
            so_far = approvals(state, question)
            counted = f" ({so_far})" if so_far else ""
            return [f"{user} answers “{question.step}” with {answer}{counted}{f': {notes}' if notes else ''}"]
        case events.InterruptionClosed():
            return []
        case _:
            assert_never(event)


def _queued(state: State, run: Run) -> str:
    environment = state.model.environments.get(run.request.environment or "")
    tenant = state.model.tenants.get(run.request.tenant or "")
    where = [each.name for each in (environment, tenant) if each is not None]
    parent = state.jobs.get(run.parent) if run.parent else None
    by = f", started by {parent.run}" if parent else ""
    return f"{run.title} is queued{' for ' + ', '.join(where) if where else ''}{by}"


def _wait_of(state: State, run: Run, now: float, zone: Zone) -> list[str]:
    """Return why a run is queued, unless it starts at once."""
    if len(state.slots) < state.model.engine.task_cap and run.place in tuple(state.ready):
        return []
    wait = of_run(state, run, now, zone)
    return [wait.sentence] if wait else []


def _named(run: Run, job: Job) -> str:
    if job.step is None:
        return acquire_text(with_digests(run, job), ("acquiring", "pulling"))
    return f"“{run.runbook.steps[job.step].name}”"
