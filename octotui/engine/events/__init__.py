"""The events: the only changes of a State, and the content of the journal.

Each event is one JSON object, `{"type": …, "seq": …, "at": …, …}`; `seq` counts from 1 without gaps and
`at` is seconds since 1970 (UTC). Holds the events of runs, jobs, interruptions and the space, the union of
each kind, and `AnyEvent`; every `match` on a union ends with `assert_never`, so that a new event is missed
nowhere. Never the effect of an event (that is `evolve`), or its cause (that is `decide`).
"""

from octotui.engine.events.interruptions import (
    InterruptionAnswered,
    InterruptionClosed,
    InterruptionEvent,
    InterruptionHandedOver,
    InterruptionRaised,
    InterruptionReleased,
    InterruptionTaken,
    NoticeFailed,
)
from octotui.engine.events.jobs import (
    AttemptFailed,
    JobEnded,
    JobEvent,
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
    RunEvent,
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
    VariablePublished,
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
    SpaceEvent,
)

__all__ = [
    "ActionRefused",
    "AnyEvent",
    "AttemptFailed",
    "FilesRemoved",
    "HealthChanged",
    "InterruptionAnswered",
    "InterruptionClosed",
    "InterruptionEvent",
    "InterruptionHandedOver",
    "InterruptionRaised",
    "InterruptionReleased",
    "InterruptionTaken",
    "JobEnded",
    "JobEvent",
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
    "RunEvent",
    "RunMoved",
    "RunPaused",
    "RunQueued",
    "RunRequeued",
    "RunResumed",
    "RunStarted",
    "RunYielded",
    "RunsRemoved",
    "ScheduleMissed",
    "SpaceEvent",
    "StepSkipped",
    "TargetExcluded",
    "TargetSkipped",
    "TargetsSelected",
    "VariablePublished",
    "WorkersSelected",
]

AnyEvent = RunEvent | JobEvent | InterruptionEvent | SpaceEvent
