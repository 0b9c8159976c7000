"""Where programs and modules are looked for: in folders named from the root, never where we stand."""

import os
import sys


def absolute(path: str) -> str:
    """A PATH without what it names in the current directory, which an empty entry does, too."""
    return os.pathsep.join(each for each in path.split(os.pathsep) if each.startswith(os.sep)) or os.defpath


def find(program: str) -> str | None:
    """The path of a program, by its name in PATH or by an absolute path; None where there is none.

    What everybody can write, or lies where everybody can put something, is none.
    """
    from shutil import which  # noqa: PLC0415 - not for who only checks a model

    if os.sep in program and not program.startswith(os.sep):
        return None
    if os.sep in program:
        return which(program) if _is_safe(program) else None
    folders = absolute(os.environ.get("PATH", "")).split(os.pathsep)
    return next((path for each in folders if (path := which(program, path=each)) and _is_safe(path)), None)


def _is_safe(path: str) -> bool:
    """Whether not everybody could have written a program."""
    from octotui.model.file_trust import Distrusted, FileTrust  # noqa: PLC0415 - what it loads comes later

    try:
        FileTrust().check(path)
    except (Distrusted, OSError):
        return False
    return True


def leave_current_directory() -> tuple[str, ...]:
    """Keep this process, and all that it starts, from looking where it stands; say what PATH has named there.

    By now the interpreter has put what PYTHONPATH names into its own path.
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
    """What a path names in the current directory."""
    return tuple(each for each in path.split(os.pathsep) if path and not each.startswith(os.sep))
