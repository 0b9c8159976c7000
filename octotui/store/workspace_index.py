"""The directories in which a space's attempts run, written down to be found after a crash or a move.

The boot id noted last tells whether the machine has rebooted: then nothing runs any more.
"""

import os
import stat
import subprocess
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import msgspec

from octotui.store.errors import unusable
from octotui.store.private_files import make_folder, opened_private
from octotui.store.space_folder import SpaceFolder

LARGEST = 1 << 22  # bytes of the file
MOST = 1000  # directories: a job can write to the file

Directory = Annotated[str, msgspec.Meta(min_length=1, max_length=4096, pattern=r"^[^\0]*$")]


class _Kept(msgspec.Struct, frozen=True):
    """The content of the file: an id of the space, the last boot id, and all working directories."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{1,40}$")]
    boot: Annotated[str, msgspec.Meta(max_length=200)] = ""
    directories: tuple[Directory, ...] = ()


class WorkspaceIndex:
    """The name of a space that is unique on its machine, and the directories that its attempts may be in."""

    def __init__(self, folder: SpaceFolder) -> None:
        self._path = folder.path / "places.json"
        self._space = folder.path
        self._kept = _read(self._path) or _Kept(token_hex(4))
        self._used: set[str] = set()

    @property
    def space(self) -> str:
        """The name of the space, unique among all that use the directories of its workers."""
        return f"{self._space.name}-{self._kept.id}"

    @property
    def same_boot(self) -> bool:
        """Whether the machine has not rebooted since `note_boot`; False where that is unknown."""
        return self._kept.boot != "" and self._kept.boot == boot_id()

    @property
    def directories(self) -> tuple[str, ...]:
        """Every directory that an attempt may have run in."""
        return tuple(str(self._space / each) for each in self._kept.directories)

    def use(self, directory: str) -> None:
        """Record a directory before anything runs in it; raises StoreError."""
        if directory in self._used:
            return
        if directory not in self.directories:
            path = Path(directory)
            inside = str(path.relative_to(self._space)) if path.is_relative_to(self._space) else directory
            self._keep(msgspec.structs.replace(self._kept, directories=(*self._kept.directories, inside)))
        self._used.add(directory)

    def note_boot(self) -> None:
        """Record the boot id once all attempts from before it are accounted for; raises StoreError."""
        if not self.same_boot:
            self._keep(msgspec.structs.replace(self._kept, boot=boot_id()))

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


def _read(path: Path) -> _Kept | None:
    """Read the file; None where it cannot be read, and then the last boot is unknown."""
    try:
        kept = msgspec.json.decode(_body(path), type=_Kept)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return kept if len(kept.directories) <= MOST else None


def _body(path: Path) -> bytes:
    """Read an ordinary file; raises OSError where it is something else."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(f"{path} is no ordinary file")
        return os.read(file, LARGEST)
    finally:
        os.close(file)


def boot_id() -> str:
    """Return the kernel's id of the current boot; empty where there is none."""
    try:
        if os.uname().sysname == "Linux":
            return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        asked = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
