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
    | (?P<secret> (?<![\w."'-]) sensitive [ \t]*+ = [ \t]*+ ["'] [^\n]*+ )
    | (?P<table> ^[ \t]*+ \[{{1,2}} (?: [^\n\#"'\[\]] | "[^"\n]*+" | '[^'\n]*+' )*+ \]{{1,2}}
                [ \t]*+ (?=\#|$) )
    | (?P<key> (?<![\w."'-]) {_KEY} (?: [ \t]*+ \. [ \t]*+ {_KEY} ){{0,9}}+ (?=[ \t]*+=) )
    | (?P<text> \"{{3}} .*? (?: (?<!\\)\"{{3}} | \Z ) | '{{3}} .*? (?: '{{3}} | \Z )
              | " (?: [^"\\\n] | \\[^\n] )*+ "? | ' [^'\n]*+ '? )
    | (?P<value> (?<![\w.-]) (?: true | false | [+-]?\d[\w.:+-]*+ | [+-]?(?:inf|nan) ) (?![\w.-]) )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


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
    end = 0
    for match in _TOKEN.finditer(text):
        yield text[end : match.start()], "plain"
        kind = match.lastgroup or ""
        if kind == "secret":
            yield "sensitive", "active"
            yield f" = {HIDDEN}", "plain"
        else:
            yield match[0], ROLES[kind]
        end = match.end()
    yield text[end:], "plain"
