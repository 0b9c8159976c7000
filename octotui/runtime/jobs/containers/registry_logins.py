"""Logins at registries, as the file that podman and docker read them from."""

import base64
import os
from collections.abc import Iterable, Iterator

import msgspec

from octotui.model.machines.containers import registry_host
from octotui.model.space import Feed

ANYBODY = "token"  # the account of a token alone, of which registries do not look at the name


class MissingLogin(Exception):
    """Raised where a feed's token is not there; the text says which."""


def logins_for(feeds: Iterable[Feed], image: str, *, built: bool) -> tuple[str, tuple[str, ...]]:
    """Return the file of the logins that an image needs, `""` for none, and its secrets; raises MissingLogin.

    One that is built may be made of images of any registry.
    """
    found = {
        registry_host(feed.registry): _password(feed)
        for feed in feeds
        if feed.registry
        and feed.token_env
        and (built or image.startswith(f"{registry_host(feed.registry)}/"))
    }
    if not found:
        return "", ()
    coded = {
        host: base64.b64encode(f"{user}:{token}".encode()).decode() for host, (user, token) in found.items()
    }
    text = msgspec.json.encode({"auths": {host: {"auth": each} for host, each in coded.items()}}).decode()
    return text, (*(token for _, token in found.values()), *coded.values())


def is_plain(feeds: Iterable[Feed], image: str) -> bool:
    """Return whether the registry of an image is declared as one that speaks HTTP without TLS."""
    return any(image.startswith(f"{host}/") for host in _plain_hosts(feeds))


def _plain_hosts(feeds: Iterable[Feed]) -> Iterator[str]:
    return (registry_host(feed.registry) for feed in feeds if (feed.registry or "").startswith("http://"))


def _password(feed: Feed) -> tuple[str, str]:
    token = os.environ.get(feed.token_env or "", "").strip()
    if not token:
        raise MissingLogin(
            f"the feed {feed.registry} needs a token: put it into the environment variable {feed.token_env}"
        )
    return feed.username or ANYBODY, token
