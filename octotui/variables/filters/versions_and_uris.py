"""Filters that extract a part of a version or of a URI."""

import ipaddress
import re
from functools import partial
from urllib.parse import SplitResult, unquote, urlsplit

from octotui.variables.filters.arguments import Filter, Options, plain, taking, truth

VERSION = re.compile(
    r"""\s*+[vV]?+ (?:(?P<major>\d++) (?:\.(?P<minor>\d++))?
    (?:\.(?P<patch>\d++))? (?:\.(?P<revision>\d++))?)?
    [.\-_\\]?+ (?P<prerelease> (?P<prefix>[^.\-_\s+]*+) (?:[.\-_](?P<counter>[^\s+]*+))? )
    (?:\+(?P<metadata>\S*+))? \s*+""",
    re.VERBOSE,
)
NUMBERS = {"major", "minor", "patch", "revision"}
PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21, "ldap": 389, "ssh": 22}


def version_part(part: str, text: str) -> str | None:
    """Return a part of a version; a missing number is 0, a missing word empty; None for no version."""
    match = VERSION.fullmatch(text)
    if match is None:
        return None
    value = match[part] or ""
    return (value.lstrip("0") or "0") if part in NUMBERS else value


def uri_part(text: str, options: Options) -> str:
    """Return a part of a URI, or an error text in brackets, as Octopus does."""
    if not options:
        return "[UriPart error: no argument given]"
    part = options[0].lower()
    try:
        address = urlsplit(text.strip())
        port = address.port
    except ValueError:
        return text
    if part == "isabsoluteuri":
        return truth(bool(address.scheme))
    if not address.scheme:
        return f"[UriPart {options[0]} error: This operation is not supported for a relative URI.]"
    if part in URI_TRUTHS:
        return truth(_truth(part, address, port))
    value = _part(part, address, port)
    return f"[UriPart {options[0]} error: argument '{options[0]}' not supported]" if value is None else value


URI_TRUTHS = {"isdefaultport", "isfile", "isloopback", "isunc"}


def _truth(part: str, address: SplitResult, port: int | None) -> bool:
    match part:
        case "isdefaultport":
            return port is None or port == PORTS.get(address.scheme)
        case "isfile":
            return address.scheme == "file"
        case "isunc":
            return address.scheme == "file" and bool(address.netloc)
    host = address.hostname or ""
    return host in {"localhost", "loopback"} or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _part(part: str, address: SplitResult, port: int | None) -> str | None:
    host = address.hostname or ""
    bracketed = f"[{host}]" if ":" in host else host
    known = port or PORTS.get(address.scheme)
    authority = bracketed if port in {None, PORTS.get(address.scheme)} else f"{bracketed}:{port}"
    path = address.path or ("/" if address.netloc else "")
    query = f"?{address.query}" if address.query else ""
    fragment = f"#{address.fragment}" if address.fragment else ""
    slashes = "//" if address.netloc or address.scheme == "file" else ""
    user, at_sign, _ = address.netloc.rpartition("@")
    parts = {
        "absolutepath": path,
        "absoluteuri": f"{address.scheme}:{slashes}{user}{at_sign}{authority}{path}{query}{fragment}",
        "authority": authority,
        "dnssafehost": host,
        "fragment": fragment,
        "host": bracketed,
        "hostandport": f"{bracketed}:{known}" if known else bracketed,
        "hostnametype": _kind(host),
        "path": unquote(path),
        "pathandquery": path + query,
        "port": str(known or -1),
        "query": query,
        "scheme": address.scheme,
        "schemeandserver": f"{address.scheme}://{authority}",
        "userinfo": user,
    }
    return parts.get(part)


def _kind(host: str) -> str:
    if not host:
        return "Basic"
    return f"IPv{ipaddress.ip_address(host).version}" if _is_address(host) else "Dns"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


VERSION_PARTS = {
    "VersionMajor": "major",
    "VersionMinor": "minor",
    "VersionPatch": "patch",
    "VersionRevision": "revision",
    "VersionPreRelease": "prerelease",
    "VersionPreReleasePrefix": "prefix",
    "VersionPreReleaseCounter": "counter",
    "VersionMetadata": "metadata",
}
FILTERS: dict[str, Filter] = {
    "UriPart": taking(uri_part),
    **{name: plain(partial(version_part, part)) for name, part in VERSION_PARTS.items()},
}
