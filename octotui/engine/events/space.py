"""Events of a space: its model, health, releases, schedules, refusals, and what retention removed."""

from msgspec import field

from octotui.engine.state.records import (
    Event,
    FileKind,
    Gap,
    Health,
)
from octotui.engine.state.releases import Release
from octotui.engine.state.retained import RetainedState
from octotui.model.space import Model


class ModelLoaded(Event, frozen=True, tag=True):
    """The declared world is this from now on; runs that are open keep their own definition."""

    model: Model


class HealthChanged(Event, frozen=True, tag=True):
    """A worker's, or target's, health was found to be this."""

    worker: str
    health: Health


class ReleaseCreated(Event, frozen=True, tag=True):
    """A process, as it was declared, can be deployed under a version."""

    release: Release
    requester: str = ""
    origin: str = ""


class ScheduleMissed(Event, frozen=True, tag=True):
    """A schedule could not start its run of this time, and why."""

    schedule: str
    due: float
    reason: str


class ActionRefused(Event, frozen=True, tag=True):
    """Somebody was refused what they asked for; `action` is the name of the command.

    It is the last of several where it stands for `more`, which came too fast to be kept one by one.
    """

    user: str
    action: str
    subject: str = ""
    reason: str = ""
    origin: str = ""
    more: int = 0


class RunsRemoved(Event, frozen=True, tag=True):
    """Ended runs, with all they started, are no longer in the journal, and their logs and artifacts are gone.

    `gaps` is where events are missing since; `retained` is what the space still knows of all that was before.
    """

    runs: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    retained: RetainedState | None = field(name="kept", default=None)


class FilesRemoved(Event, frozen=True, tag=True):
    """Logs, artifacts or workspaces of so many ended runs were removed; the runs are still known."""

    kind: FileKind
    runs: int


SpaceEvent = (
    ModelLoaded | HealthChanged | ReleaseCreated | ScheduleMissed | ActionRefused | RunsRemoved | FilesRemoved
)
