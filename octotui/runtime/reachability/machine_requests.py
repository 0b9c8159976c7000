"""Requests to the machines of attempts in the background: to stop, to clean, and to close ways to them."""

from collections.abc import Awaitable, Callable
from functools import partial

from octotui.model.space import Model
from octotui.workers.machine import Machine, Machines
from octotui.workers.reaching import RepeatedCalls

Call = Callable[[], Awaitable[None]]


class MachineRequests:
    """Repeats each request until it is acknowledged, as long as its attempt holds its machine."""

    def __init__(self, machines: Machines, fail: Callable[[BaseException], None]) -> None:
        """Report other errors than Unreachable, which are bugs, to `fail`."""
        self._machines = machines
        self._calls = RepeatedCalls(fail)

    def hold(self, attempt: str, machine: Machine) -> None:
        """Keep the way to an attempt's machine open until the attempt is finished, or its machine is gone."""
        self._machines.hold(attempt, machine)

    def add(self, attempt: str, call: Call) -> None:
        """Begin to repeat an idempotent call about an attempt; nothing is done where its machine is gone."""
        if self._machines.holds(attempt):
            self._calls.add(call, attempt)

    def finish(self, attempt: str, call: Call) -> None:
        """Begin to repeat the last call about an attempt, and release its machine then."""
        self.add(attempt, partial(self._finish, attempt, call))

    def keep(self, model: Model) -> None:
        """Close the ways to machines that a model does not have, once nothing is done by them any more."""
        self._calls.add(partial(self._machines.keep, model))

    def forget(self, worker: str, model: Model) -> None:
        """Drop all that is asked of a worker whose machine was destroyed, and close the way to it (W12)."""
        self._calls.drop(self._machines.forget(worker))
        self.keep(model)

    async def close(self, grace: float) -> None:
        """Wait so many seconds for the pending requests, and drop the rest."""
        await self._calls.close(grace)

    async def _finish(self, attempt: str, call: Call) -> None:
        await call()
        await self._machines.release(attempt)
