"""What an ended attempt has left in its workspace, read with the rights that its script had (V7)."""

from __future__ import annotations

import json
import os
import stat
import time
from typing import List, Optional

from octotui.workers.agent import workspace
from octotui.workers.agent.relay.calls import Answer, CallError, RelayCall, Words
from octotui.workers.agent.relay.confined_paths import confined
from octotui.workers.agent.relay.files import send_file
from octotui.workers.agent.relay.folder import OPEN, entry_of, names_in, opened, opened_below, parent_of
from octotui.workers.agent.tree_removal import remove_tree
from octotui.workers.agent.workspace import FILES

FRESH = 60.0  # seconds in which a workspace without a lock may be about to begin


def get(call: RelayCall) -> Answer:
    """Send an ordinary file of at most so many bytes, as its script would name it, or one below a folder."""
    workspace, path = str(call.header["workspace"]), str(call.header["path"])
    below = str(call.header.get("below", ""))
    try:
        file = _confined(workspace, path, below) if below else _opened(os.path.join(workspace, path))
    except ValueError as problem:
        raise CallError(
            "artifact", str(problem) if below else "its path is no path of this machine"
        ) from None
    except OSError as error:
        raise CallError("artifact", error.strerror or str(error)) from None
    try:
        largest = int(call.header["largest"])
        if os.fstat(file).st_size > largest:
            raise CallError(
                "artifact", "it is larger than %d MiB, the most that is kept of one file" % (largest >> 20)
            )
        send_file(call, file)
    finally:
        os.close(file)
    return {}, b""


def _confined(workspace: str, path: str, below: str) -> int:
    """Open an ordinary file below a folder, by no link. Raises OSError, ValueError or CallError."""
    directory, inside = confined(workspace, path, below)
    with parent_of(directory, inside) as (folder, name):
        return _opened(name, folder)


def _opened(path: str, folder: Optional[int] = None) -> int:
    """Open an ordinary file, without blocking on a pipe that has no writer. Raises OSError or CallError."""
    _refuse_others(os.stat(path, dir_fd=folder, follow_symlinks=False).st_mode)
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        _refuse_others(os.fstat(file).st_mode)
    except CallError:
        os.close(file)
        raise
    return file


def _refuse_others(mode: int) -> None:
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a link" if stat.S_ISLNK(mode) else "a pipe or device"
        raise CallError("artifact", "it is %s, and only ordinary files are kept" % what)


def save(call: RelayCall) -> Answer:
    """Send all that a script has left: each entry, and after a file's its content."""
    largest, most = int(call.header["largest"]), int(call.header["most"])
    top = os.open(str(call.header["workspace"]), OPEN)
    count = 0
    try:
        folders: List[str] = [""]
        while folders:
            inside = folders.pop()
            with opened_below(top, inside) as folder:
                for name in names_in(folder):
                    if not inside and name in FILES:
                        continue
                    count += 1
                    if count > most:
                        raise CallError("refused", "there are more than %s files" % f"{most:,}")
                    path = "%s/%s" % (inside, name) if inside else name
                    if _send_entry(call, folder, name, path, largest) == "folder":
                        folders.append(path)
    finally:
        os.close(top)
    return {}, b""


def _send_entry(call: RelayCall, folder: int, name: str, path: str, largest: int) -> str:
    kind, status = entry_of(folder, name)
    target = os.readlink(name, dir_fd=folder) if kind == "link" else ""
    if kind == "file":
        with opened(folder, name) as file:
            if os.fstat(file).st_size > largest:
                raise CallError("refused", "%s is larger than %d MiB" % (path, largest >> 20))
            call.send(entry=[path, kind, stat.S_IMODE(status.st_mode), target])
            send_file(call, file)
    else:
        call.send(entry=[path, kind, stat.S_IMODE(status.st_mode), target])
    return kind


def sweep(call: RelayCall) -> Answer:
    """Remove workspaces of a space that a killed agent had no record of: of no attempt that is to be kept.

    One that was made a moment ago may be about to begin.
    """
    keep, prefix = set(json.loads(call.payload)), "%s-" % call.header["space"]
    work = "%s/work" % call.header["in"]
    for name in sorted(os.listdir(work)):
        path = "%s/%s" % (work, name)
        if not name.startswith(prefix) or workspace.is_locked(path) or _attempt(path) in keep:
            continue
        if time.time() - os.lstat(path).st_mtime > FRESH:
            remove_tree(path)
    return {}, b""


def _attempt(path: str) -> str:
    """Return the name of the attempt that a workspace is of, or `""`."""
    words = workspace.read_file("%s/record" % path).split(b" ", 2)
    return words[1].decode(errors="replace") if len(words) > 2 and words[0] == b"memo" else ""


WORKSPACES: Words = {"workspace get": get, "workspace save": save, "workspace sweep": sweep}
