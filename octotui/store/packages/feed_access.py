"""Where the server of a feed may lead us: to itself, and to the hosts that the model allows (P1).

An address is judged when a connection to it is made, so that a name cannot mean one machine when it is looked
at, and another when it is used.
"""

import ipaddress
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from urllib3.util import parse_url

from octotui.model.space import Feed

PORTS = {"http": 80, "https": 443}
NAMES = Path("/etc/hosts")
METADATA = frozenset(("100.100.100.200", "192.0.0.192", "fd00:ec2::254"))
"""What clouds answer machines by that ask who they are, beside link-local addresses."""
_WITHIN = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""IPv6 addresses that end with one of IPv4, by which translators reach it."""

Nearness = Literal["on", "beside", ""]


class ForbiddenAddress(Exception):
    """An address that a feed may not lead to; the text is a sentence that says what to do."""


class Origin(NamedTuple):
    """Whom an address asks."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != PORTS.get(self.scheme, 0) else "")


def origin_of(url: str) -> Origin:
    """Whom an address asks, as it is taken apart for asking; raises urllib3's LocationParseError."""
    parts = parse_url(url)
    scheme = (parts.scheme or "").lower()
    return Origin(scheme, _plain(parts.host or ""), parts.port or PORTS.get(scheme, 0))


class FeedAccess:
    """What one feed may ask."""

    def __init__(self, feed: Feed) -> None:
        """Raises urllib3's LocationParseError."""
        self.home = origin_of(feed.url or feed.registry or "")
        self._hosts = frozenset(map(_host_and_port, feed.hosts))

    def is_home(self, url: str) -> bool:
        """Whether this asks the feed's own server, which alone is told who we are."""
        return origin_of(url) == self.home

    def checked(self, url: str) -> str:
        """An address as it is to be asked; raises ForbiddenAddress, or urllib3's LocationParseError."""
        origin = origin_of(url)
        if origin != self.home:
            self._check_other(origin)
        return parse_url(url)._replace(auth=None, fragment=None).url

    def _check_other(self, origin: Origin) -> None:
        if origin.scheme not in PORTS or (self.home.scheme, origin.scheme) == ("https", "http"):
            raise ForbiddenAddress(f"{self.home} leads to {origin}, which is refused: it is not https")
        usual = 0 if origin.port == PORTS[origin.scheme] else origin.port
        if self._hosts.isdisjoint({(origin.host, origin.port), (origin.host, usual)}):
            allow = f'hosts = ["{str(origin).partition("://")[2]}"]'
            raise ForbiddenAddress(
                f"{self.home} leads to {origin}, another server: give the feed {allow} if it belongs to it"
            )

    def check_address(self, host: str, address: str) -> None:
        """Let a connection be made; near ones only where the feed is as near. Raises ForbiddenAddress."""
        nearness = nearness_of(address)
        if nearness and nearness not in self._near():
            advice = ": write that address into the feed if it is" if host == self.home.host else ""
            place = f"{address}, {nearness} this machine"
            raise ForbiddenAddress(f"{host} leads to {place}, where the feed {self.home} is not{advice}")

    def _near(self) -> set[Nearness]:
        """How near the feed is by what the model, or this machine's own list of names, says."""
        host = self.home.host
        if host == "localhost" or host.endswith(".localhost"):
            return {"on"}
        return set(map(nearness_of, (host, *_listed(host))))


def nearness_of(address: str) -> Nearness:
    """Whether an address is on this machine or beside it on its link; a name, and any other, is neither."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _within(ip)
        if inner is not None and int(inner) > 1:  # `::` and `::1` are addresses of their own
            return nearness_of(str(inner))
    if ip.is_loopback or ip.is_unspecified or address.startswith("0."):
        return "on"
    near = ip.is_link_local or ip.is_multicast or (ip.is_reserved and ip.version == 4)
    return "beside" if near or str(ip) in METADATA else ""


def _within(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if any(ip in network for network in _WITHIN):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.teredo[1] if ip.teredo else None


def _listed(host: str) -> list[str]:
    """The addresses of a name in this machine's own list."""
    with suppress(OSError):
        lines = (line.partition("#")[0].split() for line in NAMES.read_text("utf-8", "replace").splitlines())
        return [words[0] for words in lines if host in map(str.lower, words[1:])]
    return []


def _host_and_port(host: str) -> tuple[str, int]:
    """A host that the model allows, and its port, 0 for the usual one."""
    parts = parse_url(f"//{host}")
    return _plain(parts.host or ""), parts.port or 0


def _plain(host: str) -> str:
    return host.strip("[]").lower().rstrip(".")
