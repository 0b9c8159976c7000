"""The folder of a space: where things lie in it, and having it for oneself."""

import os
import stat
from pathlib import Path
from types import TracebackType

from platformdirs import user_state_dir

from octotui.store.accounts import account_name
from octotui.store.errors import StoreError, unusable
from octotui.store.folder_lock import FolderLock, held_elsewhere, is_held
from octotui.store.private_files import WAY, make_folder
from octotui.store.trusted_path import UntrustedPath, check_private, resolve


def default_base() -> Path:
    """Where the folders of spaces lie unless `--state` says so; raises StoreError where nobody can know."""
    base = Path(user_state_dir("octotui"))
    if not base.is_absolute():  # it would be another one wherever we stand
        raise StoreError(f"{base} is no folder to keep spaces in: set HOME or XDG_STATE_HOME, or say --state")
    return base


class SpaceFolder:
    """One space's folder, `BASE/SLUG/`, private to its owner."""

    def __init__(self, base: Path, slug: str) -> None:
        self.path = base / slug
        self._lock: FolderLock | None = None

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.path / "journal.sqlite"

    @property
    def notifications(self) -> Path:
        """What became of telling people of questions."""
        return self.path / "notifications.log"

    def log(self, run: str, job: str) -> Path:
        """The output of one job."""
        return Path(f"{self.path}/logs/{run}/{job}.log")  # joining paths piece by piece costs more

    def masked_spans(self, attempt: str) -> Path:
        """What was masked in the output of an attempt that is not over."""
        return Path(f"{self.path}/masked/{attempt}")

    def artifacts(self, run: str, job: str) -> Path:
        """The files that a job's script had kept."""
        return Path(f"{self.path}/artifacts/{run}/{job}")

    def workspace(self, run: str, attempt: str) -> Path:
        """What an attempt left in its workspace, where that is kept."""
        return self.path / "workspaces" / run / attempt

    def worker(self, worker: str) -> Path:
        """Where a worker of this machine keeps its work and its packages."""
        return Path(f"{self.path}/workers/{worker}")

    @property
    def manifests(self) -> Path:
        """What packages in the caches of workers must be, a folder for each worker."""
        return self.path / "manifests"

    def verify(self) -> "SpaceFolder":
        """Resolve its path, which no stranger could have turned elsewhere; raises StoreError."""
        check_private(resolve(self.path))
        self.path = resolve(self.path.parent) / self.path.name  # its name is the space's, also of a link
        return self

    def make(self) -> None:
        """Make the folder, or find that it is ours; raises StoreError."""
        self.verify()
        try:
            make_folder(self.path, above=WAY)
            self.verify()  # in a sticky folder somebody else may have made it meanwhile
            self._make_private()
        except OSError as problem:
            raise unusable(self.path, problem) from problem

    def _make_private(self) -> None:
        """Take from others what an earlier octotui has let them: whatever lies deeper is behind it."""
        status = self.path.stat()
        if status.st_uid != os.geteuid():
            owner = account_name(status.st_uid)
            raise UntrustedPath(
                f"{self.path} cannot be used: it belongs to {owner}, and only {owner} can open its space"
            )
        if status.st_mode & 0o067:  # members of an access group go through it
            self.path.chmod(0o700)
        for entry in os.scandir(self.path):
            mode = entry.stat(follow_symlinks=False).st_mode
            if (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and mode & 0o077:
                Path(entry.path).chmod(stat.S_IMODE(mode) & 0o700)

    def take(self) -> "SpaceFolder":
        """Make the folder and hold it while this process lives; raises StoreError where another does."""
        self.make()
        self._lock = FolderLock(self.path)
        return self

    def check(self, *, above: bool = False) -> None:
        """Find a held folder where it was when it was taken; raises Displaced.

        Where its path leads by the links `above` it is looked at if asked for.
        """
        if self._lock is not None:
            self._lock.check(above=above)

    @property
    def is_held(self) -> bool:
        """Whether any process has the folder for itself."""
        return is_held(self.path)

    @property
    def held_elsewhere(self) -> bool:
        """Whether a process still has it that opened it at another path, and is about to find out."""
        return held_elsewhere(self.path)

    def release(self) -> None:
        """Let another octotui have the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> "SpaceFolder":
        return self.take()

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()
