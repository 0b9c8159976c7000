"""The only way to stdout and stderr: control, bidirectional and invisible characters are made visible."""

import os
import re
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NoReturn

import msgspec

from octotui.model.text_files import MARK, TextFile
from octotui.views.text.log_text import coloured
from octotui.views.text.visible_text import escaped_json, visible, visible_lines

USAGE = 2  # the exit code of a wrong model and of wrong usage
MOST_COMPLAINTS = 200  # most complaints that one call prints
_BYTES = re.compile("([\udca0-\udcff]+)")  # bytes that are not UTF-8, and control characters in no encoding


def say(line: str) -> None:
    r"""Print a line and flush; line breaks in it are shown as `\n`."""
    _print(visible(line))


def say_lines(text: str) -> None:
    """Print a text of several lines."""
    _print(visible_lines(text))


def say_output(line: str, name: str = "", *, raw: bool = False) -> None:
    """Print a line of a job's output after a name, with its colours, or unchanged if `raw`."""
    _print(visible(name) + (line if raw else coloured(line)))


def say_bytes(data: bytes) -> None:
    """Write bytes to stdout unchanged, for those who ask for them or whose output is no terminal."""
    _write(data)


def say_document(file: TextFile, *, raw: bool) -> bool:
    """Write a text in its own encoding; return whether characters were made visible, never if `raw`.

    Raises UnwritableText.
    """
    shown = file.text
    if not raw:
        mark, parts = shown[: shown.startswith(MARK)], _BYTES.split(shown.removeprefix(MARK))
        shown = mark + "".join(part if at % 2 else visible_lines(part) for at, part in enumerate(parts))
    _write(file.encoded(shown))
    return shown != file.text


def say_json(value: Any, *, indent: int = 0) -> None:
    """Print a value as JSON in one line, or indented; invisible characters in strings are escaped."""
    try:
        document = msgspec.json.format(msgspec.json.encode(value), indent=indent or -1).decode()
    except UnicodeEncodeError:  # surrogates, such as in names of files
        import json

        document = json.dumps(msgspec.to_builtins(value), indent=indent or None)
    _write(escaped_json(document).encode() + b"\n")


def warn(sentence: str) -> None:
    """Print one sentence to stderr."""
    tell(f"octotui: {visible(sentence)}\n")


def refuse(sentence: str, code: int = USAGE) -> NoReturn:
    """Print one sentence to stderr, and exit."""
    warn(sentence)
    sys.exit(code)


def complain(complaints: Sequence[object], *, prefix: str = "", lister: str = "octotui check --json") -> None:
    """Print complaints to stderr, one a line, at most MOST_COMPLAINTS; `lister` is what lists all of them."""
    tell("".join(f"{prefix}{visible(str(each))}\n" for each in complaints[:MOST_COMPLAINTS]))
    if (more := len(complaints) - MOST_COMPLAINTS) > 0:
        warn(f"there are {more:,} more{f'; {lister} lists all of them' if lister else ''}")


def tell(text: str) -> None:
    """Write a text to stderr without a newline, such as a prompt."""
    text = visible_lines(text)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), end="", file=sys.stderr, flush=True)


def ask_unseen(prompt: str) -> str:
    """Read a line from the terminal without echo; raises EOFError."""
    import getpass

    return getpass.getpass(visible(prompt))


def wants_ascii(asked: bool) -> bool:
    """Return whether to draw with ASCII: on request, or for a terminal without Unicode."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return asked or os.environ.get("TERM") == "linux" or not encoding.startswith("utf")


def wants_words(asked: bool = False) -> bool:
    """Return whether to print lines instead of a screen: on request, for ACCESSIBLE, or a dumb terminal."""
    listens = os.environ.get("ACCESSIBLE", "") not in ("", "0")
    return asked or listens or (_is_terminal() and os.environ.get("TERM", "") in ("", "dumb"))


def terminal_width() -> int | None:
    """Return the width of the terminal; None where the output is none, and lines are unbounded."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def need_screen(instead: str) -> None:
    """Exit with code 2 where no screen can be drawn, and say what to do `instead`."""
    if not _is_terminal():
        refuse(f"the app needs a terminal; {instead}")
    if wants_words():
        term = os.environ.get("TERM", "")
        refuse(f"the app needs a full-screen terminal, and TERM={term} is none; {instead}")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def report_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback, with invisible characters made visible."""
    import traceback

    tell("".join(traceback.format_exception(kind, bug, trace)))


def _print(text: str) -> None:
    """Print a line and flush, with "?" for characters that the encoding lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
