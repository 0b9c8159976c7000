"""Lines of TOML in colour: comments, tables, keys and values are told apart, also in text that is no TOML."""

import re
from collections.abc import Iterator

from octotui.views.labels import Role

Spans = tuple[tuple[str, Role], ...]

ROLES: dict[str, Role] = {
    "comment": "muted",
    "table": "lit",
    "key": "active",
    "text": "good",
    "value": "waits",
}
HIDDEN = "●●●●●●"

_KEY = r"""(?: [\w-]++ | "[^"\n\\]*+" | '[^'\n]*+' )"""
_TOKEN = re.compile(
    rf"""
      (?P<comment> \#[^\n]*+ )
    | (?P<table> ^[ \t]*+ \[{{1,2}} (?: [^\n\#"'\[\]] | "[^"\n]*+" | '[^'\n]*+' )*+ \]{{1,2}}
                [ \t]*+ (?=\#|$) )
    | (?P<key> (?<![\w."'-]) {_KEY} (?: [ \t]*+ \. [ \t]*+ {_KEY} ){{0,9}}+ (?=[ \t]*+=) )
    | (?P<text> \"{{3}} .*? (?: (?<!\\)\"{{3}} | \Z ) | '{{3}} .*? (?: '{{3}} | \Z )
              | " (?: [^"\\\n] | \\[^\n] )*+ "? | ' [^'\n]*+ '? )
    | (?P<value> (?<![\w.-]) (?: true | false | [+-]?\d[\w.:+-]*+ | [+-]?(?:inf|nan) ) (?![\w.-]) )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_UNQUOTED = re.compile(r"(?<==)[ \t]*+[^\s{\[][^\n]*+")
"""What stands after an equals sign without quotes, and is no table."""


def toml_lines(text: str) -> list[Spans]:
    """Return the spans of each line; of a sensitive value that stands in the text, nothing is shown (V5)."""
    lines: list[list[tuple[str, Role]]] = [[]]
    for part, role in _parts(text):
        first, *more = part.split("\n")
        lines[-1].append((first, role))
        lines += [[(each, role)] for each in more]
    return [tuple(span for span in line if span[0]) for line in lines]


def _parts(text: str) -> Iterator[tuple[str, Role]]:
    """Yield the text piece by piece."""
    end, is_secret = 0, False
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        yield _UNQUOTED.sub(HIDDEN, between) if is_secret else between, "plain"
        kind = match.lastgroup or ""
        hides = is_secret and kind in ("text", "value")
        yield HIDDEN + "\n" * match[0].count("\n") if hides else match[0], ROLES[kind]
        is_secret = kind == "key" and match[0].rpartition(".")[2].strip(" \t\"'") == "sensitive"
        end = match.end()
    rest = text[end:]
    yield _UNQUOTED.sub(HIDDEN, rest) if is_secret else rest, "plain"
