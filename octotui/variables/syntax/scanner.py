"""Parsing of texts: by one regular expression if all tags are plain names, else by the grammar."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from octotui.variables.syntax.names import key_of
from octotui.variables.syntax.nodes import Name, Part, Parts, TemplateError

# The first alternative is an escape, the second a tag with only a name; a bare `#{` needs the grammar.
NAME = r"""(?: [^\s\[\]{}|"\#=!\\]++ | \s++(?=[^\s\]{}|"\#=!\\])
  | \[(?!\s*\#\{)[^\[\]]*+(?:\[[^\[\]]*+\][^\[\]]*+)*+\] )++"""
PLAIN = re.compile(
    rf"""(?<!\#)(?P<hashes>(?:\#\#)++)(?=\#?\{{)
    | \#\{{ (?: \s*+ (?! (?i:(?:if|unless|each|calc|elseif)\s | else\s*\}} | /) )
      (?P<path>{NAME}) \s*+ \}} )?+""",
    re.VERBOSE,
)
READ_WORK = 8  # for each character
TAG_WORK = 1500  # for each token within tags that need the grammar
TAGS = re.compile(r"#\{[^}]*+")
WORDS = re.compile(r"[\w:/~()@.-]++|\S")
BLANK = re.compile(r"(?<!#)(?:##)*+(#\{\s*+\})")
EMPTY_TAG = re.compile(r"#\{\s*+\}")  # also one that is escaped
EMPTY = "An empty tag names nothing; write `##{` where the text itself is meant."
LONGEST_CACHED = 100_000  # characters of a text whose parts are cached


def read(text: str, spend: Callable[[int], None] = lambda work: None) -> Parts:
    """Parse a text. Raises TemplateError. `spend` receives the work before it is done."""
    if "#{" not in text:
        return (text,) if text else ()
    short = len(text) <= LONGEST_CACHED
    spend(READ_WORK * len(text))
    parts = read_plainly_cached(text) if short else read_plainly(text)
    if parts is None:
        spend(TAG_WORK * sum(len(WORDS.findall(text, *match.span())) for match in TAGS.finditer(text)))
        parts = read_fully_cached(text) if short else read_fully(text)
    return parts


def read_leniently(
    text: str, spend: Callable[[int], None] = lambda work: None
) -> tuple[Parts, tuple[TemplateError, ...]]:
    """Parse a text leniently: return its parts, invalid tags left as text, and an error for each of those."""
    misread: list[tuple[int, str]] = []
    try:
        parts = read(text, spend)
    except TemplateError:
        from octotui.variables.syntax import recovery  # noqa: PLC0415  (lark, for those who need it)

        parts, misread = recovery.read_leniently(text, spend)
    if not misread and not EMPTY_TAG.search(text):
        return parts, ()
    blank = ((match.end() - len(match[1]), EMPTY) for match in BLANK.finditer(text))
    return parts, errors_at(text, sorted((*misread, *blank)))


def errors_at(text: str, misread: Iterable[tuple[int, str]]) -> tuple[TemplateError, ...]:
    """Convert offsets, ascending, and sentences to errors with line and column, in one pass."""
    errors: list[TemplateError] = []
    line, begin, counted = 1, 0, 0
    for at, sentence in misread:
        line += text.count("\n", counted, at)
        begin = max(begin, text.rfind("\n", counted, at) + 1)
        counted = at
        errors.append(TemplateError(sentence, line, at - begin + 1))
    return tuple(errors)


def read_uncached(text: str) -> Parts:
    """Parse a text that has expressions, without the cache."""
    parts = read_plainly(text)
    return read_fully(text) if parts is None else parts


def read_fully(text: str) -> Parts:
    """Parse a text by the grammar. Raises TemplateError."""
    from octotui.variables.syntax import parser  # noqa: PLC0415  (lark, for those who need it)

    return parser.read_fully(text)


def plain_keys(text: str) -> list[str] | None:
    """Return the names, in lower case, of a text whose tags are all plain names, or None."""
    found = PLAIN.findall(text)
    return None if ("", "") in found else [key_of(path) for _, path in found if path]


def read_plainly(text: str) -> Parts | None:
    """Parse a text whose tags are all plain names, or return None."""
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


read_plainly_cached = lru_cache(maxsize=512)(read_plainly)
read_fully_cached = lru_cache(maxsize=512)(read_fully)
