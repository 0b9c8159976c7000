"""The ways in which programs write a value, each as its own library or shell does it."""

import base64
import html
import json
import re
import shlex
import subprocess
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterator
from html.entities import codepoint2name
from random import Random
from string import ascii_letters, digits, punctuation
from xml.sax import saxutils

from octotui.variables.filters.arguments import FilterArguments
from octotui.variables.filters.escaping import ESCAPES

Encode = Callable[[str], str]


def wrapped(text: str, width: int, end: str = "\n") -> str:
    return end.join(text[at : at + width] for at in range(0, len(text), width))


def each(written: str) -> Encode:
    """Every character by its number."""
    return lambda value: "".join(written % ord(character) for character in value)


def each_byte(written: str) -> Encode:
    return lambda value: "".join(written % byte for byte in value.encode())


def each_unit(written: str) -> Encode:
    """Every character by its numbers in UTF-16."""

    def encode(value: str) -> str:
        units = value.encode("utf-16-be")
        return "".join(written % int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))

    return encode


def base64_of(before: bytes = b"", after: bytes = b"", width: int = 0, end: str = "\n") -> Encode:
    def encode(value: str) -> str:
        letters = base64.b64encode(before + value.encode() + after).decode()
        return wrapped(letters, width, end) if width else letters

    return encode


def coloured(begin: str, end: str) -> Encode:
    return lambda value: "".join(f"{begin}{character}{end}" for character in value)


def filtered(name: str) -> Encode:
    return lambda value: ESCAPES[name](FilterArguments(value)) or ""


JSON: dict[str, Encode] = {
    "json": json.dumps,
    "json utf-8": lambda value: json.dumps(value, ensure_ascii=False),
    "json php": lambda value: json.dumps(value).replace("/", "\\/"),
    "json go": lambda value: re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value)),
    "json .net": lambda value: re.sub(r"""\\"|[<>&'+`]""", _as_dotnet, json.dumps(value)),
    "json in json": lambda value: json.dumps(json.dumps(value)),
    "json key": lambda value: json.dumps({value: 1}),
}


def _as_dotnet(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0][-1]):04X}"


URL: dict[str, Encode] = {
    "url": urllib.parse.quote,
    "url data": lambda value: urllib.parse.quote(value, safe=""),
    "url query": urllib.parse.quote_plus,
    "url lower": lambda value: re.sub("%..", lambda found: found[0].lower(), urllib.parse.quote(value)),
    "url in url": lambda value: urllib.parse.quote(urllib.parse.quote(value, safe="")),
    "url all": each_byte("%%%02X"),
    "url all lower": each_byte("%%%02x"),
    "javascript escape": each_unit("%%u%04X"),
}
XML: dict[str, Encode] = {
    "html": html.escape,
    "html unquoted": lambda value: html.escape(value, quote=False),
    "html named": lambda value: "".join(
        f"&{codepoint2name[ord(one)]};" if ord(one) in codepoint2name else one for one in value
    ),
    "html in html": lambda value: html.escape(html.escape(value)),
    "xml": saxutils.escape,
    "xml attribute": saxutils.quoteattr,
    "xml ascii": lambda value: saxutils.escape(value).encode("ascii", "xmlcharrefreplace").decode(),
    "xml decimal": each("&#%d;"),
    "xml hex": each("&#x%x;"),
    "xml HEX": each("&#X%X;"),
}
CODE: dict[str, Encode] = {
    "python": repr,
    "python ascii": ascii,
    "python bytes": lambda value: repr(value.encode()),
    "python unicode_escape": lambda value: value.encode("unicode_escape").decode(),
    "c": each_byte("\\x%02x"),
    "c upper": each_byte("\\x%02X"),
    "octal": each_byte("\\%03o"),
    "java": each_unit("\\u%04x"),
    "java upper": each_unit("\\u%04X"),
    "javascript": each("\\u{%x}"),
    "python U": each("\\U%08x"),
    "yaml": lambda value: "".join(_in_yaml(one) for one in value),
    "csv": lambda value: '"' + value.replace('"', '""') + '"',
    "sql": lambda value: "'" + value.replace("'", "''") + "'",
    "make": lambda value: value.replace("$", "$$"),
    "printf": lambda value: value.replace("%", "%%"),
}


def _in_yaml(one: str) -> str:
    number = ord(one)
    if one.isascii():
        return f"\\{one}" if one in '"\\' else one
    return (
        f"\\x{number:02X}" if number < 256 else f"\\u{number:04X}" if number < 65536 else f"\\U{number:08X}"
    )


def run(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True)
    return (done.stdout + done.stderr).decode(errors="surrogateescape")


