"""The workers that a space's attempts run on, written down to be found after a crash or a move.

It names workers, and of each the boot noted last and the directories it had, as its machine knows them: a
worker's own folder in the space is not written as a path, so that a space may be moved. Where the boot is
another by now, nothing that was begun runs any more.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import msgspec
from msgspec.structs import replace

from octotui.store.errors import unusable
from octotui.store.private_files import make_folder, opened_private
from octotui.store.space_folder import SpaceFolder

LARGEST = 1 << 22  # bytes of the file
MOST = 1000  # directories: a job can write to the file
OWN = ""  # stands for the worker's own folder in the space

Directory = Annotated[str, msgspec.Meta(max_length=4096, pattern=r"^[^\0]*$")]
Boot = Annotated[str, msgspec.Meta(max_length=200)]
WorkerName = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^[^\0/]*$")]


class _WorkerRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last boot of a worker's machine, and the directories that its attempts may be in."""

    boot: Boot = ""
    directories: tuple[Directory, ...] = ()


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of the file: an id of the space, and its workers by name.

    Versions before 0.2 wrote one boot, and directories without the name of a worker.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{1,40}$")]
    workers: dict[WorkerName, _WorkerRecord] = {}
    boot: Boot = ""
    directories: tuple[
        Annotated[str, msgspec.Meta(min_length=1, max_length=4096, pattern=r"^[^\0]*$")], ...
    ] = ()


class WorkspaceIndex:
    """The name of a space that is unique on its machines, and the directories that attempts may be in."""

    def __init__(self, folder: SpaceFolder) -> None:
        self._path = folder.path / "places.json"
        self._space = folder.path
        before = _read(self._path)
        self._kept = _upgraded(before or _Kept(token_hex(4)))
        self._before = None if before is None else self._kept
        self._noted: set[tuple[str, str, str | None]] = set()  # uses that are written down as they are

    @property
    def space(self) -> str:
        """The name of the space, unique among all that use the directories of its workers."""
        return f"{self._space.name}-{self._kept.id}"

    def same_boot(self, worker: str, boot: str) -> bool:
        """Return whether a worker has not rebooted since an earlier session began anything on it.

        False where that is unknown. One that is not written down was not used.
        """
        if self._before is None:
            return False
        record = self._before.workers.get(worker)
        if record is None and not self._before.boot:
            return True
        noted = (record and record.boot) or self._before.boot
        return noted != "" and noted == boot

    def directories(self, worker: str) -> tuple[str | None, ...]:
        """Return the directories that a worker had, None for its own folder in the space."""
        record = self._kept.workers.get(worker, _WorkerRecord())
        return tuple(map(self._resolved, (*record.directories, *self._kept.directories)))

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        """Yield each worker with each directory; one that no worker is known for comes with ""."""
        for worker, record in self._kept.workers.items():
            yield from ((worker, self._resolved(each)) for each in record.directories)
        yield from (("", self._resolved(each)) for each in self._kept.directories)

    def use(self, worker: str, directory: str, boot: str | None) -> None:
        """Record a directory that a worker is about to use, and its boot if given; raises StoreError."""
        if (worker, directory, boot) in self._noted:
            return
        inside = self._inside(worker, directory)
        record = self._kept.workers.get(worker, _WorkerRecord())
        used = record
        if inside not in record.directories:
            used = replace(used, directories=(*record.directories, inside))
        if boot is not None:
            used = replace(used, boot=boot)
        if used != record:
            self._keep(replace(self._kept, workers={**self._kept.workers, worker: used}))
        self._noted.add((worker, directory, boot))

    def forget(self, worker: str) -> None:
        """Drop a worker whose machine is gone, with all that was there; raises StoreError."""
        if worker in self._kept.workers:
            others = {name: each for name, each in self._kept.workers.items() if name != worker}
            self._keep(replace(self._kept, workers=others))

    def note_boots(self, boots: Mapping[str, str]) -> None:
        """Record boots once all attempts from before them are accounted for; raises StoreError.

        From then on it is known of other workers that they were not used.
        """
        workers = dict(self._kept.workers)
        for worker, boot in boots.items():
            workers[worker] = replace(workers.get(worker, _WorkerRecord()), boot=boot)
        if workers != self._kept.workers or self._before is None:
            self._keep(replace(self._kept, workers=workers))

    def _resolved(self, directory: str) -> str | None:
        return None if directory == OWN else str(self._space / directory)

    def _inside(self, worker: str, directory: str) -> str:
        """Return a directory as it is written down: relative to the space's folder where it is in it."""
        path = Path(directory)
        if not path.is_relative_to(self._space):
            return directory
        inside = str(path.relative_to(self._space))
        return OWN if inside == f"workers/{worker}" else inside

    def _keep(self, kept: _Kept) -> None:
        new = self._path.with_suffix(".new")
        try:
            make_folder(self._space)
            with opened_private(new, "wb") as file:
                file.write(msgspec.json.encode(kept))
            new.replace(self._path)
        except OSError as problem:
            raise unusable(self._path, problem) from problem
        self._kept = kept
        self._noted.clear()


def _upgraded(kept: _Kept) -> _Kept:
    """Return what an earlier version wrote, with the workers whose folders in the space it named."""
    names = {each: each.removeprefix("workers/") for each in kept.directories if each.startswith("workers/")}
    own = {path: name for path, name in names.items() if name and "/" not in name}
    workers = {name: _WorkerRecord(directories=(OWN,)) for name in own.values()}
    left = tuple(each for each in kept.directories if each not in own)
    return replace(kept, workers=workers | kept.workers, directories=left)


def _read(path: Path) -> _Kept | None:
    """Read the file; None where it cannot be read, and then the last boot is unknown."""
    try:
        kept = msgspec.json.decode(_body(path), type=_Kept)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    held = len(kept.directories) + sum(max(1, len(each.directories)) for each in kept.workers.values())
    return kept if held <= MOST else None


def _body(path: Path) -> bytes:
    """Read an ordinary file; raises OSError where it is something else."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(f"{path} is no ordinary file")
        return os.read(file, LARGEST)
    finally:
        os.close(file)
