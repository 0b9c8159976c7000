"""File trust: owner and mode are checked for each folder of a path, and again on the open descriptor."""

import errno
import os
import stat
from collections import deque
from collections.abc import Iterable, Set
from pathlib import Path
from shlex import quote
from types import TracebackType

from octotui.model.complaints import Complaint

MOST_LINKS = 40  # links in the resolution of one path, as in the kernel
FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Distrusted(Exception):
    """Raised for a file that untrusted accounts can change; names the path and the remedy, no full stop."""


class FileTrust:
    """Checks that files belong to trusted `owners` (uids; None trusts every owner).

    World-writable files and folders on the path are refused; a sticky folder such as /tmp is accepted above a
    trusted owner's file. `config` is the file that names further owners, for messages.
    """

    def __init__(self, owners: Set[int] | None = None, config: str = "") -> None:
        self._owners = owners
        self._config = config
        self._group_writable: dict[str, tuple[int, int]] = {}
        self._trusted: dict[str, dict[str, tuple[int, ...]]] = {}  # what was trusted on the way to a path

    def read(self, path: Path | str, most: int | None = None, *, streams: bool = False) -> bytes:
        """Return the content of a file; with `most`, only of a regular one of at most so many bytes.

        With `streams`, also of pipes and devices, for whose end it waits. Raises Distrusted or OSError.
        """
        with open(self.open(path, None if streams else most), "rb") as file:  # noqa: PTH123 - it is open already
            body = file.read(-1 if most is None else most + 1)
        if most is not None and len(body) > most:
            raise _larger(path, most)
        return body

    def open(self, path: Path | str, most: int | None = None) -> int:
        """Open a file for reading and check the descriptor too. Raises Distrusted or OSError.

        With `most`, only a regular file of at most so many bytes; opening then never waits.
        """
        with _PathWalk(self, str(path)) as walk:
            name, found = walk.resolve()
            walk.judge(name, found)
            _refuse_large(path, found, most)
            how = 0 if stat.S_ISFIFO(found.st_mode) else os.O_NOFOLLOW
            how |= 0 if most is None else os.O_NONBLOCK
            file = os.open(name, os.O_RDONLY | os.O_CLOEXEC | how, dir_fd=walk.folder)
            try:
                walk.judge(name, os.fstat(file))
                _refuse_large(path, os.fstat(file), most)
            except (Distrusted, OSError):
                os.close(file)
                raise
            return file

    def check(self, path: Path | str, *, inside: bool = False) -> None:
        """Raise Distrusted for an untrusted file or folder, OSError for a missing one.

        A sticky world-writable folder is refused too, unless only files `inside` it matter.
        """
        with _PathWalk(self, str(path)) as walk:
            name, found = walk.resolve()
            walk.judge(name, found, inside=inside)

    def check_again(self, path: str) -> None:
        """Check an absolute path like `check`, with less work where nothing on it has changed since."""
        trusted = self._trusted.get(path)
        if trusted is not None and all(_judged(each) == found for each, found in trusted.items()):
            return
        with _PathWalk(self, path) as walk:
            name, found = walk.resolve()
            walk.judge(name, found)
            self._trusted[path] = walk.passed

    def warnings(self, group: str | None = None) -> Iterable[Complaint]:
        """Yield a warning for each path used so far that another group than `group` can write."""
        for path, (owner, number) in self._group_writable.items():
            name, members = _group(number)
            private = owner != 0 and name == _account(owner) and set(members) <= {name}
            if name != group and not private:
                sentence = f"The group {name} can change what is run here: chmod g-w {quote(path)}."
                yield Complaint(path, 0, 0, "", sentence)

    def judge(self, path: str, found: os.stat_result, *, inside: bool) -> None:
        """Raise Distrusted for one untrusted file, link or folder; `inside` accepts a sticky folder."""
        if self._owners is not None and found.st_uid not in self._owners:
            owner = _account(found.st_uid)
            what = "the link " if stat.S_ISLNK(found.st_mode) else ""
            named = f", or name {owner} in trusted_owners of {self._config}" if self._config else ""
            raise Distrusted(f"{what}{path} belongs to {owner}, who is not trusted: chown it{named}")
        if not any(kind(found.st_mode) for kind in (stat.S_ISREG, stat.S_ISDIR, stat.S_ISFIFO)):
            return  # the mode of a device or link says nothing about its content
        sticky = stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX)
        if found.st_mode & stat.S_IWOTH and not (sticky and inside):
            if sticky:
                raise Distrusted(f"everybody can put files into {path}: use a folder of your own")
            raise Distrusted(f"everybody can write to {path}: chmod o-w {quote(path)}")
        if found.st_mode & stat.S_IWGRP and not (sticky and inside):
            self._group_writable[path] = found.st_uid, found.st_gid