SHELLS: dict[str, Encode] = {
    "python shlex": shlex.quote,
    "bash traced": lambda value: run("bash", "-xc", ': "$1"', "bash", value),
    "bash traced in C": lambda value: run("env", "LC_ALL=C", "bash", "-xc", ': "$1"', "bash", value),
    "bash %q": lambda value: run("bash", "-c", 'printf %q "$1"', "bash", value),
    "bash %q in C": lambda value: run("env", "LC_ALL=C", "bash", "-c", 'printf %q "$1"', "bash", value),
    "bash @Q": lambda value: run("bash", "-c", 'echo "${1@Q}"', "bash", value),
    "bash declare": lambda value: run("bash", "-c", "x=$1; declare -p x", "bash", value),
    "bash set": lambda value: run("bash", "-c", "x=$1; set | grep -A9 ^x=", "bash", value),
    "sh traced": lambda value: run("sh", "-xc", ': "$1"', "sh", value),
    "sh assigned": lambda value: run("sh", "-xc", "x=$1", "sh", value),
    "sh set": lambda value: run("sh", "-c", "x=$1; set | grep -A9 ^x=", "sh", value),
    "powershell": lambda value: "'" + value.replace("'", "''") + "'",
    "powershell double": lambda value: '"' + re.sub('[`"$]', lambda found: "`" + found[0], value) + '"',
}
DIGITS: dict[str, Encode] = {
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "hex spaced": lambda value: value.encode().hex(" "),
    "hex colons": lambda value: value.encode().hex(":").upper(),
    "hex wrapped": lambda value: wrapped(("key=" + value).encode().hex(), 60),
    "openssl": lambda value: wrapped(("key=" + value).encode().hex(":"), 45, "\n        "),
}
BASE64: dict[str, Encode] = {
    "base64": base64_of(),
    "base64 unpadded": lambda value: base64_of()(value).rstrip("="),
    **{f"base64 behind {count}": base64_of(b"key=!"[:count], b"~ and more") for count in range(4)},
    **{
        f"base64 behind {count}, {width} wide": base64_of(b"k" * count, b"~ and more" * 9, width)
        for count in (0, 1, 2, 30, 31, 32, 45, 46, 47)
        for width in (64, 76)
    },
    "base64 mime": base64_of(b"k" * 40, b"~ and more" * 9, 76, "\r\n"),
    "base64 indented": base64_of(b"k" * 40, b"~ and more" * 9, 64, "\n    "),
    "base64 url": lambda value: base64.urlsafe_b64encode(b"\xff\xfe" + value.encode() + b"\xff").decode(),
    "base64 in json": lambda value: json.dumps(base64_of(b"\xff\xfe", b"\xff" * 9)(value)).replace(
        "/", "\\/"
    ),
    "base64 lines in json": lambda value: json.dumps(base64_of(b"k" * 40, b"~" * 90, 64)(value)),
    "base64 in url": lambda value: urllib.parse.quote(base64_of(b"\xff\xfe", b"\xff" * 9)(value), safe=""),
    "base64 utf-16": lambda value: base64.b64encode(f'echo "{value}"'.encode("utf-16-le")).decode(),
}
COLOURS: dict[str, Encode] = {
    "grep": lambda value: f"{value[:2]}\x1b[01;31m\x1b[K{value[2:-1]}\x1b[m\x1b[K{value[-1:]}",
    "every character": coloured("\x1b[38;5;154m", "\x1b[39m"),
    "true colour": coloured("\x1b[38;2;255;120;30m", "\x1b[0m"),
    "tput": coloured("\x1b[1m", "\x1b(B\x1b[m"),
    "grep in json": lambda value: (
        (text := json.dumps(value))[:4] + "\x1b[31m" + text[4:-3] + "\x1b[0m" + text[-3:]
    ),
}
FILTERS: dict[str, Encode] = {name: filtered(name) for name in ESCAPES}
PLAIN: dict[str, Encode] = {
    "as is": str,
    "composed": lambda value: unicodedata.normalize("NFC", value),
    "decomposed": lambda value: unicodedata.normalize("NFD", value),
}
ENCODINGS = PLAIN | FILTERS | JSON | URL | XML | CODE | SHELLS | DIGITS | BASE64 | COLOURS
PROGRAMS = frozenset(name for name in SHELLS if not name.startswith(("python", "powershell")))

ALPHABETS = {
    "letters": ascii_letters + digits,
    "ascii": ascii_letters + digits + punctuation,
    "spaces": ascii_letters + "   ",
    "signs": punctuation + "a7",
    "quotes": "'\"\\`$%&ab",
    "accents": ascii_letters + "äöüéñß€日本😀'\"",
    "lines": ascii_letters + "\n\t'\"\\",
    "like escapes": "0123456789abcdefux%\\&#;",
}


def values(seed: int, count: int, alphabet: str) -> Iterator[str]:
    """Random values of at least eight characters, without spaces around them."""
    random = Random(f"{alphabet} {seed}")
    while count:
        value = "".join(random.choices(ALPHABETS[alphabet], k=random.randint(8, 40)))
        if value == value.strip():
            yield value
            count -= 1


def without_stars(text: bytes) -> bytes:
    """What is left of a masked text but stars and terminal codes."""
    return re.sub(rb"\x1b(?:\[[0-9;]*[mK]|\(B)", b"", text).replace(b"*" * 8, b"")
