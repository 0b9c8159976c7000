"""The one door to programs that take the terminal for a while: the account's editor and pager.

The program is started without a shell, on an absolute path: no name of a file becomes an option or a command.
"""

import asyncio
import os
import shlex
import signal
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal

from textual.app import App

from octotui.workers.search_path import find

Command = Literal["EDITOR", "PAGER"]

VARIABLES: dict[Command, tuple[str, ...]] = {"EDITOR": ("VISUAL", "EDITOR"), "PAGER": ("PAGER",)}
FALLBACKS: dict[Command, tuple[str, ...]] = {
    "EDITOR": ("sensible-editor", "nano", "vim", "vi"),
    "PAGER": ("less", "more"),
}
GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor"})
COLON = frozenset({"hx", "helix", "subl", "zed"})
PLUS = frozenset(
    {"vi", "vim", "nvim", "gvim", "view", "vim.basic", "vim.tiny", "nano", "pico", "emacs", "emacsclient"}
    | {"sensible-editor", "joe", "jed", "micro", "mg", "ne", "kak", "more", "most"}
)
UPRIGHT = "\x1b[r\x1b[?6l\x1b[m"  # whole screen scrolls, rows count from its top, no attributes
IN_BROWSER = "the app is in a browser, which cannot show another program"
NO_HANDOVER = "no other program can be opened in this terminal"


async def open_file(
    app: App[Any], path: str | os.PathLike[str], line: int | None = None, command: Command = "EDITOR"
) -> bool:
    """Open a file in the editor or pager, at a line from 1, and wait until that is left; the app goes on.

    Return whether the program ended well; a sentence says why where it did not.
    """
    try:
        arguments = arguments_for(path, line, command)
        code = await _run(app, arguments)
    except (OSError, ValueError) as problem:
        app.notify(_sentence(problem), severity="warning", markup=False)
        return False
    if code:
        how = f"code {code}" if code > 0 else f"signal {-code}"
        app.notify(f"{Path(arguments[0]).name} ended with {how}", severity="warning", markup=False)
    return code == 0


def arguments_for(path: str | os.PathLike[str], line: int | None, command: Command) -> list[str]:
    """Return the arguments that open a file; raises ValueError with a sentence, or OSError."""
    file = os.path.abspath(path)  # noqa: PTH100 - it follows no links; and it never begins with - or +
    if not S_ISREG(os.stat(file).st_mode):  # noqa: PTH116
        raise ValueError(f"{file} is no regular file")
    program, *options = _program(command)
    return [program, *options, *_at(os.path.basename(program), file, line)]  # noqa: PTH119


def _program(command: Command) -> list[str]:
    """Return the program with the options that its variable gives it; raises ValueError."""
    for variable in VARIABLES[command]:
        written = os.environ.get(variable, "")
        if not written.strip():
            continue
        try:
            name, *options = shlex.split(written)
        except ValueError:
            raise ValueError(f"${variable} has a quote that is not closed: {written}") from None
        found = find(name)
        if found is None:
            raise ValueError(f"${variable} names {name}, which is not found; set it to a program in PATH")
        return [found, *options]
    for name in FALLBACKS[command]:
        if found := find(name):
            return [found]
    raise ValueError(f"no {command.lower()} is found; set ${command} to the name of one")


def _at(program: str, file: str, line: int | None) -> Sequence[str]:
    """Return the arguments by which a program opens a file at a line; others open its beginning."""
    if program in GOTO:
        return ("--wait", "--goto", f"{file}:{line or 1}")
    if line is None:
        return (file,)
    if program in COLON:
        return (f"{file}:{line}",)
    if program == "less":
        return (f"+{line}g", file)
    return (f"+{line}", file) if program in PLUS else (file,)


async def _run(app: App[Any], arguments: Sequence[str]) -> int:
    """Run a program in the terminal, and return its exit code; where the app ends meanwhile, so does it."""
    with _handed_over(app):
        child = await asyncio.create_subprocess_exec(*arguments, stdout=sys.__stderr__)
        try:
            return await child.wait()
        finally:
            if child.returncode is None:
                _hang_up(child.pid)


def _hang_up(process: int) -> None:
    """Let an editor keep what was not saved; wait two seconds, since the loop's end would kill it."""
    end = time.monotonic() + 2
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(process, signal.SIGHUP)
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while os.waitid(os.P_PID, process, how) is None and time.monotonic() < end:
            time.sleep(0.02)


@contextmanager
def _handed_over(app: App[Any]) -> Iterator[None]:
    """Leave the terminal to a program, and take it back however that ended.

    Meanwhile the app draws nothing and writes nothing, and ctrl+c is the program's alone. Raises ValueError.
    """
    driver: Any = app._driver
    if driver is None or not driver.can_suspend:
        raise ValueError(NO_HANDOVER)
    terminal = sys.__stdin__
    with app.batch_update(), _interrupts_ignored():
        app.app_suspend_signal.publish(app)
        driver.suspend_application_mode()
        before = termios.tcgetattr(terminal) if terminal and terminal.isatty() else None
        driver.write = lambda data: None  # the thread that writes has ended: it would be waited for
        try:
            with driver.no_automatic_restart():
                yield
        finally:
            if before and terminal:
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
            if app.is_running and not app._exit:  # else it draws no more, and the terminal stays as it is
                del driver.write
                driver.resume_application_mode()
                driver.write(UPRIGHT)
                app.app_resume_signal.publish(app)
    app.refresh(layout=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore ctrl+c and ctrl+backslash here; a program that is started meanwhile does not."""
    handled = (signal.SIGINT, signal.SIGQUIT)
    before = [signal.signal(each, lambda number, frame: None) for each in handled]
    try:
        yield
    finally:
        for each, handler in zip(handled, before, strict=True):
            signal.signal(each, handler)


def _sentence(problem: OSError | ValueError) -> str:
    """Return what is wrong as a sentence."""
    if isinstance(problem, FileNotFoundError):
        return f"{problem.filename} is not there any more"
    if isinstance(problem, OSError):
        return f"cannot open {problem.filename or 'it'}: {problem.strerror}"
    return str(problem)
