"""P3: a server that fails is one sentence; one that is busy is asked again."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages import feed_access, http_client
from octotui.store.packages.http_client import FetchError, HttpClient
from tests.store.server import Served, serving


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "PAUSE", 0.01)


def server(served: Served, timeout: float = 30.0, **more: str) -> HttpClient:
    return HttpClient(Feed(url=served.url, timeout=timeout, **more))


def refused(served: Served, path: str = "", timeout: float = 30.0) -> str:
    with pytest.raises(FetchError) as told:
        server(served, timeout).page(served.url + path)
    return str(told.value).replace(served.url, "URL/")


def test_an_answer_and_where_it_came_from(served: Served) -> None:
    served.redirects["/old"] = "/new/"
    served.page("/new/", "here")
    answer = server(served).page(served.url + "old")
    assert (answer.body, answer.url) == (b"here", served.url + "new/")
    assert answer.headers["Content-Length"] == "4"


def test_a_busy_server_is_asked_again(served: Served) -> None:
    served.page("/", "here")
    served.failures["/"] = [500, 503]
    assert server(served).page(served.url).body == b"here"
    assert served.asked == ["/"] * 3
    served.failures["/"] = [500] * 9
    assert refused(served) == "URL/ answers with HTTP 500"
    assert len(served.failures["/"]) == 6


class Rests(Cancellation):
    """Notes for how long it was to wait, and waits not."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def rest(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.check()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", [7.0, 7.0]),
        (" 12 ", [12.0, 12.0]),
        ("0", [0.01, 0.04]),
        ("soon", [0.01, 0.04]),
        ("-5", [0.01, 0.04]),
        ("9" * 5000, [0.01, 0.04]),
        ("Wed, 21 Oct 2015 07:28:00 GMT", [0.01, 0.04]),
        ("Wed, 21 Oct 99999999 07:28:00 GMT", [0.01, 0.04]),
    ],
    ids=str,
)
def test_p3_a_busy_server_is_asked_again_when_it_says(
    served: Served, said: str, seconds: list[float]
) -> None:
    served.failures["/"] = [429, 503]
    served.retry_after = said
    served.page("/", "here")
    rests = Rests()
    assert HttpClient(Feed(url=served.url), rests).page(served.url).body == b"here"
    assert rests.seconds == seconds


def test_p3_a_server_that_asks_for_more_than_the_timeout_is_not_asked_again(served: Served) -> None:
    served.failures["/"] = [429, 429]
    served.retry_after = "3600"
    assert refused(served) == "URL/ answers with HTTP 429, and wants to be asked again in 1h only"
    assert served.asked == ["/"]


def test_p3_waiting_for_a_busy_server_can_be_ended(served: Served) -> None:
    class EndedMeanwhile(Cancellation):
        def rest(self, seconds: float) -> None:
            self.stop()
            super().rest(seconds)

    served.failures["/"] = [503, 503]
    served.retry_after = "20"
    with pytest.raises(Cancelled):
        HttpClient(Feed(url=served.url), EndedMeanwhile()).page(served.url)
    assert served.asked == ["/"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "URL/ is not there (HTTP 404)"),
        (403, "URL/ denies access (HTTP 403): see the feed's username and token_env"),
        (418, "URL/ answers with HTTP 418"),
    ],
)
def test_what_will_not_change_is_asked_once(served: Served, status: int, said: str) -> None:
    served.failures["/"] = [status, status]
    assert refused(served) == said
    assert served.asked == ["/"]


def test_a_server_that_says_nothing_is_left_after_the_timeout(served: Served) -> None:
    served.silent = True
    assert refused(served, timeout=0.1) == "URL/ did not answer within 0.1 seconds"
    assert served.asked == ["/"]


