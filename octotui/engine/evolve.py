"""The only maker of States: what each event changes, and nothing else."""

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from octotui.engine import events as happened
from octotui.engine import evolve_jobs as jobs
from octotui.engine import evolve_releases as releases
from octotui.engine import evolve_runs as runs
from octotui.engine import evolve_targets as targets
from octotui.engine.events import AnyEvent
from octotui.engine.kept import restored
from octotui.engine.state import State


def evolve(state: State, event: AnyEvent) -> State:  # noqa: C901, PLR0912, PLR0915 - one line an event
    """The state after an event."""
    state = replace(state, seq=event.seq, at=event.at)
    match event:
        case happened.ModelLoaded():
            return replace(state, model=event.model)
        case happened.HealthChanged():
            return replace(state, health=state.health.insert(event.worker, event.health))
        case happened.RunQueued():
            return runs.queued(state, event)
        case happened.ReleaseCreated():
            return releases.created(state, event)
        case happened.VariablePublished():
            return releases.published(state, event)
        case happened.RunDue():
            return runs.due(state, event)
        case happened.ScheduleMissed():
            return runs.missed(state, event)
        case happened.RunMoved():
            return runs.moved(state, event)
        case happened.PackagesChosen():
            return runs.packages_chosen(state, event)
        case happened.RunStarted():
            return runs.started(state, event)
        case happened.WorkersSelected():
            return runs.workers_selected(state, event)
        case happened.TargetsSelected():
            return targets.selected(state, event)
        case happened.TargetExcluded():
            return targets.excluded(state, event)
        case happened.RunYielded():
            return runs.yielded(state, event)
        case happened.RunResumed():
            return runs.resumed(state, event)
        case happened.RunPaused():
            return runs.paused(state, event)
        case happened.RunRequeued():
            return runs.requeued(state, event)
        case happened.RunCancelling():
            return runs.cancelling(state, event)
        case happened.RunEnded():
            return runs.ended(state, event)
        case happened.StepSkipped():
            return runs.step_skipped(state, event)
        case happened.JobQueued():
            return jobs.queued(state, event)
        case happened.JobPlaced():
            return jobs.placed(state, event)
        case happened.JobStarted():
            return jobs.started(state, event)
        case happened.JobStopping():
            return jobs.stopping(state, event)
        case happened.AttemptFailed():
            return jobs.attempt_failed(state, event)
        case happened.JobRetried():
            return jobs.retried(state, event)
        case happened.JobProgressed():
            return jobs.progressed(state, event)
        case happened.JobEnded():
            return jobs.ended(state, event)
        case happened.InterruptionRaised():
            return jobs.interruption_raised(state, event)
        case happened.InterruptionTaken():
            return jobs.interruption_taken(state, event)
        case happened.InterruptionAnswered():
            return jobs.interruption_answered(state, event)
        case happened.InterruptionReleased():
            return jobs.interruption_released(state, event)
        case happened.InterruptionHandedOver():
            return jobs.interruption_handed_over(state, event)
        case happened.NoticeFailed():
            return jobs.notice_failed(state, event)
        case happened.InterruptionClosed():
            return jobs.interruption_closed(state, event)
        case happened.ActionRefused() | happened.FilesRemoved():
            return state
        case happened.RunsRemoved():
            return state if event.kept is None else restored(state, event.kept)
        case _:
            assert_never(event)


def look_at(events: Iterable[AnyEvent]) -> State:
    """A State in which all of these events can be looked at, also what has ended."""
    state = State(keep_ended=True)
    for event in events:
        state = evolve(state, event)
    return state
