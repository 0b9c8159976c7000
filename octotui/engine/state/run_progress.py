"""The progress of a run and of each of its steps.

Theory of operation. Steps go group by group. `group` is the present one: the first with steps that are
`pending`, neither started nor skipped. They start when no job of the run is `open`. A job is `unplaced` until
it has one of the run's `max_parallelism` places, and counted in `placed` from then until it ends; manual ones
need no place. `children` counts the open jobs that wait for a run they started: where these are all there
are, the run yields its slot.

Counts and queues could be derived from all steps and jobs. They are stored so that an event costs the
same however many of these there are.
"""

from typing import Literal

import msgspec

from octotui.engine.state.records import JobEnd, RejectedCandidate
from octotui.engine.state.sequence import PersistentVector
from octotui.engine.state.sorted_sequence import SortedSequence

StepState = Literal[
    "pending", "started", "succeeded", "succeeded-with-warnings", "failed", "skipped", "cancelled", "lost"
]
NO_JOBS: PersistentVector[str] = PersistentVector()


class StepProgress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The progress of one step of a run; `pick` is the index of its worker's pick.

    On targets: `begun` counts started targets, `open` open jobs; `result` is the worst end so far; `skipped`
    targets are left out. A rolling step counts the jobs of its child steps.
    """

    state: StepState = "pending"
    pick: int | None = None
    jobs: PersistentVector[str] = NO_JOBS
    reason: str = ""
    targets: tuple[str, ...] = ()
    begun: int = 0
    open: int = 0
    result: JobEnd | None = None
    failed_on: tuple[str, ...] = ()
    skipped: tuple[RejectedCandidate, ...] = ()
    target_picks: dict[str, int] = {}  # of the worker of each Kubernetes target (W13)

    def pick_for(self, target: str | None) -> int | None:
        """Return the index of the pick of its job on a target, or of its only job."""
        return self.target_picks.get(target or "", self.pick)

    @property
    def left_out(self) -> frozenset[str]:
        """The skipped targets."""
        return frozenset(each.worker for each in self.skipped)


class RunProgress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The steps and jobs of a run, and their results: warnings, questions, output variables (V7)."""

    group: int = 0
    pending: int = 0  # steps of that group that have neither started nor been skipped
    steps: PersistentVector[StepProgress] = PersistentVector()
    jobs: PersistentVector[str] = NO_JOBS
    open: SortedSequence = SortedSequence()
    placed: int = 0
    unplaced: SortedSequence = SortedSequence()
    children: int = 0
    failed: bool = False
    warnings: tuple[str, ...] = ()
    interruptions: tuple[str, ...] = ()
    outputs: tuple[tuple[str, str, str], ...] = ()  # step, name, value of each output variable (V7)
    target_outputs: tuple[tuple[str, str, str, str], ...] = ()  # step, target, name, value
    secret_outputs: tuple[tuple[str, str | None, str], ...] = ()  # step, target, name of each sensitive one
