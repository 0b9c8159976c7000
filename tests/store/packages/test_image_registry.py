"""P1: the tag and the digest of a container image are fixed, and nothing is pulled."""

import hashlib
import json

import pytest
from msgspec.structs import replace

from octotui.model.space import Feed
from octotui.store.packages import http_client, image_registry
from octotui.store.packages.feeds import FeedError
from octotui.store.packages.image_registry import fixed_image
from tests.store.server import Served, serving

MANIFEST = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"


@pytest.fixture
def feed(served: Served, monkeypatch: pytest.MonkeyPatch) -> Feed:
    monkeypatch.setattr(http_client, "PAUSE", 0.01)
    served.page(
        "/v2/team/tools/tags/list", json.dumps({"tags": ["latest", "1.0.0", "1.2.0", "2.0.0", "1.3.0-rc"]})
    )
    for tag in ("1.2.0", "2.0.0"):
        served.page(f"/v2/team/tools/manifests/{tag}", MANIFEST)
    return Feed(registry=served.url)


def test_the_highest_tag_that_fits_and_its_digest(served: Served, feed: Feed) -> None:
    host = served.url.removeprefix("http://").rstrip("/")
    assert fixed_image([feed], "team/tools@[1.0,2.0)") == f"{host}/team/tools:1.2.0@{DIGEST}"
    assert fixed_image([feed], f"{host}/team/tools@2.x") == f"{host}/team/tools:2.0.0@{DIGEST}"


def test_a_list_of_tags_in_parts(served: Served, feed: Feed) -> None:
    path = "/v2/team/tools/tags/list"
    served.page(path, '{"tags": ["1.0.0"]}')
    served.page(f"{path}?last=1.0.0", '{"tags": ["1.2.0"]}')
    served.headers[path] = {"Link": f'<{path}?last=1.0.0>; rel="next"'}
    assert ":1.2.0@" in fixed_image([feed], "team/tools@1.x")
    assert served.asked[:2] == [path, f"{path}?last=1.0.0"]


@pytest.mark.parametrize(
    ("body", "wanted", "said"),
    [
        ('{"tags": null}', "team/tools@1.x", "holds no team/tools@1.x; there is no tag"),
        ('{"tags": ["3.0"]}', "team/tools@1.x", "holds no team/tools@1.x; there is 3.0"),
        ("<html>", "team/tools@1.x", "is no registry: it answers without a list of tags"),
        ('{"tags": ["1.0.0"]}', "team/tools@1.x", "has no manifest of team/tools:1.0.0"),
        ('{"tags": ["3.0"]}', "team/tools@new", '"new" is no range of versions'),
        ("{}", "other@1.x", "no registry holds the image other"),
    ],
)
def test_what_cannot_be_fixed_is_a_sentence(
    served: Served, feed: Feed, body: str, wanted: str, said: str
) -> None:
    served.page("/v2/team/tools/tags/list", body)
    with pytest.raises(FeedError, match=said):
        fixed_image([feed], wanted)


def test_a_registry_that_fails_and_none_at_all(served: Served, feed: Feed) -> None:
    served.failures["/v2/team/tools/tags/list"] = [500] * 3
    with pytest.raises(FeedError, match=r"the registry cannot be read: .* answers with HTTP 500"):
        fixed_image([feed], "team/tools@1.x")
    with pytest.raises(FeedError, match=r"the image tools@1\.x needs a registry"):
        fixed_image([Feed(directory="/nowhere")], "tools@1.x")


def test_a_registry_that_sends_us_for_a_token(served: Served, feed: Feed) -> None:
    served.needs = "Bearer letmein"
    realm = f'Bearer realm="{served.url}token",service="registry",scope="repository:team/tools:pull"'
    served.headers["401"] = {"WWW-Authenticate": realm}
    served.open = ("/token",)
    served.page("/token", '{"token": "letmein"}')
    assert f":1.2.0@{DIGEST}" in fixed_image([feed], "team/tools@1.x")
    served.page("/token", '{"token": "another"}')
    with pytest.raises(FeedError, match="denies access"):
        fixed_image([feed], "team/tools@1.x")


def test_p1_a_token_is_fetched_where_the_model_allows_it(
    served: Served, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1: another server that gives tokens has to be allowed, and hears nothing of who we are."""
    monkeypatch.setenv("REGISTRY_TOKEN", "secret-7")
    with serving() as other:
        served.needs = "Bearer letmein"
        served.headers["401"] = {"WWW-Authenticate": f'Bearer realm="{other.url}token",service="registry"'}
        other.page("/token", '{"token": "letmein"}')
        place = other.url.removeprefix("http://").rstrip("/")
        private = replace(feed, token_env="REGISTRY_TOKEN")
        with pytest.raises(FeedError, match=rf'another server: give the feed hosts = \["{place}"\]'):
            fixed_image([private], "team/tools@1.x")
        assert other.asked == []
        assert ":1.2.0@" in fixed_image([replace(private, hosts=(place,))], "team/tools@1.x")
        assert set(other.authorizations) == {None}
        other.page("/token", "[" * 100_000)
        with pytest.raises(FeedError, match="denies access"):
            fixed_image([replace(private, hosts=(place,))], "team/tools@1.x")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://[bad", "continues at no address"),
        ("https://elsewhere.example/v2/", "another server"),
        ("/v2/team/tools/tags/list", "has a list of tags without end"),
    ],
)
def test_p1_a_list_of_tags_goes_on_at_its_registry_and_ends(
    served: Served, feed: Feed, link: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_registry, "PAGES", 5)
    served.headers["/v2/team/tools/tags/list"] = {"Link": f'<{link}>; rel="next"'}
    with pytest.raises(FeedError, match=said):
        fixed_image([feed], "team/tools@1.x")


def test_p1_tags_that_no_registry_could_have_are_not_told(served: Served, feed: Feed) -> None:
    served.page("/v2/team/tools/tags/list", json.dumps({"tags": ["\x1b]0;x", "a" * 200, "3.0"]}))
    with pytest.raises(FeedError, match=r"there is 3\.0$"):
        fixed_image([feed], "team/tools@1.x")
    served.page("/v2/team/tools/tags/list", "[" * 100_000)
    with pytest.raises(FeedError, match="is no registry"):
        fixed_image([feed], "team/tools@1.x")
