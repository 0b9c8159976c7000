"""The program in a real pseudo-terminal: keys go in, and what the screen shows can be waited for."""

import os
import sys
import time
from collections.abc import Sequence
from types import TracebackType

import pexpect
import pyte

from tests.cli.conftest import ROOT

NOT_OURS = ("NO_COLOR", "COLORTERM", "COLUMNS", "LINES")  # they would speak for another terminal
KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t"}
KEYS |= {"down": "\x1b[B", "up": "\x1b[A", "right": "\x1b[C", "left": "\x1b[D"}


class Terminal:
    """A terminal of some size with octotui in it, or another module that is a program."""

    def __init__(
        self,
        *arguments: object,
        columns: int = 120,
        lines: int = 40,
        module: str = "octotui",
        before: Sequence[str] = (),
        **environment: str,
    ) -> None:
        """Start it; `before` is the command that it is an argument of, such as tmux."""
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        command = [*before, sys.executable, "-m", module, *map(str, arguments)]
        self.child = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(ROOT),
            env={**kept, "TERM": "xterm-256color", **environment},
            dimensions=(lines, columns),
        )
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.drawn = b""  # all that was written to it

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def colours(self) -> set[str]:
        """The colours that are on the screen."""
        rows = range(self.screen.lines)
        cells = (self.screen.buffer[y][x] for y in rows for x in range(self.screen.columns))
        return {colour for cell in cells for colour in (cell.fg, cell.bg)}

    def look(self, seconds: float = 0.05) -> None:
        """Take in what was drawn; the program may have ended."""
        try:
            drawn = self.child.read_nonblocking(1 << 16, timeout=seconds)
            self.drawn += drawn
            self._stream.feed(drawn)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            time.sleep(seconds)

    def wait(self, *texts: str, gone: str = "", seconds: float = 30.0) -> None:
        """Look until all of these are on the screen, and `gone` is not."""
        end = time.monotonic() + seconds
        while not all(each in self.text for each in texts) or (gone and gone in self.text):
            assert time.monotonic() < end, f"{texts} without {gone!r} never came:\n{self.text}"
            self.look()

    def press(self, *keys: str) -> None:
        """Press keys by name, or type a text."""
        for key in keys:
            self.child.send(KEYS.get(key, key))
            self.look()

    def left(self, seconds: float = 20.0) -> int:
        """The exit code of a program that ends."""
        end = time.monotonic() + seconds
        while self.child.isalive():
            assert time.monotonic() < end, f"it is still there:\n{self.text}"
            self.look()
        return int(self.child.exitstatus)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)
