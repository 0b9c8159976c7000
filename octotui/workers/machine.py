"""The contract of machines: processes, files, packages and facts of a worker or target (M1).

Theory of operation. A *machine* is a worker or target as a place to work: one directory there, and all that
an attempt needs below it. The runtime knows this contract alone; the `endpoint` in the model says which kind
of machine a worker is, and a kind is one implementation of everything here.

- Names, never paths: a process is named by its attempt (`AttemptKey`), a file by its path below the
  machine's directory. Only `directory` is a path over there, since scripts are told of it.
- Every call may raise `Unreachable`: then it is unknown whether it took effect, and what runs over there
  goes on. So every call is idempotent, and is repeated until it is acknowledged (`reaching`).
- Output is followed from an offset in bytes of each stream, in order and without gaps. An attempt's end says
  how long its output is, so that what is missing is fetched again before the end is believed.
- An attempt starts at most once: a second `start` of its name does nothing.

`tests/workers/conformance.py` shows for every kind that it keeps this contract.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Collection, Set
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from octotui.engine.state import Outcome
from octotui.model.complaints import Reason
from octotui.model.machines.accounts import Endpoint
from octotui.model.space import Model
from octotui.store.packages.package_store import PackageStore
from octotui.workers.executor import (
    BEGINNING,
    AttemptSpec,
    AttemptStatus,
    Notice,
    Offsets,
    Output,
    unheard,
)

Chunks = AsyncGenerator[bytes, None]
"""The content of a file, in pieces of at most 1 MiB."""


class Unreachable(Exception):
    """Raised when a machine does not answer, so that the effect of a call is unknown; the text says why."""


class Gone(Unreachable):
    """Raised where a machine does not run or exist any more, so that nothing that ran there does."""


class Locked(Unreachable):
    """Raised where nobody can log in on a machine before the passphrase of a `key` is given."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


class FileError(Exception):
    """Raised when a file of a machine cannot be read or written; the text says why."""


class AttemptKey(msgspec.Struct, frozen=True):
    """The name of an attempt on its machine: that of its space, and its own in that space."""

    space: str
    name: str


class AttemptEnd(msgspec.Struct, frozen=True):
    """The outcome of an attempt, and the bytes of each stream as a whole, or None where that is unknown."""

    outcome: Outcome
    lengths: Offsets | None = None


class MachineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine is: system, architecture, clock (seconds since 1970), id of its boot, programs by name.

    `python` is the interpreter of octotui's own helpers there, or `""`: then no package is deployed there.
    """

    system: str = ""
    architecture: str = ""
    clock: float = 0.0
    boot: str = ""
    python: str = ""
    shells: dict[str, str] = {}
    tools: dict[str, str] = {}


class FileEntry(msgspec.Struct, frozen=True):
    """A file, folder, link, or other entry of a folder, and a file's size in bytes."""

    path: str
    kind: Literal["file", "folder", "link", "other"]
    size: int = 0


