from msgspec.structs import replace

from octotui.engine.events import (
    AnyEvent,
    HealthChanged,
    JobEnded,
    JobStarted,
    ModelLoaded,
    RunCancelling,
    RunEnded,
    RunPaused,
    RunQueued,
    RunRequeued,
    RunStarted,
)
from octotui.engine.state import Event
from octotui.model.space import Model, Space


def numbered(*events: Event, first: int = 1) -> list[AnyEvent]:
    return [replace(event, seq=seq, at=seq / 2) for seq, event in enumerate(events, first)]


def model(name: str) -> ModelLoaded:
    return ModelLoaded(model=Model(space=Space(name, name)))


def queued(number: int, root: int | None = None, parent: str | None = None) -> RunQueued:
    run = f"run-{number}"
    return RunQueued(
        run=run, root=f"run-{root or number}", process="create", name=f"Create {number}", parent=parent
    )


def history() -> list[AnyEvent]:
    """Two families side by side, three models, and one event that belongs to nobody."""
    return numbered(
        model("first"),
        model("second"),
        queued(1),
        RunStarted(run="run-1"),
        HealthChanged(worker="worker1", health="healthy"),
        queued(2),
        queued(3, root=1, parent="job-1.1"),
        JobStarted(run="run-1", job="job-1.1"),
        model("third"),
        RunPaused(run="run-1"),
        RunEnded(run="run-3", state="failed", reason="exit code 3"),
        RunRequeued(run="run-1"),
        RunStarted(run="run-1"),
        JobEnded(run="run-1", job="job-1.1", state="succeeded", exit_code=0),
        RunEnded(run="run-1", state="succeeded"),
        model("fourth"),
        RunCancelling(run="run-2", ending="cancelled", reason="ann cancelled it"),
    )
