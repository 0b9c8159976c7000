"""The HTTP client of feeds: retries, redirects that are checked, and one sentence for each error.

urllib3 rather than the standard library, since another thread can interrupt its reads, and it detects
truncated bodies. Its `Retry` decides which responses are retried, and when. The waiting is done here, since
urllib3's own cannot be cancelled and covers neither truncated bodies, nor redirects that are checked, nor
resumed downloads. `feed_access` decides which redirects are followed. Only code that asks a server imports
this module.
"""

import base64
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar
from urllib.parse import urljoin
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3 import exceptions as wrong

from octotui.model.quantities import duration
from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation
from octotui.store.packages.checked_connections import checked_pools
from octotui.store.packages.feed_access import FeedAccess, ForbiddenAddress, origin_of

LARGEST_PAGE = 64 * 2**20  # bytes; listings are smaller
CHUNK = 64 * 1024
MORE = 2  # retries
PAUSE = 0.5  # seconds before the first retry; four times as many before the second
BUSY = (429, 500, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
HOPS = 6  # responses to one request, of which the last is no redirect
NOTHING: Mapping[str, str] = {}

T = TypeVar("T")


class FetchError(Exception):
    """A request has failed, with a sentence; `again` says that a retry may succeed.

    `after` are the seconds before which the server wants no retry.
    """

    def __init__(
        self, sentence: str, *, again: bool = False, after: float = 0.0, status: int = 0, challenge: str = ""
    ) -> None:
        super().__init__(sentence)
        self.again, self.after, self.status, self.challenge = again, after, status, challenge


class Response:
    """A response: its whole body, its headers, and its URL after all redirects."""

    def __init__(self, body: bytes, headers: Mapping[str, str], url: str) -> None:
        self.body, self.headers, self.url = body, headers, url


class HttpClient:
    """A client of a feed's server, with the feed's timeout and credentials."""

    def __init__(self, feed: Feed, stopping: Cancellation | None = None) -> None:
        """Prepare without connecting; raises FetchError where the token is missing or the URL is invalid."""
        self.stopping = stopping or Cancellation()
        self._timeout = feed.timeout
        try:
            self._access = FeedAccess(feed)
        except wrong.LocationValueError as error:
            raise FetchError(f"{feed.url or feed.registry} cannot be asked: {error}") from error
        self._authorization = _authorization(feed)
        self._pool = checked_pools(self._access.check_address)
        self._arrived = ""

    def page(self, url: str, headers: Mapping[str, str] = NOTHING, *, token: str = "") -> Response:
        """Get a URL, with retries; raises FetchError or Cancelled."""
        return self.patiently(lambda: self._page(url, headers, token))

    def patiently(self, ask: Callable[[], T]) -> T:
        """Return `ask()`, retried with backoff while a server is busy or a connection breaks.

        There is no retry where the server asks for more time than the feed's timeout.
        """
        retry = _retry()
        while True:
            try:
                return ask()
            except FetchError as error:
                if not (error.again and retry.total):
                    raise
                if error.after > self._timeout:
                    wait = duration(error.after)
                    raise FetchError(f"{error}, and wants to be asked again in {wait} only") from error
                retry = retry.increment("GET", error=error)
                pause = error.after or max(PAUSE, retry.get_backoff_time())
            self.stopping.rest(pause)

    @contextmanager
    def opened(
        self,
        url: str,
        headers: Mapping[str, str] = NOTHING,
        *,
        token: str = "",
        fine: tuple[int, ...] = (200,),
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Yield a response whose body is unread; raises FetchError, also for errors inside the block."""
        self.stopping.check()
        try:
            response = self._followed(url, headers, token)
            with self.stopping.interrupting(lambda: _interrupt(response)):
                try:
                    if response.status not in fine:
                        raise _refused(url, response.status, response.headers)
                    yield response
                finally:
                    response.close()
        except ForbiddenAddress as refusal:
            raise FetchError(str(refusal)) from refusal
        except wrong.HTTPError as error:
            self.stopping.check()  # the error comes from the cancellation
            raise self._sentence(url, error) from error

    def _followed(self, url: str, headers: Mapping[str, str], token: str) -> urllib3.BaseHTTPResponse:
        """Get a URL, and follow redirects that the feed may follow."""
        self._arrived = url
        for _ in range(HOPS):
            response = self._ask(self._arrived, headers, token)
            location = response.headers.get("Location") if response.status in REDIRECTS else None
            if location is None:
                return response
            response.close()
            self._arrived = _joined(self._arrived, location)
        raise FetchError(f"{url} redirects too often: give its last address to the feed")

    def _ask(self, url: str, headers: Mapping[str, str], token: str) -> urllib3.BaseHTTPResponse:
        url = self._access.checked(url)
        own = {"Accept-Encoding": "identity", "User-Agent": "octotui", **headers}
        if authorization := self._authorize(url, token):
            own["Authorization"] = authorization
        return self._pool_for(url).request(
            "GET",
            url,
            headers=own,
            timeout=self._timeout,
            retries=urllib3.Retry(total=None, connect=0, read=0, redirect=0, status=0, other=0),
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def _page(self, url: str, headers: Mapping[str, str], token: str) -> Response:
        begun, body = time.monotonic(), bytearray()
        with self.opened(url, headers, token=token) as response:
            while data := response.read1(CHUNK):
                body += data
                if len(body) > LARGEST_PAGE:
                    raise FetchError(f"{url} answers with more than {LARGEST_PAGE:,} bytes, which is refused")
                if time.monotonic() - begun > self._timeout:
                    raise self._late(url)
                self.stopping.check()
            return Response(bytes(body), response.headers, self._arrived)

    def _authorize(self, url: str, token: str) -> str:
        """Return the Authorization header; empty for any but the feed's own server."""
        if not self._access.is_home(url):
            return ""
        return f"Bearer {token}" if token else self._authorization

    def _pool_for(self, url: str) -> urllib3.PoolManager:
        """Return the pool for a URL: a proxy where the environment names one."""
        origin = origin_of(url)
        self._access.check_address(origin.host, origin.host)  # a proxy looks names up itself
        proxy = getproxies().get(origin.scheme)
        if proxy is None or proxy_bypass(str(origin).partition("://")[2]):
            return self._pool
        return urllib3.ProxyManager(proxy if "://" in proxy else f"http://{proxy}")

    def _late(self, url: str) -> FetchError:
        return FetchError(f"{url} did not answer within {self._timeout:g} seconds")

    def _sentence(self, url: str, error: wrong.HTTPError) -> FetchError:
        """Return the FetchError for an error of urllib3."""
        reason = error.reason if isinstance(error, wrong.MaxRetryError) else error
        match reason:
            case wrong.NameResolutionError():
                return FetchError(f"{url} cannot be reached: the name of its server cannot be resolved")
            case wrong.NewConnectionError():
                why = str(reason.__cause__ or reason).rpartition("] ")[2]
                return FetchError(f"{url} cannot be reached: {why}", again=True)
            case wrong.TimeoutError():
                return self._late(url)
            case wrong.SSLError():
                return FetchError(f"{url} cannot be trusted: {reason}")
            case wrong.LocationValueError() | wrong.ProxyError():
                return FetchError(f"{url} cannot be asked: {reason}")
        return FetchError(f"{url} broke off in the middle", again=True)


def _retry() -> urllib3.Retry:
    return urllib3.Retry(MORE, status_forcelist=BUSY, backoff_factor=2 * PAUSE)


def _refused(url: str, status: int, headers: Mapping[str, str]) -> FetchError:
    """Return the FetchError for an HTTP status."""
    if status == 404:
        return FetchError(f"{url} is not there (HTTP 404)", status=status)
    if status in (401, 403):
        sentence = f"{url} denies access (HTTP {status}): see the feed's username and token_env"
        return FetchError(sentence, status=status, challenge=headers.get("WWW-Authenticate", ""))
    again = _retry().is_retry("GET", status, "Retry-After" in headers)
    return FetchError(
        f"{url} answers with HTTP {status}", again=again, after=_retry_after(headers), status=status
    )


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of Retry-After; 0 where there is none, or it is invalid."""
    try:
        return _retry().parse_retry_after(headers.get("Retry-After", "0"))
    except (wrong.InvalidHeader, ValueError, OverflowError):
        return 0.0


def _joined(url: str, location: str) -> str:
    """Return the target of a redirect; raises urllib3's LocationParseError."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise wrong.LocationParseError(location) from error


def _interrupt(response: urllib3.BaseHTTPResponse) -> None:
    """Wake up the thread that reads from a response."""
    with suppress(ValueError, RuntimeError, OSError):  # the response has just ended
        response.shutdown()


def _authorization(feed: Feed) -> str:
    """Return the header of the feed's own credentials, or nothing."""
    if feed.token_env is None:
        return ""
    token = os.environ.get(feed.token_env, "").strip()
    if not token:
        at = feed.url or feed.registry
        raise FetchError(
            f"the feed {at} needs a token: put it into the environment variable {feed.token_env}"
        )
    if feed.username is None:
        return f"Bearer {token}"
    return f"Basic {base64.b64encode(f'{feed.username}:{token}'.encode()).decode()}"
