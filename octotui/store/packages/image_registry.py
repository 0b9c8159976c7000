"""Registries of container images: the tag that satisfies a range, and its digest; nothing is pulled (P1)."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from octotui.model.space import Feed
from octotui.model.versions import VERSION, RangeError, highest
from octotui.store.packages.feeds import MOST, FeedError

if TYPE_CHECKING:
    from octotui.store.packages.http_client import HttpClient, Response

MANIFESTS = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in (
        "oci.image.index.v1",
        "docker.distribution.manifest.list.v2",
        "oci.image.manifest.v1",
        "docker.distribution.manifest.v2",
    )
)
PAGES = 1000
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"  # as registries define it


def fixed_image(feeds: Iterable[Feed], wanted: str) -> str:
    """Resolve an image such as `tools@[1.0,2.0)` or `tools:1.2` to tag and digest, at the first with it.

    Raises FeedError where none has it, no tag fits, or a registry cannot be read.
    """
    image, _, limits = wanted.partition("@")
    if not limits:
        return _fixed_tag(feeds, wanted)
    registries = [feed for feed in feeds if feed.registry]
    if not registries:
        raise FeedError(f'the image {wanted} needs a registry; declare one, such as registry = "https://…"')
    for feed in registries:
        name = image.removeprefix(f"{_host(feed)}/")
        tags = _tags(feed, name)
        if tags is None:
            continue
        try:
            tag = highest((each for each in tags if re.fullmatch(VERSION, each)), limits)
        except RangeError as error:
            raise FeedError(str(error)) from error
        if tag is None:
            raise FeedError(f"{_host(feed)} holds no {wanted}; there is {', '.join(tags[:MOST]) or 'no tag'}")
        return f"{_host(feed)}/{name}:{tag}@{_digest(feed, name, tag)}"
    raise FeedError(f"no registry holds the image {image}")


def _fixed_tag(feeds: Iterable[Feed], wanted: str) -> str:
    """Resolve an image with a tag, by default `latest`, at the registry that its name begins with."""
    registries = [feed for feed in feeds if feed.registry and wanted.startswith(f"{_host(feed)}/")]
    for feed in registries:
        name, _, tag = wanted.removeprefix(f"{_host(feed)}/").partition(":")
        return f"{_host(feed)}/{name}:{tag or 'latest'}@{_digest(feed, name, tag or 'latest')}"
    raise FeedError(f'the image {wanted} needs a registry; declare one, such as registry = "https://…"')


def _host(feed: Feed) -> str:
    return urlsplit(feed.registry or "").netloc


def _tags(feed: Feed, name: str) -> list[str] | None:
    """Return all tags of an image; None where the registry does not have it."""
    tags: list[str] = []
    path = f"/v2/{name}/tags/list"
    for _ in range(PAGES):
        answer = _ask(feed, path)
        if answer is None:
            return None
        try:
            listed = json.loads(answer.body)["tags"] or []
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FeedError(f"{_host(feed)} is no registry: it answers without a list of tags") from error
        tags += [each for each in listed if isinstance(each, str) and re.fullmatch(TAG, each)]
        following = re.match(r"<([^>]+)>", answer.headers.get("Link", ""))
        if following is None:
            return tags
        path = following[1]
    raise FeedError(f"{_host(feed)} has a list of tags without end")


def _digest(feed: Feed, name: str, tag: str) -> str:
    """Return the digest of a tag's manifest."""
    answer = _ask(feed, f"/v2/{name}/manifests/{tag}", {"Accept": MANIFESTS})
    if answer is None:
        raise FeedError(f"{_host(feed)} has no manifest of {name}:{tag}")
    return f"sha256:{hashlib.sha256(answer.body).hexdigest()}"


def _ask(feed: Feed, path: str, headers: Mapping[str, str] | None = None) -> "Response | None":
    """Get a path of a registry, None where it does not exist; with a token where the registry wants one."""
    from octotui.store.packages.http_client import FetchError, HttpClient  # noqa: PLC0415 - slow to load

    try:
        url = urljoin(feed.registry or "", path)
    except ValueError as error:
        raise FeedError(f"{_host(feed)} has a list of tags that continues at no address") from error
    try:
        server = HttpClient(feed)
        try:
            return server.page(url, headers or {})
        except FetchError as error:
            if error.status == 404:
                return None
            token = _token(server, error.challenge) if error.status == 401 else ""
            if not token:
                raise
        return server.page(url, headers or {}, token=token)
    except FetchError as error:
        if error.status == 404:
            return None
        raise FeedError(f"the registry cannot be read: {error}") from error


def _token(server: "HttpClient", challenge: str) -> str:
    """Fetch the bearer token that a registry's challenge names; empty where there is none."""
    parameters = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if not challenge.lower().startswith("bearer ") or "realm" not in parameters:
        return ""
    asked = urlencode({key: parameters[key] for key in ("service", "scope") if key in parameters})
    try:
        content: Any = json.loads(server.page(f"{parameters['realm']}?{asked}").body)
    except (ValueError, RecursionError):
        return ""
    token = (content.get("token") or content.get("access_token")) if isinstance(content, dict) else ""
    return token if isinstance(token, str) else ""
