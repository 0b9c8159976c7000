"""Octopus's helper functions for Python, and the runner of a script that uses them: octopus.py SCRIPT.

Runs on the worker's Python, from 3.8 on, and imports little, since it delays the start of every script.
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
updateprogress failstep fail_without printverbose printhighlight printwait printwarning
echo_warning echo_error fail_healthcheck"""
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
IMPORTED = ("base64", "binascii", "os", "sys")  # in Octopus, scripts have these without importing them


class Variables(dict):  # type: ignore[type-arg]
    """The variables of a job by name, case-insensitive."""

    def __init__(self, path: str | None) -> None:
        """Read the values file; a job that an earlier version started has none."""
        super().__init__()
        self._names: dict[str, str] = {}
        self._in_environment = path is None
        for name, value in _read(path) if path is not None else ():
            self[name] = value

    def __setitem__(self, name: str, value: str) -> None:
        """Set a variable, whose name is case-insensitive."""
        super().__setitem__(self._names.setdefault(_key(name), name), value)

    def __missing__(self, name: str) -> str:
        """Return the value of a name in another case. Raises KeyError."""
        known = self._names.get(_key(name), name)
        if known != name:
            found: str = self[known]
            return found
        if self._in_environment:
            return _from_environment(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Return whether a variable exists."""
        return self.get(name) is not None

    def get(self, name: Any, default: Any = None) -> Any:
        """Return the value of a variable, or a default."""
        try:
            return self[name]
        except KeyError:
            return default


def _key(name: str) -> str:
    """Fold the case of a name, a final sigma included."""
    return name.lower().replace("\u03c2", "\u03c3")


def _read(path: str) -> Iterator[tuple[str, str]]:
    """Yield names and values of a file; none if it is gone, as after the end of the job."""
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
    """Unescape a word of the values file: every backslash precedes a zero and three octal digits."""
    first, *rest = word.split(b"\\")
    body = first + b"".join(bytes((int(each[1:4], 8),)) + each[4:] for each in rest)
    return body.decode("utf-8", "surrogateescape")


def _from_environment(name: str) -> str:
    """Return the value of the environment variable for this name. Raises KeyError."""
    words = "".join(each if each in LETTERS else " " for each in name)
    plain = "_".join(word for word in words.split(" ") if word).strip("_")
    # A variable with a reserved name is prefixed with an underscore.
    for each in ("_" + plain, plain) if plain else ():
        if each in os.environ:
            return os.environ[each]
    raise KeyError(name)


octopusvariables = Variables(os.environ.get("OCTOTUI_VALUES"))


def encode(value: object) -> str:
    """Encode a value in Base64, for service messages."""
    plain = str(value).encode("utf-8", "surrogateescape")
    return binascii.b2a_base64(plain, newline=False).decode("ascii")


def decode(value: str) -> str:
    """Decode a value from Base64."""
    return binascii.a2b_base64(value).decode("utf-8")


def get_octopusvariable(key: str) -> str:
    """Return the value of a variable. Raises KeyError."""
    value: str = octopusvariables[key]
    return value


def set_octopusvariable(name: str, value: object, sensitive: bool = False) -> None:
    """Set an output variable of this step."""
    octopusvariables[name] = str(value)
    more = {"sensitive": "True"} if sensitive else {}
    _say("setVariable", name=name, value=value, **more)


def createartifact(path: str, fileName: str | None = None) -> None:  # noqa: N803
    """Keep a file as an artifact when the step ends."""
    name = os.path.basename(path) if fileName is None else fileName  # noqa: PTH119
    length = os.stat(path).st_size if os.path.isfile(path) else 0  # noqa: PTH113, PTH116
    whole = os.path.abspath(path)  # noqa: PTH100
    printverbose(f"{whole} will be kept as the artifact {name} when this step is over")
    _say("createArtifact", path=whole, name=name, length=length)


def updateprogress(progress: object, message: str = "") -> None:
    """Report the progress of the step, in percent."""
    _say("progress", percentage=progress, message=message)


def failstep(message: str | None = None) -> None:
    """Fail the step and exit."""
    if message is not None:
        _say("resultMessage", message=message)
    sys.exit(-1)


def fail_without(*needs: str) -> None:
    """Fail the step if machine or image lacks a command, or for `python:module` a module of this Python."""
    missing = [lacked for lacked in map(_missing, needs) if lacked]
    if missing:
        image, names = os.environ.get("OCTOTUI_CONTAINER_IMAGE"), ", ".join(missing)
        if image:
            failstep(f"the image {image} lacks what this step needs, so use another one: {names}")
        where = octopusvariables.get("Octopus.Worker.Name", "this machine")
        failstep(f"{where} lacks what this step needs, so install it there: {names}")


def _missing(need: str) -> str:
    """Return a name for a missing command or module, or `""` if it is there."""
    from importlib.util import find_spec  # noqa: PLC0415
    from shutil import which  # noqa: PLC0415

    kind, _, module = need.partition(":")
    if not module:
        return "" if which(kind) else kind
    try:
        found = find_spec(module)
    except ImportError:
        found = None  # its parent package is missing, too
    return "" if found else f"the Python module {module}"


def printverbose(message: object) -> None:
    """Print a text of level verbose."""
    _print("verbose", message)


def printhighlight(message: object) -> None:
    """Print a text of level highlight."""
    _print("highlight", message)


def printwait(message: object) -> None:
    """Print a text of level wait: what the script waits for."""
    _print("wait", message)


def printwarning(message: object) -> None:
    """Print a warning."""
    _print("warning", message)


def echo_warning(message: object) -> None:
    """Say in a health check that the machine has warnings."""
    _print("warning", message)


def echo_error(message: object) -> None:
    """Say in a health check that the machine is unhealthy."""
    _print("error", message)


def fail_healthcheck(message: object) -> None:
    """Say in a health check that the machine is unhealthy, and exit."""
    echo_error(message)
    failstep(str(message))


def _say(message: str, /, **values: object) -> None:
    pairs = "".join(f" {key}='{encode(value)}'" for key, value in values.items())
    sys.stdout.write(f"##octopus[{message}{pairs}]\n")


def _print(level: str, message: object) -> None:
    # One write, so that lines of concurrent processes do not come between.
    sys.stdout.write(f"##octopus[stdout-{level}]\n{message}\n##octopus[stdout-default]\n")


def _use_kubeconfig() -> None:
    """Have the kubeconfig of a script on a Kubernetes target written, and used by what it starts."""
    if os.environ.pop("OCTOTUI_KUBERNETES", ""):
        import subprocess  # noqa: PLC0415

        helpers, values = os.path.dirname(__file__), os.environ["OCTOTUI_VALUES"]  # noqa: PTH120
        written = subprocess.run(["sh", f"{helpers}/kubeconfig.sh"], stdout=subprocess.PIPE, check=False)
        if written.returncode:
            failstep(written.stdout.decode("utf-8", "replace").strip())
        os.environ["KUBECONFIG"] = f"{os.path.dirname(values)}/octotui.kubeconfig"  # noqa: PTH120


def _hide_ourselves(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Print a traceback without the frames of this file."""
    ourselves = _hide_ourselves.__code__.co_filename  # Python 3.14 has forgotten __file__ by now
    while trace is not None and trace.tb_frame.f_code.co_filename == ourselves:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)


def _main(script: str, body: bytes) -> ModuleType:
    """Create the script's `__main__` module, and install it in the interpreter."""
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
    fail_without(*os.environ.pop("OCTOTUI_NEEDS", "").split())
    _use_kubeconfig()
    exec(compile(body, sys.argv[0], "exec", dont_inherit=True), main.__dict__)
