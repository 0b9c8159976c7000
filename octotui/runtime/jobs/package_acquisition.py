"""Acquisition of packages: choose a run's versions, install them on workers, copy them for attempts."""

import asyncio
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from octotui.engine.state import Job, Outcome, State
from octotui.model.process import requirement_of
from octotui.model.space import Channel, Model
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.containers.left_containers import LeftContainers
from octotui.store.cancellation import Cancellation
from octotui.store.packages.feeds import FeedError, catalogue, choose
from octotui.store.packages.image_registry import fixed_image
from octotui.store.packages.installer import PackageError, PackageHost, acquire, locate, provide
from octotui.store.packages.manifest import Manifests
from octotui.store.packages.package_store import InUse
from octotui.store.packages.shared_downloads import SharedDownloads
from octotui.workers.machine import AttemptKey, Machine

FOLDER = "extracted"  # of a worker's directory: the copies of attempts

Output = Callable[[bytes], None]
Packages = Sequence[tuple[str, str]]
"""The ids and versions of packages."""
Chosen = tuple[dict[str, str], tuple[str, ...]]
"""A version for each requirement, and the problems of the others."""


def choose_versions(model: Model, needed: tuple[str, ...], channel: Channel | None = None) -> Chosen:
    """Return a version for each requirement (`tools`, `tools@[1.0,2.0)`), and the problems of others (P1)."""
    versions: dict[str, str] = {}
    problems: list[str] = []
    try:
        held = catalogue(model.feeds.values())
    except FeedError as error:
        return versions, (str(error),)
    for each in needed:
        wanted = requirement_of(each)
        image = each.removeprefix("container:")
        try:
            if image != each:
                versions[each] = fixed_image(model.feeds.values(), image)
            else:
                versions[each] = choose(held, wanted.id, wanted.version, channel).version
        except FeedError as error:
            problems.append(str(error))
    return versions, tuple(problems)


class Acquirer(Protocol):
    """How a run's packages are found in feeds, and reach its machines."""

    async def choose(self, model: Model, needed: tuple[str, ...], channel: Channel | None = None) -> Chosen:
        """Choose versions without blocking the session."""
        ...

    async def acquire(
        self, model: Model, job: Job, machine: Machine, output: Output, in_use: InUse = frozenset
    ) -> Outcome:
        """Install a job's packages in its machine's cache, which evicts none that is `in_use`."""
        ...

    async def provide(
        self, model: Model, job: Job, packages: Packages, machine: Machine, target: str
    ) -> tuple[str, ...]:
        """Copy cached packages for one attempt to folders below `target` on its machine; return warnings.

        Raises PackageError.
        """
        ...

    def stop(self, job: str) -> None:
        """Cancel an acquisition, or the copying for an attempt."""
        ...


class RealAcquirer:
    """Fetches packages in threads, and has machines unpack and copy them."""

    def __init__(self, manifests: Path) -> None:
        """Keep the packages' manifests in `manifests`, a folder for each worker."""
        self._manifests = manifests
        self._stopping: dict[str, Cancellation] = {}
        self._downloads = SharedDownloads()
        self._threads = ThreadPoolExecutor(64, "acquire")  # they mostly sleep, and must not block others

    async def choose(self, model: Model, needed: tuple[str, ...], channel: Channel | None = None) -> Chosen:
        """Read the feeds in a thread."""
        return await asyncio.to_thread(choose_versions, model, needed, channel)

    async def acquire(
        self, model: Model, job: Job, machine: Machine, output: Output, in_use: InUse = frozenset
    ) -> Outcome:
        """Install a job's packages in its machine's cache; a broken one fails the job (P3)."""
        stopping = self._stopping[job.id] = Cancellation()
        feeds, host = tuple(model.feeds.values()), self._host(job, machine)
        limit, warnings = model.engine.package_cache, list[str]()

        def tell(line: str) -> None:
            output(f"{line}\n".encode())

        try:
            for package, version in job.packages:
                warning = await acquire(feeds, package, version, host, tell, stopping)
                warnings += [warning] if warning else []
            if limit is not None:
                await _evict(host, limit, in_use, tell)
        except PackageError as error:
            return Outcome(state="cancelled" if stopping.stopped else "failed", reason=str(error))
        finally:
            stopping.stop()
            del self._stopping[job.id]
        return Outcome(state="succeeded", exit_code=0, warnings=tuple(warnings))

    async def provide(
        self, model: Model, job: Job, packages: Packages, machine: Machine, target: str
    ) -> tuple[str, ...]:
        """Copy packages for an attempt, after removing the copies of an earlier start."""
        stopping = self._stopping[job.id] = Cancellation()
        feeds, host = tuple(model.feeds.values()), self._host(job, machine)
        warnings = []
        try:
            await machine.files.remove(target)
            for package, version in packages:
                folder = f"{target}/{package}/{version}"
                warnings.append(await provide(feeds, package, version, host, folder, stopping))
        finally:
            stopping.stop()
            del self._stopping[job.id]
        return tuple(filter(None, warnings))

    def stop(self, job: str) -> None:
        """Cancel a job's work at its next chunk."""
        if job in self._stopping:
            self._stopping[job].stop()

    def _host(self, job: Job, machine: Machine) -> PackageHost:
        manifests = Manifests(self._manifests / (job.worker or ""))
        return PackageHost(machine.packages, manifests, self._threads, self._downloads)


