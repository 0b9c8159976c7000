"""A text read into parts: one regular expression where it has names alone, the grammar where it has more."""

import re
from functools import lru_cache

from octotui.variables.syntax.names import key_of
from octotui.variables.syntax.nodes import Name, Part, Parts

# The first alternative is an escape, the second a tag with nothing but a name; a bare `#{` wants the grammar.
PLAIN = re.compile(
    r"""(?<!\#)(?P<hashes>(?:\#\#)++)(?=\#?\{)
    | \#\{ (?: \s*+ (?! (?i:(?:if|unless|each|calc|elseif)\s | else\s*\} | /) )
      (?P<path> (?: [^\s\[\]{}|"\#=!\\]++ | \s++(?=[^\s\]{}|"\#=!\\])
                | \[(?!\s*\#\{)[^\[\]]*+(?:\[[^\[\]]*+\][^\[\]]*+)*+\] )++ )
      \s*+ \} )?+""",
    re.VERBOSE,
)
LONGEST_KEPT = 100_000  # characters of a text whose parts are worth keeping


def read(text: str) -> Parts:
    """The parts of a text; raises TemplateError."""
    if "#{" not in text:
        return (text,) if text else ()
    return kept(text) if len(text) <= LONGEST_KEPT else read_anew(text)


def read_anew(text: str) -> Parts:
    """The parts of a text that has expressions."""
    parts = read_plainly(text)
    if parts is None:
        from octotui.variables.syntax.parser import read_fully  # noqa: PLC0415  (lark, for those who need it)

        parts = read_fully(text)
    return parts


kept = lru_cache(maxsize=512)(read_anew)


def read_plainly(text: str) -> Parts | None:
    """The parts of a text with no tags but plain names, or None if it has others."""
    parts: list[Part] = []
    begin = 0
    for match in PLAIN.finditer(text):
        start, end = match.span()
        hashes, path = match.groups()
        if path is None and hashes is None:
            return None
        if begin < start:
            parts.append(text[begin:start])
        parts.append(hashes[1:] if path is None else Name(path, key_of(path), start, end))
        begin = end
    if begin < len(text):
        parts.append(text[begin:])
    return tuple(parts)
