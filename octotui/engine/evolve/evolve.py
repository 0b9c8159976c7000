"""The dispatch of events to the functions that apply them to a State."""

from collections.abc import Iterable
from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.evolve import (
    interruptions,
    jobs,
    machine_health,
    machine_leases,
    releases,
    reselection,
    runs,
    targets,
)
from octotui.engine.state import State
from octotui.engine.state.retained import RetainedState, restored

DOES_NOT_FIT = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""The exceptions of `evolve` for an event that does not fit its State: a damaged or forged one."""


def evolve(state: State, event: AnyEvent) -> State:  # noqa: C901, PLR0912, PLR0915 - one line an event
    """Apply an event to a State."""
    state = replace(state, seq=event.seq, at=event.at)
    match event:  # the most frequent ones first
        case events.JobQueued():
            return jobs.queued(state, event)
        case events.JobStarted():
            return jobs.started(state, event)
        case events.JobEnded():
            return jobs.ended(state, event)
        case events.ModelLoaded():
            return machine_leases.model_loaded(state, event)
        case events.HealthChanged():
            return machine_health.changed(state, event)
        case events.ChecksPlanned():
            return machine_health.planned(state, event)
        case events.ChecksQueued():
            return machine_health.queued(state, event)
        case events.CheckStarted():
            return machine_health.started(state, event)
        case events.MachineChecked():
            return machine_health.checked(state, event)
        case events.MachineLost():
            return machine_health.lost(state, event)
        case events.PassphraseGiven():
            return machine_health.unlocked(state, event)
        case events.RunQueued():
            return runs.queued(state, event)
        case events.ReleaseCreated():
            return releases.created(state, event)
        case events.VariablePublished():
            return releases.published(state, event)
        case events.RunDue():
            return runs.due(state, event)
        case events.ScheduleMissed():
            return runs.missed(state, event)
        case events.RunMoved():
            return runs.moved(state, event)
        case events.PackagesChosen():
            return runs.packages_chosen(state, event)
        case events.RunStarted():
            return runs.started(state, event)
        case events.RunAwaitsMachines():
            return machine_leases.awaits(state, event)
        case events.RunAwaitsChecks():
            return machine_leases.awaits_checks(state, event)
        case events.WorkersSelected():
            return runs.workers_selected(state, event)
        case events.WorkerReselected():
            return reselection.reselected(state, event)
        case events.JobMoved():
            return reselection.moved(state, event)
        case events.TargetsSelected():
            return targets.selected(state, event)
        case events.TargetExcluded():
            return targets.excluded(state, event)
        case events.TargetSkipped():
            return targets.skipped(state, event)
        case events.RunYielded():
            return runs.yielded(state, event)
        case events.RunResumed():
            return runs.resumed(state, event)
        case events.RunPaused():
            return runs.paused(state, event)
        case events.RunRequeued():
            return runs.requeued(state, event)
        case events.RunCancelling():
            return runs.cancelling(state, event)
        case events.RunEnded():
            return runs.ended(state, event)
        case events.StepSkipped():
            return runs.step_skipped(state, event)
        case events.JobPlaced():
            return jobs.placed(state, event)
        case events.JobStopping():
            return jobs.stopping(state, event)
        case events.AttemptFailed():
            return jobs.attempt_failed(state, event)
        case events.JobRetried():
            return jobs.retried(state, event)
        case events.JobProgressed():
            return jobs.progressed(state, event)
        case events.JobUnreachable():
            return jobs.unreachable(state, event)
        case events.JobReached():
            return jobs.reached(state, event)
        case events.InterruptionRaised():
            return interruptions.raised(state, event)
        case events.InterruptionTaken():
            return interruptions.taken(state, event)
        case events.InterruptionAnswered():
            return interruptions.answered(state, event)
        case events.InterruptionReleased():
            return interruptions.released(state, event)
        case events.InterruptionHandedOver():
            return interruptions.handed_over(state, event)
        case events.NoticeFailed():
            return interruptions.notice_failed(state, event)
        case events.InterruptionClosed():
            return interruptions.closed(state, event)
        case events.ActionRefused() | events.FilesRemoved() | events.CommandSent():
            return state
        case (
            (events.MachineRequested() | events.ProvisioningFailed() | events.ProvisioningRetried())
            | (events.MachineProvisioned() | events.MachineReady() | events.MachineDue())
            | (events.MachineDraining() | events.MachineToBeDestroyed() | events.DestroyFailed())
            | (events.DestroyRetried() | events.MachineDestroyed() | events.MachineAdopted())
        ):
            return machine_leases.leased(state, event)
        case events.RunsRemoved():
            return state if event.retained is None else _without_removed(state, event.retained)
        case _:
            assert_never(event)


def _without_removed(state: State, kept: RetainedState) -> State:
    """Take what is kept of removed runs, and note where all durations are."""
    state = restored(state, kept)
    return state if kept.durations is UNSET else replace(state, durations_recorded=state.seq)


def replay(history: Iterable[AnyEvent]) -> State:
    """Fold a history to a State that keeps ended runs."""
    state = State(keep_ended=True)
    for event in history:
        state = evolve(state, event)
    return state
