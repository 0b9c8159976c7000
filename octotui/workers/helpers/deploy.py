"""Deployment of a package to a folder: python3 deploy.py stage|install|leave TARGET JOB [SOURCE PACKAGE].

Runs on the worker's Python, from 3.8 on. It changes into the parent folder and uses names relative to it, so
that no symbolic link in the package, in the installed files, or planted beside them redirects a write.
Links on the path to the target are followed if root or this account owns them. Refusals go to stdout.
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


class DeploymentRefused(Exception):
    """Raised when a deployment is refused; the text is a sentence."""


def enter(path: str) -> None:
    """Change into a folder by its absolute path, creating missing parts.

    Raises DeploymentRefused or OSError.
    """
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
    """Return the target of a trusted link; change to the root for an absolute one.

    Raises DeploymentRefused.
    """
    owner = link.lstat().st_uid
    if owner not in (0, os.geteuid()) or followed > FOLLOWED:
        raise DeploymentRefused(f"{link.absolute()} is a link of the account {owner}: install elsewhere")
    target = os.readlink(link)  # noqa: PTH115 - Python 3.8 has no other
    if target.startswith("/"):
        os.chdir("/")
    return target


def go_into(folder: Path) -> None:
    """Change into a folder that is no link. Raises OSError."""
    descriptor = os.open(folder, FOLDER)
    try:
        os.fchdir(descriptor)
    finally:
        os.close(descriptor)


def is_there(path: Path) -> bool:
    """Return whether the name exists, even as a dangling link."""
    return path.is_symlink() or path.exists()


def remove(path: Path) -> None:
    """Remove a file, folder or link; the target of a link is kept. Raises OSError."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def is_free(target: Path) -> bool:
    """Return whether a target is missing, empty, or was installed by octotui."""
    if not is_there(target) or (target / MARK).is_file():
        return True
    return target.is_dir() and not any(target.iterdir())


def stage(new: Path, source: Path, package: str, filled: Mapping[str, bytes]) -> None:
    """Copy a package into a new folder, `filled` files with their new content.

    Raises DeploymentRefused or OSError.
    """
    remove(new)
    new.mkdir(0o700)
    go_into(new)
    here = Path()
    if any(here.iterdir()) or here.stat().st_uid != os.geteuid():
        raise DeploymentRefused(f"another account interferes with {new}: install elsewhere")
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
    """Yield the contents of a package without the marker file, by relative path, folders first."""
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
    """Copy a file of the package, or write its substituted content, with its mode."""
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
    """Create a file exclusively, and return it open."""
    return open(os.open(name, CREATE, 0o600), "wb")  # noqa: PTH123 - the caller closes it


def set_mode(folder: Path, status: os.stat_result) -> None:
    """Give a new folder the mode in `status`."""
    descriptor = os.open(folder, FOLDER)
    try:
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & 0o755 | 0o700)
    finally:
        os.close(descriptor)


def install(target: Path, new: Path, old: Path) -> None:
    """Replace the target by the copy. Raises OSError."""
    remove(old)
    if is_there(target):
        target.rename(old)
    new.rename(target)
    remove(old)


def leave(target: Path, new: Path, old: Path) -> None:
    """Roll back an incomplete installation, and clean up. Raises OSError."""
    if is_there(old) and not is_there(target):
        old.rename(target)
    remove(new)
    remove(old)


def read_filled(lines: Iterable[bytes]) -> dict[str, bytes]:
    """Parse the substituted files: a line for each, its path and content in Base64."""
    pairs = (line.split(b" ") for line in lines)
    return {os.fsdecode(base64.b64decode(name)): base64.b64decode(content) for name, content in pairs}


def main(action: str, path: str, job: str, source: str = "", package: str = "") -> None:
    """Perform one action of a deployment. Raises OSError, DeploymentRefused."""
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
        raise DeploymentRefused(f"{path} is there already and no package that octotui installed: {advice}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except DeploymentRefused as refusal:
        print(refusal)
        sys.exit(1)
    except OSError as problem:
        print(f"{problem.filename or sys.argv[2]}: {problem.strerror}")
        sys.exit(1)
