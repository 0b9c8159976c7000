"""Which servers a feed's requests may reach: its own, and the hosts that the model allows (P1).

An address is checked when its connection is made, so that a name cannot resolve to another machine between
the check and the use (DNS rebinding).
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
"""Metadata services of clouds, beside link-local addresses."""
_WITHIN = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""IPv6 prefixes with an embedded IPv4 address, as NAT64 has them."""

Nearness = Literal["on", "beside", ""]


class ForbiddenAddress(Exception):
    """A feed may not lead to this address; the text is a sentence that says what to do."""


class Origin(NamedTuple):
    """The scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != PORTS.get(self.scheme, 0) else "")


def origin_of(url: str) -> Origin:
    """Return the origin of a URL, as the HTTP client parses it; raises urllib3's LocationParseError."""
    parts = parse_url(url)
    scheme = (parts.scheme or "").lower()
    return Origin(scheme, _plain(parts.host or ""), parts.port or PORTS.get(scheme, 0))


class FeedAccess:
    """The servers that one feed may reach."""

    def __init__(self, feed: Feed) -> None:
        """Parse the feed's addresses; raises urllib3's LocationParseError."""
        self.home = origin_of(feed.url or feed.registry or "")
        self._hosts = frozenset(map(_host_and_port, feed.hosts))

    def is_home(self, url: str) -> bool:
        """Return whether a URL is on the feed's own server, which alone gets credentials."""
        return origin_of(url) == self.home

    def checked(self, url: str) -> str:
        """Return a URL to request; raises ForbiddenAddress, or urllib3's LocationParseError."""
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
        """Admit an address; a local one only where the feed is as local. Raises ForbiddenAddress."""
        nearness = nearness_of(address)
        if nearness and nearness not in self._near():
            advice = ": write that address into the feed if it is" if host == self.home.host else ""
            place = f"{address}, {nearness} this machine"
            raise ForbiddenAddress(f"{host} leads to {place}, where the feed {self.home} is not{advice}")

    def _near(self) -> set[Nearness]:
        """Return how local the feed is by the model, or by this machine's hosts file."""
        host = self.home.host
        if host == "localhost" or host.endswith(".localhost"):
            return {"on"}
        return set(map(nearness_of, (host, *_listed(host))))


def nearness_of(address: str) -> Nearness:
    """Return whether an address is on this machine, or beside it (link-local); "" for all others."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _within(ip)
        if inner is not None and int(inner) > 1:  # `::` and `::1` embed none
            return nearness_of(str(inner))
    if ip.is_loopback or ip.is_unspecified or address.startswith("0."):
        return "on"
    near = ip.is_link_local or ip.is_multicast or (ip.is_reserved and ip.version == 4)
    return "beside" if near or str(ip) in METADATA else ""


def _within(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that is embedded in an IPv6 address, if any."""
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if any(ip in network for network in _WITHIN):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.teredo[1] if ip.teredo else None


def _listed(host: str) -> list[str]:
    """Return the addresses of a name in the hosts file."""
    with suppress(OSError):
        lines = (line.partition("#")[0].split() for line in NAMES.read_text("utf-8", "replace").splitlines())
        return [words[0] for words in lines if host in map(str.lower, words[1:])]
    return []


def _host_and_port(host: str) -> tuple[str, int]:
    """Parse a host that the model allows, with its port, 0 for the default."""
    parts = parse_url(f"//{host}")
    return _plain(parts.host or ""), parts.port or 0


def _plain(host: str) -> str:
    return host.strip("[]").lower().rstrip(".")
