"""The reference of filters: each with an example, whose result the program itself has worked out."""

import re

from octotui.variables.fill import fill_in
from octotui.variables.filters.registry import FILTERS
from octotui.variables.template import Names
from tests.docs.markdown_table import NOTE, code, table

INTRODUCTION = """\
# Filters

A filter makes another text of a value: `#{Name | ToUpper}`; several are applied from left to right, and
arguments are words or texts in quotes. Their names have no case. A filter that has no answer leaves its
expression as it was written, and the run warns of it. [Variables and texts](variables.md) has the rest of
the language. The results are those of octotui itself, with these values, at noon on the 23rd of November
2026 in UTC; `↵` is the end of a line, and `·` a space:
"""
VALUES = {
    "Name": "The Kraken",
    "Code": 'a <b> & "c"',
    "Path": "a b/c?d=é",
    "Page": "https://shop.example:8443/a/b.html?q=1#top",
    "Version": "v1.10.2-beta.3+build.7",
    "Day": "2026-11-23T12:00:00",
    "Lines": "one\ntwo",
    "Padded": "  kraken ",
    "Encoded": "a3Jha2Vu",
    "Count": "10",
    "Key": "a key=1",
    "Text": "# Hi\n\n*there*",
}
NOON = 1795435200.0
EXAMPLES = """\
Name | ToUpper
Name | ToLower
Padded | Trim
Padded | Trim start
Name | Substring 3
Name | Substring 4 6
Name | Truncate 3
Name | Append " sleeps"
Name | Prepend "Here is "
Lines | Indent 2
Name | Contains "Kra"
Name | StartsWith "The"
Name | EndsWith "en"
Name | Match "K.*n"
Name | Replace "Kraken" "Whale"
Count | LessThan 9
Count | LessThanOrEqual 10
Count | GreaterThan 9
Count | GreaterThanOrEqual 10
Name | ToBase64
Encoded | FromBase64
Name | Md5
Name | Sha1 8
Name | Sha256 8
Name | Sha384 8
Name | Sha512 8
Code | HtmlEscape
Code | XmlEscape
Code | JsonEscape
Code | YamlSingleQuoteEscape
Code | YamlDoubleQuoteEscape
Key | PropertiesKeyEscape
Key | PropertiesValueEscape
Path | UriEscape
Path | UriDataEscape
Text | Markdown
Text | MarkdownToHtml
| NowDate "yyyy-MM-dd"
| NowDateUtc "yyyy-MM-dd HH:mm"
Day | Format Date "dd.MM.yyyy"
Day | AddSeconds 90
Day | AddMinutes 90
Day | AddHours 36
Day | AddDays -1
Day | AddWeeks 2
Day | AddMonths 3
Page | UriPart Host
Page | UriPart Port
Page | UriPart Path
Version | VersionMajor
Version | VersionMinor
Version | VersionPatch
Version | VersionRevision
Version | VersionPreRelease
Version | VersionPreReleasePrefix
Version | VersionPreReleaseCounter
Version | VersionMetadata
Name | Null
"""
"""One expression a line; each filter is in one at least."""


def filter_reference() -> str:
    """Return the page. Raises LookupError for a filter that has no example."""
    written = {line.partition("|")[2].split()[0] for line in EXAMPLES.splitlines()}
    if missing := FILTERS.keys() - written:
        raise LookupError(f"add an example of {', '.join(sorted(missing))} to filter_reference.py")
    values = [(code(f"#{{{name}}}"), code(_visible(value))) for name, value in VALUES.items()]
    results = [_row(line) for line in EXAMPLES.splitlines()]
    lines = [INTRODUCTION + NOTE, "", *table(("Variable", "Value"), values), ""]
    return "\n".join([*lines, *table(("Expression", "Result"), results)]) + "\n"


def _row(line: str) -> tuple[str, str]:
    """Return an expression and its result. Raises LookupError where octotui has none."""
    expression = f"#{{{line}}}"
    filled = fill_in(expression, Names(VALUES), NOON)
    if filled.problems or filled.unknown:
        raise LookupError(f"{expression}: {filled.problems or filled.unknown}")
    return code(expression), code(_visible(filled.text)) if filled.text else "(no value)"


def _visible(text: str) -> str:
    """Return a text of one line, and its spaces at an end, or in a row, as dots."""
    return re.sub(r"^ +| +$|(?<=↵) +", lambda spaces: "·" * len(spaces[0]), text.replace("\n", "↵"))
