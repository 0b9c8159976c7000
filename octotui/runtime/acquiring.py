"""Packages: which version a run takes, and getting it onto a worker, really or in a prediction."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from octotui.engine.commands import Outcome
from octotui.engine.state import Job
from octotui.model.space import Model
from octotui.store.feeds import FeedError, choose
from octotui.store.packages import PackageError, acquire

P = ParamSpec("P")
T = TypeVar("T")
Output = Callable[[bytes], None]


def choose_versions(model: Model, needed: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """A version for each requirement (`tools`, `tools@1.2.0`), and what is wrong with the others (P1)."""
    versions: dict[str, str] = {}
    problems: list[str] = []
    for each in needed:
        package, _, version = each.partition("@")
        try:
            versions[each] = choose(model.feeds.values(), package, version or None).version
        except FeedError as error:
            problems.append(str(error))
    return versions, tuple(problems)


class Acquirer(Protocol):
    """How the packages of an acquire job reach its worker."""

    async def acquire(self, model: Model, job: Job, directory: Path, output: Output) -> Outcome:
        """Get all packages of a job into the worker's cache."""
        ...

    def stop(self, job: str) -> None:
        """End an acquisition before its time."""
        ...

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that reads a disk."""
        ...


class RealAcquirer:
    """Copies, checks and extracts packages in a thread, so that the session goes on meanwhile."""

    def __init__(self) -> None:
        self._stopped: dict[str, threading.Event] = {}

    async def acquire(self, model: Model, job: Job, directory: Path, output: Output) -> Outcome:
        """Get all packages of a job into the worker's cache; one that is broken fails the job (P3)."""
        stopped = self._stopped[job.id] = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(line: str) -> None:
            loop.call_soon_threadsafe(output, f"{line}\n".encode())

        try:
            for package, version in job.packages:
                found = choose(model.feeds.values(), package, version)
                await asyncio.to_thread(
                    acquire,
                    found.file,
                    package,
                    version,
                    directory / "packages",
                    found.rate,
                    tell,
                    stopped.is_set,
                )
        except (FeedError, PackageError) as error:
            return Outcome(state="cancelled" if stopped.is_set() else "failed", reason=str(error))
        finally:
            stopped.set()
            del self._stopped[job.id]
        return Outcome(state="succeeded", exit_code=0)

    def stop(self, job: str) -> None:
        """End an acquisition at its next chunk."""
        if job in self._stopped:
            self._stopped[job].set()

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that reads a disk, in a thread."""
        return await asyncio.to_thread(function, *args, **kwargs)


class SimulatedAcquirer:
    """Takes the time that a feed's rate would, and copies nothing."""

    def __init__(self) -> None:
        self._stopped: dict[str, asyncio.Event] = {}

    async def acquire(self, model: Model, job: Job, directory: Path, output: Output) -> Outcome:
        """Wait as long as the packages would take to arrive."""
        stopped = self._stopped[job.id] = asyncio.Event()
        try:
            await asyncio.wait_for(stopped.wait(), sum(_seconds(model, *each) for each in job.packages))
        except TimeoutError:
            return Outcome(state="succeeded", exit_code=0)
        except FeedError as error:
            return Outcome(state="failed", reason=str(error))
        finally:
            del self._stopped[job.id]
        return Outcome(state="cancelled")

    def stop(self, job: str) -> None:
        """End an acquisition at once."""
        if job in self._stopped:
            self._stopped[job].set()

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something at once: virtual time does not wait for threads."""
        return function(*args, **kwargs)


def _seconds(model: Model, package: str, version: str) -> float:
    found = choose(model.feeds.values(), package, version)
    return 1.0 if found.rate is None else found.file.stat().st_size / found.rate
