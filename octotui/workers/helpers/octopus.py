"""Octopus's helper functions for Python, and the script that is run with them: python3 octopus.py SCRIPT.

It is read by whatever Python a worker has, from 3.8 on, and imports little: every script waits for it.
"""

from __future__ import annotations

import binascii
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType, TracebackType
    from typing import Any

OFFERED = """octopusvariables encode decode get_octopusvariable set_octopusvariable createartifact
updateprogress failstep fail_without printverbose printhighlight printwait printwarning"""
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
IMPORTED = ("base64", "binascii", "os", "sys")  # in Octopus, scripts have these without importing them


class Variables(dict):  # type: ignore[type-arg]
    """The variables of a job by their own names, found without regard to case."""

    def __init__(self, path: str | None) -> None:
        """Read the file of the values; a job that an earlier version has started has none."""
        super().__init__()
        self._names: dict[str, str] = {}
        self._in_environment = path is None
        for name, value in _read(path) if path is not None else ():
            self[name] = value

    def __setitem__(self, name: str, value: str) -> None:
        """Set a variable, which has one value in whatever case it is written."""
        super().__setitem__(self._names.setdefault(_key(name), name), value)

    def __missing__(self, name: str) -> str:
        """Find a variable, or raise KeyError."""
        known = self._names.get(_key(name), name)
        if known != name:
            found: str = self[known]
            return found
        if self._in_environment:
            return _from_environment(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether a variable is known."""
        return self.get(name) is not None

    def get(self, name: Any, default: Any = None) -> Any:
        """Find a variable, or else a default."""
        try:
            return self[name]
        except KeyError:
            return default


def _key(name: str) -> str:
    """What a name is found by in any case: also a sigma, which is another one at the end of a word."""
    return name.lower().replace("\u03c2", "\u03c3")


def _read(path: str) -> Iterator[tuple[str, str]]:
    """The names and values of a file; none where it went, as it does when the job has ended."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            lines = file.read().split(b"\n")
    except OSError:
        return
    for line in lines:
        words = line.split(b"'")
        if words[0] == b"octotui_value ":
            yield _unescaped(words[3]), _unescaped(words[5])


def _unescaped(word: bytes) -> str:
    """A word of such a file: a backslash is always before a zero and three octal digits."""
    first, *rest = word.split(b"\\")
    body = first + b"".join(bytes((int(each[1:4], 8),)) + each[4:] for each in rest)
    return body.decode("utf-8", "surrogateescape")


def _from_environment(name: str) -> str:
    """The value of an environment variable, which has the name as far as one can; raises KeyError."""
    words = "".join(each if each in LETTERS else " " for each in name)
    plain = "_".join(word for word in words.split(" ") if word).strip("_")
    # A name that programs go by is theirs; the variable that is called so has a line before it.
    for each in ("_" + plain, plain) if plain else ():
        if each in os.environ:
            return os.environ[each]
    raise KeyError(name)


octopusvariables = Variables(os.environ.get("OCTOTUI_VALUES"))


def encode(value: object) -> str:
    """Put a value into Base64, as service messages have it."""
    plain = str(value).encode("utf-8", "surrogateescape")
    return binascii.b2a_base64(plain, newline=False).decode("ascii")


def decode(value: str) -> str:
    """Read a value in Base64."""
    return binascii.a2b_base64(value).decode("utf-8")


def get_octopusvariable(key: str) -> str:
    """Find the value of a variable; raises KeyError where nobody knows it."""
    value: str = octopusvariables[key]
    return value


def set_octopusvariable(name: str, value: object, sensitive: bool = False) -> None:
    """Set an output variable of this step."""
    octopusvariables[name] = str(value)
    more = {"sensitive": "True"} if sensitive else {}
    _say("setVariable", name=name, value=value, **more)


def createartifact(path: str, fileName: str | None = None) -> None:  # noqa: N803
    """Keep a file when the step is over."""
    name = os.path.basename(path) if fileName is None else fileName  # noqa: PTH119
    length = os.stat(path).st_size if os.path.isfile(path) else 0  # noqa: PTH113, PTH116
    whole = os.path.abspath(path)  # noqa: PTH100
    printverbose(f"{whole} will be kept as the artifact {name} when this step is over")
    _say("createArtifact", path=whole, name=name, length=length)


def updateprogress(progress: object, message: str = "") -> None:
    """Say how far the step has come, in percent."""
    _say("progress", percentage=progress, message=message)


def failstep(message: str | None = None) -> None:
    """End the script, and the step with it."""
    if message is not None:
        _say("resultMessage", message=message)
    sys.exit(-1)


def fail_without(*needs: str) -> None:
    """End the script where the machine lacks a command; `python:module` is a module of this Python."""
    missing = [told for told in map(_missing, needs) if told]
    if missing:
        where = octopusvariables.get("Octopus.Worker.Name", "this machine")
        failstep(f"{where} lacks what this step needs, so install it there: {', '.join(missing)}")


def _missing(need: str) -> str:
    """How people call what the machine lacks, or nothing."""
    from importlib.util import find_spec  # noqa: PLC0415
    from shutil import which  # noqa: PLC0415

    kind, _, module = need.partition(":")
    if not module:
        return "" if which(kind) else kind
    try:
        found = find_spec(module)
    except ImportError:
        found = None  # not even the package is there that it would be in
    return "" if found else f"the Python module {module}"


def printverbose(message: object) -> None:
    """Print a text that is seen only by who asks for details."""
    _print("verbose", message)


def printhighlight(message: object) -> None:
    """Print a text that is to be noticed."""
    _print("highlight", message)


def printwait(message: object) -> None:
    """Print what the script waits for."""
    _print("wait", message)


def printwarning(message: object) -> None:
    """Print a warning."""
    _print("warning", message)


def _say(message: str, /, **values: object) -> None:
    pairs = "".join(f" {key}='{encode(value)}'" for key, value in values.items())
    sys.stdout.write(f"##octopus[{message}{pairs}]\n")


def _print(level: str, message: object) -> None:
    # In one piece, so that what runs beside it gets no line between.
    sys.stdout.write(f"##octopus[stdout-{level}]\n{message}\n##octopus[stdout-default]\n")


def _hide_ourselves(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Print a traceback that begins with the script."""
    ourselves = _hide_ourselves.__code__.co_filename  # Python 3.14 has forgotten __file__ by now
    while trace is not None and trace.tb_frame.f_code.co_filename == ourselves:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)


def _main(script: str, body: bytes) -> ModuleType:
    """Make the module that the script is to be, and point the interpreter at it."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(script))  # noqa: PTH120
    del sys.argv[0]
    sys.excepthook = _hide_ourselves
    main = type(sys)("__main__")
    main.__dict__.update((name, globals()[name]) for name in OFFERED.split())
    main.__dict__.update((name, __import__(name)) for name in IMPORTED if name.encode() in body)
    main.__dict__.update(__file__=script, __builtins__=__builtins__, __cached__=None)
    main.__loader__ = type(__loader__)("__main__", script)  # type: ignore[name-defined]
    sys.modules["__main__"] = main
    return main


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123
        body = file.read()
    main = _main(sys.argv[1], body)
    fail_without(*os.environ.pop("OCTOTUI_NEEDS", "").split())  # what it needs is there before it begins
    exec(compile(body, sys.argv[0], "exec", dont_inherit=True), main.__dict__)
