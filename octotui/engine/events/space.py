"""Events of a space: its model, releases, schedules, refusals, and what retention removed."""

from msgspec import field

from octotui.engine.state.records import (
    Event,
    FileKind,
    Gap,
)
from octotui.engine.state.releases import Release
from octotui.engine.state.retained import RetainedState
from octotui.model.space import Model


class ModelLoaded(Event, frozen=True, tag=True):
    """The model was replaced; open runs keep their own definition."""

    model: Model


class ReleaseCreated(Event, frozen=True, tag=True):
    """A release of a process was created from its present definition."""

    release: Release
    requester: str = ""
    origin: str = ""


class ScheduleMissed(Event, frozen=True, tag=True):
    """A schedule could not start its run of this time, for a reason."""

    schedule: str
    due: float
    reason: str


class ActionRefused(Event, frozen=True, tag=True):
    """A request of a user was refused; `action` is the name of the command.

    It stands for `more` further refusals, which came too fast to be recorded one by one (throttled).
    """

    user: str
    action: str
    subject: str = ""
    reason: str = ""
    origin: str = ""
    more: int = 0


class RunsRemoved(Event, frozen=True, tag=True):
    """Ended runs, with all they started, were removed from the journal, with their logs and artifacts.

    `gaps` are the ranges of missing events; `retained` is the state that outlives them.
    """

    runs: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    retained: RetainedState | None = field(name="kept", default=None)


class FilesRemoved(Event, frozen=True, tag=True):
    """Logs, artifacts or workspaces of `runs` ended runs were removed; the runs themselves remain."""

    kind: FileKind
    runs: int


SpaceEvent = ModelLoaded | ReleaseCreated | ScheduleMissed | ActionRefused | RunsRemoved | FilesRemoved
