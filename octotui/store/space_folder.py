"""The folder of a space: where things lie in it, and having it for oneself."""

import fcntl
import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from platformdirs import user_state_dir

from octotui.store.accounts import account_name
from octotui.store.errors import InUse, unusable
from octotui.store.private_files import WAY, make_folder, private
from octotui.store.trusted_path import UntrustedPath, check_private, resolve

DYING = 5.0  # seconds until the last child of a killed process has become another program, on a busy machine
LOOK = 0.01  # seconds between two looks at whether that is so


def default_base() -> Path:
    """Where the folders of spaces lie unless `--state` says otherwise."""
    return Path(user_state_dir("octotui"))


class SpaceFolder:
    """One space's folder, `BASE/SLUG/`, private to its owner."""

    def __init__(self, base: Path, slug: str) -> None:
        self.path = base / slug
        self._lock: int | None = None

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
        path = self.path / "lock"
        try:
            lock = private(str(path), os.O_RDWR | os.O_CREAT)
        except OSError as problem:
            raise unusable(path, problem) from problem
        if not _locked(lock):
            holder = _holder(lock) or "unknown"
            os.close(lock)
            raise InUse(
                f"{self.path} is in use by another octotui (process {holder}): "
                "end that one first, or take another folder with --state"
            )
        self._lock = lock
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        return self

    @property
    def is_held(self) -> bool:
        """Whether any process has the folder for itself."""
        try:
            lock = private(str(self.path / "lock"), os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(lock)
        return False

    def release(self) -> None:
        """Let another octotui have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> "SpaceFolder":
        return self.take()

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()


def _locked(lock: int) -> bool:
    """Lock an open file, and say whether we have it.

    A process that is killed while it starts another leaves that one a copy of the lock until it is executed;
    so a lock whose holder is dead is waited for.
    """
    until = time.monotonic() + DYING
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if _lives(_holder(lock)) or time.monotonic() > until:
                return False
            time.sleep(LOOK)
        else:
            return True


def _holder(lock: int) -> str:
    """The process that a lock names, or nothing while it is being written."""
    return os.pread(lock, 20, 0).decode(errors="replace").strip()


def _lives(process: str) -> bool:
    """Whether a process is there and not dead; of a number that cannot be one nobody knows."""
    if not (process.isascii() and process.isdecimal()):
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # it is somebody else's, or none
        return True
    with suppress(OSError):  # it has gone meanwhile, or this system has no such files
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2][:1]
        return state not in (b"Z", b"X")
    return sys.platform != "linux"
