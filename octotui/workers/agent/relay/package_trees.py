"""A package's files by its manifest: received, compared, and copied for an attempt (P4).

A manifest is JSON: `folders` with their modes (`""` is the root), `files` with mode, size and SHA-256, the
targets of `links`, and for a transfer the `times` at which the files were modified, in nanoseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import sys
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Tuple

from octotui.workers.agent.regular_files import make_private
from octotui.workers.agent.relay.calls import CallError, RelayCall
from octotui.workers.agent.relay.folder import (
    CREATE,
    OPEN,
    RESUME,
    blocks,
    opened,
    opened_below,
    parent_below,
    write_whole,
)
from octotui.workers.agent.tree_removal import remove_entry, remove_tree

FICLONE = 0x40049409  # Linux ioctl: share all blocks of a file (reflink)
Manifest = Dict[str, Any]


class _Changed(Exception):
    """Raised for the first path that differs from the manifest."""


def install(call: RelayCall, work: str) -> None:
    """Receive all files of a manifest in a folder `content`, but those that an earlier transfer has left."""
    manifest = json.loads(call.payload)
    _prepare(work, hashlib.sha256(call.payload).hexdigest())
    with _opened("%s/content" % work) as top:
        for path in sorted(manifest["folders"]):
            with opened_below(top, path, make=True):
                pass
        wanted = [(path, have) for path in manifest["files"] for have in _had(call, top, path, manifest)]
        call.send(json.dumps([[path, have[0]] for path, have in wanted]).encode(), wanted=True)
        incoming = _Incoming(call)
        for path, (offset, digest) in wanted:
            _receive(incoming, top, path, manifest["files"][path], offset, digest)
        for number, path in enumerate(manifest["files"]):
            _finish(top, path, manifest["files"][path][0], manifest["times"][number])
        for path, target in manifest["links"].items():
            with parent_below(top, path) as (folder, name):
                remove_entry(folder, name)
                os.symlink(target, name, dir_fd=folder)
        _set_modes(top, manifest)


def _prepare(work: str, digest: str) -> None:
    """Make the folder of a transfer, or keep what one of the same manifest has left in it."""
    try:
        with open("%s/manifest" % work, "rb") as file:
            if file.read(100).decode("ascii", "replace") == digest:
                return
    except OSError:
        pass
    remove_tree(work)
    os.mkdir(work, 0o700)
    os.mkdir("%s/content" % work, 0o700)
    make_private("%s/manifest" % work, digest.encode())


def _had(call: RelayCall, top: int, path: str, manifest: Manifest) -> Iterator[Tuple[int, Any]]:
    """Yield how much of a file is there, with the hash of it so far, unless all of it is."""
    _, size, sha256 = manifest["files"][path]
    digest = hashlib.sha256()
    try:
        with parent_below(top, path) as (folder, name), opened(folder, name) as file:
            there = os.fstat(file).st_size
            for block in blocks(file, there) if there <= size else ():
                call.check()
                digest.update(block)
    except OSError:
        there = 0
    if there == size and size and digest.hexdigest() == sha256:
        return
    if there >= size:
        there, digest = 0, hashlib.sha256()
    yield there, digest


class _Incoming:
    """What arrives, cut into files."""

    def __init__(self, call: RelayCall) -> None:
        self._call = call
        self._rest = memoryview(b"")

    def take(self, most: int) -> memoryview:
        """Return the next bytes, at most so many. Raises CallError at an early end."""
        if not self._rest:
            self._rest = memoryview(self._call.receive())
            if not self._rest:
                raise CallError("refused", "it was cut on its way")
        taken, self._rest = self._rest[:most], self._rest[most:]
        return taken


def _receive(incoming: _Incoming, top: int, path: str, record: List[Any], at: int, digest: Any) -> None:
    """Write the rest of a file, and check all of it. Raises CallError."""
    _, size, sha256 = record
    with parent_below(top, path) as (folder, name):
        if not at:
            remove_entry(folder, name)
        with opened(folder, name, RESUME) as file:
            os.lseek(file, at, os.SEEK_SET)
            while at < size:
                data = incoming.take(size - at)
                write_whole(file, data)
                digest.update(data)
                at += len(data)
        if digest.hexdigest() != sha256:
            os.unlink(name, dir_fd=folder)
            raise CallError("refused", "%s was damaged on its way" % path)


def _finish(top: int, path: str, mode: int, modified: int) -> None:
    with parent_below(top, path) as (folder, name), opened(folder, name) as file:
        os.fchmod(file, mode)
        os.utime(file, ns=(modified, modified))


def _set_modes(top: int, manifest: Manifest) -> None:
    """Set the modes of folders, the deepest first: one may be read-only."""
    for path in sorted(manifest["folders"], reverse=True):
        with opened_below(top, path) as folder:
            os.fchmod(folder, manifest["folders"][path])


def change(call: RelayCall, path: str) -> Any:
    """Return the first difference between a package and its manifest: `""` for none, None without it."""
    if not os.path.isdir(path):
        return None
    manifest = json.loads(call.payload)
    try:
        with _opened(path) as top:
            _verify_names(top, manifest)
            _verify_kinds(top, manifest)
            for each, (_, size, sha256) in manifest["files"].items():
                _expect(each, _digest(call, top, each, size) == sha256)
    except _Changed as difference:
        return str(difference) or "all of it"
    except OSError as problem:
        return problem.strerror or "all of it"
    return ""


def _digest(call: RelayCall, top: int, path: str, size: int) -> str:
    digest = hashlib.sha256()
    with parent_below(top, path) as (folder, name), opened(folder, name) as file:
        for block in blocks(file, size):
            call.check()
            digest.update(block)
    return digest.hexdigest()


def _verify_names(top: int, manifest: Manifest) -> None:
    """Find entries that are missing or unexpected."""
    missing = {*manifest["folders"], *manifest["files"], *manifest["links"]} - {""}
    for at in manifest["folders"]:
        with opened_below(top, at) as folder, os.scandir(folder) as entries:
            for each in entries:
                path = "%s/%s" % (at, each.name) if at else each.name
                _expect(path, path in missing)
                missing.remove(path)
    for path in sorted(missing)[:1]:
        raise _Changed(path)


def _verify_kinds(top: int, manifest: Manifest) -> None:
    """Compare types, modes, sizes and link targets, without reading a file."""
    for path, mode in manifest["folders"].items():
        with opened_below(top, path) as folder:
            _expect(path, stat.S_IMODE(os.fstat(folder).st_mode) == mode)
    for path, target in manifest["links"].items():
        with parent_below(top, path) as (folder, name):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            _expect(path, stat.S_ISLNK(status.st_mode) and os.readlink(name, dir_fd=folder) == target)
    for path, (mode, size, _) in manifest["files"].items():
        with parent_below(top, path) as (folder, name):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            as_said = stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) == mode
            _expect(path, as_said and status.st_size == size)


def _expect(path: str, as_expected: bool) -> None:
    if not as_expected:
        raise _Changed(path)


def copy(call: RelayCall, source: str, target: str) -> None:
    """Copy a package by its manifest to a new folder, compared as it is copied. A failed copy is removed."""
    os.mkdir(target, 0o700)
    try:
        with _opened(target) as copied, _opened(source) as cached:
            _Copy(call, cached, copied).make()
    except BaseException as problem:
        remove_tree(target)
        if isinstance(problem, _Changed):
            raise CallError("changed", str(problem)) from None
        raise


class _Copy:
    """One copy in progress: folders, then files, then links."""

    def __init__(self, call: RelayCall, cached: int, copied: int) -> None:
        self._call, self._cached, self._copied = call, cached, copied
        self._manifest = json.loads(call.payload)
        self._shares = sys.platform == "linux"

    def make(self) -> None:
        for path in sorted(self._manifest["folders"]):
            with opened_below(self._copied, path, make=True):
                pass
        for path, record in self._manifest["files"].items():
            self._file(path, record)
        for path, target in self._manifest["links"].items():
            with parent_below(self._copied, path) as (folder, name):
                os.symlink(target, name, dir_fd=folder)
        _set_modes(self._copied, self._manifest)

    def _file(self, path: str, record: List[Any]) -> None:
        mode, size, sha256 = record
        with parent_below(self._cached, path) as (where, name), opened(where, name) as file:
            status = os.fstat(file)
            with parent_below(self._copied, path) as (folder, _), opened(folder, name, CREATE) as made:
                if (self._share(file, made, size) or self._write(file, made, size)) != sha256:
                    raise _Changed(path)
                if os.fstat(made).st_size != size:
                    raise _Changed(path)
                os.fchmod(made, mode)
                os.utime(made, ns=(status.st_mtime_ns, status.st_mtime_ns))

    def _share(self, file: int, made: int, size: int) -> str:
        """Clone a file's blocks, and return the SHA-256 of the copy; empty where the file system cannot."""
        if self._shares:
            try:
                fcntl.ioctl(made, FICLONE, file)
            except OSError:
                self._shares = False
        if not self._shares:
            return ""
        digest = hashlib.sha256()
        for block in blocks(made, size):
            self._call.check()
            digest.update(block)
        return digest.hexdigest()

    def _write(self, file: int, made: int, size: int) -> str:
        """Copy a file's first bytes, and return their SHA-256."""
        digest = hashlib.sha256()
        for block in blocks(file, size):
            self._call.check()
            digest.update(block)
            write_whole(made, block)
        return digest.hexdigest()


@contextmanager
def _opened(path: str) -> Iterator[int]:
    folder = os.open(path, OPEN)
    try:
        yield folder
    finally:
        os.close(folder)
