"""The TOML files of a model: found, decoded, and parsed by tomllib."""

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octotui.model.complaints import Complaint, Keys, ModelError, SourcePosition, key_text
from octotui.model.file_trust import Distrusted, FileTrust

if TYPE_CHECKING:
    from octotui.model.toml.positions import Positions


LARGEST = 1 << 24  # bytes of a file of a model


class Source:
    """One TOML file: its tables, and the positions of their keys."""

    def __init__(
        self, file: Path, trust: FileTrust | None = None, most: int = LARGEST, *, streams: bool = False
    ) -> None:
        """Read the file, a regular one of `most` bytes; without `trust` of any owner.

        With `streams`, also a pipe or device, for whose end it waits. Raises ModelError with one complaint.
        """
        self.file = file
        self.folder = file.parent.absolute()
        self.text = read_text(file, trust, most, streams=streams)
        self.tables = _tables(file, self.text)

    @cached_property
    def _positions(self) -> "Positions":
        from octotui.model.toml.positions import Positions  # noqa: PLC0415  (tree-sitter, only to complain)

        return Positions(self.text)

    def place(self, at: Keys) -> str:
        """Return the position of a key as file:line:column."""
        line, column = self._positions.find(at)
        return f"{self.file}:{line}:{column}"

    def span(self, at: Keys) -> tuple[int, int] | None:
        """Return the first and last line of a key with what stands below it; None where it is not there."""
        return self._positions.span(at)

    def complaint(self, at: Keys, message: str, inside: SourcePosition | None = None) -> Complaint:
        """Return a complaint about a key of this file, or about a position inside its text."""
        key = key_text(at, self.tables)
        if inside is not None and inside.file is not None:
            return Complaint(inside.file, inside.line, inside.column, key, message)
        positions = self._positions
        position = positions.find(at) if inside is None else positions.inside(at, inside.line, inside.column)
        return Complaint(str(self.file), *position, key, message)


def files_of(path: Path) -> list[Path]:
    """Return the file itself, or the TOML files of a folder sorted by name."""
    if not os.path.isdir(path):  # noqa: PTH112 - of a name that is too long, a Path raises
        return [path]
    files = sorted(each for each in path.glob("*.toml") if not each.name.startswith("."))
    if not files:
        raise _error(path, "No TOML file is in this folder; name one, or write one with `octotui init`.")
    return files


def read_text(
    file: Path, trust: FileTrust | None = None, most: int = LARGEST, *, streams: bool = False
) -> str:
    """Return the text of a file as a Source reads it; raises ModelError with one complaint."""
    try:
        return (trust or FileTrust()).read(file, most, streams=streams).decode("utf-8-sig")
    except Distrusted as problem:
        raise _error(file, f"This file is not used: {problem}.") from None
    except FileNotFoundError:
        raise _error(file, "There is no such file; `octotui init` writes one to start from.") from None
    except (OSError, ValueError) as error:
        reason = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        if isinstance(error, OSError) and error.strerror:
            reason = error.strerror
        raise _error(file, f"Cannot read this file: {reason}.") from None


def _tables(file: Path, text: str) -> dict[str, Any]:
    rows = text.split("\n")
    for number, row in enumerate(rows if max(map(len, rows)) >= SHORTEST else (), 1):
        if len(row) >= SHORTEST and _DEEP.search(row):  # tomllib takes a minute for a key of 50,000 parts
            raise _error(file, NESTED, number, 1)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _error(file, NESTED, 1, 1) from None
    except ValueError as error:
        what, _, where = str(error).partition(" (at ")
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")  # as tomllib counts them
        line, column = len(lines), len(lines[-1]) + 1
        if match := re.match(r"line (\d+), column (\d+)", where):
            line, column = int(match[1]), int(match[2])
        raise _error(
            file, f"This is not TOML: {_explained(what, lines, line, column)}.", line, column
        ) from None


NESTED = "Lists or tables are nested too deeply."

_DEEP = re.compile(
    r"""
    (?: ^ | [\[{,] ) [ \t]*+
    (?: (?: [\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){100}
    """,
    re.VERBOSE,
)
"""The beginning of a dotted key of more than 100 parts, in one line."""

SHORTEST = 200
"""Characters of such a key at least."""

QUOTES = "text stands in quotes"

_SECRET = re.compile("sensitive|secret|passw|token|credential|key", re.IGNORECASE)
"""In a key whose value is never repeated."""

_WORD = re.compile(
    r"""
    [^#"']+ | \#[^\n]*
    | \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5}
    | "(?!"") (?:[^"\\\n]|\\.)* " | '(?!'') [^'\n]* '
    """,
    re.VERBOSE | re.DOTALL,
)
"""A run without strings, a comment, or a complete string, of one line or several."""


def _explained(what: str, lines: list[str], line: int, column: int) -> str:
    """Rephrase an error of tomllib: keys in dotted form, and the remedy where it names none."""
    if keys := re.search(r"\((?:'(?:[^'\\]|\\.)*',? ?)+\)", what):
        what = what.replace(keys[0], ".".join(re.findall(r"'((?:[^'\\]|\\.)*)'", keys[0])))
    written = lines[line - 1] if line <= len(lines) else ""
    rest = written[column - 1 :].lstrip()
    match what.split():
        case ["Invalid", "value"]:
            missing = not rest or rest.startswith("#")
            rest = "" if _SECRET.search(written[: column - 1]) else rest
            return (
                "a value is missing after the =" if missing else f"{_first_word(rest)} is no value; {QUOTES}"
            )
        case ["Illegal" | "Found", *_] if column > len(written):
            return "the text that begins in this line has no closing quote; several lines stand in '''"
        case ["Cannot", "declare", *declared, "twice"]:
            return f"[{' '.join(declared)}] stands here a second time; put its keys under the first one"
        case ["Unterminated", "string"] | ["Expected", '"\'"' | "\"'''\""]:
            return _unclosed("\n".join(lines))
        case ["Cannot", "mutate" | "redefine", *_]:
            return f"{what.partition('namespace ')[2]} stands above already; put all of it there"
        case ["Cannot", "overwrite", "a", "value"]:
            return f"{_first_word(written.lstrip())} has a value already; keep one of them"
    return what[:1].lower() + what[1:] if what.startswith(("Expected", "Unclosed", "Unescaped")) else what


def _unclosed(text: str) -> str:
    """Return a message about the first string that is never closed."""
    end = 0
    while word := _WORD.match(text, end):
        end = word.end()
    begin = text.count("\n", 0, end) + 1
    quotes = text[end : end + 3] if text.startswith(('"""', "'''"), end) else text[end : end + 1]
    return f"the text that begins in line {begin} has no closing {quotes}"


def _first_word(text: str) -> str:
    """Return the first word of a text, at most 40 characters."""
    return re.split(r"[\s=#]", text, maxsplit=1)[0][:40] or "this"


def _error(file: Path, message: str, line: int = 0, column: int = 0) -> ModelError:
    return ModelError([Complaint(str(file), line, column, "", message)])
