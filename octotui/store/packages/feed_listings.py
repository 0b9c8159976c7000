"""What a server says it holds: a web page of links, a JSON list, or a bucket's listing as S3 writes it."""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit
from xml.parsers import expat

import msgspec

_NAMES = ("url", "href", "name", "key")
_S3 = b"<ListBucketResult"


class ListingError(Exception):
    """A text that is no listing; its text is the end of a sentence that begins with its address."""


class Listed(msgspec.Struct, frozen=True):
    """A file that a server holds: its name, its address, and its size and SHA-256 where they are told."""

    name: str
    url: str
    size: int | None = None
    sha256: str = ""


class Page(msgspec.Struct, frozen=True):
    """A part of a listing, and the address of the next one."""

    files: tuple[Listed, ...]
    following: str | None = None


def read_listing(body: bytes, url: str) -> Page:
    """The files in what an address answered with; raises ListingError."""
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _S3 in text[:1000]:
        return _bucket(text, url)
    if text[:1] in (b"[", b"{"):
        return Page(tuple(_json(text, url)))
    if text[:1] == b"<":
        return Page(tuple(_links(text.decode("utf-8", "replace"), url)))
    raise ListingError("answers neither with a web page of links, nor with JSON, nor as S3 does")


def _file(address: str, url: str, size: Any = None, sha256: Any = "") -> Listed | None:
    """A file by its address, relative to that of the listing; None for what can't be fetched from there."""
    try:
        full = urlsplit(urljoin(url, address))
    except ValueError:
        return None
    name = unquote(full.path).rpartition("/")[2]
    if full.scheme not in ("http", "https") or not name:
        return None
    told = size if isinstance(size, int) and size >= 0 else None
    return Listed(name, urlunsplit(full._replace(fragment="")), told, str(sha256).lower())


def _links(text: str, url: str) -> list[Listed]:
    """The targets of a page's links."""
    addresses: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            addresses.extend(value for name, value in attrs if tag == "a" and name == "href" and value)

    Links().feed(text)
    found = (_file(address, url) for address in dict.fromkeys(addresses))
    return [each for each in found if each is not None]


def _json(text: bytes, url: str) -> list[Listed]:
    """A list of names, or of objects with `name` or `url`, perhaps with `size` and `sha256`."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ListingError("answers with broken JSON") from error
    if isinstance(told, dict):
        told = next((each for each in told.values() if isinstance(each, list)), None)
    if not isinstance(told, list):
        raise ListingError("answers with JSON that is no list of packages")
    found = (_entry(each, url) for each in told)
    return [each for each in found if each is not None]


def _entry(told: Any, url: str) -> Listed | None:
    if isinstance(told, str):
        return _file(told, url)
    if not isinstance(told, dict):
        return None
    address = next((told[name] for name in _NAMES if isinstance(told.get(name), str)), None)
    return None if address is None else _file(address, url, told.get("size"), told.get("sha256") or "")


def _bucket(text: bytes, url: str) -> Page:
    """The keys of a bucket, and where its listing goes on."""
    objects, single = _said(text)
    parts = urlsplit(url)
    root = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
    keys = [(each["Key"], each.get("Size", "")) for each in objects if each.get("Key")]
    found = (_file(root + quote(key), root, int(size) if size.isdecimal() else None) for key, size in keys)
    following = None
    if single.get("IsTruncated") == "true":
        name, token = _goes_on(single, keys)
        following = urlunsplit(parts._replace(query=_query(parts.query, name, token)))
    return Page(tuple(each for each in found if each is not None), following)


def _goes_on(single: dict[str, str], keys: list[tuple[str, str]]) -> tuple[str, str]:
    """The parameter that asks for the next part of a bucket's listing."""
    if token := single.get("NextContinuationToken"):
        return "continuation-token", token
    if not keys:
        raise ListingError("says that its listing goes on, but not where")
    return "marker", single.get("NextMarker") or keys[-1][0]


def _query(query: str, name: str, value: str) -> str:
    kept = [each for each in query.split("&") if each and each.partition("=")[0] != name]
    return "&".join([*kept, urlencode({name: value})])


def _said(text: bytes) -> tuple[list[dict[str, str]], dict[str, str]]:
    """What a bucket's listing says of each object, and of itself."""
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
    """The elements of XML as they end, with their texts; nothing that declares entities is read."""
    found: list[tuple[tuple[str, ...], str]] = []
    path: list[str] = []
    said: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        path.append(name)
        said.clear()

    def end(_: str) -> None:
        found.append((tuple(path), "".join(said)))
        path.pop()
        said.clear()

    def refuse(*_: object) -> None:
        raise ListingError("answers with XML that declares entities, which is refused")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = said.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ListingError(f"answers with broken XML: {error}") from error
    return found