class FileDigest(msgspec.Struct, frozen=True):
    """The size of a file in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class WorkspaceFiles(Protocol):
    """The files that an ended attempt has left in its workspace."""

    def get(self, path: str, largest: int, below: str = "") -> Chunks:
        """Yield an ordinary file, named as its script would: relative to its workspace, or absolute.

        With `below`, a folder that is given likewise, only one below it, and no link on the way is followed.
        Raises ArtifactError for anything else, and for a file of more than `largest` bytes.
        """
        ...

    async def save(self, folder: Path) -> Reason | None:
        """Bring all that the script has left to a local folder; return the problem, or None."""
        ...


def check_path(path: str) -> None:
    """Check that a path is relative and stays below its folder. Raises FileError."""
    if "\0" in path or any(each in ("", ".", "..") for each in path.split("/")):
        raise FileError(f"{path!r} is no path below the directory of a machine")


class MachineProcesses(Protocol):
    """The attempts of a machine, named by AttemptKey."""

    async def inspect(self, attempt: AttemptKey) -> AttemptStatus:
        """Return the status of an attempt that any process may have started; nothing changes."""
        ...

    async def start(
        self, attempt: AttemptKey, work: AttemptSpec, resume: str = "", *, is_new: bool = False
    ) -> None:
        """Start an attempt, its resume record written first, unless it was started. Raises StartError.

        One that `is_new` was claimed by this session: no earlier process is looked for that started it.
        """
        ...

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        """Wait for the end of a started attempt, and return it: exit code 0 is success (S7).

        `output` receives all bytes of each stream from its offset on, in chunks of at most 1 MiB; `notice`
        gets what befalls the attempt meanwhile. Cancellation detaches from it, and it continues. Where a
        machine may be away, `output` receives an empty chunk first, once it has answered.
        """
        ...

    def workspace(self, attempt: AttemptKey) -> WorkspaceFiles | None:
        """Return the files of an attempt that was followed to its end, until it is cleaned."""
        ...

    async def stop(self, attempt: AttemptKey, grace: float) -> None:
        """Begin to stop an attempt: TERM to all processes, KILL after `grace` seconds; then `follow` ends."""
        ...

    async def clean(self, attempt: AttemptKey) -> None:
        """Remove the files of an ended attempt, once its outcome is in the journal."""
        ...

    async def remove_orphans(self, space: str, keep: Set[str]) -> None:
        """Remove what crashes have left of a space, except of the attempts named in `keep`."""
        ...


class MachineFiles(Protocol):
    """Files below a machine's directory, by relative paths; no link is followed. All raise FileError."""

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Write a file, in place of any other, once all of it is there with this SHA-256.

        What arrived before an interruption stays, and `chunks` go on from that `offset`. Missing folders are
        made.
        """
        ...

    async def received(self, path: str, sha256: str) -> int:
        """Return how many bytes of this content an interrupted `put` has left: its next offset."""
        ...

    def get(self, path: str, offset: int = 0) -> Chunks:
        """Yield the content of an ordinary file from an offset on."""
        ...

    async def read(self, folder: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        """Return the first `largest` bytes of those names in a folder that are ordinary files."""
        ...

    async def list(self, folder: str, *, deep: bool = False) -> tuple[FileEntry, ...]:
        """Return the entries of a folder in order, with `deep` of all folders in it; none where it is not."""
        ...

    async def digest(self, path: str) -> FileDigest:
        """Return size and SHA-256 of an ordinary file."""
        ...

    async def remove(self, path: str) -> None:
        """Remove a file, or a folder with its contents, if it is there."""
        ...

    async def free(self) -> int:
        """Return the free bytes of the disk."""
        ...


class Machine(Protocol):
    """A worker or target as a place to work."""

    @property
    def directory(self) -> str:
        """Its directory, by the absolute path that its scripts use, known once `boot` has answered."""
        ...

    @property
    def processes(self) -> MachineProcesses:
        """Its attempts."""
        ...

    @property
    def files(self) -> MachineFiles:
        """The files below its directory."""
        ...

    @property
    def packages(self) -> PackageStore:
        """Its package cache, and the copies that attempts get."""
        ...

    async def facts(self, tools: Collection[str] = ()) -> MachineFacts:
        """Return what it is, and which of these `tools` it has."""
        ...

    async def boot(self) -> str:
        """Return the id of its present boot, or `""`: no process outlives a boot."""
        ...


class MachineKind(Protocol):
    """One way to machines, such as processes of this one."""

    def machine(self, worker: str, directory: str | None) -> Machine:
        """Return a worker or target, in the directory that the model declares, if it does."""
        ...

    def retry_now(self) -> None:
        """Have the next call try to reach its machines, however short ago they were away."""
        ...

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        ...


class Machines:
    """The machines of a session: one for each worker or target and its directory, by its endpoint.

    A way that no worker or target has any more, since a model was loaded, is closed when nobody holds a
    machine by it.
    """

    def __init__(self, kind_of: Callable[[Endpoint], MachineKind]) -> None:
        """Take the kind of machine for each endpoint, the same for the same one."""
        self._kind_of = kind_of
        self._machines: dict[tuple[Endpoint, str, str | None], Machine] = {}
        self._declared: frozenset[Endpoint] | None = None
        self._held: dict[str, Machine] = {}

    def of(self, model: Model, worker: str) -> Machine:
        """Return the machine of a worker or target; one that the model does not declare is this machine."""
        declared = model.machine(worker)
        return self.earlier(model, worker, None if declared is None else declared.directory)

    def earlier(self, model: Model, worker: str, directory: str | None) -> Machine:
        """Return the same machine in a directory that an earlier model may have declared."""
        endpoint = model.endpoint_of(worker)
        known = self._machines.get((endpoint, worker, directory))
        if known is None:
            known = self._kind_of(endpoint).machine(worker, directory)
            self._machines[endpoint, worker, directory] = known
        return known

    def retry_now(self, model: Model, worker: str) -> None:
        """Have the next call try to reach a worker or target, however short ago it was away."""
        self._kind_of(model.endpoint_of(worker)).retry_now()

    def hold(self, holder: str, machine: Machine) -> None:
        """Keep the way to a machine open until its only `holder` of this name releases it."""
        self._held[holder] = machine

    def holds(self, holder: str) -> bool:
        """Return whether a machine is held by a holder of this name."""
        return holder in self._held

    def forget(self, worker: str) -> tuple[str, ...]:
        """Hold the machines of a worker no more, which are gone, and return who held them."""
        gone = {id(machine) for key, machine in self._machines.items() if key[1] == worker}
        holders = tuple(name for name, machine in self._held.items() if id(machine) in gone)
        for name in holders:
            del self._held[name]
        local = (key for key in tuple(self._machines) if key[0].is_local and key[1] == worker)
        for key in local:  # the way to this machine stays
            del self._machines[key]
        return holders

    async def release(self, holder: str) -> None:
        """Need a machine no more; nothing is done for one that is not held."""
        if self._held.pop(holder, None) is not None:
            await self._close_unused()

    async def keep(self, model: Model) -> None:
        """Close the ways that a model does not have, once nobody holds a machine by them."""
        self._declared = frozenset({Endpoint(), *map(model.endpoint_of, model.machines)})
        await self._close_unused()

    async def _close_unused(self) -> None:
        if self._declared is None:
            return
        held = {id(machine) for machine in self._held.values()}
        used = {key[0] for key, machine in self._machines.items() if id(machine) in held}
        unused = {endpoint for endpoint, *_ in self._machines} - self._declared - used
        closing = [self._kind_of(endpoint) for endpoint in unused]
        self._machines = {key: each for key, each in self._machines.items() if key[0] not in unused}
        await asyncio.gather(*(kind.close() for kind in closing))

    async def close(self) -> None:
        """Release all resources of the kinds in use; what runs continues."""
        kinds = {id(kind): kind for kind in (self._kind_of(endpoint) for endpoint, *_ in self._machines)}
        await asyncio.gather(*(kind.close() for kind in kinds.values()))
