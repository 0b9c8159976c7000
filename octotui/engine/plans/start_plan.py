"""What a plan says: each step of a run that would start now, with its worker, its waits and its times."""

from typing import Literal

import msgspec

from octotui.engine.plans.what_if import ChangedSpace
from octotui.engine.state import JobEnd, Mode, RunEnd, State
from octotui.engine.state.records import JobKind

Part = tuple[int, str, int]
"""A step of a run, by its index from 1 (0: packages, -1: the run itself); its target; which job of it."""
Path = tuple[Part, ...]
"""The way from a run to a step of it, or of a run that it starts; the same in each plan of that run."""
ROOT: Path = ((-1, "", 0),)
TakenFrom = Literal["", "history", "model", "assumed"]


class LockTurn(msgspec.Struct, frozen=True):
    """A wait for a machine's lock: since when, behind which runs, until when (None: nobody can say)."""

    machine: str
    mode: Mode
    since: float
    until: float | None
    behind: tuple[str, ...]


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A job of the run, or one of the runs that it starts (`kind` is None): times in seconds since 1970.

    One that is never queued, since nobody can say when, has no times, but the worker that it would get.
    `taken_from` says why it would take so long: its history (E1), `simulate` of the model, or nothing.
    """

    path: Path
    run: str
    title: str
    kind: JobKind | None = None
    worker: str | None = None
    target: str | None = None
    queued_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    state: JobEnd | RunEnd | None = None
    reason: str = ""
    locks: tuple[LockTurn, ...] = ()
    taken_from: TakenFrom = ""

    @property
    def waited(self) -> float:
        """The seconds from being queued to its start; 0 where it does not start."""
        if self.started_at is None or self.queued_at is None:
            return 0.0
        return self.started_at - self.queued_at


class StartPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it would go beside the open ones, its `steps` in the order of its tree, the run first.

    `queued` is the State in which it has just been queued; `others` are about when open runs end. Of a plan
    that is `cut`, the rest was not worked out.
    """

    at: float
    run: str
    steps: tuple[PlannedStep, ...]
    queued: State
    others: dict[str, float | None]
    changed: ChangedSpace
    assumed: tuple[str, ...] = ()
    events: int = 0
    cut: bool = False

    @property
    def whole(self) -> PlannedStep:
        """The run itself."""
        return self.steps[0]

    @property
    def ends_about(self) -> float | None:
        """When the last of it ends; None where nobody can say."""
        ends = [each.ended_at for each in self.steps]
        known = [each for each in ends if each is not None]
        return max(known) if len(known) == len(ends) else None
