"""The first thing that runs on another machine: it takes the program, unless it is there, and becomes it.

It is sent as text, and imports nothing but the standard library. Its arguments are a marker that begins each
of its lines, the directory of a worker, and the size, SHA-256 and version of the program.
"""

import grp
import hashlib
import json
import os
import pwd
import stat
import sys


def say(word: str, **more: str) -> None:
    """Write a line, which nothing that a login shell prints can be taken for."""
    os.write(1, ("%s %s %s\n" % (sys.argv[1], word, json.dumps(more))).encode())


def place_of(path: str) -> str:
    """Return the absolute path of a directory, which may be below the account's home."""
    if path.startswith("/"):
        return path
    home = os.environ.get("HOME", "")
    if not home.startswith("/") or not os.path.isdir(home):
        raise ValueError("the account has no home there: say a directory for the worker that begins with /")
    return os.path.join(home, path[2:] if path.startswith("~/") else path)


def check_way(path: str) -> None:
    """Check that no other account can replace what is run in a directory, also one that is not there yet.

    Each folder on the way belongs to this account or to root, and others write to none, but for sticky ones
    above it, as /tmp is. Raises ValueError.
    """
    way = os.path.abspath(path)
    real = os.path.realpath(way)
    for last in (real, way):  # of the links on the way, none may be another's
        here = last
        while True:
            if os.path.lexists(here):
                _check_entry(here, os.lstat(here), is_last=here == last)
            if here == "/":
                break
            here = os.path.dirname(here)


def _check_entry(path: str, status: os.stat_result, *, is_last: bool) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise ValueError(
            "%s belongs to another account, which could replace what is run there: say another directory"
            % path
        )
    is_folder = stat.S_ISDIR(status.st_mode)
    if not is_folder or (status.st_mode & stat.S_ISVTX and not is_last):
        return
    if status.st_mode & stat.S_IWOTH:
        raise ValueError("everybody can write to %s: chmod o-w it" % path)
    if status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid):
        raise ValueError("a group can write to %s: chmod g-w it" % path)


def _is_private(group: int) -> bool:
    """Return whether a group is that of this account, or of root, alone."""
    try:
        found = grp.getgrgid(group)
        own = pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group == 0 or (found.gr_name == own.pw_name and not set(found.gr_mem) - {own.pw_name})


def make_folder(path: str) -> None:
    """Make a folder and its missing parents, for their owner alone."""
    if not os.path.isdir(path):
        make_folder(os.path.dirname(path))
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            if not os.path.isdir(path):
                raise


def digest_of(path: str) -> str:
    """Return the SHA-256 of a file, or nothing where there is none."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return ""


def receive(path: str, size: int, sha256: str) -> None:
    """Write the program from standard input, atomically."""
    say("send")
    body = b""
    while len(body) < size:
        data = os.read(0, size - len(body))
        if not data:
            sys.exit(1)
        body += data
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ValueError("the agent's program was damaged on its way")
    new = "%s.%d.new" % (path, os.getpid())
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        while body:
            body = body[os.write(file, body) :]
        os.fsync(file)
        os.rename(new, path)
    except OSError:
        os.unlink(new)
        raise
    finally:
        os.close(file)


def main() -> None:
    """Become the relay of the channel."""
    _, directory, size, sha256, version = sys.argv[1:]
    os.umask(0o077)
    try:
        folder = "%s/agents" % place_of(directory)
        check_way(folder)
        make_folder(folder)
        path = "%s/program-%s" % (folder, version)
        if digest_of(path) != sha256:
            receive(path, int(size), sha256)
    except OSError as problem:
        where = ": %s" % problem.filename if problem.filename else ""
        say("failed", why="its directory cannot be used: %s%s" % (problem.strerror, where))
    except ValueError as problem:
        say("failed", why=str(problem))
    else:
        say("ready")
        os.execv(sys.executable, [sys.executable, "-I", "-S", path, "connect"])


if __name__ == "__main__":
    main()
