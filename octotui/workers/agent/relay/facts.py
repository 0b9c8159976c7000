"""What a machine is and has, and the directory of a worker there."""

from __future__ import annotations

import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from typing import Dict, Iterable, Optional

from octotui.workers.agent.relay.boot import check_way
from octotui.workers.agent.relay.calls import Answer, CallError, RelayCall, Words
from octotui.workers.agent.relay.folder import make_folder
from octotui.workers.agent.relay.starting import write_program

HELPERS = "helpers/"  # of the program: files that scripts load


def boot_id() -> str:
    """Return the kernel's id of the present boot; empty where there is none."""
    try:
        if os.uname().sysname == "Linux":
            with open("/proc/sys/kernel/random/boot_id") as file:
                return file.read().strip()
        asked = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return done.stdout.decode().strip()
    except OSError:
        return ""


def facts(call: RelayCall) -> Answer:
    """Return what the machine is, and the paths of those programs that are safe to use."""
    system = os.uname()
    header = {
        "system": system.sysname,
        "architecture": system.machine,
        "clock": time.time(),
        "boot": boot_id(),
        "python": sys.executable,
    }
    found = {each: path for each, path in _found(json.loads(call.payload)).items() if path}
    return header, json.dumps(found).encode()


def _found(programs: Iterable[str]) -> Dict[str, Optional[str]]:
    return {each: _find("python3" if each == "python" else each) for each in programs}


def _find(program: str) -> Optional[str]:
    """Return the path of a program, by its name in PATH or by an absolute path."""
    if "/" in program:
        return shutil.which(program) if program.startswith("/") and is_safe(program) else None
    for folder in search_path().split(os.pathsep):
        path = shutil.which(program, path=folder)
        if path and is_safe(path):
            return path
    return None


def search_path() -> str:
    """Return the PATH of the account, without relative entries."""
    entries = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(each for each in entries if each.startswith("/")) or os.defpath


def is_safe(path: str) -> bool:
    """Return whether a program and its folders are not world-writable."""
    return not _writable_by_all(path)


def _writable_by_all(path: str) -> str:
    """Return the file or folder of a path that everybody can change, or `""`; a sticky folder is none."""
    path = os.path.realpath(path)
    at = path
    while True:
        try:
            mode = os.lstat(at).st_mode
        except OSError:
            return at
        sticky = stat.S_ISDIR(mode) and mode & stat.S_ISVTX and at != path
        if mode & stat.S_IWOTH and not sticky:
            return at
        if at == "/":
            return ""
        at = os.path.dirname(at)


def environment(call: RelayCall) -> Answer:
    """Return the names of the account's variables, or with `names` the values of those."""
    surroundings = dict(os.environ, PATH=search_path())
    if not call.payload:
        return {"open_files": _open_files()}, json.dumps(sorted(surroundings)).encode()
    names = json.loads(call.payload)
    return {}, json.dumps({each: surroundings[each] for each in names if each in surroundings}).encode()


def _open_files() -> str:
    """Return the soft limit of open files, as `ulimit` says it."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return "unlimited" if soft == resource.RLIM_INFINITY else str(soft)


def directory(call: RelayCall) -> Answer:
    """Make the directory of a worker if need be, with the helper files of scripts; return its path."""
    path = place_of(str(call.header["path"]))
    try:
        check_way("%s/work" % path)
    except ValueError as unsafe:
        raise CallError("unsafe", str(unsafe)) from None
    make_folder("%s/work" % path)
    helpers = "%s/agents/helpers-%s" % (path, call.header["version"])
    make_folder(helpers)
    with zipfile.ZipFile(sys.argv[0]) as program:
        for name in program.namelist():
            if name.startswith(HELPERS):
                write_program("%s/%s" % (helpers, name[len(HELPERS) :]), program.read(name))
    return {"path": path, "helpers": helpers}, b""


def place_of(path: str) -> str:
    """Return the absolute path of a directory, which may be below the account's home. Raises CallError."""
    if path.startswith("/"):
        return os.path.normpath(path)
    home = os.environ.get("HOME", "")
    if not home.startswith("/") or not os.path.isdir(home):
        raise CallError(
            "homeless", "the account has no home there: say a directory for the worker that begins with /"
        )
    return os.path.normpath(os.path.join(home, path[2:] if path.startswith("~/") else path))


FACTS: Words = {"facts": facts, "environment": environment, "directory": directory}