def test_a_server_that_says_little_at_a_time_is_left_after_the_timeout(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.page("/", "x" * 20)
    monkeypatch.setattr(http_client, "CHUNK", 1)
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr(http_client, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert refused(served, timeout=30.0) == "URL/ did not answer within 30 seconds"


def test_a_server_that_breaks_off_is_asked_again(served: Served) -> None:
    served.page("/", "x" * 1000)
    served.cuts = [10, 999]
    assert len(server(served).page(served.url).body) == 1000
    served.cuts = [10, 10, 10]
    assert refused(served) == "URL/ broke off in the middle"


def test_what_is_too_long_for_a_listing_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "LARGEST_PAGE", 100)
    served.page("/", "x" * 101)
    assert refused(served) == "URL/ answers with more than 100 bytes, which is refused"


def test_nobody_there_no_such_name_and_round_in_circles(served: Served) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(
            FetchError, match=f"^http://127.0.0.1:{port}/ cannot be reached: Connection refused$"
        ):
            HttpClient(Feed(url=f"http://127.0.0.1:{port}/")).page(f"http://127.0.0.1:{port}/")
    with pytest.raises(FetchError, match=r"cannot be reached: the name of its server cannot be resolved$"):
        HttpClient(Feed(url="http://nowhere.invalid/")).page("http://nowhere.invalid/")
    served.redirects["/"] = "/"
    assert refused(served) == "URL/ redirects too often: give its last address to the feed"
    with pytest.raises(FetchError, match="cannot be trusted"):
        HttpClient(Feed(url=served.url.replace("http:", "https:"))).page(
            served.url.replace("http:", "https:")
        )


def test_the_token_goes_to_the_feeds_own_server_alone(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_TOKEN", "secret-7")
    served.needs = "Bearer secret-7"
    served.page("/", "in")
    assert server(served, token_env="FEED_TOKEN").page(served.url).body == b"in"
    port = served.url.rpartition(":")[2]
    away = HttpClient(
        Feed(url=f"http://localhost:{port}", hosts=(f"127.0.0.1:{port[:-1]}",), token_env="FEED_TOKEN")
    )
    with pytest.raises(FetchError, match="denies access") as told:
        away.page(served.url)
    assert "secret-7" not in str(told.value)
    served.needs = "Basic YW5uOnNlY3JldC03"
    assert server(served, token_env="FEED_TOKEN", username="ann").page(served.url).body == b"in"
    assert served.authorizations == ["Bearer secret-7", None, "Basic YW5uOnNlY3JldC03"]
    monkeypatch.setenv("FEED_TOKEN", " ")
    with pytest.raises(FetchError, match="needs a token: put it into the environment variable FEED_TOKEN"):
        server(served, token_env="FEED_TOKEN")


def test_the_environments_proxy_is_used(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", served.url.removeprefix("http://"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    served.page("http://feeds.example/tools/", "by proxy")
    served.page("/", "direct")
    feed = Feed(url="http://feeds.example/")
    assert HttpClient(feed).page("http://feeds.example/tools/").body == b"by proxy"
    assert server(served).page(served.url).body == b"direct"


@pytest.fixture
def other() -> Iterator[Served]:
    with serving() as made:
        yield made


def place(served: Served) -> str:
    return served.url.removeprefix("http://").rstrip("/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_p1_a_server_that_sends_us_elsewhere_is_followed_where_the_model_allows_it(
    served: Served, other: Served, status: int
) -> None:
    """P1: another port is another server; what is asked there is not told who we are."""
    served.redirects["/old"], served.status = f"{other.url}new", status
    other.page("/new", "there")
    said = f'URL leads to {other.url.rstrip("/")}, another server: give the feed hosts = ["{place(other)}"]'
    assert refused(served, "old") == said.replace("URL", served.url.rstrip("/")) + " if it belongs to it"
    assert other.asked == []
    allowed = HttpClient(Feed(url=served.url, hosts=(place(other),)))
    assert allowed.page(f"{served.url}old").body == b"there"


def test_p1_who_we_are_is_told_to_nobody_that_we_are_sent_to(
    served: Served, other: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1: neither the feed's own token, nor one that a registry has given."""
    monkeypatch.setenv("FEED_TOKEN", "secret-7")
    served.redirects["/old"] = f"{other.url}new"
    other.page("/new", "there")
    allowed = HttpClient(Feed(url=served.url, hosts=(place(other),), token_env="FEED_TOKEN"))
    allowed.page(f"{served.url}old")
    allowed.page(f"{served.url}old", token="given-8")
    allowed.page(f"{other.url}new", token="given-8")
    assert served.authorizations == ["Bearer secret-7", "Bearer given-8"]
    assert other.authorizations == [None] * 3


def test_p1_a_name_that_means_this_machine_all_at_once_is_not_connected_to(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """P1: it is judged by the address that is connected to; this machine's own list of names may mean it."""
    served.page("/", "here")
    port = place(served).rpartition(":")[2]
    found = ["127.0.0.1"]
    monkeypatch.setattr(
        "octotui.store.packages.checked_connections.socket.getaddrinfo",
        lambda name, *_, **__: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, int(port))) for each in found
        ],
    )
    feed = Feed(url=f"http://feed.example:{port}/")
    said = f"feed.example leads to 127.0.0.1, on this machine, where the feed {feed.url} is not"
    with pytest.raises(FetchError, match=said.replace("/ is", " is")):
        HttpClient(feed).page(f"http://feed.example:{port}/")
    found.insert(0, "203.0.113.7")
    with pytest.raises(FetchError, match="on this machine"):
        HttpClient(feed).page(f"http://feed.example:{port}/")
    assert served.asked == []
    del found[0]
    names = tmp_path / "hosts"
    names.write_text("127.0.0.1\tlocalhost\n127.0.0.1  Feed.example shop # both\n")
    monkeypatch.setattr(feed_access, "NAMES", names)
    assert HttpClient(feed).page(f"http://feed.example:{port}/").body == b"here"


def test_p1_a_redirect_from_elsewhere_does_not_reach_this_machine(
    served: Served, other: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1: though the model allows the host, as its name may mean anything tomorrow."""
    other.page("/", "secret")
    monkeypatch.setattr(feed_access.FeedAccess, "_near", lambda self: set())  # as if it were far away
    with pytest.raises(
        FetchError, match=r"127\.0\.0\.1 leads to 127\.0\.0\.1, on this machine, where the feed"
    ):
        HttpClient(Feed(url="https://feed.example/", hosts=(place(other),))).page(
            other.url.replace("p:", "ps:")
        )
    assert other.asked == []


def test_p1_what_is_sent_on_to_no_address_is_a_sentence(served: Served) -> None:
    served.redirects["/"] = "http://[bad"
    assert refused(served) == "URL/ cannot be asked: Failed to parse: http://[bad"
    served.redirects["/"] = "file:///etc/passwd"
    assert "leads to file://, which is refused: it is not https" in refused(served)
    with pytest.raises(FetchError, match=r"^http://\[bad cannot be asked: Failed to parse"):
        HttpClient(Feed(url="http://[bad"))


def test_the_end_wakes_up_who_waits_for_more(served: Served) -> None:
    """Q6: stopping does not wait for a server that has stopped talking."""
    served.page("/", "x" * 1000)
    served.stall_at = 10
    stopping, ended = Cancellation(), threading.Event()

    def read() -> None:
        with pytest.raises(Cancelled):
            HttpClient(Feed(url=served.url), stopping).page(served.url)
        ended.set()

    thread = threading.Thread(target=read)
    begun = time.monotonic()
    thread.start()
    assert served.stalled.wait(10)
    stopping.stop()
    assert ended.wait(10)
    thread.join()
    assert time.monotonic() - begun < 10
    assert re.fullmatch("/", served.asked[0])
    with pytest.raises(Cancelled):
        HttpClient(Feed(url=served.url), stopping).page(served.url)
