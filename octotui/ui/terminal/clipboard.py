"""The one door to the clipboard: a program of this machine's screen, or the terminal, also through tmux.

Over SSH the clipboard is that of the terminal (OSC 52), never of the machine. What is copied is handed over
on the program's input or in base64: no text of others becomes an option, a command or an escape sequence.
"""

import asyncio
import os
import shutil
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from textual.app import App

PATIENCE = 2.0  # seconds for a program to take the text
TERMINAL_TAKES = 74_000  # bytes of base64 that every terminal with OSC 52 accepts

Call = tuple[str, ...]
PROGRAMS: tuple[tuple[str, Call], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy", "--type", "text/plain")),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("WSL_DISTRO_NAME", ("clip.exe",)),
)


async def copy(app: App[Any], what: str, text: str) -> str:
    """Copy a text, which `what` names; return a sentence about what has become of it.

    A terminal does not say whether it takes a text: then it was sent, and no more is known.
    """
    if not app.is_web and await _given(program(os.environ), text):  # in a browser, the screen is elsewhere
        app._clipboard = text  # what Textual's own fields paste
        return f"Copied {what}"
    app.copy_to_clipboard(text)
    driver, in_tmux = app._driver, bool(os.environ.get("TMUX"))
    if driver is not None and in_tmux:
        driver.write(through_tmux(sequence(text)))
    is_long = len(text.encode()) * 4 // 3 > TERMINAL_TAKES
    said = [f"Sent {what} to the terminal (OSC 52)"]
    said += ["tmux must let it through: set -g set-clipboard on"] * in_tmux
    said += ["some terminals take no more than 55 kB"] * is_long
    return "; ".join(said)


def program(environment: Mapping[str, str]) -> Call | None:
    """Return the call of a program that copies its input; None over SSH, or where there is none."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return None
    for variable, (name, *options) in PROGRAMS:
        if variable and not environment.get(variable):
            continue
        found = shutil.which(name, path=environment.get("PATH", ""))
        if found and os.path.isabs(found):  # noqa: PTH117 - as `which` writes it
            return (found, *options)
    return None


def sequence(text: str) -> str:
    """Return the escape sequence that has a terminal copy a text (OSC 52)."""
    return f"\x1b]52;c;{b64encode(text.encode()).decode()}\x07"


def through_tmux(escape: str) -> str:
    """Wrap an escape sequence so that tmux passes it on, where `allow-passthrough` is on."""
    doubled = escape.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


async def _given(call: Call | None, text: str) -> bool:
    """Return whether a program took the text."""
    if call is None:
        return False
    try:
        child = await asyncio.create_subprocess_exec(
            *call,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(child.communicate(text.encode()), PATIENCE)
    except (TimeoutError, OSError):
        if child.returncode is None:
            child.kill()
        await child.wait()
        return False
    return child.returncode == 0
