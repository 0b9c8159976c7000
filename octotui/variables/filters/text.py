"""Filters on plain text: case, length, Base64, digests."""

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial

from octotui.variables.filters.arguments import Filter, FilterArguments, Options, plain, taking
from octotui.variables.syntax.nodes import LARGEST, TooMuch

INDENT = re.compile(r"(?:(?:(?P<first>\d{1,3})?(?P<two>/))?(?P<rest>\d{1,3}))", re.ASCII)
ENCODINGS = {"utf8": "utf-8", "utf-8": "utf-8", "unicode": "utf-16-le"}


def whole(text: str) -> int | None:
    """Parse a whole number from 0, or return None."""
    return int(text) if re.fullmatch(r"\s*\+?\d{1,9}\s*", text, re.ASCII) else None


def truncate(text: str, options: Options) -> str | None:
    """Truncate to a length, with an ellipsis appended if shortened."""
    length = whole(options[0])
    if length is None:
        return None
    return f"{text[:length]}..." if length < len(text) else text


def substring(text: str, options: Options) -> str | None:
    """Return a substring by start and length, or by length; None if out of range."""
    start, length = [whole(each) for each in (options if len(options) == 2 else ("0", *options))]
    if start is None or length is None or start + length > len(text):
        return None
    return text[start : start + length]


def trim(text: str, options: Options) -> str | None:
    """Strip space on both sides, or at the `start` or `end`."""
    ways: dict[str, Callable[[], str]] = {"": text.strip, "start": text.lstrip, "end": text.rstrip}
    way = ways.get(options[0].lower() if options else "")
    return way() if way else None


def indent(text: str, options: Options) -> str | None:
    """Indent every line: by 4, by `8`, by `4/8` (the first, the others), by `/8`, or by texts."""
    first, rest = options if len(options) == 2 else (options or ("4",)) * 2
    if len(options) < 2 and (sizes := INDENT.fullmatch(rest)):
        deep = int(sizes["rest"])
        shallow = int(sizes["first"] or 0) if sizes["two"] else deep
        if max(deep, shallow) < 256:
            first, rest = " " * shallow, " " * deep
    if len(text) + text.count("\n") * len(rest) > LARGEST:
        raise TooMuch(f"The result would be longer than {LARGEST:,} characters.")
    return first + text.replace("\n", "\n" + rest) if text else ""


def to_base64(text: str, options: Options) -> str | None:
    """Encode a text as Base64, in UTF-8 or in `unicode`, which is UTF-16."""
    data = encoded(text, options[0] if options else "utf8")
    return None if data is None else base64.b64encode(data).decode()


def from_base64(text: str, options: Options) -> str | None:
    """Decode a text from Base64, or return None."""
    encoding = ENCODINGS.get(options[0].lower() if options else "utf8")
    data = encoded(text, "base64")
    return None if data is None or encoding is None else data.decode(encoding, "replace")


def encoded(text: str, encoding: str) -> bytes | None:
    """Encode a text to bytes, or return None."""
    if encoding.lower() == "base64":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return None
    name = ENCODINGS.get(encoding.lower())
    return text.encode(name, "replace") if name else None


def digest(algorithm: str, text: str, options: Options) -> str | None:
    """Return a digest in hexadecimal; the arguments are a number of bytes and an encoding, in any order."""
    sizes = [size for each in options if (size := whole(each))]
    encodings = [each for each in options if not whole(each)]
    if len(sizes) > 1 or len(encodings) > 1:
        return None
    data = encoded(text, *encodings or ["utf8"])
    if data is None:
        return None
    import hashlib  # noqa: PLC0415 - it loads OpenSSL, only for those who use it

    hashed = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return hashed[: sizes[0] if sizes else None].hex()


def joined(given: FilterArguments, *, before: bool) -> str | None:
    """Prepend or append arguments to a text, which may be missing."""
    if not given.options:
        return None
    added, text = "".join(given.options), given.text or ""
    return added + text if before else text + added


FILTERS: dict[str, Filter] = {
    "ToLower": plain(str.lower),
    "ToUpper": plain(str.upper),
    "ToBase64": taking(to_base64, 0, 1),
    "FromBase64": taking(from_base64, 0, 1),
    "Substring": taking(substring, 1, 2),
    "Truncate": taking(truncate, 1),
    "Trim": taking(trim),
    "Indent": taking(indent, 0, 2),
    "Append": partial(joined, before=False),
    "Prepend": partial(joined, before=True),
    **{
        name: taking(partial(digest, name.lower()), 0, 2)
        for name in ("Md5", "Sha1", "Sha256", "Sha384", "Sha512")
    },
}
