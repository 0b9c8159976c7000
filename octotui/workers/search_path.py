"""The search path of programs and modules: absolute folders only, never the current directory."""

import os
import sys


def absolute(path: str) -> str:
    """Return a PATH without relative entries; an empty entry means the current directory, too."""
    return os.pathsep.join(each for each in path.split(os.pathsep) if each.startswith(os.sep)) or os.defpath


def find(program: str) -> str | None:
    """Return the path of a program, by its name in PATH or by an absolute path, or None.

    World-writable programs, and those in world-writable folders, are ignored.
    """
    from shutil import which  # noqa: PLC0415 - not needed to check a model

    if os.sep in program and not program.startswith(os.sep):
        return None
    if os.sep in program:
        return which(program) if _is_safe(program) else None
    folders = absolute(os.environ.get("PATH", "")).split(os.pathsep)
    return next((path for each in folders if (path := which(program, path=each)) and _is_safe(path)), None)


def _is_safe(path: str) -> bool:
    """Return whether a program and its folders are not world-writable."""
    from octotui.model.file_trust import Distrusted, FileTrust  # noqa: PLC0415 - it imports much

    try:
        FileTrust().check(path)
    except (Distrusted, OSError):
        return False
    return True


def leave_current_directory() -> tuple[str, ...]:
    """Remove relative entries from PATH, PYTHONPATH and sys.path; return those that PATH had.

    The interpreter has copied PYTHONPATH to sys.path by now.
    """
    programs, modules = (_relative(os.environ.get(name, "")) for name in ("PATH", "PYTHONPATH"))
    os.environ["PATH"] = absolute(os.environ.get("PATH", ""))
    if modules:
        os.environ["PYTHONPATH"] = os.pathsep.join(
            each for each in os.environ["PYTHONPATH"].split(os.pathsep) if each not in modules
        )
    here = {"", *modules, *map(os.path.abspath, modules)}
    sys.path[:] = [each for each in sys.path if each not in here]
    return programs


def _relative(path: str) -> tuple[str, ...]:
    """Return the relative entries of a path."""
    return tuple(each for each in path.split(os.pathsep) if path and not each.startswith(os.sep))