class _PathWalk:
    """Path resolution as in the kernel, component by component; `folder` is the descriptor reached so far."""

    def __init__(self, trust: FileTrust, path: str) -> None:
        self._trust = trust
        self._rest = deque(_names(path if path.startswith("/") else f"{Path.cwd()}/{path}"))
        self._links = 0
        self._at = "/"
        self._shared = False
        self.folder = -1
        self.passed: dict[str, tuple[int, ...]] = {}  # what its verdict depends on, by path

    def __enter__(self) -> "_PathWalk":
        try:
            self._enter("/")
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._leave()

    def resolve(self) -> tuple[str, os.stat_result]:
        """Walk to the last folder; return the final name in it, links resolved, and its stat."""
        while True:
            name = self._rest.popleft() if self._rest else "."
            found = os.stat(name, dir_fd=self.folder, follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                target = os.readlink(name, dir_fd=self.folder)
                if target.startswith("pipe:[") and self._at.startswith(
                    "/proc/"
                ):  # /dev/stdin: it has no path
                    return name, os.stat(name, dir_fd=self.folder)
                self._follow(name, found, target)
            elif self._rest:
                self._enter(name)
            else:
                return name, found

    def judge(self, name: str, found: os.stat_result, *, inside: bool = False) -> None:
        """Raise Distrusted for an untrusted entry of the folder reached so far."""
        self._pass(self._path(name), found, inside=inside)

    def _follow(self, name: str, found: os.stat_result, target: str) -> None:
        """Follow a link; in a folder that others can write, its owner must be trusted."""
        self._links += 1
        self.passed[self._path(name)] = _identity(found)
        if self._links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if self._shared:
            self.judge(name, found)
        self._rest.extendleft(reversed(_names(target)))
        if target.startswith("/"):
            self._enter("/")

    def _enter(self, name: str) -> None:
        path = self._path(name)
        folder = os.open(name, FOLDER, dir_fd=None if name == "/" else self.folder)
        self._leave()
        self.folder, self._at = folder, path
        found = os.fstat(folder)
        self._shared = bool(found.st_mode & (stat.S_IWOTH | stat.S_IWGRP))
        self._pass(path, found, inside=True)

    def _pass(self, path: str, found: os.stat_result, *, inside: bool) -> None:
        self._trust.judge(path, found, inside=inside)
        self.passed[path] = _identity(found)

    def _leave(self) -> None:
        if self.folder >= 0:
            os.close(self.folder)
        self.folder = -1

    def _path(self, name: str) -> str:
        """Return the normalized path of a name in the folder reached so far; links are resolved by now."""
        return name if name == "/" else os.path.normpath(f"{self._at.rstrip('/')}/{name}")


def _refuse_large(path: Path | str, found: os.stat_result, most: int | None) -> None:
    """Raise Distrusted for anything but a regular file of at most `most` bytes; None accepts everything.

    For a folder raise IsADirectoryError, as reading does.
    """
    if most is not None and stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if most is not None and not (stat.S_ISREG(found.st_mode) and found.st_size <= most):
        raise _larger(path, most)


def _larger(path: Path | str, most: int) -> Distrusted:
    return Distrusted(f"{path} is no file of {most >> 10} KiB at most")


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """Return all that a verdict depends on; another link may have the number of an earlier one."""
    link = found.st_ctime_ns if stat.S_ISLNK(found.st_mode) else 0
    return found.st_dev, found.st_ino, found.st_mode, found.st_uid, found.st_gid, link


def _judged(path: str) -> tuple[int, ...]:
    try:
        return _identity(os.lstat(path))
    except OSError:
        return ()


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]


def _account(number: int) -> str:
    """Return the name of an account, or its uid where it has none."""
    import pwd  # noqa: PLC0415 - only for messages

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> tuple[str, list[str]]:
    """Return a group's name, or its gid where it has none, and its members."""
    import grp  # noqa: PLC0415

    try:
        return grp.getgrgid(number)[0], grp.getgrgid(number)[3]
    except KeyError:
        return str(number), []
