"""The events: the only thing that changes a State, and what the journal keeps.

Each event is one JSON object, `{"type": …, "seq": …, "at": …, …}`; `seq` counts from 1 without gaps and
`at` is seconds since 1970 (UTC). Here live the events of runs, jobs, interruptions and the space, and their
union `AnyEvent`; never what an event changes (that is `evolve`) or when it comes about (that is `decide`).
"""

from octotui.engine.events.interruptions import (
    InterruptionAnswered,
    InterruptionClosed,
    InterruptionHandedOver,
    InterruptionRaised,
    InterruptionReleased,
    InterruptionTaken,
    NoticeFailed,
)
from octotui.engine.events.jobs import (
    AttemptFailed,
    JobEnded,
    JobPlaced,
    JobProgressed,
    JobQueued,
    JobRetried,
    JobStarted,
    JobStopping,
)
from octotui.engine.events.runs import (
    PackagesChosen,
    RunCancelling,
    RunDue,
    RunEnded,
    RunMoved,
    RunPaused,
    RunQueued,
    RunRequeued,
    RunResumed,
    RunStarted,
    RunYielded,
    StepSkipped,
    TargetExcluded,
    TargetSkipped,
    TargetsSelected,
    WorkersSelected,
)
from octotui.engine.events.space import (
    ActionRefused,
    FilesRemoved,
    HealthChanged,
    ModelLoaded,
    ReleaseCreated,
    RunsRemoved,
    ScheduleMissed,
    VariablePublished,
)

__all__ = [
    "ActionRefused",
    "AnyEvent",
    "AttemptFailed",
    "FilesRemoved",
    "HealthChanged",
    "InterruptionAnswered",
    "InterruptionClosed",
    "InterruptionHandedOver",
    "InterruptionRaised",
    "InterruptionReleased",
    "InterruptionTaken",
    "JobEnded",
    "JobPlaced",
    "JobProgressed",
    "JobQueued",
    "JobRetried",
    "JobStarted",
    "JobStopping",
    "ModelLoaded",
    "NoticeFailed",
    "PackagesChosen",
    "ReleaseCreated",
    "RunCancelling",
    "RunDue",
    "RunEnded",
    "RunMoved",
    "RunPaused",
    "RunQueued",
    "RunRequeued",
    "RunResumed",
    "RunStarted",
    "RunYielded",
    "RunsRemoved",
    "ScheduleMissed",
    "StepSkipped",
    "TargetExcluded",
    "TargetSkipped",
    "TargetsSelected",
    "VariablePublished",
    "WorkersSelected",
]

AnyEvent = (
    ModelLoaded
    | HealthChanged
    | RunQueued
    | ReleaseCreated
    | VariablePublished
    | RunDue
    | RunMoved
    | ScheduleMissed
    | PackagesChosen
    | RunStarted
    | WorkersSelected
    | TargetsSelected
    | TargetExcluded
    | TargetSkipped
    | RunYielded
    | RunResumed
    | RunPaused
    | RunRequeued
    | RunCancelling
    | RunEnded
    | StepSkipped
    | JobQueued
    | JobPlaced
    | JobStarted
    | JobStopping
    | AttemptFailed
    | JobRetried
    | JobProgressed
    | JobEnded
    | InterruptionRaised
    | InterruptionTaken
    | InterruptionAnswered
    | InterruptionReleased
    | InterruptionHandedOver
    | NoticeFailed
    | InterruptionClosed
    | ActionRefused
    | RunsRemoved
    | FilesRemoved
)
