"""The folder of a space: its layout, and its lock."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from shlex import quote
from types import TracebackType

from platformdirs import user_state_dir

from octotui.store.accounts import account_name
from octotui.store.errors import StoreError, unusable
from octotui.store.folder_lock import FolderLock, held_elsewhere, is_held
from octotui.store.private_files import PARENT_MODE, make_folder, opened_private
from octotui.store.trusted_path import UntrustedPath, check_private, resolve

LONGEST = 4096  # bytes of a path


def default_base() -> Path:
    """Return the folder of spaces where `--state` is not given; raises StoreError without a home."""
    base = Path(user_state_dir("octotui"))
    if not base.is_absolute():  # it would depend on the working directory
        raise StoreError(f"{base} is no folder to keep spaces in: set HOME or XDG_STATE_HOME, or say --state")
    return base


def state_words(state: Path | None) -> str:
    """Return ` --state DIR` for a command that is suggested; "" for the platform's state directory."""
    if state is None:
        return ""
    with suppress(StoreError):
        if state.absolute() == default_base():
            return ""
    return f" --state {quote(str(state))}"


def space_folder(slug: str, state_dir: Path | None) -> "SpaceFolder":
    """Return the verified folder of a space, in `state_dir` or the platform's state directory.

    Raises StoreError where an untrusted account could have put it there.
    """
    return SpaceFolder(default_base() if state_dir is None else state_dir.absolute(), slug).verify()


class SpaceFolder:
    """One space's folder, `BASE/SLUG/`, private to its owner."""

    def __init__(self, base: Path, slug: str) -> None:
        self.path = base / slug
        self._lock: FolderLock | None = None

    @property
    def journal(self) -> Path:
        """Path of the journal."""
        return self.path / "journal.sqlite"

    @property
    def notifications(self) -> Path:
        """Path of the log of notifications about questions."""
        return self.path / "notifications.log"

    def log(self, run: str, job: str) -> Path:
        """Return the path of a job's output."""
        return Path(f"{self.path}/logs/{run}/{job}.log")  # joining Paths costs more

    def masked_spans(self, attempt: str) -> Path:
        """Return the path of the masked spans of an attempt that still runs."""
        return Path(f"{self.path}/masked/{attempt}")

    def artifacts(self, run: str, job: str) -> Path:
        """Return the folder of a job's artifacts."""
        return Path(f"{self.path}/artifacts/{run}/{job}")

    def workspace(self, run: str, attempt: str) -> Path:
        """Return the folder of an attempt's workspace, where it is kept."""
        return self.path / "workspaces" / run / attempt

    def worker(self, worker: str) -> Path:
        """Return the folder of a local worker's workspaces and package cache."""
        return Path(f"{self.path}/workers/{worker}")

    @property
    def agents(self) -> Path:
        """Folder of the agents that run the jobs of this space, a folder for each version."""
        return self.path / "agent"

    @property
    def manifests(self) -> Path:
        """Folder of the manifests of cached packages, one folder for each worker."""
        return self.path / "manifests"

    def keep_model(self, file: Path) -> None:
        """Store the path of the space's model, unless it can be read once only, as a pipe.

        A failed write only costs the space its switching by name.
        """
        with suppress(OSError):
            if not stat.S_ISREG(mode := file.stat().st_mode) and not stat.S_ISDIR(mode):
                return
        new = self.path / "model.new"
        with suppress(OSError):
            with opened_private(new, "wb") as kept:
                kept.write(os.fsencode(file.absolute()))
            new.replace(self.path / "model.path")

    @property
    def model(self) -> Path | None:
        """Path of the model that the space was last opened with, None where it is not known."""
        try:
            with open(self.path / "model.path", "rb", opener=_without_waiting) as kept:
                stored = kept.read(LONGEST + 1)
        except OSError:
            return None
        file = Path(os.fsdecode(stored))
        return file if file.is_absolute() and len(stored) <= LONGEST and b"\0" not in stored else None

    def verify(self) -> "SpaceFolder":
        """Resolve the path, of which no untrusted account may control a part; raises StoreError."""
        check_private(resolve(self.path))
        self.path = resolve(self.path.parent) / self.path.name  # the name is the slug, also of a link
        return self

    def make(self) -> None:
        """Make the folder, or verify that this account owns it; raises StoreError."""
        self.verify()
        try:
            make_folder(self.path, above=PARENT_MODE)
            self.verify()  # in a sticky folder another account may have made it since
            self._make_private()
        except OSError as problem:
            raise unusable(self.path, problem) from problem

    def _make_private(self) -> None:
        """Remove access that an earlier octotui left to others; deeper entries are behind these."""
        status = self.path.stat()
        if status.st_uid != os.geteuid():
            owner = account_name(status.st_uid)
            raise UntrustedPath(
                f"{self.path} cannot be used: it belongs to {owner}, and only {owner} can open its space"
            )
        if status.st_mode & 0o067:  # 0o710 stays: an access group traverses it
            self.path.chmod(0o700)
        for entry in os.scandir(self.path):
            with suppress(FileNotFoundError):  # renamed meanwhile by the octotui that has the space
                mode = entry.stat(follow_symlinks=False).st_mode
                if (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and mode & 0o077:
                    Path(entry.path).chmod(stat.S_IMODE(mode) & 0o700)

    def take(self) -> "SpaceFolder":
        """Make the folder, and lock it while this process lives; raises StoreError, InUse if it is locked."""
        self.make()
        self._lock = FolderLock(self.path)
        return self

    def check(self, *, above: bool = False) -> None:
        """Check that a locked folder is still at its path; raises Displaced.

        Links `above` it are followed again only if asked for.
        """
        if self._lock is not None:
            self._lock.check(above=above)

    @property
    def is_held(self) -> bool:
        """Whether any process holds the folder's lock."""
        return is_held(self.path)

    @property
    def held_elsewhere(self) -> bool:
        """Whether a process still holds the lock that opened the folder at another path."""
        return held_elsewhere(self.path)

    def release(self) -> None:
        """Release the folder's lock."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> "SpaceFolder":
        return self.take()

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and no pipe of whom nobody writes into."""
    return os.open(path, flags | os.O_NONBLOCK)
