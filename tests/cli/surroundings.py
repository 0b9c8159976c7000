"""One process that has loaded octotui, and calls verbs in forks of itself: in any surroundings, and quickly.

It reads a case in JSON from each line of stdin, and prints what came of it. The command line begins in the
fork with `main`, with an environment, folder, arguments and descriptors as a new interpreter would have them.
"""

import gc
import io
import json
import os
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

PATIENCE = 20  # seconds for one call


def serve() -> None:
    """Answer every case."""
    from octotui.cli.main import TOGETHER, VERBS

    for verb in VERBS.keys() - {each for names in TOGETHER.values() for each in names}:
        import_module(f"octotui.cli.verbs.{verb}")
    for name in (
        "octotui.__main__",
        "octotui.cli.spaces.connection",
        "octotui.cli.summary",
        "octotui.cli.check_report",
    ):
        import_module(name)
    gc.freeze()  # a fork that looks for garbage among all that is loaded would copy it
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """The exit code of a case (negative: the signal that ended it), and what it wrote."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            fork(case, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return {
            "code": os.waitstatus_to_exitcode(status),
            "out": out.read().decode(errors="replace"),
            "err": err.read().decode(errors="replace"),
        }


def fork(case: dict[str, Any], out: int, err: int) -> None:
    """Be a new process that calls `main`."""
    code = 99
    try:
        signal.alarm(PATIENCE)
        arrange(case, out, err)
        from octotui.__main__ import main

        code = call(main)
    except BaseException:
        os.write(err, traceback.format_exc().encode())
    finally:
        os._exit(code)


def call(main: Any) -> int:
    """What an interpreter makes of how it ends."""
    try:
        main()
        sys.stdout.flush()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    except BaseException as bug:
        sys.excepthook(type(bug), bug, bug.__traceback__)
        return 70
    return 0


def arrange(case: dict[str, Any], out: int, err: int) -> None:
    """Give this process the case's surroundings."""
    os.environ.clear()
    os.environ.update(case["env"])
    os.chdir(case["cwd"])
    if case["cwd_gone"]:
        Path(case["cwd"]).rmdir()
    sys.argv = ["octotui", *case["argv"]]
    streams = {0: case["stdin"], 1: case["stdout"], 2: case["stderr"]}
    for number, what in streams.items():
        redirect(number, what, {1: out, 2: err}.get(number, -1))
    encoding = case["env"].get("PYTHONIOENCODING", "utf-8")
    sys.stdin, sys.stdout, sys.stderr = (opened(number, encoding) for number in range(3))  # type: ignore[assignment]


def redirect(number: int, what: str, file: int) -> None:
    """Let a descriptor be a file, closed, full, or a pipe whose other end is gone."""
    if what == "closed":
        with suppress(OSError):
            os.close(number)
    elif what == "gone":
        reader, writer = os.pipe()
        os.close(reader)
        os.dup2(writer, number)
        os.close(writer)
    elif what == "here":
        os.dup2(file, number)
    else:
        name, _, how = what.partition(" ")
        device = os.open(name, os.O_WRONLY if how else os.O_RDWR)
        os.dup2(device, number)
        os.close(device)


def opened(number: int, encoding: str) -> TextIO | None:
    """The stream that an interpreter makes of a descriptor: none where it is closed."""
    try:
        os.fstat(number)
    except OSError:
        return None
    mode, errors = (
        ("rb", "strict") if number == 0 else ("wb", "strict" if number == 1 else "backslashreplace")
    )
    return io.TextIOWrapper(open(number, mode, closefd=False), encoding=encoding, errors=errors)  # type: ignore[type-var]


if __name__ == "__main__":
    serve()
