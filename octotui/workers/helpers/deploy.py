"""Putting a package into its place: python3 deploy.py stage|install|leave TARGET JOB [SOURCE PACKAGE].

It is read by whatever Python a worker has, from 3.8 on. It goes into a folder, and does everything by names
in there: no link in the package, in what is installed, or planted beside it leads a write anywhere else.
Links on the way to the target are followed if root or we have made them. What is refused is a line on stdout.
"""

from __future__ import annotations

import base64
import os
import shutil
import stat
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

MARK = ".octotui-package"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
FOLLOWED = 40  # links on the way to a target


class Refused(Exception):
    """It cannot be done; the text is a sentence."""


def enter(path: str) -> None:
    """Go into a folder by its whole path, and make what is missing of it; raises Refused or OSError."""
    os.chdir("/")
    left = path.split("/")[::-1]
    followed = 0
    while left:
        name = Path(left.pop())
        if name.is_symlink():
            followed += 1
            left += target_of(name, followed).split("/")[::-1]
            continue
        if not is_there(name):
            name.mkdir()
        go_into(name)


def target_of(link: Path, followed: int) -> str:
    """Where a link on the way leads; an absolute one from the root, to which we go. Raises Refused."""
    owner = link.lstat().st_uid
    if owner not in (0, os.geteuid()) or followed > FOLLOWED:
        raise Refused(f"{link.absolute()} is a link of the account {owner}: install elsewhere")
    target = os.readlink(link)  # noqa: PTH115 - Python 3.8 has no other
    if target.startswith("/"):
        os.chdir("/")
    return target


def go_into(folder: Path) -> None:
    """Go into a folder that is no link; raises OSError."""
    descriptor = os.open(folder, FOLDER)
    try:
        os.fchdir(descriptor)
    finally:
        os.close(descriptor)


def is_there(path: Path) -> bool:
    """Whether anything has this name, be it a link that leads nowhere."""
    return path.is_symlink() or path.exists()


def remove(path: Path) -> None:
    """Remove whatever has a name in this folder, never what a link leads to; raises OSError."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def is_free(target: Path) -> bool:
    """Whether a target is not there, is empty, or was installed by us."""
    if not is_there(target) or (target / MARK).is_file():
        return True
    return target.is_dir() and not any(target.iterdir())


def stage(new: Path, source: Path, package: str, filled: Mapping[str, bytes]) -> None:
    """Copy a package into a new folder, some files with new content; raises Refused or OSError."""
    remove(new)
    new.mkdir(0o700)
    go_into(new)
    here = Path()
    if any(here.iterdir()) or here.stat().st_uid != os.geteuid():
        raise Refused(f"another account interferes with {new}: install elsewhere")
    links = {}  # last, so that there is none while files are written
    for name, status in contents(source):
        if stat.S_ISLNK(status.st_mode):
            links[name] = os.readlink(source / name)  # noqa: PTH115
        elif stat.S_ISDIR(status.st_mode):
            name.mkdir(0o700)
            set_mode(name, status)
        elif stat.S_ISREG(status.st_mode):
            copy(source / name, name, status, filled.get(os.fspath(name)))
    write(Path(MARK), os.fsencode(package) + b"\n", 0o644)
    for name, target in links.items():
        name.symlink_to(target)
    set_mode(here, source.lstat())


def contents(source: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All that a package holds but our mark, by relative paths, folders before what is in them."""
    folders = [source]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            name, status = path.relative_to(source), path.lstat()
            if os.fspath(name) == MARK:
                continue
            yield name, status
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)


def copy(source: Path, name: Path, status: os.stat_result, filled: bytes | None) -> None:
    """Copy a file of the package, or write what it was filled in to, with its mode."""
    mode = stat.S_IMODE(status.st_mode) & 0o755
    if filled is not None:
        return write(name, filled, mode)
    with source.open("rb") as original, created(name) as copied:
        shutil.copyfileobj(original, copied, 1 << 20)
        copied.flush()
        os.fchmod(copied.fileno(), mode)
        os.utime(copied.fileno(), ns=(status.st_mtime_ns, status.st_mtime_ns))
    return None


def write(name: Path, data: bytes, mode: int) -> None:
    """Write a new file."""
    with created(name) as file:
        file.write(data)
        os.fchmod(file.fileno(), mode)


def created(name: Path) -> BinaryIO:
    """A new file, where nothing has this name."""
    return open(os.open(name, CREATE, 0o600), "wb")  # noqa: PTH123 - who asks closes it


def set_mode(folder: Path, status: os.stat_result) -> None:
    """Give a folder of ours the mode of another."""
    descriptor = os.open(folder, FOLDER)
    try:
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & 0o755 | 0o700)
    finally:
        os.close(descriptor)


def install(target: Path, new: Path, old: Path) -> None:
    """Let the copy take the place of what is there; raises OSError."""
    remove(old)
    if is_there(target):
        target.rename(old)
    new.rename(target)
    remove(old)


def leave(target: Path, new: Path, old: Path) -> None:
    """Let nothing half-done stay, and what was there before be there again; raises OSError."""
    if is_there(old) and not is_there(target):
        old.rename(target)
    remove(new)
    remove(old)


def read_filled(lines: Iterable[bytes]) -> dict[str, bytes]:
    """The files that were filled in: a line for each, its path and its content in Base64."""
    pairs = (line.split(b" ") for line in lines)
    return {os.fsdecode(base64.b64decode(name)): base64.b64decode(content) for name, content in pairs}


def main(action: str, path: str, job: str, source: str = "", package: str = "") -> None:
    """Do one part of a deployment; raises Refused or OSError."""
    folder, name = os.path.split(path)
    target, new, old = Path(name), Path(f"{name}.new-{job}"), Path(f"{name}.old-{job}")
    enter(folder)
    if action == "install":
        install(target, new, old)
    elif action == "leave":
        leave(target, new, old)
    elif is_free(target):
        stage(new, Path(source), package, read_filled(sys.stdin.buffer))
    else:
        advice = "move it away, or install elsewhere"
        raise Refused(f"{path} is there already and no package that octotui installed: {advice}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refusal:
        print(refusal)
        sys.exit(1)
    except OSError as problem:
        print(f"{problem.filename or sys.argv[2]}: {problem.strerror}")
        sys.exit(1)
