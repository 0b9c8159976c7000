"""Who may use the app in a browser: by a token that works once, or by what a proxy in front says.

Both refuse a request whose Host is not theirs (a name of another site that was pointed at this machine), and
one that another site's page makes (Origin).
"""

from collections.abc import Mapping
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe
from typing import Protocol
from urllib.parse import urlsplit

from octotui.model.complaints import Reason
from octotui.store.accounts import account_exists, account_id

COOKIE = "octotui"
NOT_PRINTED = "open the URL that `octotui web` has printed: it works once, and then in that browser alone"


class HeaderValues(Protocol):
    """The headers of a request, of which one may be there several times."""

    def getall(self, key: str, default: list[str]) -> list[str]:
        """Return the values of a header."""
        ...


class Denied(Exception):
    """A request is refused, with a sentence for the person."""


class TokenAccess:
    """Access for whoever has the URL, once, and then for that browser, as the account of this process.

    The cookie is bound to a random path, since browsers send cookies to all ports of a host, and other ports
    of this machine may belong to other accounts.
    """

    def __init__(self, port: int) -> None:
        self.path = f"/{token_urlsafe(12)}/"
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._token = token_urlsafe(32)
        self._session = ""

    @property
    def url(self) -> str:
        """The URL that gives access, once."""
        return f"http://{self._hosts[0]}{self.path}?token={self._token}"

    def redeem(self, token: str) -> str:
        """Return the cookie that the token is worth, once; raises Denied."""
        if not self._token or not _same(token, self._token):
            raise Denied(NOT_PRINTED)
        self._token, self._session = "", token_urlsafe(32)
        return f"{COOKIE}={self._session}; Path={self.path}; HttpOnly; SameSite=Strict"

    def origin(self, headers: HeaderValues) -> str:
        """Return the origin of the server as the browser knows it; raises Denied."""
        host = _only(headers, "Host")
        if host not in self._hosts:
            raise Denied(f"no page of octotui has that name: open http://{self._hosts[0]}")
        return f"http://{host}"

    def account(self, headers: HeaderValues) -> str | None:
        """Return None, for the account of this process; raises Denied without the session's cookie."""
        for line in headers.getall("Cookie", []):
            if self._session and _same(_cookie(line), self._session):
                return None
        raise Denied(NOT_PRINTED)


class ProxyAccess:
    """Access for those whom a proxy names in a header; it reaches this server by a Unix socket."""

    path = "/"

    def __init__(self, url: str, header: str, *, own: str, root: bool) -> None:
        """Create it for the URL that browsers see; as `root` it can become other accounts."""
        parts = urlsplit(url)
        self._host, self.url = parts.netloc, f"{parts.scheme}://{parts.netloc}"
        self._header, self._own, self._root = header, own, root

    def redeem(self, token: str) -> str:
        """Refuse any token: there is none."""
        raise Denied(f"people are known by what the proxy says, not by a token: open {self.url}")

    def origin(self, headers: HeaderValues) -> str:
        """Return the origin of the proxy; raises Denied for another Host."""
        if _only(headers, "Host") != self._host:
            raise Denied(f"no page of octotui has that name: open {self.url}")
        return self.url

    def account(self, headers: HeaderValues) -> str | None:
        """Return the account that the proxy names, None for that of this process; raises Denied."""
        name = _only(headers, self._header)
        if not name:
            raise Denied(f"the proxy has not said who you are: it has to set the header {self._header}, once")
        if (reason := unusable_account(name, own=self._own, root=self._root)) is not None:
            raise Denied(reason)
        return None if name == self._own else name


Access = TokenAccess | ProxyAccess


def unusable_account(name: str, *, own: str, root: bool) -> Reason | None:
    """Return why no app can be run for a person of that name, or None."""
    if name.isdecimal() or not account_exists(name):
        return f"{name} is no account of this machine: rights of a space are those of accounts"
    if account_id(name) == 0:
        return "nobody is root by a proxy: take another account"
    if name != own and not root:
        return f"this server runs as {own}, and only root can run the app as {name}"
    return None


def check_origin(origin: str, headers: HeaderValues) -> None:
    """Raise Denied unless a page of this server makes the request, as browsers say of those that matter."""
    if headers.getall("Origin", []) != [origin]:
        raise Denied("another site's page asked for this, and is refused")


def _only(headers: HeaderValues, name: str) -> str:
    """Return the value of a header that is there once, and "" otherwise."""
    values = headers.getall(name, [])
    return values[0] if len(values) == 1 else ""


def _same(said: str, secret: str) -> bool:
    """Compare in a time that tells nothing; what is said may hold bytes that are no text."""
    return compare_digest(said.encode(errors="surrogatepass"), secret.encode())


def _cookie(line: str) -> str:
    try:
        found: Mapping[str, object] = SimpleCookie(line)
    except CookieError:
        return ""
    return str(getattr(found.get(COOKIE), "value", ""))
