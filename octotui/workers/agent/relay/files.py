"""Files below a directory: the calls of the contract of machines (M1)."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from typing import List, Tuple

from octotui.workers.agent.relay.calls import CHUNK, Answer, CallError, RelayCall, Words
from octotui.workers.agent.relay.folder import (
    RESUME,
    blocks,
    entry_of,
    names_in,
    opened,
    opened_below,
    opened_folder,
    parent_below,
    parent_of,
    write_whole,
)
from octotui.workers.agent.tree_removal import remove_entry

NOTHING = b""


def put(call: RelayCall) -> Answer:
    """Write a file beside its place, and put it there once its SHA-256 is right."""
    path, wanted, offset = call.header["path"], call.header["sha256"], int(call.header["offset"])
    with parent_of(call.header["in"], path, make=True) as (folder, name):
        part = _part(name, wanted)
        with opened(folder, part, RESUME) as file:
            if os.fstat(file).st_size < offset:
                raise CallError(
                    "refused", "%s cannot be resumed at %s: less of it is there" % (path, f"{offset:,}")
                )
            os.ftruncate(file, offset)
            digest = hashlib.sha256()
            for block in blocks(file, offset):
                digest.update(block)
            os.lseek(file, offset, os.SEEK_SET)
            data = call.receive()
            while data:
                write_whole(file, data)
                digest.update(data)
                data = call.receive()
        found = digest.hexdigest()
        if found != wanted:
            os.unlink(part, dir_fd=folder)
            raise CallError(
                "refused", "%s was damaged on its way: its SHA-256 is %s, not %s" % (path, found, wanted)
            )
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    return {}, NOTHING


def received(call: RelayCall) -> Answer:
    """Return how much of a file an interrupted `put` has left."""
    size = 0
    try:
        with parent_of(call.header["in"], call.header["path"]) as (folder, name):
            status = os.stat(_part(name, call.header["sha256"]), dir_fd=folder, follow_symlinks=False)
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    except FileNotFoundError:
        pass
    return {"size": size}, NOTHING


def get(call: RelayCall) -> Answer:
    """Send an ordinary file from an offset on."""
    with parent_of(call.header["in"], call.header["path"]) as (folder, name), opened(folder, name) as file:
        send_file(call, file, int(call.header["offset"]))
    return {}, NOTHING


def send_file(call: RelayCall, file: int, offset: int = 0) -> None:
    """Send an open file from an offset on. Raises OSError or Stopped."""
    data = os.pread(file, CHUNK, offset)
    while data:
        call.send(data)
        offset += len(data)
        data = os.pread(file, CHUNK, offset)


def read(call: RelayCall) -> Answer:
    """Send the beginnings of those names in a folder that are ordinary files, each with its name."""
    largest = int(call.header["largest"])
    try:
        with opened_folder(call.header["in"], call.header["path"]) as folder:
            for name in json.loads(call.payload):
                _send_beginning(call, folder, name, largest)
    except OSError:  # it is no folder
        pass
    return {}, NOTHING


def _send_beginning(call: RelayCall, folder: int, name: str, largest: int) -> None:
    try:
        with parent_below(folder, name) as (parent, last), opened(parent, last) as file:
            data = os.pread(file, min(CHUNK, largest), 0)
            call.send(data, name=name)
            at = len(data)
            while data and at < largest:
                data = os.pread(file, min(CHUNK, largest - at), at)
                call.send(data)
                at += len(data)
    except OSError:  # it is no ordinary file
        pass


def listed(call: RelayCall) -> Answer:
    """Send the entries of a folder, with `deep` of all folders in it."""
    most, found = int(call.header["most"]), []  # type: ignore[var-annotated]
    try:
        with opened_folder(call.header["in"], call.header["path"]) as top:
            _list(top, call.header["path"], bool(call.header["deep"]), most, found)
    except FileNotFoundError:
        pass
    body = json.dumps(sorted(found)).encode()
    for at in range(0, len(body), CHUNK):
        call.send(body[at : at + CHUNK])
    return {}, NOTHING


def _list(top: int, path: str, deep: bool, most: int, found: "List[List[object]]") -> None:
    folders = [""]
    while folders:
        inside = folders.pop()
        with opened_below(top, inside) as folder:
            for name in names_in(folder):
                below = "%s/%s" % (inside, name) if inside else name
                kind, size = _kind_and_size(folder, name)
                found.append(["%s/%s" % (path, below), kind, size])
                if deep and kind == "folder":
                    folders.append(below)
                if len(found) > most:
                    raise CallError("refused", "%s holds more than %s files" % (path, f"{most:,}"))


def _kind_and_size(folder: int, name: str) -> Tuple[str, int]:
    try:
        kind, status = entry_of(folder, name)
    except FileNotFoundError:  # it has gone meanwhile
        return "other", 0
    return ("other" if kind == "pipe" else kind), (status.st_size if kind == "file" else 0)


def digest(call: RelayCall) -> Answer:
    """Return size and SHA-256 of an ordinary file."""
    with parent_of(call.header["in"], call.header["path"]) as (folder, name), opened(folder, name) as file:
        size, found = os.fstat(file).st_size, hashlib.sha256()
        for block in blocks(file, size):
            call.check()
            found.update(block)
    return {"size": size, "sha256": found.hexdigest()}, NOTHING


def remove(call: RelayCall) -> Answer:
    """Remove a file, or a folder with its contents."""
    try:
        with parent_of(call.header["in"], call.header["path"]) as (folder, name):
            remove_entry(folder, name)
    except FileNotFoundError:
        pass
    return {}, NOTHING


def free(call: RelayCall) -> Answer:
    """Return the free bytes of the disk, also where the directory is not made yet."""
    path = call.header["in"]
    while not os.path.exists(path):
        path = os.path.dirname(path)
    status = os.statvfs(path)
    return {"size": status.f_bavail * status.f_frsize}, NOTHING


def _part(name: str, sha256: str) -> str:
    """Return the name of an incomplete transfer, which no other content shares."""
    return ".%s.%s.part" % (name[:100], sha256[:32])


FILES: Words = {
    "put": put,
    "received": received,
    "get": get,
    "read": read,
    "list": listed,
    "digest": digest,
    "remove": remove,
    "free": free,
}