async def _evict(host: PackageHost, limit: int, in_use: InUse, tell: Callable[[str], None]) -> None:
    """Remove packages from a full cache, with their manifests, and say so."""
    evicted = await host.store.evict(limit, in_use)
    host.manifests.remove(evicted)
    for package, version in evicted:
        tell(f"{package} {version} is removed from the cache, which is full")


class SimulatedAcquirer:
    """Takes the time of a feed's rate, and copies nothing."""

    def __init__(self) -> None:
        self._stopped: dict[str, asyncio.Event] = {}

    async def choose(self, model: Model, needed: tuple[str, ...], channel: Channel | None = None) -> Chosen:
        """Read the feeds on the loop: virtual time does not wait for threads."""
        return choose_versions(model, needed, channel)

    async def acquire(
        self, model: Model, job: Job, machine: Machine, output: Output, in_use: InUse = frozenset
    ) -> Outcome:
        """Sleep as long as the packages would take to arrive."""
        try:
            seconds = sum([await _seconds(model, machine, *each) for each in job.packages])
        except FeedError as error:
            return Outcome(state="failed", reason=str(error))
        stopped = self._stopped[job.id] = asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                await stopped.wait()
        except TimeoutError:
            return Outcome(state="succeeded", exit_code=0)
        finally:
            del self._stopped[job.id]
        return Outcome(state="cancelled")

    async def provide(
        self, model: Model, job: Job, packages: Packages, machine: Machine, target: str
    ) -> tuple[str, ...]:
        """Copy nothing."""
        return ()

    def stop(self, job: str) -> None:
        """Cancel an acquisition."""
        if job in self._stopped:
            self._stopped[job].set()


async def _seconds(model: Model, machine: Machine, package: str, version: str) -> float:
    """Return how long a package takes to arrive, and note that it has; 0 where the machine has it."""
    if (package, version) in await machine.packages.held():
        return 0.0
    file = locate(model.feeds.values(), package, version)
    archive = machine.packages.archive(package, file.name)
    await machine.packages.install(package, version, archive, Cancellation())
    return 1.0 if file.feed.rate is None or file.size is None else file.size / file.feed.rate


class AttemptPackages:
    """Packages and containers of attempts, named by space and attempt to be found after a crash."""

    def __init__(self, acquirer: Acquirer, model: Callable[[], Model], now: Clock) -> None:
        self._acquirer = acquirer
        self._containers = LeftContainers(model, now)

    async def provide(self, state: State, job: Job, machine: Machine, attempt: AttemptKey) -> tuple[str, ...]:
        """Copy the packages of a job's step, and return warnings; raises PackageError."""
        run = state.runs[job.run]
        needed = run.runbook.steps[job.step or 0].packages
        if not needed:
            return ()
        chosen = dict.fromkeys((each.id, run.selection.version_of(each.text)) for each in needed)
        return await self._acquirer.provide(state.model, job, tuple(chosen), machine, copies(attempt))

    def stop(self, job: str) -> None:
        """Cancel the copying for a job."""
        self._acquirer.stop(job)

    async def end(self, state: State, job: Job, machine: Machine, attempt: AttemptKey) -> None:
        """Remove the container of an attempt that has ended, if it is left. Raises Unreachable."""
        if state.runs[job.run].runbook.steps[job.step or 0].is_contained:
            await self._containers.remove(machine, attempt)

    async def remove(self, machine: Machine, attempt: AttemptKey) -> None:
        """Remove an attempt's copies, and its container where that was left."""
        await self._containers.remove(machine, attempt)
        await machine.files.remove(copies(attempt))

    async def remove_orphans(self, machine: Machine, space: str, keep: Set[str]) -> None:
        """Remove a space's copies and containers that crashes have left, except of attempts in `keep`."""
        await self._containers.remove_orphans(machine, space, keep)
        prefix = f"{FOLDER}/{space}-"
        for entry in await machine.files.list(FOLDER):
            if entry.path.startswith(prefix) and entry.path.removeprefix(prefix) not in keep:
                await machine.files.remove(entry.path)


def copies(attempt: AttemptKey) -> str:
    """Return the folder of an attempt's packages on its machine, by id and version."""
    return f"{FOLDER}/{attempt.space}-{attempt.name}"
