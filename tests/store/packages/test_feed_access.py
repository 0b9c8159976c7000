"""P1: where a feed's server may lead us."""

from pathlib import Path

import pytest

from octotui.model.space import Feed
from octotui.store.packages import feed_access
from octotui.store.packages.feed_access import FeedAccess, ForbiddenAddress, nearness_of, origin_of

FEED = Feed(url="https://feeds.example/tools/", hosts=("cdn.example", "old.example:8443", "[2001:db8::7]"))


@pytest.mark.parametrize(
    "url",
    [
        "https://feeds.example/other",
        "HTTPS://Feeds.Example.:443/other",
        "https://cdn.example/x",
        "https://CDN.example:443/x",
        "https://old.example:8443/x",
        "https://[2001:DB8::7]/x",
    ],
)
def test_p1_its_own_server_and_those_that_the_model_allows_are_asked(url: str) -> None:
    assert FeedAccess(FEED).checked(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "https://evil.example/",
            'leads to https://evil.example, another server: give the feed hosts = ["evil',
        ),
        ("https://feeds.example:8443/", 'another server: give the feed hosts = ["feeds.example:8443"]'),
        ("https://feeds.example.evil.example/", "another server"),
        ("https://feeds.example@evil.example/", 'hosts = ["evil.example"]'),
        ("https://evil.example#@feeds.example/", 'hosts = ["evil.example"]'),
        ("https://evil.example\\@feeds.example/", 'hosts = ["evil.example"]'),
        ("https://old.example/", "another server"),
        ("https://cdn.example:8080/", "another server"),
        ("https://[2001:db8::8]/", 'hosts = ["[2001:db8::8]"]'),
        ("http://feeds.example/", "leads to http://feeds.example, which is refused: it is not https"),
        ("http://cdn.example/", "it is not https"),
        ("ftp://feeds.example/", "it is not https"),
        ("//feeds.example/", "it is not https"),
        ("file:///etc/passwd", "it is not https"),
    ],
)
def test_p1_no_other_server_is_asked_and_https_never_leads_to_http(url: str, said: str) -> None:
    with pytest.raises(ForbiddenAddress) as told:
        FeedAccess(FEED).checked(url)
    assert str(told.value).startswith("https://feeds.example leads to ")
    assert said in str(told.value)


def test_p1_http_may_lead_to_https_where_the_model_says_so() -> None:
    feed = Feed(url="http://feeds.example/", hosts=("feeds.example",))
    assert FeedAccess(feed).checked("https://feeds.example/x") == "https://feeds.example/x"
    with pytest.raises(ForbiddenAddress, match="another server"):
        FeedAccess(Feed(url="http://feeds.example/")).checked("https://feeds.example/x")


def test_p1_who_somebody_else_wants_us_to_be_is_not_sent() -> None:
    assert (
        FeedAccess(FEED).checked("https://ann:secret@feeds.example/x?a=1#b") == "https://feeds.example/x?a=1"
    )


NEAR = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::"),
]
BESIDE = [
    *("169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("224.0.0.1", "ff02::1", "255.255.255.255", "100.100.100.200", "fd00:ec2::254"),
]
FAR = [
    "203.0.113.7",
    "10.0.0.1",
    "192.168.1.1",
    "2001:db8::1",
    "fd12::1",
    "64:ff9b::cb00:7107",
    "feeds.example",
]


def test_p1_how_near_an_address_is() -> None:
    assert {nearness_of(each) for each in NEAR} == {"on"}
    assert {nearness_of(each) for each in BESIDE} == {"beside"}
    assert {nearness_of(each) for each in FAR} == {""}


@pytest.mark.parametrize("address", [*NEAR, *BESIDE])
def test_p1_near_addresses_are_for_feeds_that_are_as_near(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_access, "NAMES", tmp_path / "nowhere")
    with pytest.raises(ForbiddenAddress, match=r"machine, where the feed https://feeds\.example is not$"):
        FeedAccess(FEED).check_address("cdn.example", address)
    with pytest.raises(ForbiddenAddress, match=r"is not: write that address into the feed if it is$"):
        FeedAccess(FEED).check_address("feeds.example", address)
    host = f"[{address.partition('%')[0]}]" if ":" in address else address
    FeedAccess(Feed(url=f"http://{host}:8080/")).check_address("cdn.example", address)


def test_p1_this_machine_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://localhost/", "http://feeds.localhost:81/"):
        FeedAccess(Feed(url=url)).check_address("localhost", "127.0.0.1")
    names = tmp_path / "hosts"
    names.write_text("# 127.0.0.1 feeds.example\n127.0.0.1 other.example\n")
    monkeypatch.setattr(feed_access, "NAMES", names)
    with pytest.raises(ForbiddenAddress):
        FeedAccess(FEED).check_address("feeds.example", "127.0.0.1")
    names.write_text("127.0.1.1 feeds.example\n")
    FeedAccess(FEED).check_address("feeds.example", "127.0.0.1")


def test_an_origin_is_written_as_people_do() -> None:
    said = {"https://a:443": "https://a", "http://A:81/x": "http://a:81", "http://[::1]/": "http://[::1]"}
    assert {url: str(origin_of(url)) for url in said} == said
