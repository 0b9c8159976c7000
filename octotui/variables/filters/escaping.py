"""Filters that escape a text for another language, and Markdown to HTML."""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from octotui.variables.filters.arguments import Filter, plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
HTML = {**XML, "/": "&#x2F;"}
CONTROL = {"\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t"}
JSON = {**CONTROL, '"': '\\"'}
KEY = {**CONTROL, " ": "\\ ", ":": "\\:", "=": "\\="}
LINES = re.compile(r"(?:\r?\n)+")
NOT_PRINTABLE = re.compile(r"[^ -~]")
NOT_LATIN = re.compile(r"[^\x00-\xfe]")


def escaped(table: Mapping[str, str], text: str) -> str:
    """Replace each character of a table in a text."""
    return text.translate({ord(each): written for each, written in table.items()})


def unicode_escaped(table: Mapping[str, str], others: re.Pattern[str], text: str) -> str:
    r"""Escape a text by a table, and the matches of `others` as UTF-16 code units, `\uXXXX`."""
    return others.sub(_code_units, escaped(table, text))


def _code_units(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def yaml_single(text: str) -> str:
    """Escape a text for single quotes in YAML, where a single line break is folded, so they are doubled."""
    doubled = LINES.sub(lambda lines: ("\r\n" if lines.group()[0] == "\r" else "\n") + lines.group(), text)
    return doubled.replace("'", "''")


def properties_value(text: str) -> str:
    """Escape a value of a .properties file, where leading space would be lost."""
    done = unicode_escaped(CONTROL, NOT_LATIN, text)
    return f"\\{done}" if done.startswith(" ") else done


@cache
def markdown() -> "MarkdownIt":
    """Return the Markdown parser: CommonMark with tables, strikethrough and linkified addresses."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  (for those who use it)

    reader = MarkdownIt("commonmark", {"linkify": True})
    return reader.enable(["table", "strikethrough", "linkify"])


def to_html(text: str) -> str:
    """Render Markdown as HTML."""
    return str(markdown().render(text.strip())) + "\n"


def _of(function: Callable[..., str], *first: object) -> Filter:
    return plain(partial(function, *first))


ESCAPES: dict[str, Filter] = {
    "HtmlEscape": _of(escaped, HTML),
    "XmlEscape": _of(escaped, XML),
    "JsonEscape": _of(escaped, JSON),
    "YamlSingleQuoteEscape": plain(yaml_single),
    "YamlDoubleQuoteEscape": _of(unicode_escaped, JSON, NOT_PRINTABLE),
    "PropertiesKeyEscape": _of(unicode_escaped, KEY, NOT_LATIN),
    "PropertiesValueEscape": plain(properties_value),
    "UriEscape": plain(partial(quote, safe=";/?:@&=+$,#-_.!~*'()[]", errors="replace")),
    "UriDataEscape": plain(partial(quote, safe="", errors="replace")),
}
FILTERS: dict[str, Filter] = {
    **ESCAPES,
    "Markdown": plain(to_html),
    "MarkdownToHtml": plain(to_html),
}
