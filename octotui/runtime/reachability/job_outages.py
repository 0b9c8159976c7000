"""Jobs whose machine is away: they say so, since when and until which next try, and so does its health."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from octotui.engine.commands import CheckHealth, Command, ReportReachability
from octotui.engine.state import Job, State
from octotui.runtime.clocks import Clock
from octotui.workers.reaching import Tell, about, until_reached

T = TypeVar("T")


class JobOutages:
    """The machines of a session's jobs, as far as they can be reached."""

    def __init__(self, state: Callable[[], State], report: Callable[[Command], None], now: Clock) -> None:
        self._state = state
        self._report = report
        self._now = now

    async def reached(self, job: Job, call: Callable[[], Awaitable[T]]) -> T:
        """Repeat a call for a job until its machine is reached; meanwhile the job says that it is not."""
        return await until_reached(call, self.tell(job), known=self.is_known(job))

    def is_known(self, job: Job) -> bool:
        """Return whether a job says that its machine is away, as an earlier session may have left it."""
        present = self._state().jobs.get(job.id)
        return present is not None and present.outage is not None

    def tell(self, job: Job) -> Tell:
        """Return what has a job say that its machine is away, or answers again, and its health checked."""

        def told(problem: str, wait: float | None) -> None:
            reason = about(problem, job.worker or "")
            was_away = self.is_known(job)
            next_try = None if wait is None else self._now() + wait
            self._report(
                ReportReachability(job=job.id, attempt=job.attempt, reason=reason, next_try=next_try)
            )
            if was_away != bool(problem):
                self._report(CheckHealth(machines=(job.worker or "",)))  # which says so to others, too

        return told
