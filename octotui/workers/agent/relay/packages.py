"""The package cache of a machine: a lock for each package, what is there, and eviction (P2)."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from typing import Iterator, List, Optional, Tuple

from octotui.workers.agent.regular_files import make_private, open_regular
from octotui.workers.agent.relay.calls import Answer, CallError, RelayCall, Words
from octotui.workers.agent.relay.folder import make_folder, plain
from octotui.workers.agent.relay.package_trees import change, copy, install
from octotui.workers.agent.tree_removal import remove_tree

SLICE = 0.1  # seconds between two tries to take a lock
STALE = 7 * 86400.0  # seconds after which an interrupted transfer is no longer resumed


def cache_of(call: RelayCall) -> str:
    """Return the path of the cache."""
    return "%s/packages" % call.header["in"]


def package_of(call: RelayCall) -> Tuple[str, str]:
    """Return the package of a call, and its version. Raises OSError for strange ones."""
    return plain(str(call.header["package"])), plain(str(call.header["version"]))


def lock(call: RelayCall) -> Answer:
    """Hold a package among all who use the cache, until the call ends."""
    package, version = package_of(call)
    cache = cache_of(call)
    make_folder(cache)
    path = "%s/.%s.%s.lock" % (cache, package, version)
    held = _held(path)
    while held is None:
        call.wait(SLICE)
        held = _held(path)
    try:
        call.send(held=True)
        call.receive()
    finally:
        os.unlink(path)
        os.close(held)
    return {}, b""


def _held(path: str) -> Optional[int]:
    """Take a lock whose file is still there, and return its descriptor. Raises OSError."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.stat(path).st_ino == os.fstat(file).st_ino:
            return file
    except OSError:
        pass
    os.close(file)
    return None


def held(call: RelayCall) -> Answer:
    """Return the packages in the cache, without stale transfers."""
    cache, found = cache_of(call), []
    for name in _names(cache):
        path = "%s/%s" % (cache, name)
        if not name.startswith("."):
            found += [[name, each] for each in _names(path) if _is_package(path, each)]
        elif name.endswith(".work") and time.time() - os.lstat(path).st_mtime > STALE:
            remove_tree(path)
    return {}, json.dumps(found).encode()


def _is_package(folder: str, name: str) -> bool:
    return not name.startswith(".") and os.path.isdir("%s/%s" % (folder, name))


def _names(folder: str) -> List[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def record_use(call: RelayCall) -> Answer:
    """Record that a package was used just now."""
    package, version = package_of(call)
    folder = "%s/%s" % (cache_of(call), package)
    note = "%s/.%s.size" % (folder, version)
    try:
        if _noted_size(note) is None:
            _write_note(note, _size("%s/%s" % (folder, version)))
        os.utime(note)
    except OSError:
        pass
    return {}, b""


def _write_note(note: str, size: int) -> None:
    new = "%s.new" % note
    try:
        os.unlink(new)
    except FileNotFoundError:
        pass
    make_private(new, b"%d" % size)
    os.replace(new, note)


def usage(call: RelayCall) -> Answer:
    """Return the bytes of all packages."""
    return {"size": sum(size for _, _, size, _ in _noted(cache_of(call)))}, b""


def evict(call: RelayCall) -> Answer:
    """Remove the packages used longest ago, but those that are named, until no more bytes are left."""
    cache, limit = cache_of(call), int(call.header["limit"])
    needed = {tuple(each) for each in json.loads(call.payload)}
    noted = sorted(_noted(cache), key=lambda each: each[3])
    total, evicted = sum(each[2] for each in noted), []
    for package, version, size, _ in noted:
        if total > limit and (package, version) not in needed:
            total -= size
            remove_package(cache, package, version)
            evicted.append([package, version])
    return {}, json.dumps(evicted).encode()


def _noted(cache: str) -> Iterator[Tuple[str, str, int, int]]:
    """Yield each package with its size, and when it was used last."""
    for package in _names(cache):
        folder = "%s/%s" % (cache, package)
        for version in [] if package.startswith(".") else _names(folder):
            note = "%s/.%s.size" % (folder, version)
            if _is_package(folder, version) and os.path.lexists(note):
                yield package, version, _noted_size(note) or 0, os.lstat(note).st_mtime_ns


def _noted_size(note: str) -> Optional[int]:
    """Return the recorded size of a package, which a script may have changed; None if it is invalid."""
    try:
        file = open_regular(note, os.O_RDONLY)
    except OSError:
        return None
    try:
        return int(os.pread(file, 20, 0))
    except (OSError, ValueError):
        return None
    finally:
        os.close(file)


def _size(folder: str) -> int:
    return sum(
        os.lstat(os.path.join(root, file)).st_size for root, _, files in os.walk(folder) for file in files
    )


def remove_package(cache: str, package: str, version: str) -> None:
    """Remove a package from the cache, atomically."""
    folder = "%s/%s" % (cache, package)
    away = "%s/.%s.%s" % (folder, version, os.urandom(4).hex())
    try:
        os.rename("%s/%s" % (folder, version), away)
    except OSError:
        pass
    remove_tree(away)
    try:
        os.unlink("%s/.%s.size" % (folder, version))
    except OSError:
        pass


def installed(call: RelayCall) -> Answer:
    """Receive a package's files in place of what is there; an interrupted transfer is resumed."""
    package, version = package_of(call)
    cache = cache_of(call)
    make_folder("%s/%s" % (cache, package))
    work = "%s/.%s.%s.work" % (cache, package, version)
    _refuse_full(cache, int(call.header["size"]), int(call.header["reserve"]))
    install(call, work)
    remove_package(cache, package, version)
    os.rename("%s/content" % work, "%s/%s/%s" % (cache, package, version))
    remove_tree(work)
    return {}, b""


def _refuse_full(folder: str, size: int, reserve: int) -> None:
    """Refuse what exceeds the disk's free space. Raises CallError."""
    free = shutil.disk_usage(folder).free
    if size > free - reserve:
        raise CallError(
            "full",
            f"would unpack to {size:,} bytes, and the disk of {folder} has {free:,} left: make room",
        )


def changed(call: RelayCall) -> Answer:
    """Return the first difference between a package and its manifest."""
    package, version = package_of(call)
    return {"change": change(call, "%s/%s/%s" % (cache_of(call), package, version))}, b""


def copied(call: RelayCall) -> Answer:
    """Copy a package by its manifest for an attempt."""
    package, version = package_of(call)
    target = "%s/%s" % (call.header["in"], call.header["target"])
    make_folder(os.path.dirname(target))
    copy(call, "%s/%s/%s" % (cache_of(call), package, version), target)
    return {}, b""


PACKAGES: Words = {
    "lock": lock,
    "held": held,
    "record_use": record_use,
    "usage": usage,
    "evict": evict,
    "install": installed,
    "change": changed,
    "copy": copied,
}
