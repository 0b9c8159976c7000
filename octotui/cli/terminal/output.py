"""The one door to stdout and stderr: what a terminal would obey, reorder or hide is made visible."""

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NoReturn

import msgspec

from octotui.model.text_files import MARK, TextFile
from octotui.views.text.log_text import coloured
from octotui.views.text.visible_text import escaped_json, visible, visible_lines

USAGE = 2  # the exit code of a wrong model and of wrong usage
MOST_COMPLAINTS = 200  # lines that one call prints of what is wrong with a model
_BYTES = re.compile("([\udca0-\udcff]+)")  # that are no UTF-8 and no control characters anywhere


def say(line: str) -> None:
    r"""Print a line at once; line breaks in it are shown as `\n`."""
    _print(visible(line))


def say_lines(text: str) -> None:
    """Print a text that may have several lines."""
    _print(visible_lines(text))


def say_output(line: str, name: str = "", *, raw: bool = False) -> None:
    """Print a line of a job's output behind a name: its colours stay, or all of it where it is `raw`."""
    _print(visible(name) + (line if raw else coloured(line)))


def say_document(file: TextFile, *, raw: bool) -> bool:
    """Write a text in its own encoding; whether characters were made visible: where it is `raw` none is.

    Raises UnwritableText.
    """
    shown = file.text
    if not raw:
        mark, parts = shown[: shown.startswith(MARK)], _BYTES.split(shown.removeprefix(MARK))
        shown = mark + "".join(part if at % 2 else visible_lines(part) for at, part in enumerate(parts))
    _write(file.encoded(shown))
    return shown != file.text


def say_json(value: Any, *, indent: int = 0) -> None:
    """Print a value as JSON in one line, or indented; strings hold nothing but what can be seen."""
    try:
        document = msgspec.json.format(msgspec.json.encode(value), indent=indent or -1).decode()
    except UnicodeEncodeError:  # halves of characters, such as in names of files
        document = json.dumps(msgspec.to_builtins(value), indent=indent or None)
    _write(escaped_json(document).encode() + b"\n")


def warn(sentence: str) -> None:
    """Say one sentence on stderr."""
    tell(f"octotui: {visible(sentence)}\n")


def refuse(sentence: str, code: int = USAGE) -> NoReturn:
    """Say one sentence on stderr, and end."""
    warn(sentence)
    sys.exit(code)


def complain(complaints: Sequence[object], *, prefix: str = "") -> None:
    """Say complaints on stderr, a line each; of very many the first, and how many more there are."""
    tell("".join(f"{prefix}{visible(str(each))}\n" for each in complaints[:MOST_COMPLAINTS]))
    if (more := len(complaints) - MOST_COMPLAINTS) > 0:
        warn(f"there are {more:,} more; octotui check --json lists all of them")


def tell(text: str) -> None:
    """Write a text to stderr for who sits there, such as a question, and stay in its last line."""
    text = visible_lines(text)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), end="", file=sys.stderr, flush=True)


def ask_unseen(prompt: str) -> str:
    """A line typed at the terminal without being shown; raises EOFError."""
    import getpass

    return getpass.getpass(visible(prompt))


def wants_ascii(asked: bool) -> bool:
    """Whether to draw with plain characters: asked for, or a terminal that knows no others."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return asked or os.environ.get("TERM") == "linux" or not encoding.startswith("utf")


def wants_words(asked: bool = False) -> bool:
    """Whether to say lines of words: asked for, by who listens, or of a terminal that shows no screen."""
    listens = os.environ.get("ACCESSIBLE", "") not in ("", "0")
    return asked or listens or (_is_terminal() and os.environ.get("TERM", "") in ("", "dumb"))


def terminal_width() -> int | None:
    """The cells of a line of the terminal; None where the output is no terminal, and lines have no bound."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def need_screen(instead: str) -> None:
    """End with exit code 2 where no screen can be drawn; what to do `instead` is said."""
    if not _is_terminal():
        refuse(f"the app needs a terminal; {instead}")
    if wants_words():
        term = os.environ.get("TERM", "")
        refuse(f"the app needs a full-screen terminal, and TERM={term} is none; {instead}")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def report_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback, whose sentences may quote what others wrote."""
    import traceback

    tell("".join(traceback.format_exception(kind, bug, trace)))


def _print(text: str) -> None:
    """Print a line at once, with a question mark for each character that the output does not know."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
