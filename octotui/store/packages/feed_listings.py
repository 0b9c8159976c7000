"""Parsers of a server's listing: an HTML page of links, a JSON list, or an S3 bucket."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit
from xml.parsers import expat

import msgspec

LONGEST = 255  # characters of a file's name
DEEPEST = 50  # nested elements of XML
_SIZE = re.compile(r"[0-9]{1,18}")
_NAMES = ("url", "href", "name", "key")
_S3 = b"<ListBucketResult"


class ListingError(Exception):
    """A text is no listing; the message is the end of a sentence that begins with its address."""


class Listed(msgspec.Struct, frozen=True):
    """A file on a server: its name, its address, and its size and SHA-256 where they are known."""

    name: str
    url: str
    size: int | None = None
    sha256: str = ""


class Page(msgspec.Struct, frozen=True):
    """One page of a listing, and the address of the next."""

    files: tuple[Listed, ...]
    following: str | None = None


def read_listing(body: bytes, url: str) -> Page:
    """Parse a response body to a page; raises ListingError."""
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _S3 in text[:1000]:
        return _bucket(text, url)
    if text[:1] in (b"[", b"{"):
        return Page(tuple(_json(text, url)))
    if text[:1] == b"<":
        return Page(tuple(_links(text.decode("utf-8", "replace"), url)))
    raise ListingError("answers neither with a web page of links, nor with JSON, nor as S3 does")


def _file(address: str, url: str, size: Any = None, sha256: Any = "") -> Listed | None:
    """Return a file by its address, relative to the listing's; None where it cannot be fetched."""
    try:
        full = urlsplit(urljoin(url, address))
    except ValueError:
        return None
    name = unquote(full.path).rpartition("/")[2]
    if full.scheme not in ("http", "https") or not name.isprintable() or not 0 < len(name) <= LONGEST:
        return None
    known_size = size if isinstance(size, int) and size >= 0 else None
    return Listed(name, urlunsplit(full._replace(fragment="")), known_size, str(sha256).lower())


def _links(text: str, url: str) -> list[Listed]:
    """Parse the links of an HTML page."""
    addresses: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            addresses.extend(value for name, value in attrs if tag == "a" and name == "href" and value)

    try:
        Links().feed(text)
    except AssertionError as error:  # html.parser raises it for some markup
        raise ListingError("answers with broken HTML") from error
    files = (_file(address, url) for address in dict.fromkeys(addresses))
    return [each for each in files if each is not None]


def _json(text: bytes, url: str) -> list[Listed]:
    """Parse a list of names, or of objects with `name` or `url`, perhaps with `size` and `sha256`."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ListingError("answers with broken JSON") from error
    if isinstance(content, dict):
        content = next((each for each in content.values() if isinstance(each, list)), None)
    if not isinstance(content, list):
        raise ListingError("answers with JSON that is no list of packages")
    files = (_entry(each, url) for each in content)
    return [each for each in files if each is not None]


def _entry(entry: Any, url: str) -> Listed | None:
    if isinstance(entry, str):
        return _file(entry, url)
    if not isinstance(entry, dict):
        return None
    address = next((entry[name] for name in _NAMES if isinstance(entry.get(name), str)), None)
    return None if address is None else _file(address, url, entry.get("size"), entry.get("sha256") or "")


def _bucket(text: bytes, url: str) -> Page:
    """Parse a bucket's keys, and the address of its next page."""
    objects, single = _fields(text)
    parts = urlsplit(url)
    root = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
    keys = [(each["Key"], each.get("Size", "")) for each in objects if each.get("Key")]
    files = (
        _file(root + quote(key), root, int(size) if _SIZE.fullmatch(size) else None) for key, size in keys
    )
    following = None
    if single.get("IsTruncated") == "true":
        name, token = _goes_on(single, keys)
        following = urlunsplit(parts._replace(query=_query(parts.query, name, token)))
    return Page(tuple(each for each in files if each is not None), following)


def _goes_on(single: dict[str, str], keys: list[tuple[str, str]]) -> tuple[str, str]:
    """Return the query parameter of a bucket's next page."""
    if token := single.get("NextContinuationToken"):
        return "continuation-token", token
    if not keys:
        raise ListingError("says that its listing continues, but not where")
    return "marker", single.get("NextMarker") or keys[-1][0]


def _query(query: str, name: str, value: str) -> str:
    kept = [each for each in query.split("&") if each and each.partition("=")[0] != name]
    return "&".join([*kept, urlencode({name: value})])


def _fields(text: bytes) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return the fields of each object in a bucket's listing, and of the listing itself."""
    objects: list[dict[str, str]] = []
    single: dict[str, str] = {}
    inside: dict[str, str] = {}
    for path, value in _elements(text):
        match path:
            case ("ListBucketResult", "Contents"):
                objects.append(dict(inside))
                inside.clear()
            case ("ListBucketResult", "Contents", name):
                inside[name] = value
            case ("ListBucketResult", name):
                single[name] = value
    return objects, single


def _elements(text: bytes) -> list[tuple[tuple[str, ...], str]]:
    """Return the elements of XML as they end, with their texts; refuses entity declarations."""
    elements: list[tuple[tuple[str, ...], str]] = []
    path: list[str] = []
    texts: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        path.append(name)
        texts.clear()
        if len(path) > DEEPEST:
            raise ListingError("answers with XML that is nested without end, which is refused")

    def end(_: str) -> None:
        elements.append((tuple(path), "".join(texts)))
        path.pop()
        texts.clear()

    def refuse(*_: object) -> None:
        raise ListingError("answers with XML that declares entities, which is refused")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ListingError(f"answers with broken XML: {error}") from error
    return elements
