"""The tasks of machine leases: machines are provisioned and destroyed, and that is reported (W12)."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from octotui.engine import events
from octotui.engine.commands import ReportDestroyed, ReportMachine
from octotui.engine.events import MachineLeaseEvent
from octotui.engine.state import MachineLease, State
from octotui.engine.state.machine_leases import leases_in_order
from octotui.model.iteration import environment_sources
from octotui.model.machines.dynamic_pools import Provider as ProviderName
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.leases.provider import MachineOrder, Provider, ProviderError

Masked = Callable[[str], str]
Providers = Mapping[ProviderName, Provider]
Work = Callable[[MachineLease], Coroutine[Any, Any, None]]


class LeaseTasks:
    """One task at a time for each lease: destroying a machine ends its provisioning first."""

    def __init__(
        self, providers: Providers, masked: Masked, session: SessionPort, forget: Callable[[str], object]
    ) -> None:
        """Mask what providers say with `masked`; `forget` hears of workers whose machine was destroyed."""
        self._forget = forget
        self._ending: dict[str, str] = {}  # leases, and their workers
        self._providers = providers
        self._masked = masked
        self._session = session
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def perform(self, event: MachineLeaseEvent) -> None:
        """Do what an event asks for, if anything."""
        match event:
            case events.MachineRequested() | events.ProvisioningRetried():
                self._begin(event.lease, self._provision)
            case events.MachineToBeDestroyed() | events.DestroyRetried():
                self._begin(event.lease, self._destroy)
            case events.MachineDestroyed():
                if (worker := self._ending.pop(event.lease, None)) is not None:
                    self._forget(worker)
            case _:
                pass

    def resume(self, state: State) -> None:
        """Go on with the leases that an earlier session has left; both are idempotent by their names."""
        for lease in leases_in_order(state.machine_leases):
            if lease.id in self._tasks:
                continue  # it was begun as this session asked for it
            if lease.phase == "requested" and lease.due is None:
                self._begin(lease.id, self._provision)
            elif lease.phase == "ending" and lease.due is None:
                self._begin(lease.id, self._destroy)

    async def close(self) -> None:
        """Drop all tasks; the next session begins them again."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, name: str, work: Work) -> None:
        lease = self._session.state.machine_leases.get(name)
        if lease is None:
            return
        earlier = self._tasks.get(name)
        if earlier is not None:
            earlier.cancel()
        task = asyncio.get_running_loop().create_task(self._after(earlier, work, lease))
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._done(name, done))

    async def _after(self, earlier: "asyncio.Task[None] | None", work: Work, lease: MachineLease) -> None:
        if earlier is not None:
            await asyncio.wait({earlier})
        await work(lease)

    def _done(self, name: str, task: "asyncio.Task[None]") -> None:
        """Remove a finished task; an exception in it is a bug, and ends the session."""
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._session.fail(error)

    async def _provision(self, lease: MachineLease) -> None:
        order = self._order(lease)
        try:
            machine = await self._providers[order.terms.provider].provision(order)
        except ProviderError as problem:
            report = ReportMachine(lease=lease.id, problem=self._masked(str(problem)))
        else:
            report = ReportMachine(
                lease=lease.id, machine=machine.id, endpoint=machine.endpoint, host_key=machine.host_key
            )
        self._session.report(report)

    async def _destroy(self, lease: MachineLease) -> None:
        order, problem = self._order(lease), ""
        self._ending[lease.id] = lease.worker
        try:
            await self._providers[order.terms.provider].destroy(order)
        except ProviderError as error:
            problem = self._masked(str(error))
        self._session.report(ReportDestroyed(lease=lease.id, problem=problem))

    def _order(self, lease: MachineLease) -> MachineOrder:
        """Return what to ask for, by the terms that the machine was leased with.

        Of a pool that makes the same machines still, it is the terms now: a command may have been mended.
        """
        model = self._session.state.model
        pool = model.pools.get(lease.pool)
        terms = pool.dynamic if pool is not None and pool.dynamic is not None else lease.terms
        return MachineOrder(
            name=lease.name,
            space=model.space.slug,
            pool=lease.pool,
            reference=lease.reference or lease.terms.image,
            terms=terms if terms.makes == lease.terms.makes else lease.terms,
            machine=lease.machine,
            passed=model.engine.environment,
            withheld=tuple(environment_sources(model)),
        )
