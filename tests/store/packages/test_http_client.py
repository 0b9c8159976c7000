"""P3: a server that fails is one sentence; one that is busy is asked again."""

import re
import socket
import threading
import time

import pytest

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages import http_client
from octotui.store.packages.http_client import FetchError, HttpClient
from tests.store.server import Served


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "PAUSES", (0.01, 0.01))


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


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "URL/ is not there (HTTP 404)"),
        (403, "URL/ does not let us in (HTTP 403): see the feed's username and token_env"),
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
    assert refused(served, timeout=1e-3) == "URL/ did not answer within 0.001 seconds"


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
            HttpClient(Feed(url="x")).page(f"http://127.0.0.1:{port}/")
    with pytest.raises(FetchError, match=r"cannot be reached: nobody knows the name of its server$"):
        HttpClient(Feed(url="x")).page("http://nowhere.invalid/")
    served.redirects["/"] = "/"
    assert refused(served) == "URL/ sends us on and on: give its last address to the feed"
    with pytest.raises(FetchError, match="cannot be trusted"):
        HttpClient(Feed(url="x")).page(served.url.replace("http:", "https:"))


def test_the_token_goes_to_the_feeds_own_server_alone(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_TOKEN", "secret-7")
    served.needs = "Bearer secret-7"
    served.page("/", "in")
    assert server(served, token_env="FEED_TOKEN").page(served.url).body == b"in"
    away = HttpClient(Feed(url="http://elsewhere.example/", token_env="FEED_TOKEN"))
    with pytest.raises(FetchError, match="does not let us in") as told:
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
    assert HttpClient(Feed(url="x")).page("http://feeds.example/tools/").body == b"by proxy"
    assert HttpClient(Feed(url="x")).page(served.url).body == b"direct"


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
